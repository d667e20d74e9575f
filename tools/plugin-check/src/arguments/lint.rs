//! What linting can be asked. Goes out: [`Lint`] with its help texts.

use std::path::PathBuf;

use clap::Args;

use super::{Format, Instead, Observing};

/// What linting needs to know.
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Files or folders [default: the folder you are in].
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) instead: Instead,
    /// Refuses what differs from the `ambit.lock` of its folder, and a folder without one.
    #[arg(long, conflicts_with_all = ["fix", "diff"])]
    pub(crate) locked: bool,
    #[command(flatten)]
    pub(crate) observing: Observing,
    /// How findings are written [default: as the configuration says, else human].
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Prints errors only, and no summary.
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) configured: Configured,
    #[command(flatten)]
    pub(crate) watching: Watching,
    #[command(flatten)]
    pub(crate) known: Known,
    #[command(flatten)]
    pub(crate) fixing: Fixing,
    #[command(flatten)]
    pub(crate) levels: Levels,
}

/// Which findings are known.
#[derive(Debug, Args)]
pub(crate) struct Known {
    /// Tells only findings that are not in this file. What is known stays an error for `plan` and for a host.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "diff", "write_baseline"])]
    pub(crate) baseline: Option<PathBuf>,
    /// Writes all findings into this file, and tells none.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "diff"])]
    pub(crate) write_baseline: Option<PathBuf>,
}

/// Whether findings are fixed.
#[derive(Debug, Args)]
pub(crate) struct Fixing {
    /// Makes the fixes that keep what the texts mean, and prints what is left.
    #[arg(long)]
    pub(crate) fix: bool,
    /// With `--fix` or `--diff`: also the fixes that change what is asked for or given, such as adding a grant.
    #[arg(long = "unsafe")]
    pub(crate) with_unsafe: bool,
    /// Shows what `--fix` would change, and writes nothing; exits 1 where there is something.
    #[arg(long)]
    pub(crate) diff: bool,
}

/// How grave rules are.
#[derive(Debug, Args)]
pub(crate) struct Levels {
    /// Leaves out what a rule finds: a code, a name, or all `warnings` or `notes`. Errors cannot be left out.
    #[arg(long, value_name = "RULE")]
    pub(crate) allow: Vec<String>,
    /// Makes a rule a warning: a code, a name, or all `notes`. A code beats a group, and the graver of two wins.
    #[arg(long, value_name = "RULE")]
    pub(crate) warn: Vec<String>,
    /// Makes a rule an error: a code, a name, or all `warnings` or `notes`.
    #[arg(long, value_name = "RULE")]
    pub(crate) deny: Vec<String>,
}

/// Which configuration holds.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// A configuration, instead of the `.plugin-check.kdl` of the folder that is checked or of one above it.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Reads no configuration.
    #[arg(long)]
    pub(crate) no_config: bool,
    /// Says which configuration holds and what of it, and checks nothing.
    #[arg(long)]
    pub(crate) show_config: bool,
}

/// Whether it is done once.
#[derive(Debug, Args)]
pub(crate) struct Watching {
    /// Checks again whenever a text changes, comes or goes, until Ctrl-C.
    #[arg(long, conflicts_with_all = ["fix", "diff", "write_baseline", "show_config"])]
    pub(crate) watch: bool,
}

impl Lint {
    /// What is checked.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        if self.paths.is_empty() { vec![PathBuf::from(".")] } else { self.paths.clone() }
    }
}
