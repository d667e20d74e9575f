//! THE TABLE of interfaces that tiers provide of their own: what an artifact may import without the host profile naming it,
//! which right makes the import real, and what it is of use for. Everything else a host's author supplies and the profile
//! names. Beside it, what the symbols of a shared library are of use for (`symbol`), and what a module is made of (`p1`).

use crate::capability::Kind;

mod p1;
mod symbol;
mod version;

pub use p1::behind;
pub use symbol::{Symbol, is_telling, symbol};
pub use version::{Fit, fit, line, version, versions};

/// The version of the plugin contract, `ambit:plugin`, that hosts of this version speak.
pub const CONTRACT: &str = "0.1.0";

/// The interface that a component exports to answer HTTP requests, without its version.
pub const HTTP_HANDLER: &str = "wasi:http/incoming-handler";

/// What the plugin contract has: interface, function, signature as WIT writes it.
pub const CONTRACT_FUNCTIONS: &[(&str, &str, &str)] = &[
    ("lifecycle", "init", "func(string) -> result<_, string>"),
    ("lifecycle", "shutdown", "func()"),
    ("commands", "run", "func(string, list<string>) -> result<string, string>"),
];

/// How an import of a tier's own comes alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provision {
    /// Always linked. Where a right stands beside it, each operation asks for it and is refused without it.
    Always,
    /// Linked when the plugin has a right of one of these kinds, else absent.
    With(&'static [Kind]),
}

/// What a tier's own import is of use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// The kinds of right that it works with.
    pub kinds: &'static [Kind],
    /// Whether ordinary programs have it without ever using it, because their language's library does.
    pub carried: bool,
}

const CONNECT: &[Kind] = &[Kind::NetConnect];
const HTTP: &[Kind] = &[Kind::NetConnect, Kind::HttpServe];
const STORE: &[Kind] = &[Kind::StorageRead, Kind::StorageWrite];
const DATABASE: &[Kind] = &[Kind::DbRead, Kind::DbWrite, Kind::DbExecute];
const MODELS: &[Kind] = &[Kind::ModelUse];
const PUBLISH: &[Kind] = &[Kind::EventPublish];
const SEND: &[Kind] = &[Kind::MessageSend];
const FILES: &[Kind] = &[Kind::FsRead, Kind::FsWrite, Kind::FsMkdir, Kind::FsTemp];

/// The interfaces by the part of their name before the version. Every program that is compiled for WASI imports most of the
/// first ones, whether it uses them or not. Of drafts, which differ from each other, each version has its line.
const TABLE: &[(&str, Provision, Service)] = &[
    ("wasi:cli/environment", Provision::Always, Service { kinds: &[Kind::EnvRead], carried: true }),
    ("wasi:cli/", Provision::Always, Service { kinds: &[], carried: true }),
    ("wasi:io/", Provision::Always, Service { kinds: &[], carried: true }),
    ("wasi:clocks/", Provision::Always, Service { kinds: &[Kind::ClockRead], carried: true }),
    ("wasi:random/", Provision::Always, Service { kinds: &[Kind::RandomRead], carried: true }),
    ("wasi:filesystem/", Provision::Always, Service { kinds: FILES, carried: true }),
    ("wasi:sockets/", Provision::Always, Service { kinds: &[Kind::NetConnect, Kind::NetListen], carried: false }),
    ("wasi:http/types", Provision::With(HTTP), Service { kinds: HTTP, carried: false }),
    ("wasi:http/", Provision::With(CONNECT), Service { kinds: CONNECT, carried: false }),
    ("wasi:keyvalue/store@0.2.0-draft", Provision::With(STORE), Service { kinds: STORE, carried: false }),
    ("wasi:keyvalue/store@0.2.0-draft2", Provision::With(STORE), Service { kinds: STORE, carried: false }),
    ("wasi:keyvalue/atomics@0.2.0-draft", Provision::With(STORE), Service { kinds: STORE, carried: false }),
    ("wasi:keyvalue/atomics@0.2.0-draft2", Provision::With(STORE), Service { kinds: STORE, carried: false }),
    ("wasi:keyvalue/batch@0.2.0-draft", Provision::With(STORE), Service { kinds: STORE, carried: false }),
    ("wasi:keyvalue/batch@0.2.0-draft2", Provision::With(STORE), Service { kinds: STORE, carried: false }),
    ("wasi:config/store@0.2.0-draft", Provision::Always, Service { kinds: &[], carried: true }),
    ("wasi:config/store@0.2.0-rc.1", Provision::Always, Service { kinds: &[], carried: true }),
    ("ambit:host/database@0.1.0", Provision::With(DATABASE), Service { kinds: DATABASE, carried: false }),
    ("ambit:host/models@0.1.0", Provision::With(MODELS), Service { kinds: MODELS, carried: false }),
    ("ambit:host/events@0.1.0", Provision::With(PUBLISH), Service { kinds: PUBLISH, carried: false }),
    ("ambit:host/messages@0.1.0", Provision::With(SEND), Service { kinds: SEND, carried: false }),
    ("wasi_snapshot_preview1", Provision::Always, Service { kinds: &[], carried: true }),
];

/// The functions of `wasi_snapshot_preview1`, by how their names start.
const P1: &[(&str, Service)] = &[
    ("environ_", Service { kinds: &[Kind::EnvRead], carried: true }),
    ("clock_", Service { kinds: &[Kind::ClockRead], carried: true }),
    ("poll_oneoff", Service { kinds: &[Kind::ClockRead], carried: true }),
    ("random_get", Service { kinds: &[Kind::RandomRead], carried: true }),
    ("path_", Service { kinds: FILES, carried: false }),
    ("fd_readdir", Service { kinds: FILES, carried: false }),
    ("sock_", Service { kinds: &[Kind::NetListen], carried: false }),
    ("", Service { kinds: &[], carried: true }),
];

/// The name of an import without its version: `wasi:io/poll` of `wasi:io/poll@0.2.6`.
#[must_use]
pub fn unversioned(import: &str) -> &str {
    import.split_once('@').map_or(import, |(name, _)| name)
}

/// What the wasm tier does with an import. `None`: nothing of its own; a host profile has to name it.
#[must_use]
pub fn provision(import: &str) -> Option<Provision> {
    find(import).map(|(provision, _)| provision)
}

/// What an import of the wasm tier's own is of use for. One of WASI p1 may name its function, as in
/// `wasi_snapshot_preview1.path_open`. `None`: as for [`provision`].
#[must_use]
pub fn service(import: &str) -> Option<Service> {
    match import.strip_prefix("wasi_snapshot_preview1.") {
        Some(function) => P1.iter().find(|(prefix, _)| function.starts_with(prefix)).map(|(_, service)| *service),
        None => find(import).map(|(_, service)| service),
    }
}

fn find(import: &str) -> Option<(Provision, Service)> {
    let (name, version) = import.split_once('@').unwrap_or((import, ""));
    let is_of = |row: &str| import == row || name == row || row.ends_with('/') && name.starts_with(row);
    let known = TABLE.iter().find(|(row, ..)| is_of(row));
    let dated = name.starts_with("wasi:") && !version.starts_with("0.2.");
    known.filter(|_| !dated).map(|(_, provision, service)| (*provision, *service))
}

#[cfg(test)]
mod tests {
    use super::{CONTRACT, CONTRACT_FUNCTIONS, Provision, provision, service};
    use crate::capability::Kind;

    #[test]
    fn knows_wasi_of_the_second_preview_and_nothing_newer() {
        assert_eq!(provision("wasi:cli/environment@0.2.6"), Some(Provision::Always));
        assert_eq!(provision("wasi_snapshot_preview1"), Some(Provision::Always));
        assert_eq!(provision("wasi:cli/environment@0.3.0"), None);
        assert_eq!(provision("wasi:clipboard/read@0.2.0"), None);
        assert_eq!(provision("acme:secret/vault"), None);
        assert_eq!(provision("wasi:config/store@0.2.0-rc.1"), Some(Provision::Always));
        assert_eq!(provision("wasi:config/store@0.2.0-rc.2"), None);
        assert_eq!(provision("wasi:keyvalue/store@0.2.0-draft3"), None);
        assert_eq!(provision("wasi:keyvalue/store"), None);
        assert!(matches!(provision("ambit:host/events@0.1.0"), Some(Provision::With([Kind::EventPublish]))));
        assert_eq!(provision("ambit:host/events@0.2.0"), None);
        assert_eq!(provision("ambit:host/execution@0.1.0"), None);
    }

    #[test]
    fn knows_what_imports_are_of_use_for() {
        let kinds = |import: &str| service(import).map(|service| service.kinds);
        assert_eq!(kinds("wasi:cli/environment@0.2.6"), Some([Kind::EnvRead].as_slice()));
        assert_eq!(kinds("wasi:cli/exit@0.2.6"), Some([].as_slice()));
        assert!(kinds("wasi_snapshot_preview1.path_open").is_some_and(|kinds| kinds.contains(&Kind::FsWrite)));
        assert_eq!(kinds("wasi_snapshot_preview1.fd_write"), Some([].as_slice()));
        assert_eq!(kinds("acme:secret/vault"), None);
        let carried = |import: &str| service(import).is_some_and(|service| service.carried);
        assert!(carried("wasi:filesystem/types@0.2.0") && !carried("wasi:sockets/tcp@0.2.0"));
    }

    /// The contract is written once for people and once for the compiler.
    #[test]
    fn says_what_the_contract_says() {
        let wit = include_str!("../wit/plugin.wit");
        assert!(wit.contains(&format!("package ambit:plugin@{CONTRACT};")));
        let functions: Vec<&str> = wit.lines().filter(|line| line.contains(": func(")).collect();
        assert_eq!(functions.len(), CONTRACT_FUNCTIONS.len());
        for (interface, function, signature) in CONTRACT_FUNCTIONS {
            assert!(wit.contains(&format!("interface {interface} {{")), "{interface}");
            let line = functions.iter().find(|line| line.trim_start().starts_with(&format!("{function}: ")));
            let result = signature.split_once(" -> ").map_or("", |(_, result)| result);
            assert!(line.is_some_and(|line| line.ends_with(&format!("{result};")) || result.is_empty()), "{function}");
        }
    }
}
