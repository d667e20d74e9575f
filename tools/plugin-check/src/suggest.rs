//! `suggest`. Comes in: recordings, and the folder that they are of. Goes out: the narrowest requests and grants that cover what
//! they say was allowed, as text or JSON; with `--apply`, in the files.

use std::io::Error;
use std::path::{Path, PathBuf};

use plugin_check::fix::Fixed;
use plugin_check::propose::{planned, propose};
use plugin_check::render::suggest::{Proposal, human, json};
use plugin_check::render::visible;
use plugin_check::side::only;
use plugin_check::{observed, print};

use crate::arguments::{AnswerFormat, Suggest};
use crate::{CouldNot, Verdict, unwritten};

/// Proposes, and writes where that was asked for.
pub(crate) fn run(asked: &Suggest) -> Result<Verdict, CouldNot> {
    let (recordings, folder) = paths(&asked.paths)?;
    let workspace = only(folder, &asked.instead.overrides())?;
    let done = workspace.compile();
    let observed = observed::read(recordings, planned(&workspace, &done)?)?;
    let proposed = propose(&workspace, &done, &observed, asked.level.into(), asked.with_denied)?;
    let says = written(asked, &proposed.fixed)?;
    let proposal = Proposal { workspace: &workspace, proposed: &proposed, diff: &proposed.diff()? };
    let text = match asked.format {
        AnswerFormat::Human => human::text(&proposal),
        AnswerFormat::Json => json::text(&proposal, asked.apply),
    };
    print::out(&text).map_err(unwritten)?;
    if asked.format == AnswerFormat::Human {
        print::err(&says);
    }
    Ok(Verdict::Fine)
}

/// Writes where that was asked for, and says what was written, or would be.
fn written(asked: &Suggest, fixed: &Fixed) -> Result<String, CouldNot> {
    let shown = |count: usize| format!("{count} file{}", if count == 1 { "" } else { "s" });
    Ok(match (fixed.changed().count(), asked.apply) {
        (0, _) => "nothing is to be changed\n".to_owned(),
        (files, false) => format!("{} would change: `--apply` writes it\n", shown(files)),
        (_, true) => {
            let written = fixed.write().map_err(|failed| {
                let one = |(path, why): &(String, Error)| format!("cannot write `{}`: {why}", visible(path));
                failed.iter().map(one).collect::<Vec<_>>().join("\nplugin-check: ")
            })?;
            format!("{} written: record again before the next proposal\n", shown(written))
        }
    })
}

/// The recordings, and the folder that stands last.
fn paths(paths: &[PathBuf]) -> Result<(&[PathBuf], &Path), CouldNot> {
    let (recordings, folder) = match paths.split_last() {
        Some((last, before)) if last.is_dir() => (before, last.as_path()),
        _ => (paths, Path::new(".")),
    };
    match recordings.is_empty() {
        true => Err("name a recording, and behind all of them the folder: `ambit run --observe` writes one".to_owned()),
        false => Ok((recordings, folder)),
    }
}
