//! Why nothing fits, as a list. Comes in: the solver's derivation tree, which may be as deep as the search was long. Goes out:
//! its facts, causes before what follows from them, each once. Nothing here recurses.

use std::collections::BTreeMap;
use std::sync::Arc;

use pubgrub::{DerivationTree, External, Term};

use super::solve::Tree;
use crate::manifest::Versions;

/// Versions of packages, by the places of the packages: those of one that do, or do not, hold.
pub(super) type Terms = Vec<(usize, Term<Versions>)>;

/// A fact about versions of packages.
pub(super) enum Fact {
    /// Those versions of the first need the second.
    Needs { package: usize, versions: Box<Versions>, needed: usize, range: Box<Versions> },
    /// There are no such versions.
    None { package: usize },
    /// What follows from two others, by their places in the list: not all of these hold at once.
    Follows { terms: Terms, causes: [usize; 2] },
}

/// The facts of a tree; the last is the end of it.
pub(super) fn facts(tree: Tree) -> Vec<Fact> {
    let root = Arc::new(tree);
    let (mut facts, mut places, mut kept) = (vec![], BTreeMap::new(), vec![]);
    let mut stack = vec![(root, false)];
    while let Some((node, seen)) = stack.pop() {
        let key = Arc::as_ptr(&node) as usize;
        if places.contains_key(&key) {
            continue;
        }
        let fact = match &*node {
            DerivationTree::External(external) => external_fact(external),
            DerivationTree::Derived(derived) if !seen => {
                let (first, second) = (derived.cause1.clone(), derived.cause2.clone());
                stack.extend([(node, true), (second, false), (first, false)]);
                continue;
            }
            DerivationTree::Derived(derived) => {
                let mut terms: Vec<_> = derived.terms.iter().map(|(at, term)| (*at, term.clone())).collect();
                terms.sort_by_key(|(at, _)| *at);
                let place = |cause: &Arc<Tree>| places.get(&(Arc::as_ptr(cause) as usize)).copied().unwrap_or_default();
                Fact::Follows { terms, causes: [place(&derived.cause1), place(&derived.cause2)] }
            }
        };
        places.insert(key, facts.len());
        facts.push(fact);
        kept.push(node);
    }
    // From the root down: each frees itself alone, because what is below it is still kept.
    while kept.pop().is_some() {}
    facts
}

fn external_fact(external: &External<usize, Versions, String>) -> Fact {
    match external {
        External::FromDependencyOf(package, versions, needed, range) => {
            let (versions, range) = (Box::new(versions.clone()), Box::new(range.clone()));
            Fact::Needs { package: *package, versions, needed: *needed, range }
        }
        External::NoVersions(package, _) | External::Custom(package, _, _) => Fact::None { package: *package },
        External::NotRoot(package, _) => {
            Fact::Follows { terms: vec![(*package, Term::Positive(pubgrub::VersionSet::full()))], causes: [0, 0] }
        }
    }
}
