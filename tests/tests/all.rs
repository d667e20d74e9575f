//! Every integration test, in one binary: one link, and the tests of one module share what is slow.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a failed test may panic")]

#[path = "all/accepted.rs"]
mod accepted;
#[path = "all/artifacts.rs"]
mod artifacts;
#[path = "all/bad.rs"]
mod bad;
#[path = "all/check.rs"]
mod check;
#[path = "all/corpora.rs"]
mod corpora;
#[path = "all/determinism.rs"]
mod determinism;
#[path = "all/diffs.rs"]
mod diffs;
#[path = "all/documents.rs"]
mod documents;
#[path = "all/editors.rs"]
mod editors;
#[path = "all/fixes.rs"]
mod fixes;
#[path = "all/flow.rs"]
mod flow;
#[path = "all/format.rs"]
mod format;
#[path = "all/focus.rs"]
mod focus;
#[path = "all/graph.rs"]
mod graph;
#[path = "all/guests.rs"]
mod guests;
#[path = "all/inputs.rs"]
mod inputs;
#[path = "all/language.rs"]
mod language;
#[path = "all/locks.rs"]
mod locks;
#[path = "all/packse.rs"]
mod packse;
#[cfg(feature = "run")]
#[path = "all/parity.rs"]
mod parity;
#[path = "all/questions.rs"]
mod questions;
#[path = "all/reports.rs"]
mod reports;
#[path = "all/review.rs"]
mod review;
#[path = "all/rules.rs"]
mod rules;
#[path = "all/schema.rs"]
mod schema;
#[path = "all/sealed.rs"]
mod sealed;
#[path = "all/security.rs"]
mod security;
#[path = "all/seeds.rs"]
mod seeds;
#[path = "all/snapshot.rs"]
mod snapshot;
#[path = "all/suggest.rs"]
mod suggest;
#[path = "all/tidy.rs"]
mod tidy;
