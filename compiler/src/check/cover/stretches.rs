//! Lists of things, one list for each number, that stand in one list. Comes in: things with the numbers of their lists. Goes out:
//! each list. Ten thousand lists of two things are one piece of memory.

use std::ops::Range;

/// One list for each number from nothing on.
pub(super) struct Stretches<T> {
    all: Vec<T>,
    /// Where each ends; it starts where the one before it ends.
    ends: Vec<usize>,
}

impl<T> Stretches<T> {
    /// As many lists as there are lengths, one after the other.
    pub(super) fn new(all: Vec<T>, lengths: impl Iterator<Item = usize>) -> Self {
        let mut end = 0;
        let ends = lengths.map(|length| {
            end += length;
            end
        });
        Stretches { ends: ends.collect(), all }
    }

    /// How many lists there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Everything in them.
    pub(super) fn all(&self) -> &[T] {
        &self.all
    }

    /// The list of a number.
    pub(super) fn of(&self, number: usize) -> &[T] {
        &self.all[self.range(number)]
    }

    /// Changes the order of each.
    pub(super) fn each_mut(&mut self, mut change: impl FnMut(&mut [T])) {
        for number in 0..self.len() {
            let range = self.range(number);
            change(&mut self.all[range]);
        }
    }

    fn range(&self, number: usize) -> Range<usize> {
        number.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[number]
    }
}

impl<T: Copy> Stretches<T> {
    /// `count` lists of things that come with the numbers of their lists, in the order in which they come.
    pub(super) fn gather(count: usize, things: impl Iterator<Item = (usize, T)> + Clone) -> Self {
        let mut lengths = vec![0; count];
        things.clone().for_each(|(number, _)| lengths[number] += 1);
        let Some((_, first)) = things.clone().next() else { return Self::new(vec![], lengths.into_iter()) };
        let mut gathered = Self::new(vec![first; lengths.iter().sum()], lengths.iter().copied());
        // How many of each list are still to come.
        let mut left = lengths;
        for (number, thing) in things {
            gathered.all[gathered.ends[number] - left[number]] = thing;
            left[number] -= 1;
        }
        gathered
    }
}

#[cfg(test)]
mod tests {
    use super::Stretches;

    #[test]
    fn each_list_has_its_things_in_the_order_in_which_they_came() {
        let things = [(3, 'a'), (1, 'b'), (3, 'c'), (0, 'd'), (1, 'e')];
        let mut lists = Stretches::gather(5, things.into_iter());
        let shown =
            |lists: &Stretches<char>| (0..lists.len()).map(|at| lists.of(at).iter().collect()).collect::<Vec<String>>();
        assert_eq!(shown(&lists), ["d", "be", "", "ac", ""]);
        lists.each_mut(|list| list.reverse());
        assert_eq!(shown(&lists), ["d", "eb", "", "ca", ""]);
        assert_eq!((Stretches::<char>::gather(2, std::iter::empty()).len(), lists.all().len()), (2, 5));
    }
}
