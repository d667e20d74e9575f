//! `embedded-secret`, `debug-info` and `misleading-section`: what a file carries that nobody runs.

use super::About;
use crate::binary::{Secret, Wasm};
use crate::diag::{Code, Sink};

/// How much there may be for debuggers, in bytes, before it is worth a word: as much, and as much of the file.
const DEBUG: u64 = 256 << 10;
const PART: u64 = 3;

pub(super) fn check(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    secrets(about, &wasm.secrets, sink);
    if wasm.debug > DEBUG && wasm.debug > wasm.size / PART {
        let kilobytes = wasm.debug / 1000;
        let message =
            format!("{kilobytes} kB of the {} kB of `{}` are for debuggers only", wasm.size / 1000, about.file());
        let found = about.found(Code::DebugInfo, message);
        let found =
            found.note("they are read, hashed and kept whenever the plugin is loaded, and show its sources' paths");
        sink.add(found.help("strip the file, as in `wasm-tools strip`, or build with `strip = true`"));
    }
    for what in &wasm.odd {
        let found = about.found(Code::MisleadingSection, format!("`{}` misleads who reads it: {what}", about.file()));
        sink.add(found.note("engines do not look there; people and their tools do").help("build the plugin again"));
    }
}

/// Says where a secret is, and never what it is.
pub(super) fn secrets(about: &About<'_>, secrets: &[Secret], sink: &mut Sink) {
    for secret in secrets {
        let message = format!("`{}` holds what looks like {}, at byte {}", about.file(), secret.what, secret.at);
        let found = about.found(Code::EmbeddedSecret, message);
        let found = found.note("everyone who has the plugin has it too");
        sink.add(found.help("take it out, replace it where it is used, and let the host pass it to the plugin"));
    }
}
