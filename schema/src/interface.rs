//! THE TABLE of interfaces that tiers provide of their own: what an artifact may import without the host profile naming it,
//! and which right makes the import real. Everything else a host's author supplies and the profile names.

use crate::capability::Kind;

/// How an import of a tier's own comes alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provision {
    /// Always linked. Where a right stands beside it, each operation asks for it and is refused without it.
    Always,
    /// Linked when the plugin has a right of this kind, else absent.
    With(Kind),
}

/// The interfaces by the part of their name before the version. Every program that is compiled for WASI imports most of the
/// first ones, whether it uses them or not.
const TABLE: &[(&str, Provision)] = &[
    ("wasi:cli/", Provision::Always),
    ("wasi:io/", Provision::Always),
    ("wasi:clocks/", Provision::Always),
    ("wasi:random/", Provision::Always),
    ("wasi:filesystem/", Provision::Always),
    ("wasi:sockets/", Provision::Always),
    ("wasi:http/", Provision::With(Kind::NetConnect)),
    ("wasi_snapshot_preview1", Provision::Always),
];

/// What the wasm tier does with an import. `None`: nothing of its own; a host profile has to name it.
#[must_use]
pub fn provision(import: &str) -> Option<Provision> {
    let (name, version) = import.split_once('@').unwrap_or((import, ""));
    let known = TABLE.iter().find(|(prefix, _)| name == *prefix || prefix.ends_with('/') && name.starts_with(prefix));
    let dated = name.starts_with("wasi:") && !version.starts_with("0.2.");
    known.filter(|_| !dated).map(|(_, provision)| *provision)
}

#[cfg(test)]
mod tests {
    use super::{Provision, provision};

    #[test]
    fn knows_wasi_of_the_second_preview_and_nothing_newer() {
        assert_eq!(provision("wasi:cli/environment@0.2.6"), Some(Provision::Always));
        assert_eq!(provision("wasi_snapshot_preview1"), Some(Provision::Always));
        assert_eq!(provision("wasi:cli/environment@0.3.0"), None);
        assert_eq!(provision("wasi:clipboard/read@0.2.0"), None);
        assert_eq!(provision("acme:secret/vault"), None);
    }
}
