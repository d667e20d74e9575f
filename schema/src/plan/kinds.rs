//! The kinds of right that a plan speaks of beside the built-in ones. Goes out: proof that its lists name no other.

use super::seal::strictly_sorted;
use super::{Draft, Place, PluginEntry, SealError};
use crate::capability::{Kind, Kinds, MAX_OWN_KINDS, OwnKind};

/// A kind of right that the host profile declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindEntry {
    /// What it is.
    pub own: &'static OwnKind,
    /// Where the profile declares it.
    pub place: Place,
}

impl Draft {
    /// Every kind of right that it may speak of.
    #[must_use]
    pub fn known_kinds(&self) -> Kinds {
        Kinds::new(self.kinds.iter().map(|entry| entry.own))
    }
}

/// INVARIANT (kinds): every kind that a plan speaks of is built in or stands in its list, each key once.
pub(super) fn check(draft: &Draft) -> Result<(), SealError> {
    strictly_sorted(format_args!("kinds"), draft.kinds.iter().map(|entry| entry.own.key()))?;
    if draft.kinds.len() > MAX_OWN_KINDS {
        return Err(SealError::TooMany(format!("{} kinds of the host's own", draft.kinds.len())));
    }
    let lines = draft.rules.iter().map(|line| line.kind).chain(draft.grants.iter().map(|line| line.kind));
    all_known(&draft.known_kinds(), lines)
}

/// The same of what a plugin asks for and has.
pub(super) fn check_plugin(known: &Kinds, plugin: &PluginEntry) -> Result<(), SealError> {
    let claims = plugin.claims.iter().map(|line| line.kind);
    all_known(known, claims.chain(plugin.granted.iter().map(|right| right.kind)))
}

fn all_known(known: &Kinds, kinds: impl Iterator<Item = Kind>) -> Result<(), SealError> {
    let mut own = kinds.filter(|kind| matches!(kind, Kind::Own(_)));
    match own.find(|kind| known.find(kind.key()) != Some(*kind)) {
        Some(kind) => Err(SealError::Dangling(format!("a line about `{kind}`"))),
        None => Ok(()),
    }
}
