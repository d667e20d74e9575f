//! The linter's command line. Comes in: arguments. Goes out: findings, plans, answers and pages, and an exit code: 0 fine,
//! 1 errors or a denial, 2 it could not be tried. Deliberately absent: standard input, and running any plugin.

mod arguments;
mod settings;
mod lint;
mod watch;
mod plan;
mod question;
mod graph;
mod diff;
mod snapshot;
mod lock;
mod suggest;
mod explain;
mod fmt;
mod man;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use plugin_check::load::cores;
use plugin_check::{print, schemas};

use arguments::{Arguments, Verb};

/// Compiling is much handing out of small pieces, on several threads.
#[global_allocator]
static PIECES: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// No errors; allowed.
    Fine,
    /// Errors; denied.
    Bad,
}

/// Why a command could not be tried at all: a text for people, already safe to show.
type CouldNot = String;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    print::colour(arguments.color.into());
    // Who waits for others takes threads when there is work for them.
    let waits = arguments.lint.watching.watch || matches!(arguments.verb, Some(Verb::Lsp));
    let ended = if waits { ended(&arguments) } else { cores().within(|| ended(&arguments)) };
    match ended {
        Ok(Verdict::Fine) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::from(1),
        Err(why) => {
            print::err(&format!("plugin-check: {why}\n"));
            ExitCode::from(2)
        }
    }
}

fn ended(arguments: &Arguments) -> Result<Verdict, CouldNot> {
    match &arguments.verb {
        None if arguments.lint.watching.watch => watch::run(&arguments.lint),
        None => lint::run(&arguments.lint),
        Some(Verb::Plan(plan)) => plan::run(plan),
        Some(Verb::Why(why)) => question::why(why),
        Some(Verb::WhyNot(why)) => question::why_not(why),
        Some(Verb::WhoCan(who)) => question::who_can(who),
        Some(Verb::Graph(graph)) => graph::run(graph),
        Some(Verb::Diff(diff)) => diff::run(diff),
        Some(Verb::Snapshot(snapshot)) => snapshot::run(snapshot),
        Some(Verb::Lock(lock)) => lock::run(lock),
        Some(Verb::Suggest(suggest)) => suggest::run(suggest),
        Some(Verb::Fmt(fmt)) => fmt::run(fmt),
        Some(Verb::Explain { rule }) => explain::run(rule.as_deref()),
        Some(Verb::Schema { of }) => say(&schemas::schema((*of).into())),
        Some(Verb::Man { out }) => man::run(out.as_deref()),
        Some(Verb::Lsp) => serve(),
        Some(Verb::Completions { shell }) => completions(*shell),
    }
}

/// Prints a text, and that is all there is to do.
fn say(text: &str) -> Result<Verdict, CouldNot> {
    print::out(text).map_err(unwritten)?;
    Ok(Verdict::Fine)
}

fn unwritten(error: std::io::Error) -> CouldNot {
    format!("cannot write to standard output: {error}")
}

/// Serves an editor. One that goes without a word is an error, as the protocol has it.
fn serve() -> Result<Verdict, CouldNot> {
    let ended = plugin_check::lsp::serve().map_err(|error| format!("the server cannot be started: {error}"))?;
    Ok(if ended { Verdict::Fine } else { Verdict::Bad })
}

fn completions(shell: clap_complete::Shell) -> Result<Verdict, CouldNot> {
    let mut script = vec![];
    clap_complete::generate(shell, &mut Arguments::command(), "plugin-check", &mut script);
    print::bytes(&script).map_err(unwritten)?;
    Ok(Verdict::Fine)
}
