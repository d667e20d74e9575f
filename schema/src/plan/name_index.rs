//! Sets of names, found by the names that they have. Comes in: the ids that lines are about. Goes out: the lines that are about an
//! id, without asking every line. Deliberately absent: publishers and digests; see `subject`.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::cores;
use crate::set::names::Name;
use crate::set::{Names, Set};

/// Sets of names by how their patterns start, so that not every set is asked about every name, and none of them twice.
#[derive(Debug, Default)]
pub struct NameIndex {
    /// The sets that are one name, by that name: most are.
    alone: Vec<Alone>,
    /// The names of those sets, one after another.
    text: String,
    /// The numbers of those sets, by name.
    numbers: Vec<usize>,
    /// The other sets with a pattern that is this name and no other.
    names: BTreeMap<String, Vec<usize>>,
    /// The sets with a pattern that starts with these letters, before its first wildcard.
    heads: BTreeMap<String, Vec<usize>>,
    /// How many bytes those are.
    lengths: BTreeSet<usize>,
    /// Each different set of more than one name, and the numbers under which it was added.
    sets: Vec<(Set<Names>, Vec<usize>)>,
    known: BTreeMap<Set<Names>, usize>,
}

/// A name that sets are made of: where it ends among the names, and its numbers among the numbers. They start where those of the
/// name before end.
#[derive(Debug, Clone, Copy)]
struct Alone {
    text: usize,
    numbers: usize,
}

/// Asks an index about one name after another. Names mostly come in order, so each is looked for where the last one was before all
/// are searched.
pub struct NameWalk<'i> {
    index: &'i NameIndex,
    /// Where the next name would stand, if it comes right after the last.
    next: usize,
    /// What was found last.
    numbers: Vec<usize>,
}

impl NameIndex {
    /// The sets, each by its place.
    pub fn new<'s>(sets: impl Iterator<Item = &'s Set<Names>>) -> Self {
        let mut index = NameIndex::default();
        let mut alone = vec![];
        for (at, set) in sets.enumerate() {
            match set.as_text() {
                Some(name) => alone.push((name, at)),
                None => index.add(set, at),
            }
        }
        // Lines mostly come by name already, which this sort makes use of.
        cores::sort(&mut alone);
        for same in alone.chunk_by(|a, b| a.0 == b.0) {
            index.text.push_str(same[0].0);
            index.numbers.extend(same.iter().map(|(_, at)| *at));
            index.alone.push(Alone { text: index.text.len(), numbers: index.numbers.len() });
        }
        index
    }

    /// For asking about many names.
    #[must_use]
    pub fn walk(&self) -> NameWalk<'_> {
        NameWalk { index: self, next: 0, numbers: vec![] }
    }

    /// Adds a set of more than one name under a number.
    fn add(&mut self, set: &Set<Names>, at: usize) {
        let next = self.sets.len();
        let place = *self.known.entry(set.clone()).or_insert(next);
        if place < next {
            return self.sets[place].1.push(at);
        }
        self.sets.push((set.clone(), vec![at]));
        for (within, _) in set.terms() {
            let text = within.first().map_or("", |pattern| pattern.text());
            let places = match text.find(['*', '?', '\\']) {
                None => self.names.entry(text.to_owned()).or_default(),
                Some(end) => {
                    // `a.**` covers `a` too.
                    let head = text[..end].trim_end_matches('.');
                    self.lengths.insert(head.len());
                    self.heads.entry(head.to_owned()).or_default()
                }
            };
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }

    /// The numbers of the sets that a name is in, in order.
    #[must_use]
    pub fn having(&self, name: &Name) -> Vec<usize> {
        let mut walk = self.walk();
        walk.having(name);
        walk.numbers
    }

    /// Where a name and its numbers start.
    fn start(&self, at: usize) -> Alone {
        at.checked_sub(1).map_or(Alone { text: 0, numbers: 0 }, |before| self.alone[before])
    }

    /// One of the names that sets are made of.
    fn name(&self, at: usize) -> &str {
        &self.text[self.start(at).text..self.alone[at].text]
    }

    /// Where a name stands among those, or where it would.
    fn place(&self, text: &str) -> Result<usize, usize> {
        let (mut from, mut to) = (0, self.alone.len());
        while from < to {
            let middle = from.midpoint(to);
            match self.name(middle).cmp(text) {
                Ordering::Less => from = middle + 1,
                Ordering::Greater => to = middle,
                Ordering::Equal => return Ok(middle),
            }
        }
        Err(from)
    }

    /// The sets that may have a name.
    fn near(&self, text: &str) -> Vec<usize> {
        let heads = self.lengths.iter().filter_map(|length| self.heads.get(text.get(..*length)?));
        let mut near: Vec<usize> = self.names.get(text).into_iter().chain(heads).flatten().copied().collect();
        near.sort_unstable();
        near.dedup();
        near
    }
}

impl NameWalk<'_> {
    /// The numbers of the sets that a name is in, in order.
    pub fn having(&mut self, name: &Name) -> &[usize] {
        self.numbers.clear();
        self.alone(name.text());
        let (index, numbers) = (self.index, &mut self.numbers);
        let mut add = |(set, at): &(Set<Names>, Vec<usize>)| {
            if set.contains(name) {
                numbers.extend_from_slice(at);
            }
        };
        match index.sets.len() {
            ..=FEW => index.sets.iter().for_each(add),
            _ => index.near(name.text()).into_iter().for_each(|place| add(&index.sets[place])),
        }
        self.numbers.sort_unstable();
        &self.numbers
    }

    /// Adds the numbers of the sets that are this name.
    fn alone(&mut self, text: &str) {
        let (index, next) = (self.index, self.next);
        let is_next = next < index.alone.len() && index.name(next) == text;
        let place = if is_next { Ok(next) } else { index.place(text) };
        if let Ok(at) = place {
            self.numbers.extend_from_slice(&index.numbers[index.start(at).numbers..index.alone[at].numbers]);
        }
        self.next = place.map_or_else(|at| at, |at| at + 1);
    }
}

/// So many sets are asked one by one.
const FEW: usize = 4;

#[cfg(test)]
mod tests {
    use super::NameIndex;
    use crate::set::names::Name;
    use crate::set::{Names, Set};

    #[test]
    fn the_index_finds_the_sets_that_have_a_name_and_no_others() {
        let patterns =
            ["a", "a.**", "a.*", "a-*", "**", "*", "b?", "@s/x", "@s/*", "*.c", "a\\*", "a.*", "q", "a.b", "a", "bb"];
        let sets: Vec<Set<Names>> = patterns.map(|pattern| Set::one(pattern.parse().unwrap())).into();
        let index = NameIndex::new(sets.iter());
        let names = ["a", "a.b", "a.b.c", "a-x", "bb", "@s/x", "@s/y", "z.c", "q"];
        let mut walk = index.walk();
        // In order, against it, and each from each.
        let orders = names
            .iter()
            .chain(names.iter().rev())
            .chain(names.iter().flat_map(|a| names.iter().flat_map(move |b| [a, b])));
        for name in orders {
            let name = Name::parse(name).unwrap();
            let having: Vec<_> = (0..sets.len()).filter(|at| sets[*at].contains(&name)).collect();
            assert_eq!(index.having(&name), having, "{name}");
            assert_eq!(walk.having(&name), having, "{name}");
        }
    }
}
