//! What a finding is known by, so that it is the same one after lines above it came and went. Comes in: findings. Goes out: a
//! short hash for each, of its rule, its file, its message and its own line, and how many with that hash came before it.

use std::collections::BTreeMap;

use ambit_compiler::diag::Diagnostic;
use ambit_schema::wire::hex;
use sha2::{Digest, Sha256};

use crate::load::Workspace;

/// How many bytes of the hash are kept.
const LENGTH: usize = 10;

/// The fingerprints of findings, in their order: sixteen or so hexadecimal digits, a colon, and a number from 1.
#[must_use]
pub fn all<'w>(found: impl Iterator<Item = (&'w Workspace, &'w Diagnostic)>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    found
        .map(|(workspace, found)| {
            let print = one(workspace, found);
            let count = seen.entry(print.clone()).or_insert(0);
            *count += 1;
            format!("{print}:{count}")
        })
        .collect()
}

fn one(workspace: &Workspace, found: &Diagnostic) -> String {
    let source = workspace.sources.get(found.primary.span.file);
    let line = source.line(source.position(found.primary.span.start).line).trim();
    let path = workspace.shown(source.path());
    let parts = [found.code.id(), &path, &found.message, line];
    let mut hash = Sha256::new();
    for part in parts {
        // With their lengths, so that no two lists of parts are the same bytes.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize()[..LENGTH])
}
