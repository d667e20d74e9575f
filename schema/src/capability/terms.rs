//! Sets taken apart and put together again, for texts that machines write. Comes in: a set, or its terms. Goes out: the other
//! one; a set comes back the same. Deliberately absent: any text around them.

use super::set::explain;
use super::{CapSet, CapTextError, DomainKind, Kind};
use crate::set::{Domain, PatternError, Set, Sorted};

/// What all of some patterns cover, and none of some others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Term {
    /// The patterns that all have to cover a thing.
    pub within: Vec<String>,
    /// Those that must not.
    pub except: Vec<String>,
}

impl CapSet {
    /// Its terms: it is what any of them covers.
    #[must_use]
    pub fn terms(&self) -> Vec<Term> {
        match self {
            CapSet::Paths(set) => apart(set),
            CapSet::Names(set) => apart(set),
            CapSet::Endpoints(set) => apart(set),
            CapSet::Numbers(set) => apart(set),
            CapSet::Commands(set) => apart(set),
        }
    }

    /// What any of these terms covers.
    ///
    /// # Errors
    /// A text is no pattern of the kind's domain.
    pub fn of_terms(kind: Kind, terms: &[Term]) -> Result<CapSet, CapTextError> {
        let set = match kind.domain() {
            DomainKind::Paths | DomainKind::Routes => together(terms).map(CapSet::Paths),
            DomainKind::Names => together(terms).map(CapSet::Names),
            DomainKind::Endpoints => together(terms).map(CapSet::Endpoints),
            DomainKind::Numbers => together(terms).map(CapSet::Numbers),
            DomainKind::Commands => together(terms).map(CapSet::Commands),
        };
        set.map_err(|error| explain(&error))
    }
}

fn apart<D: Domain>(set: &Set<D>) -> Vec<Term> {
    let texts = |patterns: &[D::Pattern]| patterns.iter().map(ToString::to_string).collect();
    set.terms().map(|(within, except)| Term { within: texts(within), except: texts(except) }).collect()
}

fn together<D: Domain>(terms: &[Term]) -> Result<Set<D>, PatternError> {
    let patterns = |texts: &[String]| texts.iter().map(|text| text.parse()).collect::<Result<Sorted<D::Pattern>, _>>();
    let terms = terms.iter().map(|term| Ok((patterns(&term.within)?, patterns(&term.except)?)));
    Ok(Set::from_terms(terms.collect::<Result<Vec<_>, PatternError>>()?))
}
