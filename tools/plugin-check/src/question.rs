//! `why`, `why-not` and `who-can`. Comes in: a folder that compiles, or a plan, and a question. Goes out: the answer. Targets may be
//! written as in a manifest where the folder is there; a plan keeps no names of folders.

use std::borrow::Cow;
use std::path::Path;

use ambit_compiler::explain::{self, Asked};
use ambit_compiler::lower::closest;
use ambit_compiler::profile::{FolderError, Folders};
use ambit_schema::capability::{CapTextError, Kind};
use ambit_schema::plan::Plan;
use ambit_schema::wire;
use plugin_check::load::{Overrides, Workspace, read_plan};
use plugin_check::print;
use plugin_check::render::who::{self, Found};
use plugin_check::render::{self, answer, change};
use plugin_check::side::{defect, only, reason};

use crate::arguments::{AnswerFormat, WhoCan, Why};
use crate::{CouldNot, Verdict, unwritten};

/// How many names are listed where none is near.
const MOST_NAMES: usize = 24;

/// Whether a plugin may, and why.
pub(crate) fn why(asked: &Why) -> Result<Verdict, CouldNot> {
    answered(asked, answer::human)
}

/// What would have to change for a plugin that may not.
pub(crate) fn why_not(asked: &Why) -> Result<Verdict, CouldNot> {
    answered(asked, change::human)
}

/// How an answer is said to people.
type Said = fn(answer::Shown<'_>, &str, Kind, &str, &explain::Answer) -> String;

fn answered(asked: &Why, human: Said) -> Result<Verdict, CouldNot> {
    let asks = &asked.question;
    let about = About::load(&asked.path, &asks.instead.overrides())?;
    let kind = kind(&about.plan, &asks.capability)?;
    let plugins = about.plan.content().plugins.iter().map(|plugin| plugin.id.as_str());
    let Some(plugin) = about.plan.plugin(&asked.plugin) else {
        return Err(unknown("plugin", &asked.plugin, plugins));
    };
    let target = about.target(&asks.target, &asked.plugin)?;
    let answer = explain::why(&about.plan, plugin, kind, &target).map_err(|error| unread(kind, &target, &error))?;
    let shown = |path: &str| about.shown(path);
    let text = match asks.format {
        AnswerFormat::Human => human(&shown, &asked.plugin, kind, &target, &answer),
        AnswerFormat::Json => answer::json(&shown, &asked.plugin, kind, &target, &answer),
    };
    print::out(&text).map_err(unwritten)?;
    Ok(if answer.allowed { Verdict::Fine } else { Verdict::Bad })
}

/// Which plugins may.
pub(crate) fn who_can(asked: &WhoCan) -> Result<Verdict, CouldNot> {
    let asks = &asked.question;
    let about = About::load(&asked.path, &asks.instead.overrides())?;
    if about.from.as_ref().is_some_and(|(_, folders)| folders.is_of_each(&asks.target)) {
        let shown = render::visible(&asks.target);
        return Err(format!("`{shown}` is another folder for each plugin: write the whole path"));
    }
    let kind = kind(&about.plan, &asks.capability)?;
    let target = about.target(&asks.target, "")?;
    let what = Asked::parse(kind, &target, asked.any).map_err(|error| unread(kind, &target, &error))?;
    let holders = explain::who_can(&about.plan, kind, &what);
    let through = asked.through.then(|| explain::through(&about.plan, &holders));
    let shown = |path: &str| about.shown(path);
    let found = Found { kind, target: &target, is_pattern: matches!(what, Asked::Any(_)), holders, through };
    let text = match asks.format {
        AnswerFormat::Human => who::human(&shown, &found),
        AnswerFormat::Json => who::json(&shown, &found),
    };
    print::out(&text).map_err(unwritten)?;
    Ok(if found.holders.is_empty() { Verdict::Bad } else { Verdict::Fine })
}

/// The plan that a question is about, and what it was made from where that is there.
pub(crate) struct About {
    pub(crate) plan: Plan,
    from: Option<(Workspace, Folders)>,
}

impl About {
    pub(crate) fn load(path: &Path, overrides: &Overrides) -> Result<Self, CouldNot> {
        match read_plan(path).map_err(|error| error.to_string())? {
            Some(bytes) => Self::sealed(path, &bytes, overrides),
            None => Self::compiled(path, overrides),
        }
    }

    fn sealed(path: &Path, bytes: &[u8], overrides: &Overrides) -> Result<Self, CouldNot> {
        let shown = render::visible(&path.display().to_string());
        if overrides.host.is_some() || !overrides.grants.is_empty() {
            return Err(format!("`{shown}` is a plan, in which `--host` and `--grants` can change nothing"));
        }
        let plan =
            wire::decode(bytes).map_err(|error| format!("`{shown}`: {}", render::visible(&error.to_string())))?;
        Ok(About { plan, from: None })
    }

    fn compiled(path: &Path, overrides: &Overrides) -> Result<Self, CouldNot> {
        let workspace = only(path, overrides)?;
        let done = workspace.compile();
        render::errors(&workspace, &done.diagnostics);
        match (done.plan, &done.unsealed) {
            (Some(plan), _) => Ok(About { plan, from: Some((workspace, done.folders)) }),
            (None, Some(error)) => Err(defect(error)),
            (None, None) => Err(format!("there is no plan to ask: {}", reason(&workspace, &done.diagnostics))),
        }
    }

    /// A target with folders in the place of templates.
    fn target(&self, written: &str, plugin: &str) -> Result<String, CouldNot> {
        let shown = render::visible(written);
        match &self.from {
            Some((_, folders)) => folders.expand(written, plugin).map(Cow::into_owned).map_err(|error| match error {
                FolderError::Unknown(name) => {
                    let name = render::visible(&name);
                    format!("`{shown}` names the folder `{name}`, which the host profile does not define")
                }
                FolderError::TooLong => "with its folders in place the target is too long".to_owned(),
            }),
            None if written.contains("${") || written == "~" || written.starts_with("~/") => {
                Err(format!("`{shown}` names a folder, and a plan keeps no names of folders: write the whole path"))
            }
            None => Ok(written.to_owned()),
        }
    }

    fn shown(&self, path: &str) -> String {
        self.from.as_ref().map_or_else(|| path.to_owned(), |(workspace, _)| workspace.shown(path))
    }
}

fn kind(plan: &Plan, written: &str) -> Result<Kind, CouldNot> {
    plan.kind(written).ok_or_else(|| unknown("capability", written, plan.content().known_kinds().keys()))
}

/// What to say of a name that is none.
pub(crate) fn unknown<'k>(what: &str, written: &str, known: impl Iterator<Item = &'k str>) -> CouldNot {
    let known: Vec<&str> = known.collect();
    let message = format!("there is no {what} `{}`", render::visible(written));
    match closest(written, known.iter().copied()) {
        Some(near) => format!("{message}; did you mean `{near}`?"),
        None if known.is_empty() => message,
        None => {
            let shown: Vec<String> = known.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
            let more = if known.len() > MOST_NAMES { ", …" } else { "" };
            format!("{message}; there is {}{more}", shown.join(", "))
        }
    }
}

fn unread(kind: Kind, target: &str, error: &CapTextError) -> CouldNot {
    format!("`{}` cannot be a target of `{kind}`: {}\nhelp: {}", render::visible(target), error.message, error.help)
}
