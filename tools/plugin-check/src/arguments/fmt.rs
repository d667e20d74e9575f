//! What `fmt` needs to know.

use std::path::PathBuf;

use clap::Args;

/// What is laid out, and what happens to it.
#[derive(Debug, Args)]
pub(crate) struct Fmt {
    /// Texts, or folders with texts in them [default: the folder you are in].
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Writes nothing, and exits 1 where a text is not laid out.
    #[arg(long)]
    pub(crate) check: bool,
    /// Writes nothing, and prints what would change.
    #[arg(long)]
    pub(crate) diff: bool,
}
