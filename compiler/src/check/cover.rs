//! Which line of the grants wholly covers another. Comes in: the lines. Goes out: for a line, one of the same or a wider subject
//! that covers all of it. Lines are found by kind and subject, where there are many by how their targets start; only some of many candidates are
//! compared, so that ten thousand lines take no longer than ten thousand lines. A cover that is not found costs a hint.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use ambit_schema::capability::{DomainKind, Kind};
use ambit_schema::plan::{Effect, GrantLine};

use crate::bind::Located;

mod stretches;
mod subjects;

use stretches::Stretches;
use subjects::Subjects;

/// How many lines are compared with one line.
const MOST_COMPARED: usize = 64;

/// Where more lines say something of the same kind about the same subject, they are found by how their targets start.
const FEW: usize = 8;

/// What the lines of a group have in common: effect, kind, and the number of their subject.
type Key = (Effect, Kind, usize);

/// A line, by its place, and what it says of its subject.
type Said = (Effect, Kind, usize);

/// Lines by effect, kind and subject.
pub(super) struct Covers<'g> {
    grants: &'g [Located<GrantLine>],
    /// The lines about each subject, sorted.
    lines: Stretches<Said>,
    /// The lines of large groups by the fixed start of the target.
    heads: BTreeMap<Key, BTreeMap<String, Vec<usize>>>,
    /// The effects and kinds of all lines, and whether lines about some ids, and not all, are among them.
    said: BTreeMap<(Effect, Kind), bool>,
    subjects: Subjects<'g>,
}

/// What was found of the subject of the line before: lines about one follow each other.
#[derive(Default)]
pub(super) struct Before {
    /// The subject, and whether patterns were looked through.
    of: Option<(usize, bool)>,
    wider: Vec<usize>,
}

impl Before {
    fn look(&mut self, subject: usize, with_patterns: bool, subjects: &Subjects<'_>) {
        let is_enough = |(of, had_patterns): (usize, bool)| of == subject && (had_patterns || !with_patterns);
        if !self.of.is_some_and(is_enough) {
            subjects.wider(subject, with_patterns, &mut self.wider);
            self.of = Some((subject, with_patterns));
        }
    }
}

impl<'g> Covers<'g> {
    pub(super) fn new(grants: &'g [Located<GrantLine>]) -> Self {
        let subjects = Subjects::new(grants);
        let lines = by_subject(grants, &subjects);
        let mut said = BTreeMap::new();
        for (effect, kind, _) in lines.all() {
            said.entry((*effect, *kind)).or_insert(false);
        }
        let by_patterns = subjects.patterns().flat_map(|subject| lines.of(subject));
        said.extend(by_patterns.map(|line| ((line.0, line.1), true)));
        let large = (0..lines.len()).flat_map(|subject| {
            let groups = lines.of(subject).chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
            let large = groups.filter(|group| group.len() > FEW);
            large.map(move |group| ((group[0].0, group[0].1, subject), heads(grants, group)))
        });
        Covers { grants, heads: large.collect(), lines, said, subjects }
    }

    /// The lines of a group.
    fn group(&self, (effect, kind, subject): Key) -> &[Said] {
        let all = self.lines.of(subject);
        let is_of = |line: &&Said| line.0 == effect && line.1 == kind;
        if all.len() <= FEW {
            let start = all.iter().position(|line| is_of(&line)).unwrap_or(all.len());
            let count = all[start..].iter().take_while(is_of).count();
            return &all[start..start + count];
        }
        let from = &all[all.partition_point(|line| (line.0, line.1) < (effect, kind))..];
        &from[..from.partition_point(|line| (line.0, line.1) == (effect, kind))]
    }

    /// A line of this effect that covers all of line `at`, for everyone whom it is about. Of two that cover each other, the
    /// first covers the second.
    pub(super) fn of(&self, at: usize, effect: Effect, before: &mut Before) -> Option<&'g Located<GrantLine>> {
        let (grants, line) = (self.grants, &self.grants[at].line);
        let with_patterns = *self.said.get(&(effect, line.kind))?;
        let (head, mut room) = (OnceCell::new(), MOST_COMPARED);
        let covers = |other: usize| {
            let set = &grants[other].line.set;
            let elsewhere = grants[other].span != grants[at].span;
            elsewhere && line.set.is_subset(set) && (other < at || !self.is_same(at, other))
        };
        let subject = self.subjects.of[at];
        before.look(subject, with_patterns, &self.subjects);
        for subject in &before.wider {
            let key = (effect, line.kind, *subject);
            let group = self.group(key);
            let found = match group.len() {
                ..=FEW => {
                    let others = group.iter().map(|(_, _, other)| *other).filter(|other| *other != at);
                    first(others, &mut room, covers)
                }
                _ => first(self.near(key, at, &head).into_iter(), &mut room, covers),
            };
            if found.is_some() || room == 0 {
                return found.map(|other| &grants[other]);
            }
        }
        None
    }

    /// The lines of a large group that may cover line `at`, whose target starts with `head`.
    fn near(&self, key: Key, at: usize, head: &OnceCell<String>) -> Vec<usize> {
        let head = head.get_or_init(|| self::head(&self.grants[at].line));
        let heads = self.heads.get(&key);
        starts(head).filter_map(|start| heads?.get(start)).flatten().copied().collect()
    }

    /// Whether two lines say the same of the same.
    fn is_same(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.grants[a].line, &self.grants[b].line);
        a.effect == b.effect && a.plugins == b.plugins && a.who == b.who && b.set.is_subset(&a.set)
    }
}

/// The first that covers, of as many as there is room for.
fn first(others: impl Iterator<Item = usize>, room: &mut usize, covers: impl Fn(usize) -> bool) -> Option<usize> {
    for other in others.take(*room) {
        *room -= 1;
        if covers(other) {
            return Some(other);
        }
    }
    None
}

/// The lines about each subject, sorted.
fn by_subject(grants: &[Located<GrantLine>], subjects: &Subjects<'_>) -> Stretches<Said> {
    let said = grants.iter().enumerate().map(|(at, grant)| (grant.line.effect, grant.line.kind, at));
    let mut lines = Stretches::gather(subjects.len(), subjects.of.iter().copied().zip(said));
    lines.each_mut(|lines| lines.sort_unstable());
    lines
}

fn heads(grants: &[Located<GrantLine>], group: &[Said]) -> BTreeMap<String, Vec<usize>> {
    let mut heads: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    group.iter().for_each(|(_, _, at)| heads.entry(head(&grants[*at].line)).or_default().push(*at));
    heads
}

/// The fixed start of a target, in whole segments.
fn head(line: &GrantLine) -> String {
    let text = line.set.to_string();
    if line.kind.domain() == DomainKind::Endpoints {
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text.as_str()));
        let is_plain = !rest.contains(['*', '/', '-']);
        return if is_plain { text } else { scheme.trim_matches('*').to_owned() };
    }
    match text.find(['*', '?', '\\']) {
        None => text.trim_end_matches(['/', '.']).to_owned(),
        Some(wild) => text[..wild].rsplit_once(['/', '.']).map_or("", |(head, _)| head).to_owned(),
    }
}

/// The text and every shorter one that ends before a separator, down to nothing.
fn starts(head: &str) -> impl Iterator<Item = &str> {
    let shorter = head.char_indices().rev().filter(|(_, c)| matches!(c, '/' | '.' | ':')).map(|(at, _)| &head[..at]);
    let last = (!head.is_empty()).then_some("");
    std::iter::once(head).chain(shorter.filter(|start| !start.is_empty())).chain(last)
}
