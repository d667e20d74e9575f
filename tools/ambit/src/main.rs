//! The host command line. Comes in: arguments. Goes out: a plugin's output, what it was refused and why, an exit code.

mod consent;
mod context;
mod database;
mod run;
mod storage;
mod observe;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Runs plugins under a plan: what the plan does not give, a plugin cannot do.
#[derive(Parser)]
#[command(name = "ambit", version, about, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 the command succeeded, 1 it failed or was stopped, 2 it could not be run")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Compiles a folder's manifests, host profile and grants, loads one plugin and runs one of its commands.
    ///
    /// Standard output and standard error of the plugin come out escaped. Each operation that was denied is explained on
    /// standard error: which lines decided, and which line of the grants would allow it.
    ///
    /// What the grants have an `ask` for is asked on the terminal: yes for once, for this session or for good, no, or never. A
    /// yes for good holds for this file of the plugin, and for what updates it want no more. Without a terminal nobody is
    /// asked, and the answer is no.
    #[command(after_help = "Examples:
  ambit run examples/text-tool text-tool count /in
  ambit run --json --limit 'cpu=200 ms' examples/text-tool text-tool count /in
  ambit run --observe count.jsonl examples/text-tool text-tool count /in
  plugin-check suggest count.jsonl examples/text-tool   what it needs, by what it did")]
    Run(Box<RunArguments>),
    /// Lists, shows and takes back what was answered when a plugin asked for more.
    #[command(subcommand)]
    Consent(consent::ConsentVerb),
    /// Compiles one plugin for a run, in a process that can be stopped. Of no use by hand.
    #[command(hide = true)]
    CompileGuest,
    /// Prints completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// What `run` needs to know.
#[derive(clap::Args)]
struct RunArguments {
    /// The folder with `host.kdl`, `grants.kdl` and the plugins below it.
    path: PathBuf,
    /// The plugin's id.
    plugin: String,
    /// The command: as the manifest names it, `plugin:command`, or its alias. Whatever follows is the command's own.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
    /// A host profile instead of the folder's `host.kdl`.
    #[arg(long, value_name = "FILE")]
    host: Option<PathBuf>,
    /// Grants instead of the folder's own `grants.kdl` and `grants.LAYER.kdl`; repeatable, in any order.
    #[arg(long, value_name = "FILE")]
    grants: Vec<PathBuf>,
    /// What versions there are, instead of the folder's own `index.kdl`; repeatable.
    #[arg(long, value_name = "FILE")]
    index: Vec<PathBuf>,
    /// For what the application runs: which configuration plugins get [default: the one without an environment].
    #[arg(long, value_name = "NAME", value_parser = ["development", "staging", "production"])]
    environment: Option<String>,
    /// Runs nothing where something differs from the folder's `ambit.lock`, or there is none.
    #[arg(long)]
    locked: bool,
    #[command(flatten)]
    context: context::ContextArguments,
    /// Prints one JSON object instead of what the command wrote: what came of it, what it took, which files it changed.
    #[arg(long)]
    json: bool,
    /// Prints every operation that passed a door, allowed ones too, on standard error.
    #[arg(long)]
    audit: bool,
    /// Records every operation that passed a door, once, into a file: `plugin-check suggest` proposes from it the narrowest
    /// requests and grants. A recording that is there is replaced; any other file is left alone.
    #[arg(long, value_name = "FILE")]
    observe: Option<PathBuf>,
    /// Where answers are kept, instead of this user's data folder; `none` reads none and asks nobody.
    #[arg(long, value_name = "FOLDER")]
    consents: Option<PathBuf>,
    /// Where keys and values of plugins with `storage.read` or `storage.write` are kept, instead of this user's data folder;
    /// `none` keeps none. Each host, by its folder, has its own.
    #[arg(long, value_name = "FOLDER")]
    storage: Option<PathBuf>,
    /// A file of SQLite whose tables plugins with `db.read` or `db.write` use, each as far as it is granted. Without it there is
    /// no database; the file and its tables have to be there.
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Where compiled code is kept between runs; `none` keeps none. Without it, a folder of this user's cache.
    #[arg(long, value_name = "FOLDER")]
    cache: Option<PathBuf>,
}

fn main() -> ExitCode {
    match Arguments::parse().verb {
        Verb::Run(arguments) => run::run(&arguments),
        Verb::Consent(verb) => consent::run(&verb),
        Verb::CompileGuest => ambit_runtime::serve_compiler(),
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "ambit", &mut script);
            plugin_check::print::bytes(&script).map_or(ExitCode::from(2), |()| ExitCode::SUCCESS)
        }
    }
}
