//! What runs, as the plan keeps it: the file, its hash and its imports. Comes in: what was found in the file, and the quotas of
//! the plugin. Goes out: `above-quota` beside it. What else there is to say of the file is said by `check`.

use ambit_schema::limits::Quota;
use ambit_schema::plan::{Artifact, QuotaEntry};

use crate::artifact::{Content, Looked};
use crate::binary::Wasm;
use crate::bind::Plugin;
use crate::diag::{Code, Diagnostic, Sink};

/// What one element of a table counts as, in bytes of the memory quota.
const TABLE_ELEMENT: u64 = 8;

/// The artifact of a plugin. Programs of the process tier are found by the runtime, not by the compiler.
pub(super) fn resolve(plugin: &Plugin, looked: &Looked, quotas: &[QuotaEntry], sink: &mut Sink) -> Artifact {
    let wasm = match &looked.content {
        Content::Wasm(found) => found.as_ref().as_ref().ok(),
        Content::Native(_) | Content::Unknown => None,
    };
    if let Some(wasm) = wasm {
        memory(plugin, wasm, quotas, sink);
    }
    let imports = wasm.map(|wasm| wasm.imports.clone()).unwrap_or_default();
    Artifact { path: looked.path.clone(), sha256: looked.sha256.clone(), imports }
}

/// A plugin that starts with more than it may have never starts.
fn memory(plugin: &Plugin, wasm: &Wasm, quotas: &[QuotaEntry], sink: &mut Sink) {
    let quota = Quota::Memory;
    let (Some(claim), Some(limit)) =
        (plugin.manifest.artifact.as_ref(), quotas.iter().find(|entry| entry.quota == quota))
    else {
        return;
    };
    let needed = wasm.start.memory.saturating_add(wasm.start.elements.saturating_mul(TABLE_ELEMENT));
    if needed <= limit.value {
        return;
    }
    let (needed_text, limit_text) = (quota.unit().show(needed), quota.unit().show(limit.value));
    let message = format!("`{}` starts with {needed_text} of memory, and may have {limit_text}", claim.path.said());
    let found = Diagnostic::new(Code::AboveQuota, claim.path.span(), message);
    let found = match &limit.place {
        Some(place) => found.note(format!("the quota is set at {place}")),
        None => found.note("the quota is the default: nobody set another"),
    };
    let help =
        format!("ask for more, as in `quotas {{ memory \"{}\" }}`, or build it to start with less", ceil(needed));
    sink.add(found.help(help));
}

/// A quantity that covers so many bytes.
fn ceil(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}
