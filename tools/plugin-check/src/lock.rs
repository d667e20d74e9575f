//! `lock`. Comes in: a folder that compiles. Goes out: its `ambit.lock`, replaced whole or not at all. A lock that says the same
//! already is left as it is; where there are errors, so is every other.

use ambit_compiler::lock::NAME;
use plugin_check::locked::{Unmade, made};
use plugin_check::side::{defect, only, reason};
use plugin_check::{print, render, write};

use crate::arguments::Lock;
use crate::{CouldNot, Verdict};

/// Locks.
pub(crate) fn run(asked: &Lock) -> Result<Verdict, CouldNot> {
    let overrides = asked.instead.overrides();
    if overrides.environment.is_some() {
        return Err("a lock is of every environment: leave out `--environment`".to_owned());
    }
    if !asked.path.is_dir() {
        return Err(format!("`{}` is no folder", render::visible(&asked.path.to_string_lossy())));
    }
    let mut workspace = only(&asked.path, &overrides)?;
    let file = workspace.base.join(NAME);
    let shown = render::visible(&workspace.shown(NAME));
    match made(&mut workspace) {
        Ok(lock) => {
            if !lock.is_kept {
                let written = write::replace(&file, lock.text.as_bytes());
                written.map_err(|error| format!("cannot write `{shown}`: {error}"))?;
            }
            let (count, many) = (lock.plugins, if lock.plugins == 1 { "" } else { "s" });
            let how = if lock.is_kept { "says so already" } else { "is written" };
            print::err(&format!("{count} plugin{many} locked: `{shown}` {how}\n"));
            Ok(Verdict::Fine)
        }
        Err(Unmade::Because(why)) => Err(why),
        Err(Unmade::NoPlan(done)) => {
            render::errors(&workspace, &done.diagnostics);
            if let Some(error) = &done.unsealed {
                return Err(defect(error));
            }
            print::err(&format!("plugin-check: nothing was locked: {}\n", reason(&workspace, &done.diagnostics)));
            Ok(Verdict::Bad)
        }
    }
}
