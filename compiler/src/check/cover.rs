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
    subjects: Subjects,
}

/// Whom a line is about.
type Subject<'g> = (&'g Who, &'g Set<Names>);

/// Every different subject, numbered.
struct Subjects {
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

impl Subjects {
    fn new(grants: &[Located<GrantLine>], cores: Cores) -> Self {
        let mut subjects = Subjects { of: Vec::with_capacity(grants.len()), wider: vec![] };
        let mut different: Vec<Subject<'_>> = vec![];
        // Lines of one block follow each other.
        let blocks: Vec<_> = grants.chunk_by(|a, b| subject(a) == subject(b)).collect();
        let firsts = firsts(&blocks);
        let mut numbers = vec![0; blocks.len()];
        for (at, block) in blocks.iter().enumerate() {
            if firsts[at] == at {
                numbers[at] = different.len();
                different.push(subject(&block[0]));
            }
            let number = numbers[firsts[at]];
            subjects.of.extend(block.iter().map(|_| number));
        }
        subjects.wider = Wider::new(&different).all(cores);
        subjects
    }
}

fn subject(grant: &Located<GrantLine>) -> Subject<'_> {
    (&grant.line.who, &grant.line.plugins)
}

/// For each block, the first with its subject.
fn firsts(blocks: &[&[Located<GrantLine>]]) -> Vec<usize> {
    let subject = |at: &usize| subject(&blocks[*at][0]);
    let mut sorted: Vec<usize> = (0..blocks.len()).collect();
    sorted.sort_by(|a, b| subject(a).cmp(&subject(b)));
    let mut firsts = vec![0; blocks.len()];
    for same in sorted.chunk_by(|a, b| subject(a) == subject(b)) {
        same.iter().for_each(|at| firsts[*at] = same[0]);
    }
    firsts
}

/// Different subjects, to be looked through for those that have all of another.
struct Wider<'w, 'g> {
    different: &'w [Subject<'g>],
    ids: NameIndex,
    /// Those that are about every id, by who they are.
    everyone: BTreeMap<&'g Who, usize>,
}

impl<'w, 'g> Wider<'w, 'g> {
    fn new(different: &'w [Subject<'g>]) -> Self {
        let (nobody, all) = (Set::empty(), Set::everything());
        // Numbered as the subjects are; those that are about more than ids stand for nothing.
        let by_id = |subject: &Subject<'g>| if *subject.0 == Who::Anyone { subject.1 } else { &nobody };
        let ids = NameIndex::new(different.iter().map(by_id));
        let everyone = different.iter().enumerate().filter(|(_, (_, plugins))| **plugins == all);
        let everyone = everyone.map(|(at, (who, _))| (*who, at)).collect();
        Wider { different, ids, everyone }
    }

    fn all(&self, cores: Cores) -> Vec<Vec<usize>> {
        let places: Vec<usize> = (0..self.different.len()).collect();
        cores.map(&places, |at| self.than(*at))
    }

    /// A subject and those that have everyone whom it is about.
    fn than(&self, at: usize) -> Vec<usize> {
        let (who, plugins) = self.different[at];
        let mut wider = vec![at];
        wider.extend(self.everyone.get(&Who::Anyone));
        if let Some(id) = plugins.as_member() {
            wider.extend(self.everyone.get(who));
            wider.extend(self.ids.having(&id).into_iter().take(MOST_SUBJECTS));
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
