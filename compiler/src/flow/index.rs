//! Which sets of names can have something in common, without comparing each with each. A set lies beneath the letters that its
//! patterns start with; two sets meet only where the letters of one start with those of the other.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use ambit_schema::set::names::Name;
use ambit_schema::set::{Names, Set};

/// Names, or sets of them, by the letters that they start with.
#[derive(Debug)]
pub struct Index<'s> {
    sets: Vec<Indexed<'s>>,
    by_start: BTreeMap<String, Vec<usize>>,
    /// How many bytes those letters are.
    lengths: BTreeSet<usize>,
}

#[derive(Debug)]
enum Indexed<'s> {
    Name(Option<Name>),
    Set(&'s Set<Names>),
}

impl<'s> Index<'s> {
    /// Of names. One that is none is in no set.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut index = Index::empty();
        for text in names {
            index.add(text);
            index.sets.push(Indexed::Name(Name::parse(text).ok()));
        }
        index
    }

    /// Of sets.
    pub fn of_sets(sets: impl Iterator<Item = &'s Set<Names>>) -> Self {
        let mut index = Index::empty();
        for set in sets {
            starts(set).for_each(|(start, _)| index.add(start));
            index.sets.push(Indexed::Set(set));
        }
        index
    }

    fn empty() -> Self {
        Index { sets: vec![], by_start: BTreeMap::new(), lengths: BTreeSet::new() }
    }

    /// Adds letters that the next name or set starts with.
    fn add(&mut self, start: &str) {
        self.lengths.insert(start.len());
        self.by_start.entry(start.to_owned()).or_default().push(self.sets.len());
    }

    /// The places of what has something in common with a set, in order; how many were compared, which is at most `room`; and
    /// how many were not.
    #[must_use]
    pub fn met_by(&self, set: &Set<Names>, room: usize) -> (Vec<usize>, usize, usize) {
        let mut near = vec![];
        starts(set).for_each(|(start, is_whole)| self.near(start, is_whole, &mut near));
        near.sort_unstable();
        near.dedup();
        let tried = near.len().min(room);
        let left = near.len() - tried;
        let meets = |at: &usize| match &self.sets[*at] {
            Indexed::Name(name) => name.as_ref().is_some_and(|name| set.contains(name)),
            Indexed::Set(other) => !other.is_disjoint(set),
        };
        near.truncate(tried);
        near.retain(meets);
        (near, tried, left)
    }

    fn near(&self, start: &str, is_whole: bool, into: &mut Vec<usize>) {
        let shorter = self.lengths.range(..start.len()).filter_map(|end| self.by_start.get(start.get(..*end)?));
        shorter.for_each(|places| into.extend(places));
        let longer = self.by_start.range::<str, _>((Bound::Included(start), Bound::Unbounded));
        let longer = longer.take_while(|(key, _)| key.starts_with(start));
        // Nothing lies beneath a name but the name itself, or patterns that could end there.
        longer.take(if is_whole { 1 } else { usize::MAX }).for_each(|(_, places)| into.extend(places));
    }
}

/// The letters that each term of a set starts with, and whether they are a whole name.
fn starts(set: &Set<Names>) -> impl Iterator<Item = (&str, bool)> {
    let longest = |(start, _): &(&str, bool)| start.len();
    set.terms().filter_map(move |(within, _)| within.iter().map(|pattern| start(pattern.text())).max_by_key(longest))
}

fn start(text: &str) -> (&str, bool) {
    match text.bytes().position(|byte| matches!(byte, b'*' | b'?' | b'\\')) {
        // `a.**` covers `a` too.
        Some(end) => (text[..end].trim_end_matches('.'), false),
        None => (text, true),
    }
}
