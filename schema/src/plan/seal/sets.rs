//! Sets of a draft. INVARIANT (decided): every line says what it covers, and whom. A set of too many patterns has no member that could
//! be asked about, so a deny for it would take nothing.

use super::SealError;
use crate::plan::Draft;

/// Looks at every line, whoever it is about.
pub(super) fn check(draft: &Draft) -> Result<(), SealError> {
    let publishers = draft.publishers.iter().map(|line| (&line.place, line.plugins.is_too_complex()));
    let grants =
        draft.grants.iter().map(|line| (&line.place, line.plugins.is_too_complex() || line.set.is_too_complex()));
    let rules = draft.rules.iter().map(|line| (&line.place, line.set.is_too_complex()));
    let nevers = draft.nevers.iter().map(|line| {
        (&line.place, line.plugins.is_too_complex() || line.parts.iter().any(|(_, set)| set.is_too_complex()))
    });
    let claims = draft.plugins.iter().flat_map(|plugin| &plugin.claims);
    let claims = claims.map(|line| (&line.place, line.set.is_too_complex()));
    let mut all = publishers.chain(grants).chain(rules).chain(nevers).chain(claims);
    match all.find(|(_, is_too_complex)| *is_too_complex) {
        Some((place, _)) => Err(SealError::TooMany(format!("the patterns at {place}"))),
        None => Ok(()),
    }
}
