//! Which line of the grants wholly covers another. Comes in: the lines. Goes out: for a line, one of the same or a wider subject
//! that covers all of it. Lines are found by kind and subject, where there are many by how their targets start; only some of many candidates are
//! compared, so that ten thousand lines take no longer than ten thousand lines. A cover that is not found costs a hint.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::{DomainKind, Kind};
use ambit_schema::cores::Cores;
use ambit_schema::plan::{Effect, GrantLine, NameIndex, Who};
use ambit_schema::set::{Names, Set};

use crate::bind::Located;

/// How many lines are compared with one line.
const MOST_COMPARED: usize = 64;

/// How many wider subjects are looked at for one line.
const MOST_SUBJECTS: usize = 16;

/// Where more lines say something of the same kind about the same subject, they are found by how their targets start.
const FEW: usize = 8;

/// What the lines of a group have in common: effect, kind, and the number of their subject.
type Key = (Effect, Kind, usize);

/// Lines by effect, kind and subject.
pub(super) struct Covers<'g> {
    grants: &'g [Located<GrantLine>],
    /// Every line with its group, sorted.
    lines: Vec<(Key, usize)>,
    /// The lines of large groups by the fixed start of the target.
    heads: BTreeMap<Key, BTreeMap<String, Vec<usize>>>,
    /// The effects and kinds of all lines.
    said: BTreeSet<(Effect, Kind)>,
    subjects: Subjects<'g>,
}

/// Every different subject, numbered.
struct Subjects<'g> {
    numbers: BTreeMap<(&'g Who, &'g Set<Names>), usize>,
    /// The number of each line's subject.
    of: Vec<usize>,
    /// Those that have everyone whom a subject is about, by its number.
    wider: Vec<Vec<usize>>,
}

impl<'g> Covers<'g> {
    pub(super) fn new(grants: &'g [Located<GrantLine>], cores: Cores) -> Self {
        let subjects = Subjects::new(grants, cores);
        let key = |(at, grant): (usize, &Located<GrantLine>)| (grant.line.effect, grant.line.kind, subjects.of[at]);
        let mut lines: Vec<(Key, usize)> = grants.iter().enumerate().map(|line| (key(line), line.0)).collect();
        lines.sort_unstable();
        let said = grants.iter().map(|grant| (grant.line.effect, grant.line.kind)).collect();
        let large = lines.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > FEW);
        let heads = large.map(|group| (group[0].0, heads(grants, group))).collect();
        Covers { grants, lines, heads, said, subjects }
    }

    /// A line of this effect that covers all of line `at`, for everyone whom it is about. Of two that cover each other, the
    /// first covers the second.
    pub(super) fn of(&self, at: usize, effect: Effect) -> Option<&'g Located<GrantLine>> {
        let (grants, line) = (self.grants, &self.grants[at].line);
        if !self.said.contains(&(effect, line.kind)) {
            return None;
        }
        let head = OnceCell::new();
        let subjects = self.subjects.wider[self.subjects.of[at]].iter();
        let near = subjects.flat_map(|subject| self.near((effect, line.kind, *subject), at, &head));
        let covers = |other: &usize| {
            let set = &grants[*other].line.set;
            let elsewhere = grants[*other].span != grants[at].span;
            elsewhere && line.set.is_subset(set) && (*other < at || !self.is_same(at, *other))
        };
        near.take(MOST_COMPARED).find(covers).map(|other| &grants[other])
    }

    /// The lines of a group that may cover line `at`, whose target starts with `head`.
    fn near(&self, key: Key, at: usize, head: &OnceCell<String>) -> Vec<usize> {
        if let Some(heads) = self.heads.get(&key) {
            let head = head.get_or_init(|| self::head(&self.grants[at].line));
            return starts(head).filter_map(|start| heads.get(start)).flatten().copied().collect();
        }
        let first = self.lines.partition_point(|(before, _)| *before < key);
        let group = self.lines[first..].iter().take_while(|(other, _)| *other == key);
        group.map(|(_, other)| *other).filter(|other| *other != at).collect()
    }

    /// Whether two lines say the same of the same.
    fn is_same(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.grants[a].line, &self.grants[b].line);
        a.effect == b.effect && a.plugins == b.plugins && a.who == b.who && b.set.is_subset(&a.set)
    }
}

fn heads(grants: &[Located<GrantLine>], group: &[(Key, usize)]) -> BTreeMap<String, Vec<usize>> {
    let mut heads: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    group.iter().for_each(|(_, at)| heads.entry(head(&grants[*at].line)).or_default().push(*at));
    heads
}

impl<'g> Subjects<'g> {
    fn new(grants: &'g [Located<GrantLine>], cores: Cores) -> Self {
        let mut subjects = Subjects { numbers: BTreeMap::new(), of: Vec::with_capacity(grants.len()), wider: vec![] };
        let mut different: Vec<(&Who, &Set<Names>)> = vec![];
        for subject in grants.iter().map(|grant| (&grant.line.who, &grant.line.plugins)) {
            let next = different.len();
            // Lines of one block follow each other.
            let last = different.last().filter(|last| **last == subject).map(|_| next - 1);
            let number = last.unwrap_or_else(|| *subjects.numbers.entry(subject).or_insert(next));
            subjects.of.push(number);
            if number == next {
                different.push(subject);
            }
        }
        let nobody = Set::empty();
        // Numbered as the subjects are; those that are about more than ids stand for nothing.
        let by_id = |subject: &(&'g Who, &'g Set<Names>)| if *subject.0 == Who::Anyone { subject.1 } else { &nobody };
        let ids = NameIndex::new(different.iter().map(by_id));
        let places: Vec<usize> = (0..different.len()).collect();
        subjects.wider = cores.map(&places, |at| subjects.wider(&ids, *at, different[*at]));
        subjects
    }

    /// A subject and those that have everyone whom it is about.
    fn wider(&self, ids: &NameIndex, at: usize, (who, plugins): (&Who, &Set<Names>)) -> Vec<usize> {
        let everyone = Set::everything();
        let mut wider = vec![at];
        wider.extend(self.numbers.get(&(&Who::Anyone, &everyone)));
        if let Some(id) = plugins.as_member() {
            wider.extend(self.numbers.get(&(who, &everyone)));
            wider.extend(ids.having(&id).into_iter().take(MOST_SUBJECTS));
        }
        wider.sort_unstable();
        wider.dedup();
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
