//! Choosing among several versions. Comes in: what is here, what is known of, and pins. Goes out: which version of each plugin
//! is taken, and what has to be installed or pinned first; nothing, where none fit together.

use std::collections::BTreeMap;

use super::pool::{Candidate, Origin, Package, Pool};
use super::solve::{Chosen, Outcome, Search, budget};
use super::{ById, Taken, explain};
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::Pin;
use crate::index::Index;
use crate::manifest::Manifest;
use crate::profile::{Profile, Resolution};
use crate::source::Span;

/// How many candidates are listed.
const MAX_LISTED: usize = 12;

pub(super) fn settle<'m>(
    profile: &Profile,
    index: &Index,
    pins: &BTreeMap<&str, &Pin>,
    by_id: &ById<'m>,
    sink: &mut Sink,
) -> Option<Taken<'m>> {
    let pool = Pool::new(profile, index, pins, by_id);
    let budget = budget(&pool);
    let search = Search::new(&pool, &budget);
    match search.run(None) {
        Outcome::Chosen(chosen) => {
            let settled = Settled { pool: &pool, chosen: &chosen, needed_by: needed_by(&pool, &chosen) };
            settled.peers(sink);
            if profile.resolution == Resolution::Manual {
                settled.unpinned(sink);
            }
            settled.not_here(sink);
            Some(taken(&pool, &chosen, by_id))
        }
        Outcome::Conflict(tree) => {
            explain::report(&pool, &search, *tree, sink);
            None
        }
        Outcome::GivenUp => {
            explain::given_up(profile.place(), sink);
            None
        }
    }
}

/// The highest version of each that is here.
pub(super) fn highest<'m>(by_id: &ById<'m>) -> Taken<'m> {
    by_id.iter().map(|(id, versions)| (*id, versions.len().saturating_sub(1))).collect()
}

/// The manifests that were chosen, and the highest where that was none of them.
fn taken<'m>(pool: &Pool<'_>, chosen: &Chosen, by_id: &ById<'m>) -> Taken<'m> {
    let mut taken = highest(by_id);
    for (package, at) in chosen {
        let package = &pool.packages[*package];
        let Some((id, versions)) = by_id.get_key_value(package.name).filter(|_| package.present) else { continue };
        let version = &package.candidates[*at].version;
        let same = |one: &&Manifest| one.version.said().cmp_precedence(version).is_eq();
        taken.extend(versions.iter().position(same).map(|at| (*id, at)));
    }
    taken
}

/// Who of those that were chosen needs a package, as package and place among its needs.
type NeededBy = BTreeMap<usize, Vec<(usize, usize)>>;

fn needed_by(pool: &Pool<'_>, chosen: &Chosen) -> NeededBy {
    let mut needed_by = NeededBy::new();
    for (package, at) in chosen {
        for (number, need) in pool.packages[*package].candidates[*at].needs.iter().enumerate() {
            needed_by.entry(need.package).or_default().push((*package, number));
        }
    }
    needed_by
}

struct Settled<'s, 'p> {
    pool: &'s Pool<'p>,
    chosen: &'s Chosen,
    needed_by: NeededBy,
}

impl<'p> Settled<'_, 'p> {
    fn candidate(&self, package: usize) -> Option<&Candidate<'p>> {
        self.chosen.get(&package).map(|at| &self.pool.packages[package].candidates[*at])
    }

    /// Peers that nobody has: nothing draws them in.
    fn peers(&self, sink: &mut Sink) {
        for (package, at) in self.chosen {
            let candidate = &self.pool.packages[*package].candidates[*at];
            for need in candidate.needs.iter().filter(|need| need.peer && !self.chosen.contains_key(&need.package)) {
                let (who, peer) = (self.pool.packages[*package].name, self.pool.packages[need.package].name);
                let message = format!("there is no `{peer}`, which `{who}` {} needs beside it", candidate.version);
                let found = Diagnostic::new(Code::MissingDependency, need.range.span(), message);
                let found =
                    found.note("a peer is what the host has already: a plugin beside this one, or what it `provides`");
                sink.add(
                    found.help(format!("install `{peer}` {}, or let the host profile provide it", need.range.said())),
                );
            }
        }
    }

    /// Versions that could stand in the place of the chosen one, with everything else as it is.
    fn fitting(&self, package: usize) -> Vec<&Candidate<'p>> {
        let fits_needs = |candidate: &&Candidate<'p>| {
            candidate.needs.iter().all(|need| match self.candidate(need.package) {
                Some(other) => need.range.said().contains(&other.version),
                None => need.soft && !need.peer,
            })
        };
        let fits_others = |candidate: &&Candidate<'p>| {
            self.needed_by.get(&package).into_iter().flatten().all(|(other, number)| {
                let other = self.candidate(*other).and_then(|other| other.needs.get(*number));
                other.is_none_or(|need| need.range.said().contains(&candidate.version))
            })
        };
        let all = self.pool.packages[package].candidates.iter().rev();
        all.filter(fits_others).filter(fits_needs).collect()
    }

    /// Choices that the user makes under `resolution "manual"`.
    fn unpinned(&self, sink: &mut Sink) {
        for at in self.chosen.keys().copied() {
            let package = &self.pool.packages[at];
            if package.pin.is_some() || package.candidates.len() < 2 {
                continue;
            }
            let fitting = self.fitting(at);
            let Some(span) = self.place(at).filter(|_| fitting.len() > 1) else { continue };
            sink.add(unpinned(package, &fitting, span));
        }
    }

    /// Where a package is spoken of in a text that its user wrote or has: its own manifest, or the line that needs it.
    fn place(&self, package: usize) -> Option<Span> {
        let here = self.pool.packages[package].candidates.iter().rev().find(|candidate| candidate.origin.is_here());
        here.map(|candidate| candidate.origin.span()).or_else(|| self.line(package))
    }

    /// The line by which a package is needed, of a manifest where there is one.
    fn line(&self, package: usize) -> Option<Span> {
        let lines = self.needed_by.get(&package).into_iter().flatten().filter_map(|(other, number)| {
            let candidate = self.candidate(*other)?;
            Some((!candidate.origin.is_here(), candidate.needs.get(*number)?.range.span()))
        });
        lines.min().map(|(_, span)| span)
    }

    /// Versions that were chosen and are only in the index.
    fn not_here(&self, sink: &mut Sink) {
        for at in self.chosen.keys().copied() {
            let package = &self.pool.packages[at];
            let Some(Candidate { version, origin: Origin::Release(release), .. }) = self.candidate(at) else {
                continue;
            };
            let Some(span) = self.place(at) else { continue };
            let message = format!("`{}` {version} is chosen, and is not here", package.name);
            let found = Diagnostic::new(Code::NotInstalled, span, message);
            let found = found.because(release.version.span, "it is known of here");
            let other = self.fitting(at).into_iter().find(|candidate| candidate.origin.is_here());
            sink.add(match other {
                Some(other) => found.help(format!(
                    "install `{0}` {version}, or stay with what is here: `pin \"{0}\" \"{1}\"` in the grants",
                    package.name, other.version
                )),
                None => found.help(format!("install `{}` {version}", package.name)),
            });
        }
    }
}

fn unpinned(package: &Package<'_>, fitting: &[&Candidate<'_>], span: Span) -> Diagnostic {
    let name = package.name;
    let message = format!("{} versions of `{name}` fit, and no grant pins one", fitting.len());
    let found = Diagnostic::new(Code::UnpinnedChoice, span, message);
    let says = |candidate: &Candidate<'_>| match candidate.origin {
        Origin::Manifest(_) => format!("{} is here", candidate.version),
        _ => format!("{} is in the index", candidate.version),
    };
    let shown = fitting.iter().take(MAX_LISTED).filter(|candidate| candidate.origin.span() != span);
    let found = shown.fold(found, |found, candidate| found.because(candidate.origin.span(), says(candidate)));
    let first = fitting.iter().find(|candidate| candidate.origin.is_here()).or(fitting.first());
    let version = first.map(|candidate| candidate.version.to_string()).unwrap_or_default();
    let all: Vec<String> = fitting.iter().take(MAX_LISTED).map(|candidate| candidate.version.to_string()).collect();
    found
        .help(format!("pin one in the grants, as in `pin \"{name}\" \"{version}\"`"))
        .note(format!("these fit: {}", all.join(", ")))
}
