//! How much harm a right of each kind can do in wrong hands. Deliberately absent: what the right is about; see `sensitive`.

use std::fmt;

use super::Kind;

/// How grave it is to give something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// It touches what is the plugin's own, or nobody's.
    Low,
    /// It learns something, or has something of its own making seen by others.
    Medium,
    /// It changes what is others', or carries away what it learned.
    High,
    /// It takes over: it runs programs with the rights of the host, or reaches secrets.
    Critical,
}

impl Risk {
    /// Every level, from the least.
    pub const ALL: &[Risk] = &[Risk::Low, Risk::Medium, Risk::High, Risk::Critical];

    /// Its word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Risk::Low => "low",
            Risk::Medium => "medium",
            Risk::High => "high",
            Risk::Critical => "critical",
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl Kind {
    /// How grave it is to give a right of this kind, whatever it is about. Exhaustive on purpose: a new kind does not compile
    /// until it stands here. A kind of a host's own is in the middle: what it does is the host's to know.
    #[must_use]
    pub fn risk(self) -> Risk {
        match self {
            Kind::FsTemp
            | Kind::ClockRead
            | Kind::RandomRead
            | Kind::PaneCreate
            | Kind::StorageRead
            | Kind::EventSubscribe => Risk::Low,
            Kind::FsRead
            | Kind::FsMkdir
            | Kind::EnvRead
            | Kind::EventPublish
            | Kind::MessageSend
            | Kind::DbRead
            | Kind::HttpServe
            | Kind::ModelUse
            | Kind::TerminalRead
            | Kind::StorageWrite
            | Kind::InterfaceUse
            | Kind::HookAttach
            | Kind::Own(_) => Risk::Medium,
            Kind::FsWrite | Kind::NetConnect | Kind::NetListen | Kind::DbWrite | Kind::DbExecute | Kind::ToolUse => {
                Risk::High
            }
            Kind::ProcessSpawn => Risk::Critical,
        }
    }
}
