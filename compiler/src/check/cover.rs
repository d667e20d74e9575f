//! Which line of the grants wholly covers another. Comes in: the lines. Goes out: for a line, one of the same or a wider subject
//! that covers all of it. Lines are found by kind, subject and how their targets start; only some of many candidates are
//! compared, so that ten thousand lines take no longer than ten thousand lines. A cover that is not found costs a hint.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::{DomainKind, Kind};
use ambit_schema::plan::{Effect, GrantLine, NameIndex, Who};
use ambit_schema::set::{Names, Set};

use crate::bind::Located;

/// How many lines are compared with one line.
const MOST_COMPARED: usize = 64;

/// How many wider subjects are looked at for one line.
const MOST_SUBJECTS: usize = 16;

/// Lines by effect, kind, subject, and the fixed start of the target.
pub(super) struct Covers<'g> {
    grants: &'g [Located<GrantLine>],
    lines: BTreeMap<(Effect, Kind, usize), BTreeMap<String, Vec<usize>>>,
    /// The effects and kinds of all lines.
    said: BTreeSet<(Effect, Kind)>,
    /// The fixed start of each line's target.
    heads: Vec<String>,
    subjects: Subjects<'g>,
}

/// Every different subject, numbered.
struct Subjects<'g> {
    numbers: BTreeMap<(&'g Who, &'g Set<Names>), usize>,
    /// The number of each line's subject.
    of: Vec<usize>,
    /// Those that are about ids alone.
    ids: NameIndex,
}

impl<'g> Covers<'g> {
    pub(super) fn new(grants: &'g [Located<GrantLine>]) -> Self {
        let (subjects, all) = (Subjects::new(grants), Vec::with_capacity(grants.len()));
        let said = grants.iter().map(|grant| (grant.line.effect, grant.line.kind)).collect();
        let mut covers = Covers { grants, lines: BTreeMap::new(), said, heads: all, subjects };
        for (at, grant) in grants.iter().enumerate() {
            let line = &grant.line;
            let subject = covers.subjects.of[at];
            let heads = covers.lines.entry((line.effect, line.kind, subject)).or_default();
            let head = head(line);
            heads.entry(head.clone()).or_default().push(at);
            covers.heads.push(head);
        }
        covers
    }

    /// A line of this effect that covers all of line `at`, for everyone whom it is about. Of two that cover each other, the
    /// first covers the second.
    pub(super) fn of(&self, at: usize, effect: Effect) -> Option<&'g Located<GrantLine>> {
        let (grants, line) = (self.grants, &self.grants[at].line);
        if !self.said.contains(&(effect, line.kind)) {
            return None;
        }
        let subjects = self.subjects.wider(at, line);
        let head = &self.heads[at];
        let groups = subjects.iter().filter_map(|subject| self.lines.get(&(effect, line.kind, *subject)));
        let near = groups.flat_map(|heads| starts(head).filter_map(|start| heads.get(start)).flatten());
        let covers = |other: &&usize| {
            let other = **other;
            let set = &grants[other].line.set;
            let elsewhere = grants[other].span != grants[at].span;
            elsewhere && line.set.is_subset(set) && (other < at || !self.is_same(at, other))
        };
        near.take(MOST_COMPARED).find(covers).map(|other| &grants[*other])
    }

    /// Whether two lines say the same of the same.
    fn is_same(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.grants[a].line, &self.grants[b].line);
        a.effect == b.effect && a.plugins == b.plugins && a.who == b.who && b.set.is_subset(&a.set)
    }
}

impl<'g> Subjects<'g> {
    fn new(grants: &'g [Located<GrantLine>]) -> Self {
        let of = Vec::with_capacity(grants.len());
        let mut subjects = Subjects { numbers: BTreeMap::new(), of, ids: NameIndex::default() };
        for line in grants.iter().map(|grant| &grant.line) {
            let next = subjects.numbers.len();
            let number = *subjects.numbers.entry((&line.who, &line.plugins)).or_insert(next);
            subjects.of.push(number);
            if number == next && line.who == Who::Anyone {
                subjects.ids.add(&line.plugins, next);
            }
        }
        subjects
    }

    /// The subject of the line at a place and those that have everyone whom it is about.
    fn wider(&self, at: usize, line: &GrantLine) -> BTreeSet<usize> {
        let everyone = Set::everything();
        let mut wider = BTreeSet::from([self.of[at]]);
        wider.extend(self.numbers.get(&(&Who::Anyone, &everyone)));
        if let Some(id) = line.plugins.as_member() {
            let same = self.numbers.get(&(&line.who, &everyone)).copied();
            let near = self.ids.having(&id).into_iter();
            wider.extend(same.into_iter().chain(near.take(MOST_SUBJECTS)));
        }
        wider
    }
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
