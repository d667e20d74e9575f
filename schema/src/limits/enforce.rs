//! Which tier enforces which quota. Exhaustive on purpose: a new quota or tier does not compile until it stands here.
//! Deliberately absent: how it is enforced; see the tiers of the runtime.

use super::Quota;
use crate::capability::Tier;

/// How a tier enforces a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Any number.
    Any,
    /// This number and no other, by its nature.
    Only(u64),
    /// Not at all: such a limit does not compile. The text says what is missing.
    Nothing(&'static str),
}

impl Keeping {
    /// Whether a plugin can have exactly this much.
    #[must_use]
    pub fn gives(self, value: u64) -> bool {
        match self {
            Keeping::Any => true,
            Keeping::Only(only) => value == only,
            Keeping::Nothing(_) => false,
        }
    }

    /// Whether a plugin never gets more than this much.
    #[must_use]
    pub fn holds(self, ceiling: u64) -> bool {
        match self {
            Keeping::Any => true,
            Keeping::Only(only) => only <= ceiling,
            Keeping::Nothing(_) => false,
        }
    }
}

/// How `tier` enforces `quota`.
#[must_use]
pub fn keeping(quota: Quota, tier: Tier) -> Keeping {
    match tier {
        Tier::Wasm => wasm(quota),
        Tier::Native => Keeping::Nothing("the native tier measures nothing in this version"),
        Tier::Process => Keeping::Nothing("the process tier measures nothing in this version"),
        Tier::Container => Keeping::Nothing("the container tier measures nothing in this version"),
    }
}

fn wasm(quota: Quota) -> Keeping {
    match quota {
        Quota::Memory
        | Quota::Cpu
        | Quota::Wall
        | Quota::Output
        | Quota::OutputLines
        | Quota::OutputRate
        | Quota::Handles
        | Quota::FileSize
        | Quota::Disk
        | Quota::Storage
        | Quota::Connections
        | Quota::Bandwidth
        | Quota::MessageSize
        | Quota::Concurrency
        | Quota::CpuShare => Keeping::Any,
        Quota::Threads => Keeping::Only(1),
    }
}
