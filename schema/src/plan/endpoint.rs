//! What a host does before an endpoint of a plugin answers. Goes out: [`Conditions`], as the plan tells the host. Deliberately
//! absent: any of it done; the host profile says that the host does it.

use super::{NameEntry, NameSort, SealError};
use crate::name::PointName;

/// What a host does before an endpoint answers. Nothing by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Whom it lets through. `None`: anyone.
    pub auth: Option<Auth>,
    /// How often it lets anyone through. `None`: always.
    pub rate: Option<Rate>,
    /// What a request passes first, in this order.
    pub middleware: Vec<PointName>,
}

/// Callers that the host knows, and that have all of this.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Auth {
    /// Roles, as the host calls them.
    pub roles: Vec<PointName>,
    /// Permissions, as the host calls them.
    pub permissions: Vec<PointName>,
}

/// So many requests in any stretch of so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many: at least 1.
    pub requests: u64,
    /// How long, in milliseconds: at least 1.
    pub window: u64,
}

/// A sort of condition that a host keeps or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// Only for callers that the host knows.
    Auth,
    /// So many requests in so long.
    RateLimit,
    /// Something that a request passes first.
    Middleware,
    /// Schemas that what comes with a request fits.
    Validation,
}

impl Condition {
    /// Every sort.
    pub const ALL: [Condition; 4] =
        [Condition::Auth, Condition::RateLimit, Condition::Middleware, Condition::Validation];

    /// Its word in host profiles.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Condition::Auth => "auth",
            Condition::RateLimit => "rate-limit",
            Condition::Middleware => "middleware",
            Condition::Validation => "validation",
        }
    }
}

/// INVARIANT (conditions): only what answers HTTP has them, and every limit lets something through.
pub(super) fn check(entry: &NameEntry) -> Result<(), SealError> {
    let is_idle = |rate: Rate| rate.requests == 0 || rate.window == 0;
    let is_misplaced = entry.sort != NameSort::Endpoint && entry.conditions != Conditions::default();
    match is_misplaced || entry.conditions.rate.is_some_and(is_idle) {
        true => Err(SealError::Dangling(format!("a condition of `{}`", entry.name))),
        false => Ok(()),
    }
}
