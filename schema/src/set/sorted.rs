//! Few things in order. Comes in: things in any order. Goes out: a list that is sorted and has each of them once, cheap to
//! copy: one thing stands in place, more are shared. Deliberately absent: changing a list; another one is made.

use std::cmp::Ordering;
use std::ops::Deref;
use std::sync::Arc;

/// A sorted list without repetition. Most sets of patterns have one term of one pattern.
#[derive(Clone, Debug)]
pub struct Sorted<T>(Few<T>);

#[derive(Clone, Debug)]
enum Few<T> {
    None,
    One(T),
    Many(Arc<[T]>),
}

impl<T> Sorted<T> {
    /// Nothing.
    pub fn new() -> Self {
        Self(Few::None)
    }

    /// One thing.
    pub fn one(thing: T) -> Self {
        Self(Few::One(thing))
    }

    /// The things of a list that is sorted and has each of them once.
    fn of_sorted(mut things: Vec<T>) -> Self {
        match things.len() {
            0 | 1 => Self(things.pop().map_or(Few::None, Few::One)),
            _ => Self(Few::Many(things.into())),
        }
    }
}

impl<T: Ord> Sorted<T> {
    /// Two things, which take no list of their own to sort.
    fn two(first: T, second: T) -> Self {
        match first.cmp(&second) {
            Ordering::Less => Self(Few::Many(Arc::new([first, second]))),
            Ordering::Equal => Self::one(first),
            Ordering::Greater => Self(Few::Many(Arc::new([second, first]))),
        }
    }

    /// Whether the thing is in the list.
    pub fn contains(&self, thing: &T) -> bool {
        // Few are compared sooner than they are ordered.
        if self.len() <= 4 { self.iter().any(|own| own == thing) } else { self.binary_search(thing).is_ok() }
    }
}

impl<T: Ord> FromIterator<T> for Sorted<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        let mut things = things.into_iter();
        let Some(first) = things.next() else { return Self::new() };
        let Some(second) = things.next() else { return Self::one(first) };
        let Some(third) = things.next() else { return Self::two(first, second) };
        let mut all = Vec::with_capacity(things.size_hint().0 + 3);
        all.extend([first, second, third]);
        all.extend(things);
        all.sort();
        all.dedup();
        Self::of_sorted(all)
    }
}

impl<T> Deref for Sorted<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Few::None => &[],
            Few::One(thing) => std::slice::from_ref(thing),
            Few::Many(things) => things,
        }
    }
}

/// Such a list that is mostly not there: it takes little room then.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rare<T>(Option<Arc<Sorted<T>>>);

impl<T> Rare<T> {
    /// Nothing.
    pub(super) fn new() -> Self {
        Self(None)
    }
}

impl<T: Ord> FromIterator<T> for Rare<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        let all: Sorted<T> = things.into_iter().collect();
        // What is not there has one form.
        Self((!all.is_empty()).then(|| Arc::new(all)))
    }
}

impl<T> Deref for Rare<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], |all| all)
    }
}

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Clone> IntoIterator for Sorted<T> {
    type Item = T;
    type IntoIter = std::iter::Chain<std::option::IntoIter<T>, std::vec::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, many) = match self.0 {
            Few::None => (None, Vec::new()),
            Few::One(thing) => (Some(thing), Vec::new()),
            Few::Many(things) => (None, things.to_vec()),
        };
        one.into_iter().chain(many)
    }
}

impl<'a, T> IntoIterator for &'a Sorted<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Sorted<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Few::None, Few::None) => true,
            (Few::One(a), Few::One(b)) => a == b,
            (Few::Many(a), Few::Many(b)) => Arc::ptr_eq(a, b) || a == b,
            // Each form is of other lengths.
            _ => false,
        }
    }
}

impl<T: Eq> Eq for Sorted<T> {}

impl<T: PartialOrd> PartialOrd for Sorted<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: Ord> Ord for Sorted<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}
