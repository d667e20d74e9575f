//! `snapshot`. Comes in: a folder that compiles. Goes out: what its plugins may do, as text that is kept beside the grants and
//! reviewed with them; or, where what is kept is no longer so, the difference.

use std::fs;
use std::path::Path;

use ambit_compiler::diff;
use ambit_compiler::manifest::Environment;
use ambit_schema::wire;
use plugin_check::render::diff::{Report, human};
use plugin_check::render::{snapshot, visible};
use plugin_check::side::Side;
use plugin_check::{print, write};

use crate::arguments::Snapshot;
use crate::{CouldNot, Verdict, say};

/// What people read, and the plan that it was made from, for the difference.
const TEXT: &str = "ambit.snapshot.txt";
const PLAN: &str = "ambit.snapshot.json";

/// Prints, writes or compares.
pub(crate) fn run(asked: &Snapshot) -> Result<Verdict, CouldNot> {
    if !asked.path.is_dir() {
        return Err(format!("`{}` is no folder", visible(&asked.path.to_string_lossy())));
    }
    let environment = asked.environment.as_deref().and_then(Environment::find);
    let new = Side::load(&asked.path.to_string_lossy(), environment)?;
    let text = snapshot::text(&new.plan);
    match (asked.update, asked.check) {
        (true, _) => update(&asked.path, &text, &new),
        (_, true) => check(&asked.path, &text, &new),
        (false, false) => say(&text),
    }
}

/// What is the same stays as it is, so that lines which only moved change no file.
fn update(folder: &Path, text: &str, new: &Side) -> Result<Verdict, CouldNot> {
    if fs::read_to_string(folder.join(TEXT)).is_ok_and(|kept| kept == text) && folder.join(PLAN).is_file() {
        return Ok(Verdict::Fine);
    }
    for (name, bytes) in [(PLAN, wire::encode(&new.plan)), (TEXT, text.as_bytes().to_vec())] {
        let file = folder.join(name);
        let shown = visible(&file.to_string_lossy());
        write::replace(&file, &bytes).map_err(|error| format!("cannot write `{shown}`: {error}"))?;
    }
    Ok(Verdict::Fine)
}

fn check(folder: &Path, text: &str, new: &Side) -> Result<Verdict, CouldNot> {
    let (file, plan) = (folder.join(TEXT), folder.join(PLAN));
    let kept = fs::read_to_string(&file).map_err(|error| {
        let shown = visible(&file.to_string_lossy());
        format!("cannot read `{shown}`: {error}; `plugin-check snapshot --update` writes it")
    })?;
    if kept == text {
        return Ok(Verdict::Fine);
    }
    let old = Side::load(&plan.to_string_lossy(), None)?;
    if snapshot::text(&old.plan) != kept {
        let (text, plan) = (visible(&file.to_string_lossy()), visible(&plan.to_string_lossy()));
        return Err(format!("`{text}` is not what `{plan}` says: one of them was edited; write both with `--update`"));
    }
    let found = diff::diff(&old.plan, &new.plan).map_err(|error| error.to_string())?;
    say(&human::text(&Report { diff: &found, old: &old, new, only_wider: false }))?;
    print::err(&format!(
        "`{}` is no longer so: review it, and write it with `--update`\n",
        visible(&file.to_string_lossy())
    ));
    Ok(Verdict::Bad)
}
