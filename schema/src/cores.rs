//! Work for several cores. Comes in: jobs, or a list to cut into jobs. Goes out: their results in the order of the jobs, the
//! same on any number of cores. Deliberately absent: asking the machine how many it has; the caller says.

use std::num::NonZeroUsize;

use rayon::prelude::*;
pub use rayon::prelude::{IndexedParallelIterator, IntoParallelIterator};

/// Lists shorter than this are not worth a thread.
const FEW: usize = 64;

/// A job has at least so many of them.
const FEW_EACH: usize = 8;

/// How many jobs a list becomes for each core: enough that none waits long for the last.
const JOBS: usize = 32;

/// What a thread has of stack, in bytes: as much as the first one of a process mostly has.
const STACK: usize = 8 << 20;

/// How many threads may work at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cores(NonZeroUsize);

impl Cores {
    /// This thread alone.
    pub const ONE: Cores = Cores(NonZeroUsize::MIN);

    /// So many threads.
    #[must_use]
    pub fn new(count: NonZeroUsize) -> Self {
        Cores(count)
    }

    /// Does something with these threads at hand: what is cut into jobs in it is done by them, so that they start once, and
    /// memory that one phase gave back is there for the next. Outside of it, or where the machine has no thread to give, one
    /// does everything.
    pub fn within<R: Send>(self, work: impl FnOnce() -> R + Send) -> R {
        if self == Cores::ONE || is_within() {
            return work();
        }
        match rayon::ThreadPoolBuilder::new().num_threads(self.0.get()).stack_size(STACK).build() {
            Ok(threads) => threads.install(work),
            Err(_) => work(),
        }
    }

    /// Does every job; the results stand in the order of the jobs.
    pub fn run<J: Send, R: Send>(self, jobs: Vec<J>, work: impl Fn(J) -> R + Sync + Send) -> Vec<R> {
        if !self.has_threads() {
            return jobs.into_iter().map(work).collect();
        }
        jobs.into_par_iter().with_max_len(1).map(work).collect()
    }

    /// Does two things, where there are two cores at once.
    pub fn both<A: Send, B: Send>(self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        if self.has_threads() { rayon::join(one, other) } else { (one(), other()) }
    }

    /// Cuts a list into stretches and does each; there is one result for each stretch.
    pub fn stretches<T: Sync, R: Send>(self, list: &[T], work: impl Fn(&[T]) -> R + Sync + Send) -> Vec<R> {
        self.run(list.chunks(self.stretch(list.len())).collect(), work)
    }

    /// The same for a list whose items are changed in place.
    pub fn stretches_mut<T: Send, R: Send>(self, list: &mut [T], work: impl Fn(&mut [T]) -> R + Sync + Send) -> Vec<R> {
        self.run(list.chunks_mut(self.stretch(list.len())).collect(), work)
    }

    /// Makes one thing of each item, in order.
    pub fn map<T: Sync, R: Send>(self, list: &[T], make: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
        self.numbered(list, |_, item| make(item))
    }

    /// The same with the place of each item, of a list or of references to what is in one.
    pub fn numbered<L, T: Send, R: Send>(self, list: L, make: impl Fn(usize, T) -> R + Sync + Send) -> Vec<R>
    where
        L: IntoIterator<Item = T> + IntoParallelIterator<Item = T, Iter: IndexedParallelIterator>,
    {
        if !self.has_threads() {
            return list.into_iter().enumerate().map(|(at, item)| make(at, item)).collect();
        }
        list.into_par_iter().enumerate().with_min_len(FEW_EACH).map(|(at, item)| make(at, item)).collect()
    }

    fn has_threads(self) -> bool {
        self != Cores::ONE && is_within()
    }

    fn stretch(self, length: usize) -> usize {
        if length < FEW || self == Cores::ONE { length.max(1) } else { length.div_ceil(self.0.get() * JOBS) }
    }
}

/// Sorts a list on the threads that are at hand. Stretches that are in order already are made use of.
pub fn sort<T: Ord + Send>(list: &mut [T]) {
    if is_within() { list.par_sort() } else { list.sort() }
}

/// Whether this is one of several threads that wait for jobs.
fn is_within() -> bool {
    rayon::current_thread_index().is_some()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::Cores;

    #[test]
    fn results_stand_in_the_order_of_their_items_on_any_number_of_cores() {
        for (cores, length) in [(1, 0), (1, 1_000), (2, 63), (2, 64), (3, 1_000), (16, 100)] {
            let cores = Cores::new(NonZeroUsize::new(cores).unwrap());
            let list: Vec<usize> = (0..length).collect();
            let expected: Vec<usize> = list.iter().map(|item| item * 2).collect();
            for made in [cores.map(&list, |item| item * 2), cores.within(|| cores.map(&list, |item| item * 2))] {
                assert_eq!(made, expected);
            }
            let mut changed = list;
            let double = |some: &mut [usize]| some.iter_mut().for_each(|item| *item *= 2);
            cores.within(|| cores.stretches_mut(&mut changed, double));
            assert_eq!(changed, expected);
        }
    }

    #[test]
    fn two_things_are_done_on_any_number_of_cores() {
        for cores in [1, 2] {
            let cores = Cores::new(NonZeroUsize::new(cores).unwrap());
            assert_eq!(cores.both(|| 1, || "two"), (1, "two"));
            assert_eq!(cores.within(|| cores.both(|| 1, || "two")), (1, "two"));
        }
    }

    #[test]
    fn a_list_is_sorted_with_threads_and_without() {
        let cores = Cores::new(NonZeroUsize::new(2).unwrap());
        let list = || (0..10_000_u32).map(|at| at.wrapping_mul(2_654_435_761)).collect::<Vec<_>>();
        let (mut alone, mut together) = (list(), list());
        super::sort(&mut alone);
        cores.within(|| super::sort(&mut together));
        assert!(alone.is_sorted());
        assert_eq!(alone, together);
    }

    #[test]
    #[should_panic(expected = "of the other")]
    fn another_thing_that_panics_is_heard() {
        let cores = Cores::new(NonZeroUsize::new(2).unwrap());
        cores.within(|| cores.both(|| 1, || assert_eq!(1, 2, "of the other")));
    }

    #[test]
    #[should_panic(expected = "of a job")]
    fn a_job_that_panics_is_heard() {
        let cores = Cores::new(NonZeroUsize::new(2).unwrap());
        cores.within(|| cores.map(&(0..1_000).collect::<Vec<_>>(), |item| assert!(*item != 999, "of a job")));
    }
}
