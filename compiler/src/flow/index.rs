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
}

#[derive(Debug)]
enum Indexed<'s> {
    Name(Option<Name>),
    Set(&'s Set<Names>),
}

impl<'s> Index<'s> {
    /// Of names. One that is none is in no set.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut index = Index { sets: vec![], by_start: BTreeMap::new() };
        for text in names {
            index.by_start.entry(text.to_owned()).or_default().push(index.sets.len());
            index.sets.push(Indexed::Name(Name::parse(text).ok()));
        }
        index
    }

    /// Of sets.
    pub fn of_sets(sets: impl Iterator<Item = &'s Set<Names>>) -> Self {
        let mut index = Index { sets: vec![], by_start: BTreeMap::new() };
        for set in sets {
            for (start, _) in starts(set) {
                index.by_start.entry(start).or_default().push(index.sets.len());
            }
            index.sets.push(Indexed::Set(set));
        }
        index
    }

    /// The places of what has something in common with a set, in order; how many were compared, which is at most `room`; and
    /// how many were not.
    #[must_use]
    pub fn met_by(&self, set: &Set<Names>, room: usize) -> (Vec<usize>, usize, usize) {
        let mut near = BTreeSet::new();
        for (start, is_whole) in starts(set) {
            self.near(&start, is_whole, &mut near);
        }
        let tried = near.len().min(room);
        let left = near.len() - tried;
        let meets = |at: &usize| match &self.sets[*at] {
            Indexed::Name(name) => name.as_ref().is_some_and(|name| set.contains(name)),
            Indexed::Set(other) => !other.is_disjoint(set),
        };
        (near.into_iter().take(tried).filter(meets).collect(), tried, left)
    }

    fn near(&self, start: &str, is_whole: bool, into: &mut BTreeSet<usize>) {
        let is_end = |at: &usize| start.is_char_boundary(*at);
        let shorter = (0..start.len()).filter(is_end).filter_map(|end| self.by_start.get(&start[..end]));
        shorter.for_each(|places| into.extend(places));
        let longer = self.by_start.range::<str, _>((Bound::Included(start), Bound::Unbounded));
        let longer = longer.take_while(|(key, _)| key.starts_with(start));
        // Nothing lies beneath a name but the name itself, or patterns that could end there.
        longer.take(if is_whole { 1 } else { usize::MAX }).for_each(|(_, places)| into.extend(places));
    }
}

/// The letters that each term of a set starts with, and whether they are a whole name.
fn starts(set: &Set<Names>) -> Vec<(String, bool)> {
    let start = |text: &str| match text.find(['*', '?', '\\']) {
        // `a.**` covers `a` too.
        Some(end) => (text[..end].trim_end_matches('.').to_owned(), false),
        None => (text.to_owned(), true),
    };
    let longest = |(start, _): &(String, bool)| start.len();
    let terms = set.terms().filter_map(|(within, _)| within.iter().map(|p| start(p.text())).max_by_key(longest));
    terms.collect()
}
