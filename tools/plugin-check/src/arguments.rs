//! What can be asked for. Comes in: the words of the command line. Goes out: [`Arguments`]. The help texts of the tool
//! stand here and nowhere else.

mod fmt;
mod suggest;

use std::path::PathBuf;

pub(crate) use fmt::Fmt;
pub(crate) use suggest::{Observing, Suggest};

use ambit_compiler::manifest::Environment;
use clap::{Args, Parser, Subcommand, ValueEnum};
use plugin_check::load::Overrides;
use plugin_check::print::Colour;

mod format;
mod lint;

pub(crate) use format::{AnswerFormat, DiffFormat, Format, GraphFormat, SchemaOf};
pub(crate) use lint::{Levels, Lint};

/// Checks plugin manifests, host profiles and grants, and compiles them to a plan.
///
/// Without a command it lints: every finding comes with the lines that decided it and, where there is one, the edit that
/// resolves it. A folder with a `host.kdl` is checked as a whole: the profile, `grants.kdl`, and every `plugin.kdl`,
/// `plugin.yaml`, `plugin.yml` or `plugin.json` below it. A folder above several of them is checked folder by folder.
#[derive(Debug, Parser)]
#[command(name = "plugin-check", version, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true, after_help = AFTER, after_long_help = AFTER)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
    #[command(flatten)]
    pub(crate) lint: Lint,
    /// When to colour [default: on terminals, unless `NO_COLOR` is set].
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
    pub(crate) color: When,
}

const AFTER: &str = "Examples:
  plugin-check                                     lint the folder you are in
  plugin-check plugins/my-plugin/plugin.kdl        lint one manifest, as its author
  plugin-check plugins/ --host app/host.kdl        lint plugins for a host that is elsewhere
  plugin-check --format short . | grep error       one line a finding
  plugin-check --format github .                   annotations in a pipeline; also sarif, gitlab, junit
  plugin-check --baseline known.txt .              only what is new since `--write-baseline known.txt`
  plugin-check --watch my-app                      again whenever a text changes
  plugin-check --diff my-app                       what `--fix` would change
  plugin-check --fix --unsafe my-app               fix all that can be, grants included
  plugin-check --deny warnings --allow M036        warnings are errors, but for one rule
  plugin-check --observed run.jsonl my-app         what is asked for and was not used
  plugin-check plan my-app -o plan.json            compile, when there are no errors
  plugin-check why my-app text-tool fs.read ~/.ssh ask which lines decide
  plugin-check diff main.. --deny-widening         what a change lets plugins newly do
  plugin-check suggest run.jsonl my-app            what a plugin needs, by what it did
  plugin-check explain G001                        what a finding means, and what to do

A folder that is called like a command is written with `./`, as in `plugin-check ./plan`.

Exit codes: 0 no errors (warnings and notes there may be), 1 errors, or changes with `--diff`, 2 it could not be checked";

/// What `plugin-check` does beside linting.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Compiles a folder to a plan.
    ///
    /// The plan says what each plugin may do and which lines gave it. It is made only where there are no errors; the same
    /// texts always give the same bytes.
    #[command(after_help = "Example: plugin-check plan examples/text-tool -o plan.json

Exit codes: 0 there is a plan, 1 there is none, and no output, 2 it could not be tried")]
    Plan(Plan),
    /// Says whether a plugin may do something, and which lines decide.
    #[command(after_help = "Examples:
  plugin-check why examples/text-tool text-tool fs.read ./in/a.txt
  plugin-check why examples/text-tool text-tool fs.read '~/.ssh/id_ed25519'
  plugin-check why plan.json text-tool net.connect https://example.com

Exit codes: 0 it is allowed, 1 it is denied, 2 it could not be asked")]
    Why(Why),
    /// Says what would have to change for a plugin to be allowed something.
    ///
    /// Every edit comes with its file, its line and the exact text; all of them are needed, and together they are enough.
    /// What else they would give, to this plugin and to others, is said too.
    #[command(after_help = "Examples:
  plugin-check why-not examples/text-tool text-tool fs.read '~/.ssh/id_ed25519'
  plugin-check why-not plan.json text-tool net.connect https://example.com --format json

Exit codes: 0 it is allowed already, 1 it is denied, 2 it could not be asked")]
    WhyNot(Why),
    /// Lists the plugins that may do something.
    ///
    /// With `--any` the target is a pattern, and each plugin comes with one thing that it may do it to. With `--through` those
    /// are listed too who may not, and can have another do it: by messages, by events, or because they depend on it.
    #[command(after_help = "Examples:
  plugin-check who-can examples/text-tool fs.write ./out/report.md
  plugin-check who-can my-app net.connect 10.0.0.0/8
  plugin-check who-can my-app fs.read '~/' --any --through

Exit codes: 0 some plugin can, 1 none can, 2 it could not be asked")]
    WhoCan(WhoCan),
    /// Draws the plugins, the stages in which they load, and who can move whom.
    #[command(after_help = "Examples:
  plugin-check graph my-app
  plugin-check graph my-app --format svg -o my-app.svg
  plugin-check graph plan.json --what flow --format dot | dot -Tpng -o flow.png

Exit codes: 0 it is drawn, 2 it could not be")]
    Graph(Graph),
    /// Says what a change of policy changes: what each plugin can newly do, and what it no longer can.
    ///
    /// A side is a plan in a `.json` file, a folder that compiles, or a folder of a git revision, `REVISION:FOLDER`, where
    /// `./` is the folder you are in and nothing is the top of the repository. One side alone is a range of revisions of the
    /// folder you are in: `main..` compares `main` with the work tree, `v1..v2` two revisions, `main..:app` the folder `app`.
    ///
    /// Rights are compared as sets: however they are written, what means the same does not differ. What is more comes with one
    /// thing that proves it, and with the lines that give it.
    #[command(after_help = "Examples:
  plugin-check diff old.json new.json
  plugin-check diff HEAD~1:./ .                      what the last commit and your edits change
  plugin-check diff main..                           the same since `main`
  plugin-check diff main.. --format markdown         as a comment on a pull request
  plugin-check diff main.. --deny-widening           exits 1 when any plugin can do more
  plugin-check diff main.. --only widening           leaves out all that is not more

Exit codes: 0 it is compared, 1 something is wider and that is denied, 2 it could not be compared")]
    Diff(Diff),
    /// Keeps what plugins may do beside the grants, so that a change of it is reviewed as a change of text is.
    ///
    /// Prints it; with `--update` writes `ambit.snapshot.txt` into the folder, and the plan that it was made from; with
    /// `--check` says what is no longer as it is kept.
    #[command(after_help = "Examples:
  plugin-check snapshot examples/text-tool           what plugins may do, a line for each thing
  plugin-check snapshot --update my-app              keeps it: commit what is written
  plugin-check snapshot --check my-app               in a test of the application

Exit codes: 0 it is as it is kept, 1 it is not, and the difference, 2 it could not be compared")]
    Snapshot(Snapshot),
    /// Writes `ambit.lock`: what the folder comes to, for `--locked`.
    ///
    /// Host and texts, each plugin with its version, its file and the interfaces that it is linked to, and the plan, for every
    /// environment. What is locked already is not written again.
    #[command(after_help = "Examples:
  plugin-check lock my-app                           writes my-app/ambit.lock: commit it
  plugin-check --locked my-app                       refuses what is no longer so, line by line

Exit codes: 0 it is locked, 1 there are errors and no plan, and no lock is written, 2 it could not be tried")]
    Lock(Lock),
    Suggest(Suggest),
    /// Lays texts out in one way: blanks and lines, never a word. Comments stay.
    #[command(after_help = "Examples:
  plugin-check fmt                    every text of the folder you are in
  plugin-check fmt --check .          only says which are not laid out
  plugin-check fmt --diff host.kdl    only says what would change

Exit codes: 0 all are laid out, 1 some are not, or were left alone, 2 it could not be tried")]
    Fmt(Fmt),
    /// Prints what a rule finds, why, an example and the fix; without a code, the list of rules.
    #[command(after_help = "Examples: plugin-check explain G001, plugin-check explain not-granted")]
    Explain {
        /// A code such as `G001`, or a rule's name such as `not-granted`.
        rule: Option<String>,
    },
    /// Prints a JSON Schema, by which editors complete YAML and JSON without a server: of what people write, or of plans.
    #[command(after_help = "Example: plugin-check schema manifest > plugin.schema.json")]
    Schema {
        /// Of what.
        #[arg(value_name = "WHAT", default_value = "plan")]
        of: SchemaOf,
    },
    /// Prints the manual page, or writes one for each command into a folder.
    #[command(after_help = "Examples: plugin-check man | man -l -, plugin-check man --out ~/.local/share/man/man1")]
    Man {
        /// The folder, which has to be there.
        #[arg(short, long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// Serves an editor: the language server protocol on standard input and output.
    #[command(after_help = "Editors start it; docs/editors.md says how.

Exit codes: 0 the editor said that it would go, 1 it went without a word, 2 it could not be started")]
    Lsp,
    /// Prints completions for a shell.
    #[command(
        after_help = "Example: plugin-check completions bash > ~/.local/share/bash-completion/completions/plugin-check"
    )]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// Files in place of a folder's own.
#[derive(Debug, Args)]
pub(crate) struct Instead {
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
}

/// What compiling needs to know.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// A folder with a `host.kdl`, or one that `--host` gives a profile.
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) instead: Instead,
    /// Makes no plan where something differs from the folder's `ambit.lock`, or there is none.
    #[arg(long)]
    pub(crate) locked: bool,
    /// Where the plan goes, instead of standard output. The file is replaced whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What `why` and `why-not` need to know.
#[derive(Debug, Args)]
pub(crate) struct Why {
    /// A folder that compiles, or a plan in a `.json` file.
    pub(crate) path: PathBuf,
    /// The plugin's id.
    pub(crate) plugin: String,
    #[command(flatten)]
    pub(crate) question: Question,
}

/// What `who-can` needs to know.
#[derive(Debug, Args)]
pub(crate) struct WhoCan {
    /// A folder that compiles, or a plan in a `.json` file.
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) question: Question,
    /// Reads the target as a pattern: who can reach anything in it.
    #[arg(long)]
    pub(crate) any: bool,
    /// Lists those too who reach them through others, with the way.
    #[arg(long)]
    pub(crate) through: bool,
}

/// What `graph` needs to know.
#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// A folder that compiles, or a plan in a `.json` file.
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) instead: Instead,
    /// How it is drawn.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: GraphFormat,
    /// What is drawn beside the plugins and their stages.
    #[arg(long, value_name = "WHAT", default_value = "all")]
    pub(crate) what: What,
    /// Where it goes, instead of standard output. The file is replaced whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What `diff` needs to know.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// What was: a plan, a folder or `REVISION:FOLDER`; or alone a range of revisions, as in `main..`.
    pub(crate) old: String,
    /// What is.
    pub(crate) new: Option<String>,
    /// How it is written.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: DiffFormat,
    /// Exits with 1 when any plugin can do more.
    #[arg(long)]
    pub(crate) deny_widening: bool,
    /// Lists only what is wider. The verdict is of everything all the same.
    #[arg(long, value_name = "WHAT")]
    pub(crate) only: Option<Only>,
    /// For what the application runs: which configuration plugins get [default: the one without an environment].
    #[arg(long, value_name = "NAME", value_parser = ["development", "staging", "production"])]
    pub(crate) environment: Option<String>,
}

/// What `snapshot` needs to know.
#[derive(Debug, Args)]
pub(crate) struct Snapshot {
    /// A folder with a `host.kdl`.
    pub(crate) path: PathBuf,
    /// Compares with what is kept.
    #[arg(long, conflicts_with = "update")]
    pub(crate) check: bool,
    /// Writes what is kept.
    #[arg(long)]
    pub(crate) update: bool,
    /// For what the application runs: which configuration plugins get [default: the one without an environment].
    #[arg(long, value_name = "NAME", value_parser = ["development", "staging", "production"])]
    pub(crate) environment: Option<String>,
}

/// What `lock` needs to know.
#[derive(Debug, Args)]
pub(crate) struct Lock {
    /// A folder with a `host.kdl` [default: the folder you are in].
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) instead: Instead,
}

/// Which differences are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    /// What a plugin can do more.
    Widening,
}

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// Who needs whom.
    Order,
    /// Who can send messages and events to whom, or call whose tools.
    Flow,
    /// Both.
    All,
}

/// What is asked, and how the answer is written.
#[derive(Debug, Args)]
pub(crate) struct Question {
    /// The capability, such as `fs.read`.
    pub(crate) capability: String,
    /// One thing, written as in a manifest: `./in/a.txt`, `~/.ssh`, `https://example.com`, `HOME`.
    pub(crate) target: String,
    #[command(flatten)]
    pub(crate) instead: Instead,
    /// How the answer is written.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: AnswerFormat,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On terminals, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl From<When> for Colour {
    fn from(when: When) -> Self {
        match when {
            When::Auto => Colour::Auto,
            When::Always => Colour::Always,
            When::Never => Colour::Never,
        }
    }
}

impl Instead {
    /// The files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.host.iter().chain(&self.grants).chain(&self.index)
    }

    /// As the loader takes it.
    pub(crate) fn overrides(&self) -> Overrides {
        let environment = self.environment.as_deref().and_then(Environment::find);
        Overrides { host: self.host.clone(), grants: self.grants.clone(), index: self.index.clone(), environment }
    }
}
