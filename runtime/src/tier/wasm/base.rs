//! The imports that every plugin may be linked to. Comes in: the name of an import. Goes out: whether it is one of them, or one of a
//! list of the plan. Deliberately absent: what they are linked to; see the linker.

use ambit_schema::interface::{Provision, provision, unversioned};

/// The interfaces of the base, without their versions.
const BASE: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
];

/// Whether every plugin may be linked to this import.
pub(super) fn is_base(import: &str) -> bool {
    provision(import) == Some(Provision::Always) && BASE.contains(&unversioned(import))
}

/// Whether a list of the plan has this import.
pub(super) fn lists(list: &[String], import: &str) -> bool {
    list.iter().any(|listed| listed == import)
}
