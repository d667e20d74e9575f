//! What was resolved, as a text that is kept beside the host profile. Comes in: a plan, and a lock as it was kept. Goes out: the
//! text of a lock ([`text`]), or what the plan has that the lock has not, line by line ([`check`]). A lock chooses nothing; it
//! is compared. Deliberately absent: reading and writing the file, and everything that a user consents to.

use ambit_schema::plan::Plan;

use crate::binary::Artifacts;
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::Environment;
use crate::source::{FileId, Sources, Span};
use crate::syntax::Bounds;

mod drift;
mod fact;
mod files;
mod line;
mod read;
mod write;

pub use line::{Form, LINES, PLUGIN};
pub use write::text;

/// What the file is called.
pub const NAME: &str = "ambit.lock";

/// The form that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// How much a lock may hold: one line for each text and three or more for each plugin, of as many as a host may have.
pub const BOUNDS: Bounds = Bounds { bytes: 32 << 20, items: 1_500_000 };

/// What a plan has come to for each environment: the default one first, then those whose plan is another.
pub type Plans<'p> = [(Option<Environment>, &'p Plan)];

/// What is wrong with a lock, or differs from it, sorted; and how many findings were left out.
#[derive(Debug, Default)]
pub struct Checked {
    /// Every finding.
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there are, past [`crate::diag::MAX_PER_FILE`] of one text.
    pub dropped: usize,
}

/// What a lock is compared with.
#[derive(Clone, Copy)]
pub enum Now<'n> {
    /// The plan, for an environment.
    Plan(&'n Plan, Option<Environment>),
    /// Where there is no plan: the texts it would have been made of, and the files that run. One that was swapped may be why.
    Files(&'n [FileId], &'n dyn Artifacts),
}

/// Compares a lock, which is one of the sources, with what there is.
#[must_use]
pub fn check(sources: &Sources, lock: FileId, now: Now<'_>) -> Checked {
    let mut sink = Sink::default();
    if let Some(lock) = read::read(sources, lock, &mut sink) {
        drift::compare(sources, &lock, now, &mut sink);
    }
    let diagnostics = sink.finish();
    Checked { diagnostics, dropped: sink.dropped() }
}

/// Whether a lock says what these plans do, for all of their environments.
#[must_use]
pub fn agrees(sources: &Sources, lock: FileId, plans: &Plans<'_>) -> bool {
    let mut sink = Sink::default();
    let lock = read::read(sources, lock, &mut sink);
    let is_same = |lock: read::Lock| {
        let now = fact::facts(plans);
        lock.facts.len() == now.len()
            && lock.facts.iter().zip(&now).all(|(kept, (key, fact))| kept.0 == key && kept.1.fact == *fact)
    };
    sink.is_empty() && lock.is_some_and(is_same)
}

/// There is a profile and no lock.
#[must_use]
pub fn missing(profile: FileId, plan: Option<&Plan>, sources: &Sources) -> Diagnostic {
    let place = plan.and_then(|plan| drift::Places::new(sources).span(&plan.content().host.place));
    let place = place.unwrap_or(Span::new(profile, 0, 0));
    let found = Diagnostic::new(Code::NoLock, place, format!("there is no `{NAME}` beside this host profile"));
    found
        .help("write it with `plugin-check lock`, and keep it with the texts")
        .note("`--locked` runs and passes nothing that is not locked")
}
