//! Conflicts, told as a person would. Comes in: facts. Goes out: one diagnostic: what is asked of which package by whom, each at
//! its line; the chain of reasons where it has more than one link; and an edit after which everything fits, when there is one.

use std::collections::BTreeSet;

use pubgrub::{Term, VersionSet};

use super::facts::{Fact, Terms, facts};
use super::pool::{Candidate, Need, Package, Pool};
use super::solve::{Outcome, Search, Tree};
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::Versions;
use crate::source::Span;

/// How many lines of manifests are tried for an edit that helps.
const MAX_TRIED: usize = 8;

/// How many reasons are told, and how many lines shown.
const MAX_TOLD: usize = 12;

/// A line that takes part in a conflict.
struct Line {
    span: Span,
    package: usize,
    needed: usize,
    /// Whether it stands in a manifest that is here.
    here: bool,
    says: String,
    written: String,
}

/// Reports why nothing fits.
pub(super) fn report(pool: &Pool<'_>, search: &Search<'_, '_>, tree: Tree, sink: &mut Sink) {
    let facts = facts(tree);
    let lines = lines(pool, &facts);
    let contested = contested(pool, &facts, &lines);
    let remedy = remedy(pool, search, &lines, contested);
    let of_contested = |line: &&Line| line.needed == contested;
    let primary = remedy
        .as_ref()
        .map(|(at, _)| &lines[*at])
        .or_else(|| lines.iter().find(|line| line.here && line.needed == contested))
        .or_else(|| lines.iter().find(|line| line.here))
        .or_else(|| lines.iter().find(of_contested));
    let package = &pool.packages[contested];
    let span = primary.map(|line| line.span).or_else(|| package.pin.map(|pin| pin.version.span));
    let Some(span) = span.or_else(|| package.yanked.first().map(|release| release.version.span)) else { return };
    let code = if is_missing(package) { Code::MissingDependency } else { Code::VersionConflict };
    let mut found = Diagnostic::new(code, span, message(package, &lines, contested));
    if let Some(line) = primary {
        found = found.label(line.says.clone());
    }
    for line in lines.iter().filter(|line| line.span != span).take(MAX_TOLD) {
        found = found.because(line.span, line.says.clone());
    }
    if let Some(pin) = package.pin.filter(|pin| pin.version.span != span) {
        found = found.because(pin.version.span, format!("`{}` is pinned to {}", package.name, pin.version.value));
    }
    found = notes(pool, &facts, found).note(known(package));
    for absent in absent(pool, &facts).filter(|absent| *absent != contested) {
        found = found.note(known(&pool.packages[absent]));
    }
    sink.add(found.help(remedy.map_or_else(|| helpless(package), |(_, help)| help)));
}

/// Reports a search that was given up.
pub(super) fn given_up(span: Span, sink: &mut Sink) {
    let message = "the versions of these plugins are too entangled: the search for some that fit was given up";
    let found = Diagnostic::new(Code::ResolutionLimit, span, message);
    sink.add(
        found
            .help("pin versions in the grants, as in `pin \"my-plugin\" \"1.2.0\"`, or take packages out of the index")
            .note("the search ends after a fixed number of steps, the same on every machine"),
    );
}

fn is_missing(package: &Package<'_>) -> bool {
    package.candidates.is_empty() && package.pin.is_none() && package.yanked.is_empty() && !package.is_engine
}

/// Packages that take part and that nobody has, each once.
fn absent(pool: &Pool<'_>, facts: &[Fact]) -> impl Iterator<Item = usize> {
    let empty = |package: &usize| pool.packages[*package].candidates.is_empty();
    let none = facts.iter().filter_map(|fact| match fact {
        Fact::None { package } => Some(*package),
        _ => None,
    });
    none.filter(empty).collect::<BTreeSet<usize>>().into_iter().take(MAX_TOLD)
}

/// The lines of manifests and of the index that the facts are about, each once.
fn lines(pool: &Pool<'_>, facts: &[Fact]) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![];
    for fact in facts {
        let Fact::Needs { package, versions, needed, .. } = fact else { continue };
        let candidates = pool.packages[*package].candidates.iter().rev();
        let spoken_of = candidates.filter(|candidate| versions.contains(&candidate.version));
        let mut best: Option<(&Candidate<'_>, &Need<'_>)> = None;
        for candidate in spoken_of {
            let need = candidate.needs.iter().find(|need| need.package == *needed);
            let better = best.is_none_or(|(other, _)| candidate.origin.is_here() && !other.origin.is_here());
            best = need.filter(|_| better).map(|need| (candidate, need)).or(best);
        }
        let Some((candidate, need)) = best else { continue };
        let span = need.range.span();
        if lines.iter().all(|line| line.span != span) {
            let written = need.range.said().to_string();
            let target = name(&pool.packages[*needed]);
            let says = format!("{} {} needs {target} {written}", name(&pool.packages[*package]), candidate.version);
            lines.push(Line {
                span,
                package: *package,
                needed: *needed,
                here: candidate.origin.is_here(),
                says,
                written,
            });
        }
    }
    lines
}

/// The package about which the others disagree: the one with most lines, the last of these.
fn contested(pool: &Pool<'_>, facts: &[Fact], lines: &[Line]) -> usize {
    let missing = facts.iter().find_map(|fact| match fact {
        Fact::None { package } if is_missing(&pool.packages[*package]) => Some(*package),
        _ => None,
    });
    let count = |package: usize| lines.iter().filter(|line| line.needed == package).count();
    let most = lines.iter().map(|line| line.needed).max_by_key(|package| count(*package));
    let none = facts.iter().find_map(|fact| match fact {
        Fact::None { package } => Some(*package),
        _ => None,
    });
    missing.filter(|_| lines.len() < 2).or(most).or(none).unwrap_or_default()
}

fn message(package: &Package<'_>, lines: &[Line], contested: usize) -> String {
    let mut who: Vec<usize> = vec![];
    for line in lines.iter().filter(|line| line.needed == contested) {
        if !who.contains(&line.package) {
            who.push(line.package);
        }
    }
    let first = lines.iter().find(|line| line.needed == contested);
    match (first, who.len()) {
        (None, _) => format!("no version of {} can be used", name(package)),
        (Some(_), 1) if is_missing(package) => format!("there is no plugin {}", name(package)),
        (Some(line), 1) => format!("{}, and no version of it fits", line.says),
        (Some(_), count) => {
            let says = lines.iter().filter(|line| line.needed == contested).map(|line| line.says.split(' ').next());
            let mut names: Vec<&str> = says.flatten().collect();
            names.dedup();
            names.truncate(MAX_TOLD);
            let all = if count == 2 { "both " } else { "all of " };
            format!("no version of {} fits {all}{}", name(package), listed(&names))
        }
    }
}

/// An edit of one line here after which everything fits, tried out.
fn remedy(pool: &Pool<'_>, search: &Search<'_, '_>, lines: &[Line], contested: usize) -> Option<(usize, String)> {
    let here = lines.iter().enumerate().filter(|(_, line)| line.here && !pool.packages[line.needed].is_engine);
    let (mut first, rest): (Vec<_>, Vec<_>) = here.partition(|(_, line)| line.needed == contested);
    first.extend(rest);
    for (at, line) in first.into_iter().take(MAX_TRIED) {
        let Outcome::Chosen(chosen) = search.run(Some(line.span)) else { continue };
        let (depender, needed) = (name(&pool.packages[line.package]), &pool.packages[line.needed]);
        let help = match chosen.get(&line.needed).map(|at| &needed.candidates[*at].version) {
            Some(version) => format!(
                "let {depender} take {} {version}, if it works with it: `{} || {version}`; everything else fits then",
                name(needed),
                line.written
            ),
            None => format!("let {depender} do without {}; everything else fits then", name(needed)),
        };
        return Some((at, help));
    }
    None
}

fn helpless(package: &Package<'_>) -> String {
    match package.pin {
        Some(pin) => format!("remove the pin of `{}` to {}, or pin another version", pin.id.value, pin.version.value),
        None => {
            "use other versions of these plugins, or leave one of them out: no edit of one line is enough".to_owned()
        }
    }
}

/// What there is of a package.
fn known(package: &Package<'_>) -> String {
    let versions: Vec<String> = package.candidates.iter().rev().map(|one| one.version.to_string()).collect();
    let shown: Vec<&str> = versions.iter().take(MAX_TOLD).map(String::as_str).collect();
    let more = versions.len() - shown.len();
    let back = package.yanked.iter().map(|release| release.version.value.to_string()).collect::<Vec<_>>();
    let back: Vec<&str> = back.iter().take(MAX_TOLD).map(String::as_str).collect();
    let mut text = match shown.is_empty() {
        true => format!("no version of {} is known that may be chosen", name(package)),
        false if more > 0 => format!("of {} there are {} and {more} lower ones", name(package), shown.join(", ")),
        false if shown.len() == 1 => format!("of {} there is {}", name(package), listed(&shown)),
        false => format!("of {} there are {}", name(package), listed(&shown)),
    };
    if !back.is_empty() {
        text.push_str(&format!("; taken back: {}", listed(&back)));
    }
    text
}

/// The chain of reasons: nothing where the lines say it all.
fn notes(pool: &Pool<'_>, facts: &[Fact], mut found: Diagnostic) -> Diagnostic {
    // That the host needs its plugins, and that there are no other versions, goes without saying.
    let is_plain = |fact: &Fact| match fact {
        Fact::Needs { package, .. } => *package == 0,
        Fact::Follows { terms, .. } => terms.iter().all(|(package, _)| *package == 0),
        Fact::None { .. } => true,
    };
    let links: Vec<(&Terms, &[usize; 2])> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Follows { terms, causes } if !causes.iter().any(|at| is_plain(&facts[*at])) => Some((terms, causes)),
            _ => None,
        })
        .collect();
    if links.len() < 2 {
        return found;
    }
    for (terms, causes) in links.iter().take(MAX_TOLD) {
        let [first, second] = causes.map(|at| said(pool, &facts[at]));
        found = found.note(format!("{first}, and {second}: {}", conclusion(pool, terms)));
    }
    match links.len().saturating_sub(MAX_TOLD) {
        0 => found,
        more => found.note(format!("and {more} more such steps lead to the end")),
    }
}

fn said(pool: &Pool<'_>, fact: &Fact) -> String {
    match fact {
        Fact::Needs { package, versions, needed, range } => {
            let (who, verb) = subject(&pool.packages[*package], versions);
            format!("{who} {verb} {}", among(&pool.packages[*needed], range))
        }
        Fact::None { package } if pool.packages[*package].candidates.is_empty() => {
            format!("there is no {} to choose", name(&pool.packages[*package]))
        }
        Fact::None { package } => format!("there is no other {}", name(&pool.packages[*package])),
        Fact::Follows { terms, .. } => conclusion(pool, terms),
    }
}

fn conclusion(pool: &Pool<'_>, terms: &[(usize, Term<Versions>)]) -> String {
    let (mut who, mut verb, mut what) = (vec![], "need", vec![]);
    for (at, term) in terms.iter().filter(|(package, _)| *package != 0).take(MAX_TOLD) {
        match term {
            Term::Positive(set) => {
                let (name, needs) = subject(&pool.packages[*at], set);
                verb = if who.is_empty() { needs } else { "need" };
                who.push(name);
            }
            Term::Negative(set) => what.push(among(&pool.packages[*at], set)),
        }
    }
    let who: Vec<&str> = who.iter().map(String::as_str).collect();
    match (who.as_slice(), what.is_empty()) {
        ([], true) => "nothing fits together".to_owned(),
        ([], false) => format!("{} is needed", what.join(" or ")),
        ([one], true) => match one.strip_prefix("every version") {
            Some(rest) => format!("no version{rest} can be used"),
            None => format!("{one} cannot be used"),
        },
        (all, true) => format!("{} cannot be used together", listed(all)),
        (all, false) => format!("{} {verb} {}", listed(all), what.join(" or ")),
    }
}

/// Versions of a package as a subject, and how its verb goes on.
fn subject(package: &Package<'_>, set: &Versions) -> (String, &'static str) {
    let there = package.candidates.len();
    match package.candidates.iter().filter(|one| set.contains(&one.version)).count() {
        1 => (among(package, set), "needs"),
        0 => (name(package), "needs"),
        count if count == there => (format!("every version of {}", name(package)), "needs"),
        _ => (among(package, set), "need"),
    }
}

/// The versions of a package that are in a set, by name or by how far they go.
fn among(package: &Package<'_>, set: &Versions) -> String {
    let found: Vec<usize> =
        package.candidates.iter().enumerate().filter(|(_, one)| set.contains(&one.version)).map(|(at, _)| at).collect();
    let version = |at: &usize| package.candidates[*at].version.to_string();
    match found.as_slice() {
        [] => format!("a version of {} that there is not", name(package)),
        [at] => format!("{} {}", name(package), version(at)),
        [a, b] => format!("{} {} or {}", name(package), version(a), version(b)),
        [first, .., last] if found.len() == package.candidates.len() => {
            format!("any {} from {} to {}", name(package), version(first), version(last))
        }
        [first, .., last] if last - first + 1 == found.len() => {
            format!("{} {} to {}", name(package), version(first), version(last))
        }
        [first, .., last] => {
            format!("{} of the versions of {} from {} to {}", found.len(), name(package), version(first), version(last))
        }
    }
}

fn name(package: &Package<'_>) -> String {
    format!("`{}`", package.name)
}

/// `a`, `a and b`, `a, b and c`.
fn listed(all: &[&str]) -> String {
    match all {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}
