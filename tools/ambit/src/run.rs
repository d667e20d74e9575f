//! `ambit run`. Comes in: a folder, a plugin, a command. Goes out: the command's output and what came of it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use ambit_compiler::Compilation;
use ambit_compiler::lower::closest;
use ambit_compiler::manifest::Environment;
use ambit_runtime::{AuditLog, AuditSink, Compiler, Exit, Host, Report, execution_interface};
use ambit_schema::plan::{NameSort, Plan};
use plugin_check::load::{Overrides, Workspace, load};
use plugin_check::print::err as say;
use plugin_check::{locked, render};

use crate::consent::settled;
use crate::database::database;
use crate::observe::Observer;
use crate::storage::store;
use crate::{RunArguments, report};

/// Why nothing was run: a text, after the diagnostics that belong to it.
type CouldNotRun = String;

/// Runs, and says with which code to exit.
pub(crate) fn run(arguments: &RunArguments) -> ExitCode {
    match attempt(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            say(&format!("ambit: {}\n", safe(&why)));
            ExitCode::from(2)
        }
    }
}

/// Whether the command succeeded.
fn attempt(arguments: &RunArguments) -> Result<bool, CouldNotRun> {
    let context = arguments.context.context()?;
    let workspace = workspace(arguments)?;
    let locked = if arguments.locked { Some(as_locked(&workspace)?) } else { None };
    let settled = settled(workspace, &arguments.plugin, arguments.consents.as_deref())?;
    let workspace = &settled.workspace;
    let plan = planned(settled.compilation, workspace, settled.unasked)?;
    unchanged(locked.as_ref(), &plan)?;
    if arguments.observe.is_some() {
        by_texts_alone(&plan)?;
    }
    let [written, words @ ..] = arguments.command.as_slice() else { return Err("no command is named".to_owned()) };
    let command = command(&plan, &arguments.plugin, written)?;
    let audit = Arc::new(AuditLog::default());
    let observer = arguments.observe.as_deref().map(|file| Observer::new(file, &plan, &workspace.base, &audit));
    let observer = observer.transpose()?;
    let sink: Arc<dyn AuditSink> = observer.as_ref().map_or_else(|| audit.clone() as Arc<_>, Observer::sink);
    let mut host = Host::builder(&workspace.base).audit(sink).environment(std::env::vars());
    if let Some(cache) = cache(arguments) {
        host = host.cache(cache);
    }
    let entry = plan.plugin(&arguments.plugin).ok_or_else(|| format!("the plan has no `{}`", arguments.plugin))?;
    if let Some(store) = store(arguments.storage.as_deref(), &workspace.base, entry)? {
        host = host.storage(store);
    }
    if let Some(file) = &arguments.database {
        host = host.database(database(file)?);
    }
    // A plugin that takes for ever to compile is stopped; where this program cannot find itself, nothing is compiled at all.
    let own = std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
    let host = host.compiler(Compiler::new(own).argument("compile-guest"));
    let host = host.interface("ambit:host/execution", execution_interface());
    let host = host.build().map_err(|error| error.to_string())?;
    let loaded = host.load_file(&plan, &arguments.plugin);
    let mut plugin = loaded.map_err(|error| format!("`{}` was not loaded: {error}", arguments.plugin))?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = plugin.execute(&context, &command, &words);
    match arguments.json {
        true => out(&format!("{}\n", done.to_json())),
        false if done.ended.is_ok() => print(&done),
        false => {}
    }
    report::events(&plan, workspace, &audit.take(), arguments.audit);
    let kept = observer.map_or(Ok(()), |observer| observer.write(&plan, &arguments.plugin, done.ended.as_ref().ok()));
    match (&done.ended, arguments.json) {
        (Ok(exit), _) => drop(report::exit(&arguments.plugin, exit)),
        (Err(_), true) => {}
        (Err(error), false) => {
            print(&done);
            say(&format!("ambit: `{}` was stopped: {}\n", arguments.plugin, safe(&error.to_string())));
        }
    }
    kept.map(|()| done.succeeded())
}

fn workspace(arguments: &RunArguments) -> Result<Workspace, CouldNotRun> {
    let RunArguments { host, grants, index, .. } = arguments;
    let overrides = Overrides {
        host: host.clone(),
        grants: grants.clone(),
        index: index.clone(),
        environment: arguments.environment.as_deref().and_then(Environment::find),
    };
    let mut found = load(&arguments.path, &overrides).map_err(|error| error.to_string())?;
    match (found.pop(), found.is_empty()) {
        (Some(workspace), true) => Ok(workspace),
        _ => Err(format!("`{}` holds several hosts: name the folder of one", arguments.path.display())),
    }
}

/// The plan as it is locked: without what people answered, which is theirs alone. What is not as it is locked keeps everything
/// from running.
fn as_locked(workspace: &Workspace) -> Result<Plan, CouldNotRun> {
    let mut workspace = workspace.clone();
    let compilation = locked::checked(&mut workspace)?;
    planned(compilation, &workspace, false)
}

/// Whether the files are still those that were compared with the lock.
fn unchanged(locked: Option<&Plan>, plan: &Plan) -> Result<(), CouldNotRun> {
    let files = |plan: &Plan| {
        let plugins = plan.content().plugins.iter();
        plugins.map(|entry| (entry.id.clone(), entry.version.clone(), entry.artifact.clone())).collect::<Vec<_>>()
    };
    match locked.is_none_or(|locked| files(locked) == files(plan)) {
        true => Ok(()),
        false => Err("a file was changed while it was compared with the lock; run it again".to_owned()),
    }
}

/// A recording is compared with what the texts of a folder give, and an answer is in none of them.
fn by_texts_alone(plan: &Plan) -> Result<(), CouldNotRun> {
    match plan.content().grants.iter().find(|line| line.effect.is_answer()) {
        None => Ok(()),
        Some(line) => Err(format!(
            "`--observe` records what the texts of the folder give, and this is from an answer: {}; write an `allow` for it, or \
             add `--consents none`",
            line.text
        )),
    }
}

/// The plan. Warnings are the linter's to show; errors keep everything from running.
fn planned(compilation: Compilation, workspace: &Workspace, unasked: bool) -> Result<Plan, CouldNotRun> {
    if let Some(plan) = compilation.plan {
        return Ok(plan);
    }
    render::errors(workspace, &compilation.diagnostics);
    Err(match compilation.unsealed {
        Some(defect) => format!("the plan did not pass its own proof: {defect}"),
        None if unasked => "there is no plan, and nobody to ask: run it on a terminal, or write the grants".to_owned(),
        None => "there is no plan, so nothing runs".to_owned(),
    })
}

/// The command's name inside the plugin.
fn command(plan: &Plan, plugin: &str, written: &str) -> Result<String, CouldNotRun> {
    let ids = plan.content().plugins.iter().map(|entry| entry.id.as_str());
    if plan.plugin(plugin).is_none() {
        return Err(unknown(&format!("there is no plugin `{plugin}`"), closest(plugin, ids)));
    }
    let names = plan.content().names.iter();
    let mut commands = names.filter(|entry| entry.sort == NameSort::Command && entry.plugin.as_str() == plugin);
    let is_meant = |entry: &&ambit_schema::plan::NameEntry| {
        entry.local.as_str() == written
            || entry.name == written
            || entry.alias.as_ref().is_some_and(|alias| alias.as_str() == written)
    };
    if let Some(entry) = commands.clone().find(is_meant) {
        return Ok(entry.local.to_string());
    }
    let near = closest(written, commands.clone().map(|entry| entry.local.as_str()));
    let only = commands.next().map(|entry| entry.local.as_str());
    Err(unknown(&format!("`{plugin}` has no command `{written}`"), near.or(only)))
}

fn unknown(message: &str, near: Option<&str>) -> String {
    near.map_or_else(|| message.to_owned(), |near| format!("{message}; did you mean `{near}`?"))
}

/// The folder of compiled code: as said, or this user's cache, or none where there is no home.
fn cache(arguments: &RunArguments) -> Option<PathBuf> {
    if let Some(said) = &arguments.cache {
        return (said.as_os_str() != "none").then(|| said.clone());
    }
    let user = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    user.or_else(home).map(|folder| folder.join("ambit"))
}

fn print(done: &Report) {
    out(&done.stdout.to_string());
    if let Some(answer) = &done.value {
        out(&format!("{}\n", safe(answer)));
    }
    say(&done.stderr.to_string());
    if let Ok(Exit::Failure { reason: Some(reason), .. }) = &done.ended {
        say(&format!("{}\n", safe(reason)));
    }
}

/// Writes to standard output. What cannot be written has nobody to be told.
fn out(text: &str) {
    drop(plugin_check::print::out(text));
}

/// A text that a plugin may have chosen, with everything escaped that a terminal would obey, but for line ends and tabs. What
/// it wrote to its streams is escaped by the runtime; its answers are not.
fn safe(text: &str) -> String {
    let one = |c: char| if matches!(c, '\n' | '\t') { c.to_string() } else { render::visible(&c.to_string()) };
    text.chars().map(one).collect()
}
