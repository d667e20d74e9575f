//! Compiling. Comes in: a folder. Goes out: the plan's canonical bytes, to standard output or a file; findings on standard
//! error. Where there are errors there is no output at all.

use std::io::{self, IsTerminal};

use ambit_schema::wire;
use plugin_check::load::cores;
use plugin_check::side::{defect, only, reason};
use plugin_check::write::replace;
use plugin_check::{locked, print, render};

use crate::arguments;
use crate::{CouldNot, Verdict, unwritten};

/// Compiles, and writes the plan where there is one.
pub(crate) fn run(asked: &arguments::Plan) -> Result<Verdict, CouldNot> {
    let mut workspace = only(&asked.path, &asked.instead.overrides())?;
    let done = if asked.locked { locked::checked(&mut workspace)? } else { workspace.compile() };
    done.diagnostics.iter().for_each(|found| print::err(&render::human::one(&workspace, found)));
    if let Some(error) = &done.unsealed {
        return Err(defect(error));
    }
    let Some(plan) = &done.plan else {
        print::err(&format!("plugin-check: no plan was made: {}\n", reason(&workspace, &done.diagnostics)));
        return Ok(Verdict::Bad);
    };
    let bytes = wire::encode_on(plan, cores());
    match &asked.output {
        Some(file) if file.as_os_str() != "-" => {
            let shown = render::visible(&file.display().to_string());
            replace(file, &bytes).map_err(|error| format!("cannot write `{shown}`: {error}"))?;
        }
        // A terminal gets the same JSON with hidden characters of paths as escapes.
        _ if io::stdout().is_terminal() => {
            print::out(&render::json_safe(&String::from_utf8_lossy(&bytes))).map_err(unwritten)?;
        }
        _ => print::bytes(&bytes).map_err(unwritten)?,
    }
    Ok(Verdict::Fine)
}
