//! Where plugins run, and what each tier can hold of each kind. Deliberately absent: how it holds it; see the doors.

use std::fmt;

use super::{CapSet, Kind};
use crate::set::endpoints::{EndpointPattern, HostPattern};

/// Where a plugin runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// WebAssembly: a component, or a core module for WASI p1.
    Wasm,
    /// A shared library.
    Native,
    /// A program of its own, speaking over its standard streams.
    Process,
    /// An OCI image or bundle.
    Container,
}

impl Tier {
    /// Every tier.
    pub const ALL: &[Tier] = &[Tier::Wasm, Tier::Native, Tier::Process, Tier::Container];

    /// Its word in manifests and profiles.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Tier::Wasm => "wasm",
            Tier::Native => "native",
            Tier::Process => "process",
            Tier::Container => "container",
        }
    }

    /// The tier with this word.
    #[must_use]
    pub fn find(key: &str) -> Option<Tier> {
        Self::ALL.iter().copied().find(|tier| tier.key() == key)
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// How exactly a tier holds a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enforcement {
    /// Any set, by a door of the runtime, or by the tables of the plan.
    Exact,
    /// Any set of paths, by a door of the runtime. Where a set is finer than whole folders, no link is followed; a user may accept
    /// the whole folders instead.
    Paths,
    /// Any set of endpoints but those of UDP, by doors of the runtime.
    Streams,
    /// Any set of `tcp` endpoints at addresses, by a door of the runtime: it sees addresses and no names.
    Addresses,
    /// Any set, by an interface that the host author supplies and that asks the same gate.
    ByHost,
    /// Nothing: such a right does not compile. The text says what is missing.
    Refused(&'static str),
}

impl Enforcement {
    /// Whether a set can be held as it is.
    #[must_use]
    pub fn holds(self, set: &CapSet) -> bool {
        match self {
            Enforcement::Exact | Enforcement::ByHost => true,
            // Where a set could not be worked out, no folder would be found to open.
            Enforcement::Paths => set.is_whole_folders() || self.around(set).is_some(),
            Enforcement::Streams => is_of_streams(set),
            Enforcement::Addresses => is_at_addresses(set),
            Enforcement::Refused(_) => false,
        }
    }

    /// Whether a set is held without looking at each path: then a line that accepts more has nothing to accept.
    #[must_use]
    pub fn is_plain(self, set: &CapSet) -> bool {
        match self {
            Enforcement::Exact | Enforcement::ByHost => true,
            Enforcement::Paths => set.is_whole_folders(),
            Enforcement::Streams => is_of_streams(set),
            Enforcement::Addresses => is_at_addresses(set),
            Enforcement::Refused(_) => false,
        }
    }

    /// The smallest set that is held as a whole and has all of this one in it: of paths, the folders around them. `None`: there is
    /// none, or it was not found.
    #[must_use]
    pub fn around(self, set: &CapSet) -> Option<CapSet> {
        match (self, set) {
            (Enforcement::Exact | Enforcement::ByHost, _) => Some(set.clone()),
            (Enforcement::Paths, CapSet::Paths(paths)) => paths.subtrees_around().map(CapSet::Paths),
            (Enforcement::Streams | Enforcement::Addresses, _) if self.holds(set) => Some(set.clone()),
            (Enforcement::Paths | Enforcement::Streams | Enforcement::Addresses | Enforcement::Refused(_), _) => None,
        }
    }

    /// Why a set is not held on `tier`, as a sentence. Of a set that is held, it is not true.
    #[must_use]
    pub fn shortfall(self, tier: Tier) -> String {
        match self {
            Enforcement::Refused(why) => why.to_owned(),
            Enforcement::Streams => format!("the {tier} tier connects by TCP, and has no UDP in this version"),
            Enforcement::Addresses => {
                format!("the {tier} tier listens by `tcp` and on addresses, as in `tcp://127.0.0.1:8080`")
            }
            Enforcement::Exact | Enforcement::ByHost | Enforcement::Paths => {
                format!("the {tier} tier opens folders, and which this is in could not be worked out")
            }
        }
    }

    /// What a plugin is given where `exact` is finer than whole folders and a user accepts that it gets these: all that has to be
    /// given with it, if all of that is accepted, offered, and denied nowhere. `None`: `exact` stays what it is.
    #[must_use]
    pub fn widened(self, exact: &CapSet, accepted: &CapSet, offered: &CapSet, denied: &CapSet) -> Option<CapSet> {
        if exact.is_empty() || self.is_plain(exact) {
            return None;
        }
        let around = self.around(exact)?;
        let is_accepted = around.is_subset(&exact.union(accepted));
        (is_accepted && around.is_subset(offered) && around.is_disjoint(denied)).then_some(around)
    }
}

/// What `tier` can hold of `kind`. Exhaustive on purpose: a new kind or tier does not compile until it stands here.
#[must_use]
pub fn enforcement(kind: Kind, tier: Tier) -> Enforcement {
    match tier {
        Tier::Wasm => wasm(kind),
        // Who is called at a hook point stands in the plan itself.
        Tier::Native | Tier::Process | Tier::Container if kind == Kind::HookAttach => Enforcement::Exact,
        Tier::Native => Enforcement::Refused("the native tier has no sandbox in this version"),
        Tier::Process => Enforcement::Refused("the process tier has no sandbox in this version"),
        Tier::Container => Enforcement::Refused("the container tier has no sandbox in this version"),
    }
}

/// Whether a host may serve a kind through interfaces of its own, beside any door that a tier has for it.
#[must_use]
pub fn is_of_hosts(kind: Kind) -> bool {
    match kind {
        Kind::EventSubscribe
        | Kind::EventPublish
        | Kind::MessageSend
        | Kind::DbRead
        | Kind::DbWrite
        | Kind::DbExecute
        | Kind::HttpServe
        | Kind::ModelUse
        | Kind::TerminalRead
        | Kind::PaneCreate
        | Kind::StorageRead
        | Kind::StorageWrite
        | Kind::ToolUse
        | Kind::Own(_) => true,
        Kind::FsRead
        | Kind::FsWrite
        | Kind::FsMkdir
        | Kind::FsTemp
        | Kind::NetConnect
        | Kind::NetListen
        | Kind::EnvRead
        | Kind::ProcessSpawn
        | Kind::ClockRead
        | Kind::RandomRead
        | Kind::InterfaceUse
        | Kind::HookAttach => false,
    }
}

/// Whether nothing in a set is of UDP by name. Of every scheme, a plugin gets those that there are.
fn is_of_streams(set: &CapSet) -> bool {
    let CapSet::Endpoints(set) = set else { return false };
    !set.terms().any(|(within, _)| within.iter().any(|pattern| pattern.scheme() == Some("udp")))
}

/// Whether a set is one of `tcp` endpoints, none of them at a name.
fn is_at_addresses(set: &CapSet) -> bool {
    let CapSet::Endpoints(set) = set else { return false };
    set.terms().all(|(within, _)| {
        let is_name = |pattern: &EndpointPattern| matches!(pattern.host(), HostPattern::Names(_));
        within.iter().any(|pattern| pattern.scheme() == Some("tcp")) && !within.iter().any(is_name)
    })
}

fn wasm(kind: Kind) -> Enforcement {
    match kind {
        Kind::FsRead | Kind::FsWrite | Kind::FsMkdir => Enforcement::Paths,
        Kind::FsTemp
        | Kind::EnvRead
        | Kind::ClockRead
        | Kind::RandomRead
        | Kind::EventSubscribe
        | Kind::EventPublish
        | Kind::MessageSend
        | Kind::DbRead
        | Kind::DbWrite
        | Kind::DbExecute
        | Kind::HttpServe
        | Kind::ModelUse
        | Kind::StorageRead
        | Kind::StorageWrite
        | Kind::InterfaceUse
        | Kind::HookAttach => Enforcement::Exact,
        Kind::NetConnect => Enforcement::Streams,
        Kind::NetListen => Enforcement::Addresses,
        Kind::ProcessSpawn => Enforcement::Refused("a wasm plugin has no way to start a program"),
        Kind::TerminalRead | Kind::PaneCreate | Kind::ToolUse | Kind::Own(_) => Enforcement::ByHost,
    }
}
