//! What can be asked with recordings. Goes out: [`Suggest`] with its help text, and [`Observing`].

use std::path::PathBuf;

use ambit_compiler::observe::Level;
use clap::{Args, ValueEnum};

use super::{AnswerFormat, Instead};

/// What follows the help.
const AFTER: &str = "Examples:
  ambit run --observe count.jsonl my-app text-tool count    records a run
  plugin-check suggest count.jsonl my-app                   what it needs, by what it did, and the edits
  plugin-check suggest count.jsonl my-app --apply           makes the edits
  plugin-check suggest *.jsonl my-app --level exact         each thing by its name, where the tier holds that
  plugin-check suggest count.jsonl my-app --with-denied     also what it was denied: that is more authority

Exit codes: 0 it is proposed, and with `--apply` written, 2 nothing could be proposed";

/// Proposes the narrowest requests and grants that cover what recordings say was allowed.
///
/// A recording is what `ambit run --observe` wrote, under the plan of this folder as it compiles now. Requests that were not
/// used go, others become what was used at a level that is never left; what cannot be narrowed is told with the reason.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(crate) struct Suggest {
    /// Recordings of the same plan, and last the folder that it is of [default: the folder you are in].
    #[arg(required = true, value_name = "RECORDING… [PATH]")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) instead: Instead,
    /// What a thing that was used stands for.
    #[arg(long, value_name = "LEVEL", default_value = "folder")]
    pub(crate) level: LevelName,
    /// Also proposes requests and grants for what was denied because nothing grants it: more authority, and marked as such.
    #[arg(long)]
    pub(crate) with_denied: bool,
    /// Writes the edits into the manifests and the grants, once they are seen to compile and to keep what was allowed.
    #[arg(long)]
    pub(crate) apply: bool,
    /// How it is written.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: AnswerFormat,
}

/// A level by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelName {
    /// Itself.
    Exact,
    /// The folder that holds it; an endpoint or a name, itself.
    Folder,
    /// The request that covers it, as it stands: only what was not used at all goes.
    Request,
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Self {
        match name {
            LevelName::Exact => Level::Exact,
            LevelName::Folder => Level::Folder,
            LevelName::Request => Level::Request,
        }
    }
}

/// What linting is held against.
#[derive(Debug, Args)]
pub(crate) struct Observing {
    /// A recording of the folder's plan, by `ambit run --observe`: also finds requests that were not used, or only in part, with
    /// their fix; repeatable.
    #[arg(long, value_name = "RECORDING")]
    pub(crate) observed: Vec<PathBuf>,
}
