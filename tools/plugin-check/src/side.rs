//! One side of a comparison. Comes in: what someone wrote for it: a plan, a folder, or a folder of a git revision. Goes out: a
//! plan, and how its paths are shown. Where there is no plan, the reason is said in words and never guessed around: a plugin
//! that was not read would pass for one that is gone.

use std::path::Path;

use ambit_compiler::diag::{Diagnostic, Severity};
use ambit_compiler::manifest::Environment;
use ambit_schema::plan::{Plan, SealError};
use ambit_schema::wire;

use crate::load::{Overrides, Revision, Workspace, load, read_plan};
use crate::render::{self, visible};

/// A plan, and where it is from.
#[derive(Debug)]
pub struct Side {
    /// The plan.
    pub plan: Plan,
    /// As it was written.
    pub name: String,
    /// What stands before paths of the plan, so that they can be opened.
    before: String,
}

impl Side {
    /// Reads a plan in a file, compiles a folder, or compiles a folder of a git revision, written `REVISION:FOLDER`. What is
    /// there is a file or a folder, however it is called.
    ///
    /// # Errors
    /// There is no plan to be had; the text is for people and safe to show. Errors of a folder go to standard error.
    pub fn load(written: &str, environment: Option<Environment>) -> Result<Side, String> {
        let path = Path::new(written);
        match (path.is_file(), path.exists(), written.split_once(':')) {
            (true, ..) => Self::sealed(written, environment),
            (_, true, _) => Self::compiled(path, written, environment, None),
            (_, false, Some((revision, folder))) => Self::revision(written, revision, folder, environment),
            (_, false, None) => Err(format!(
                "there is no `{}`: name a plan, a folder, or a folder of a git revision as in `HEAD~1:{}`",
                visible(written),
                visible(written),
            )),
        }
    }

    /// A plan of a workspace.
    #[must_use]
    pub fn of(plan: Plan, workspace: &Workspace) -> Side {
        Side { plan, name: workspace.base.to_string_lossy().into_owned(), before: workspace.shown("") }
    }

    fn sealed(written: &str, environment: Option<Environment>) -> Result<Side, String> {
        let shown = visible(written);
        if environment.is_some() {
            return Err(format!("`{shown}` is a file, in which `--environment` can change nothing"));
        }
        let bytes = read_plan(Path::new(written)).map_err(|error| error.to_string())?;
        let Some(bytes) = bytes else {
            return Err(format!(
                "`{shown}` is no plan: name a folder, or a `.json` file that `plugin-check plan` wrote"
            ));
        };
        let plan = wire::decode(&bytes).map_err(|error| format!("`{shown}`: {}", visible(&error.to_string())))?;
        Ok(Side { plan, name: written.to_owned(), before: String::new() })
    }

    fn revision(written: &str, revision: &str, folder: &str, environment: Option<Environment>) -> Result<Side, String> {
        let read = Revision::read(revision, folder).map_err(|error| format!("`{}`: {error}", visible(written)))?;
        Self::compiled(&read.folder(), written, environment, Some(read.shown()))
    }

    fn compiled(
        path: &Path,
        written: &str,
        environment: Option<Environment>,
        shown: Option<String>,
    ) -> Result<Side, String> {
        let overrides = Overrides { environment, ..Overrides::default() };
        let mut workspace = only(path, &overrides).map_err(|error| match &shown {
            // Where it was unpacked says nothing to anybody.
            Some(_) => format!("`{}`: {}", visible(written), error.replace(&*path.to_string_lossy(), ".")),
            None => error,
        })?;
        workspace.shown_base = shown.unwrap_or(workspace.shown_base);
        let done = workspace.compile();
        render::errors(&workspace, &done.diagnostics);
        let before = workspace.shown("");
        match (done.plan, &done.unsealed) {
            (Some(plan), _) => Ok(Side { plan, name: written.to_owned(), before }),
            (None, Some(error)) => Err(defect(error)),
            (None, None) => {
                let why = reason(&workspace, &done.diagnostics);
                Err(format!("there is no plan of `{}`: {why}", visible(written)))
            }
        }
    }

    /// How a path of the plan is shown.
    #[must_use]
    pub fn shown(&self, path: &str) -> String {
        if Path::new(path).is_absolute() { path.to_owned() } else { format!("{}{path}", self.before) }
    }
}

/// The two sides that are meant: two as they are written; or one, `OLD..NEW`, as revisions of the folder that one is in, where
/// an empty `NEW` is the folder itself and `OLD..NEW:FOLDER` is another folder.
///
/// # Errors
/// One side alone, that is no range.
pub fn sides(old: &str, new: Option<&str>) -> Result<(String, String), String> {
    if let Some(new) = new {
        return Ok((old.to_owned(), new.to_owned()));
    }
    let (range, folder) = old.split_once(':').unwrap_or((old, "./"));
    match range.split_once("..") {
        Some(("", _)) => Err(format!("`{}` does not say from where", visible(old))),
        Some((from, "")) => {
            let here = if old.contains(':') { folder.to_owned() } else { ".".to_owned() };
            Ok((format!("{from}:{folder}"), here))
        }
        Some((from, to)) => Ok((format!("{from}:{folder}"), format!("{to}:{folder}"))),
        None => Err(format!(
            "`{}` is one side: name the other too, or a range of git revisions as in `main..`",
            visible(old)
        )),
    }
}

/// The one workspace that a path holds.
///
/// # Errors
/// There is none, or there are several; the text is for people and safe to show.
pub fn only(path: &Path, overrides: &Overrides) -> Result<Workspace, String> {
    let mut found = load(path, overrides).map_err(|error| error.to_string())?;
    match (found.pop(), found.is_empty()) {
        (Some(workspace), true) => Ok(workspace),
        (last, _) => {
            let shown = |path: &Path| visible(&path.display().to_string());
            let folders = found.iter().chain(&last).map(|one| format!("\n  {}", shown(&one.base))).collect::<String>();
            Err(format!("`{}` holds several workspaces: name one of them{folders}", shown(path)))
        }
    }
}

/// Why there is no plan.
#[must_use]
pub fn reason(workspace: &Workspace, found: &[Diagnostic]) -> &'static str {
    let has_errors = found.iter().any(|found| found.severity == Severity::Error);
    match (workspace.profile, has_errors) {
        (_, true) => "there are errors",
        (None, false) => "there is no host profile; write a `host.kdl`, or name one with `--host`",
        (Some(_), false) => "the host profile cannot be used",
    }
}

/// What to say when the compiler does not believe its own plan.
#[must_use]
pub fn defect(error: &SealError) -> String {
    format!("the plan did not pass its own proof, which is a defect of this compiler: {}", visible(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::sides;

    #[test]
    fn one_word_is_a_range_of_revisions() {
        let pair = |old: &str, new: &str| Ok((old.to_owned(), new.to_owned()));
        assert_eq!(sides("a", Some("b")), pair("a", "b"));
        assert_eq!(sides("main..", None), pair("main:./", "."));
        assert_eq!(sides("main..dev", None), pair("main:./", "dev:./"));
        assert_eq!(sides("main..:app", None), pair("main:app", "app"));
        assert_eq!(sides("v1..v2:app", None), pair("v1:app", "v2:app"));
        for bad in ["a", "..dev", "a:b"] {
            assert!(sides(bad, None).is_err(), "{bad}");
        }
    }
}
