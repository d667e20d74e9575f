//! Candidates that fit together. Comes in: a pool. Goes out: one candidate for each package that takes part, why there is none,
//! or that the search was given up. Work is counted in questions that the solver asks, so it ends on every machine at the same
//! one.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use pubgrub::{
    Dependencies, DependencyConstraints, DependencyProvider, DerivationTree, PackageResolutionStatistics, PubGrubError,
    VersionSet, resolve,
};
use semver::Version;

use super::pool::{Candidate, Pool};
use crate::manifest::Versions;
use crate::source::Span;

/// How many questions the solver may ask, in all searches of one compilation, besides [`PER_CANDIDATE`] for each candidate.
const MAX_STEPS: u64 = 10_000;

/// How many more for each candidate.
const PER_CANDIDATE: u64 = 8;

/// How many questions a conflict costs: what is learned from it is looked at again in every later step.
const PER_CONFLICT: u64 = 4;

/// Why nothing fits.
pub(super) type Tree = DerivationTree<usize, Versions, String>;

/// The candidates by package.
pub(super) type Chosen = BTreeMap<usize, usize>;

/// How a search ended.
pub(super) enum Outcome {
    Chosen(Chosen),
    Conflict(Box<Tree>),
    GivenUp,
}

/// What all searches of one compilation share.
pub(super) struct Search<'s, 'p> {
    pool: &'s Pool<'p>,
    ranks: Vec<usize>,
    budget: &'s Cell<u64>,
    /// The conflicts of each package that were paid for.
    paid: Vec<Cell<u32>>,
}

/// A fresh budget for a pool.
pub(super) fn budget(pool: &Pool<'_>) -> Cell<u64> {
    let candidates: usize = pool.packages.iter().map(|package| package.candidates.len()).sum();
    Cell::new(MAX_STEPS + PER_CANDIDATE * candidates as u64)
}

impl<'s, 'p> Search<'s, 'p> {
    pub(super) fn new(pool: &'s Pool<'p>, budget: &'s Cell<u64>) -> Self {
        let paid = pool.packages.iter().map(|_| Cell::new(0)).collect();
        Search { pool, ranks: ranks(pool), budget, paid }
    }

    /// Looks for candidates, as if the line at `without` were not there. What is optional draws nothing in, and constrains
    /// what others draw in: where it does not fit, the search is made again with it.
    pub(super) fn run(&self, without: Option<Span>) -> Outcome {
        let mut hardened = BTreeSet::new();
        loop {
            let provider = Provider { search: self, without, hardened: &hardened };
            match resolve(&provider, 0, Version::new(0, 0, 0)) {
                Ok(solution) => {
                    let chosen = self.candidates(solution.iter());
                    let before = hardened.len();
                    hardened.extend(self.misfits(&chosen, without));
                    if hardened.len() == before {
                        return Outcome::Chosen(chosen);
                    }
                }
                Err(PubGrubError::NoSolution(tree)) => return Outcome::Conflict(Box::new(tree)),
                Err(_) => return Outcome::GivenUp,
            }
        }
    }

    fn candidates<'v>(&self, solution: impl Iterator<Item = (&'v usize, &'v Version)>) -> Chosen {
        let at = |package: usize, version: &Version| {
            self.pool.packages[package].candidates.binary_search_by(|one| one.version.cmp(version)).ok()
        };
        solution.filter_map(|(package, version)| Some((*package, at(*package, version)?))).collect()
    }

    /// Packages that are chosen, and that someone who asks softly cannot use.
    fn misfits(&self, chosen: &Chosen, without: Option<Span>) -> Vec<usize> {
        let mut found = vec![];
        for (package, at) in chosen {
            let needs = &self.pool.packages[*package].candidates[*at].needs;
            for need in needs.iter().filter(|need| need.soft && Some(need.range.span()) != without) {
                let other = chosen.get(&need.package).map(|at| &self.pool.packages[need.package].candidates[*at]);
                found.extend(other.filter(|other| !need.range.said().contains(&other.version)).map(|_| need.package));
            }
        }
        found
    }

    fn candidate(&self, package: usize, version: &Version) -> Option<&Candidate<'p>> {
        let candidates = &self.pool.packages[package].candidates;
        candidates.binary_search_by(|one| one.version.cmp(version)).ok().map(|at| &candidates[at])
    }
}

struct Provider<'a, 's, 'p> {
    search: &'a Search<'s, 'p>,
    without: Option<Span>,
    hardened: &'a BTreeSet<usize>,
}

/// The search was given up.
#[derive(Debug)]
pub(super) struct GivenUp;

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many steps")
    }
}

impl std::error::Error for GivenUp {}

impl Provider<'_, '_, '_> {
    fn step(&self) {
        self.pay(1);
    }

    fn pay(&self, steps: u64) {
        self.search.budget.set(self.search.budget.get().saturating_sub(steps));
    }
}

impl DependencyProvider for Provider<'_, '_, '_> {
    type P = usize;
    type V = Version;
    type VS = Versions;
    /// What stood in the way before comes first, then who is nearer to the host.
    type Priority = (u32, Reverse<usize>);
    type M = String;
    type Err = GivenUp;

    fn prioritize(&self, package: &usize, _: &Versions, seen: &PackageResolutionStatistics) -> Self::Priority {
        let paid = self.search.paid[*package].replace(seen.conflict_count());
        self.pay(1 + PER_CONFLICT * u64::from(seen.conflict_count().saturating_sub(paid)));
        (seen.conflict_count(), Reverse(self.search.ranks[*package]))
    }

    fn choose_version(&self, package: &usize, set: &Versions) -> Result<Option<Version>, GivenUp> {
        self.step();
        if *package == 0 {
            return Ok(Some(Version::new(0, 0, 0)));
        }
        let package = &self.search.pool.packages[*package];
        Ok(package.choose(set).map(|at| package.candidates[at].version.clone()))
    }

    fn get_dependencies(
        &self,
        package: &usize,
        version: &Version,
    ) -> Result<Dependencies<usize, Versions, String>, GivenUp> {
        self.step();
        let mut all: BTreeMap<usize, Versions> = BTreeMap::new();
        if *package == 0 {
            let present = self.search.pool.packages.iter().enumerate().filter(|(_, package)| package.present);
            all.extend(present.map(|(at, _)| (at, Versions::full())));
        }
        let needs = self.search.candidate(*package, version).map_or(&[][..], |candidate| &candidate.needs);
        for need in needs.iter().filter(|need| !need.soft || self.hardened.contains(&need.package)) {
            if Some(need.range.span()) != self.without {
                let set = all.entry(need.package).or_insert_with(Versions::full);
                *set = set.intersection(need.range.said().versions());
            }
        }
        Ok(Dependencies::Available(DependencyConstraints::from_iter(all)))
    }

    fn should_cancel(&self) -> Result<(), GivenUp> {
        self.step();
        if self.search.budget.get() == 0 { Err(GivenUp) } else { Ok(()) }
    }
}

/// Who is served first: plugins that no plugin here needs, then what they need, step by step; each time by name.
fn ranks(pool: &Pool<'_>) -> Vec<usize> {
    let mut needed = vec![false; pool.packages.len()];
    for (at, package) in pool.packages.iter().enumerate().filter(|(_, package)| package.present) {
        let needs = package.candidates.iter().flat_map(|candidate| &candidate.needs);
        needs.filter(|need| need.package != at).for_each(|need| needed[need.package] = true);
    }
    let present = |is_needed: bool| {
        let all = pool.packages.iter().zip(&needed).enumerate();
        let wanted = all.filter(|(_, (package, needed))| package.present && **needed == is_needed);
        wanted.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let (mut ranks, mut next) = (vec![usize::MAX; pool.packages.len()], 0);
    for starts in [present(false), present(true), (0..pool.packages.len()).collect()] {
        let mut queue = VecDeque::from(starts);
        while let Some(at) = queue.pop_front() {
            if ranks[at] == usize::MAX {
                ranks[at] = next;
                next += 1;
                let needs = pool.packages[at].candidates.iter().rev().flat_map(|candidate| &candidate.needs);
                queue.extend(needs.map(|need| need.package).filter(|package| ranks[*package] == usize::MAX));
            }
        }
    }
    ranks
}
