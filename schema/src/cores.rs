//! Work for several cores. Comes in: jobs, or a list to cut into jobs. Goes out: their results in the order of the jobs, the
//! same on any number of cores. Deliberately absent: asking the machine how many it has; the caller says.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Lists shorter than this are not worth a thread.
const FEW: usize = 64;

/// How many jobs a list becomes for each core: enough that none waits long for the last.
const JOBS: usize = 8;

/// How many threads may work at once, this one included.
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

    /// Does every job; the results stand in the order of the jobs.
    pub fn run<J: Send, R: Send>(self, jobs: Vec<J>, work: impl Fn(J) -> R + Sync) -> Vec<R> {
        let helpers = self.0.get().min(jobs.len()).saturating_sub(1);
        if helpers == 0 {
            return jobs.into_iter().map(work).collect();
        }
        let queue = Queue::new(jobs);
        let mut done = thread::scope(|scope| {
            let hands: Vec<_> = (0..helpers).map(|_| scope.spawn(|| queue.work(&work))).collect();
            let mut done = queue.work(&work);
            for hand in hands {
                match hand.join() {
                    Ok(more) => done.extend(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            done
        });
        done.sort_by_key(|(place, _)| *place);
        done.into_iter().map(|(_, result)| result).collect()
    }

    /// Does two things, where there are two cores at once.
    pub fn both<A, B: Send>(self, one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
        if self == Cores::ONE {
            return (one(), other());
        }
        thread::scope(|scope| {
            let hand = scope.spawn(other);
            let one = one();
            match hand.join() {
                Ok(other) => (one, other),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    /// Cuts a list into stretches and does each; there is one result for each stretch.
    pub fn stretches<T: Sync, R: Send>(self, list: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
        self.run(list.chunks(self.stretch(list.len())).collect(), work)
    }

    /// The same for a list whose items are changed in place.
    pub fn stretches_mut<T: Send, R: Send>(self, list: &mut [T], work: impl Fn(&mut [T]) -> R + Sync) -> Vec<R> {
        self.run(list.chunks_mut(self.stretch(list.len())).collect(), work)
    }

    /// Makes one thing of each item, in order.
    pub fn map<T: Sync, R: Send>(self, list: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
        let mut stretches = self.stretches(list, |some| some.iter().map(&make).collect::<Vec<R>>());
        if stretches.len() == 1 {
            return stretches.pop().unwrap_or_default();
        }
        let mut all = Vec::with_capacity(list.len());
        stretches.into_iter().for_each(|some| all.extend(some));
        all
    }

    fn stretch(self, length: usize) -> usize {
        if length < FEW || self == Cores::ONE { length.max(1) } else { length.div_ceil(self.0.get() * JOBS) }
    }
}

/// Jobs that wait, each to be taken once.
struct Queue<J> {
    jobs: Vec<Mutex<Option<J>>>,
    next: AtomicUsize,
}

impl<J> Queue<J> {
    fn new(jobs: Vec<J>) -> Self {
        Queue { jobs: jobs.into_iter().map(|job| Mutex::new(Some(job))).collect(), next: AtomicUsize::new(0) }
    }

    /// Takes jobs until there are none; each result with the place of its job.
    fn work<R>(&self, work: impl Fn(J) -> R) -> Vec<(usize, R)> {
        let mut done = vec![];
        loop {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(slot) = self.jobs.get(place) else { return done };
            // Nobody else has this place, so the lock is free and whole.
            if let Some(job) = slot.lock().ok().and_then(|mut slot| slot.take()) {
                done.push((place, work(job)));
            }
        }
    }
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
            assert_eq!(cores.map(&list, |item| item * 2), expected);
            let mut changed = list;
            cores.stretches_mut(&mut changed, |some| some.iter_mut().for_each(|item| *item *= 2));
            assert_eq!(changed, expected);
        }
    }

    #[test]
    fn two_things_are_done_on_any_number_of_cores() {
        for cores in [1, 2] {
            let cores = Cores::new(NonZeroUsize::new(cores).unwrap());
            assert_eq!(cores.both(|| 1, || "two"), (1, "two"));
        }
    }

    #[test]
    #[should_panic(expected = "of the other")]
    fn another_thing_that_panics_is_heard() {
        Cores::new(NonZeroUsize::new(2).unwrap()).both(|| 1, || assert_eq!(1, 2, "of the other"));
    }

    #[test]
    #[should_panic(expected = "of a job")]
    fn a_job_that_panics_is_heard() {
        let cores = Cores::new(NonZeroUsize::new(2).unwrap());
        cores.map(&(0..1_000).collect::<Vec<_>>(), |item| assert!(*item != 999, "of a job"));
    }
}
