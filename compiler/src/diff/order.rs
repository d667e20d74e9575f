//! Who comes after whom. Comes in: two orders of the same things. Goes out: the fewest that moved, each with the one that it
//! now stands behind. What came or went moves nobody.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::plan::Draft;

use super::change::{Change, Phrase, Topic};
use super::pair::Pairs;

/// Plugins that load at another time, each with its place among the pairs.
pub(super) fn changes<'p>(old: &'p Draft, new: &'p Draft, pairs: &Pairs<'p>) -> Vec<(usize, Change<'p>)> {
    let order = |draft: &'p Draft, table: &BTreeMap<&str, usize>| -> Vec<usize> {
        draft.plugins.iter().filter_map(|plugin| table.get(plugin.id.as_str()).copied()).collect()
    };
    let moved = moved(&order(old, &pairs.old), &order(new, &pairs.new));
    let one = |(at, after): (usize, Option<usize>)| {
        let says = match after.map(|other| pairs.fates[other].entry()) {
            Some(other) => Phrase::new("loads after ").code(&other.id).say(", which is another order"),
            None => Phrase::new("loads before all others, which is another order"),
        };
        let fate = pairs.fates[at];
        let (old, new) = (fate.was().map(|one| &one.place), fate.is().map(|one| &one.place));
        (at, Change::other(Topic::Order, says).at(old, new))
    };
    moved.into_iter().map(one).collect()
}

/// The fewest things of both orders that have to move to make one of the other, each with the one that it stands behind in the
/// new order, if any. Each order has a thing once.
pub(super) fn moved(old: &[usize], new: &[usize]) -> Vec<(usize, Option<usize>)> {
    let (were, are): (BTreeSet<usize>, BTreeSet<usize>) =
        (old.iter().copied().collect(), new.iter().copied().collect());
    let old: Vec<usize> = old.iter().copied().filter(|at| are.contains(at)).collect();
    let new: Vec<usize> = new.iter().copied().filter(|at| were.contains(at)).collect();
    if old == new {
        return vec![];
    }
    let place: BTreeMap<usize, usize> = old.iter().enumerate().map(|(at, thing)| (*thing, at)).collect();
    let stay = longest_rise(&new.iter().filter_map(|thing| place.get(thing).copied()).collect::<Vec<_>>());
    let behind = |at: usize| at.checked_sub(1).and_then(|before| new.get(before).copied());
    (0..new.len()).filter(|at| !stay.contains(at)).map(|at| (new[at], behind(at))).collect()
}

/// The places of a longest part of a list whose numbers rise.
fn longest_rise(numbers: &[usize]) -> BTreeSet<usize> {
    // For each length the place of the smallest number that ends a rise of it; for each place the one before.
    let (mut ends, mut before): (Vec<usize>, Vec<Option<usize>>) = (vec![], vec![]);
    for (at, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() { ends.push(at) } else { ends[length] = at }
    }
    let mut rise = BTreeSet::new();
    let mut at = ends.last().copied();
    while let Some(place) = at {
        rise.insert(place);
        at = before[place];
    }
    rise
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn the_fewest_move() {
        assert_eq!(moved(&[1, 2, 3], &[1, 2, 3]), []);
        assert_eq!(moved(&[1, 2, 3, 4], &[4, 1, 2, 3]), [(4, None)]);
        assert_eq!(moved(&[1, 2, 3, 4], &[2, 3, 4, 1]), [(1, Some(4))]);
        assert_eq!(moved(&[1, 2, 3], &[9, 3, 2, 7]).len(), 1, "who comes or goes moves nobody");
    }
}
