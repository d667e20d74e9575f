//! Whom lines are about, each different subject once. Comes in: lines. Goes out: the subject of each, and for a subject those that
//! have everyone whom it is about, as far as they are found.

use std::collections::BTreeMap;

use ambit_schema::plan::{GrantLine, NameIndex, Who};
use ambit_schema::set::names::Name;
use ambit_schema::set::{Names, Set};

use crate::bind::Located;

/// How many wider subjects are looked at for one line.
const MOST_SUBJECTS: usize = 16;

/// Whom a line is about.
type Subject<'g> = (&'g Who, &'g Set<Names>);

/// Every different subject, numbered, to be looked through for those that have all of another.
pub(super) struct Subjects<'g> {
    /// The number of each line's subject.
    pub(super) of: Vec<usize>,
    different: Vec<Subject<'g>>,
    /// Those that are about anyone of several ids, and how they are found.
    patterns: Vec<usize>,
    ids: NameIndex,
    /// Those that are about anyone of one id, where others are about one id too.
    alone: BTreeMap<&'g str, usize>,
    /// Those that are about every id, by who they are.
    everyone: BTreeMap<&'g Who, usize>,
}

impl<'g> Subjects<'g> {
    pub(super) fn new(grants: &'g [Located<GrantLine>]) -> Self {
        let mut of = Vec::with_capacity(grants.len());
        let mut different: Vec<Subject<'g>> = vec![];
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
            of.extend(block.iter().map(|_| number));
        }
        Self::found(of, different)
    }

    fn found(of: Vec<usize>, different: Vec<Subject<'g>>) -> Self {
        let all = Set::everything();
        let anyone = || different.iter().enumerate().filter(|(_, (who, _))| **who == Who::Anyone);
        let patterns = anyone().filter(|(_, (_, plugins))| plugins.as_text().is_none());
        let patterns: Vec<usize> = patterns.map(|(at, _)| at).collect();
        let ids = NameIndex::new(patterns.iter().map(|at| different[*at].1));
        // Two about anyone of one id are one subject.
        let has_others = different.iter().any(|(who, plugins)| **who != Who::Anyone && plugins.as_text().is_some());
        let alone = anyone().filter(|_| has_others).filter_map(|(at, (_, plugins))| Some((plugins.as_text()?, at)));
        let alone = alone.collect();
        let everyone = different.iter().enumerate().filter(|(_, (_, plugins))| **plugins == all);
        let everyone = everyone.map(|(at, (who, _))| (*who, at)).collect();
        Subjects { of, different, patterns, ids, alone, everyone }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.different.len()
    }

    /// Those that are about anyone of some ids, more than one and less than all.
    pub(super) fn patterns(&self) -> impl Iterator<Item = usize> {
        self.patterns.iter().copied().filter(|at| self.everyone.get(&Who::Anyone) != Some(at))
    }

    /// A subject and those that have everyone whom it is about, in order. Where nothing that is looked for stands under patterns,
    /// they may be left out.
    pub(super) fn wider(&self, at: usize, with_patterns: bool, wider: &mut Vec<usize>) {
        let (who, plugins) = self.different[at];
        wider.clear();
        wider.push(at);
        wider.extend(self.everyone.get(&Who::Anyone));
        let is_one = plugins.as_text().is_some();
        wider.extend(self.everyone.get(who).filter(|_| is_one));
        if let Some(id) = plugins.as_member().filter(|_| with_patterns || *who != Who::Anyone) {
            wider.extend(self.having(at, &id).into_iter().take(MOST_SUBJECTS));
        }
        wider.sort_unstable();
        wider.dedup();
    }

    /// The subjects that are about anyone of this id, in order.
    fn having(&self, at: usize, id: &Name) -> Vec<usize> {
        let alone = if *self.different[at].0 == Who::Anyone { Some(&at) } else { self.alone.get(id.text()) };
        let mut having = self.ids.having(id);
        having.iter_mut().for_each(|place| *place = self.patterns[*place]);
        having.extend(alone);
        having.sort_unstable();
        having
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
