//! Measuring side by side. Comes in: things to do, the first of which the others are compared with. Goes out: a table of
//! medians and ratios. The rounds of all are interleaved, so that a machine that slows down slows all of them.

use std::hint::black_box;
use std::time::{Duration, Instant};

pub mod generate;
pub mod pipe;
#[cfg(feature = "run")]
pub mod wasm;

/// Something to measure: its name, and what to do once.
pub struct Task<'t> {
    name: &'t str,
    once: Box<dyn FnMut() + 't>,
}

impl<'t> Task<'t> {
    /// A task whose result is kept from being optimised away.
    pub fn new<R>(name: &'t str, mut once: impl FnMut() -> R + 't) -> Self {
        Task { name, once: Box::new(move || drop(black_box(once()))) }
    }
}

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Effort {
    /// Rounds; the median of them is told.
    pub rounds: usize,
    /// How long one round of one task should take.
    pub round: Duration,
}

impl Default for Effort {
    fn default() -> Self {
        Effort { rounds: 31, round: Duration::from_millis(20) }
    }
}

/// Measures and prints, and gives the medians in nanoseconds. `bytes` is what one turn of each task reads, for MB/s; 0 where that means nothing.
pub fn compare(title: &str, bytes: usize, effort: Effort, mut tasks: Vec<Task<'_>>) -> Vec<f64> {
    let turns: Vec<u32> = tasks.iter_mut().map(|task| calibrate(task, effort.round)).collect();
    let mut samples: Vec<Vec<f64>> = vec![vec![]; tasks.len()];
    for _ in 0..effort.rounds {
        for (at, task) in tasks.iter_mut().enumerate() {
            samples[at].push(nanoseconds(task, turns[at]));
        }
    }
    let medians: Vec<f64> = samples.into_iter().map(median).collect();
    println!("\n{title} (median of {} rounds)", effort.rounds);
    for (task, nanoseconds) in tasks.iter().zip(&medians) {
        let speed = if bytes == 0 { String::new() } else { format!("{:>9.1} MB/s", bytes as f64 * 1e3 / nanoseconds) };
        println!("  {:<44} {:>12}  {:>8.2} ×{speed}", task.name, shown(*nanoseconds), nanoseconds / medians[0]);
    }
    medians
}

fn calibrate(task: &mut Task<'_>, round: Duration) -> u32 {
    (task.once)();
    let once = nanoseconds(task, 1).max(1.0);
    let turns = (round.as_nanos() as f64 / once).clamp(1.0, 1e7);
    turns as u32
}

fn nanoseconds(task: &mut Task<'_>, turns: u32) -> f64 {
    let start = Instant::now();
    (0..turns).for_each(|_| (task.once)());
    start.elapsed().as_nanos() as f64 / f64::from(turns)
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

fn shown(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.1} ns"),
        n if n < 1e6 => format!("{:.2} µs", n / 1e3),
        n if n < 1e9 => format!("{:.2} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}
