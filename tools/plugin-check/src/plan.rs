//! Compiling. Comes in: a folder. Goes out: the plan's canonical bytes, to standard output or a file; findings on standard
//! error. Where there are errors there is no output at all.

use std::io::{self, IsTerminal};
use std::path::Path;

use ambit_compiler::diag::{Diagnostic, Severity};
use ambit_schema::plan::SealError;
use ambit_schema::wire;
use plugin_check::load::{Overrides, Workspace, cores, load};
use plugin_check::write::replace;
use plugin_check::{print, render};

use crate::arguments;
use crate::{CouldNot, Verdict, unwritten};

/// Compiles, and writes the plan where there is one.
pub(crate) fn run(asked: &arguments::Plan) -> Result<Verdict, CouldNot> {
    let workspace = only(&asked.path, &asked.instead.overrides())?;
    let done = workspace.compile();
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

/// The one workspace that a path holds.
pub(crate) fn only(path: &Path, overrides: &Overrides) -> Result<Workspace, CouldNot> {
    let mut found = load(path, overrides).map_err(|error| error.to_string())?;
    match (found.pop(), found.is_empty()) {
        (Some(workspace), true) => Ok(workspace),
        (last, _) => {
            let shown = |path: &Path| render::visible(&path.display().to_string());
            let folders = found.iter().chain(&last).map(|one| format!("\n  {}", shown(&one.base))).collect::<String>();
            Err(format!("`{}` holds several workspaces: name one of them{folders}", shown(path)))
        }
    }
}

/// Why there is no plan.
pub(crate) fn reason(workspace: &Workspace, found: &[Diagnostic]) -> &'static str {
    let has_errors = found.iter().any(|found| found.severity == Severity::Error);
    match (workspace.profile, has_errors) {
        (_, true) => "there are errors",
        (None, false) => "there is no host profile; write a `host.kdl`, or name one with `--host`",
        (Some(_), false) => "the host profile cannot be used",
    }
}

/// What to say when the compiler does not believe its own plan.
pub(crate) fn defect(error: &SealError) -> CouldNot {
    format!(
        "the plan did not pass its own proof, which is a defect of this compiler: {}",
        render::visible(&error.to_string())
    )
}
