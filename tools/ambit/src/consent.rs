//! What was answered, to look at and to take back: `ambit consent`. Comes in: a folder of answers. Goes out: on standard output
//! what is kept; what cannot be believed is told on standard error, and left as it is.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ambit_compiler::consent::{Answer, Answers};
use ambit_consent::{Agreements, Store, StoreError};
use ambit_schema::capability::{Kinds, Term};
use plugin_check::print::{err as say, out};
use plugin_check::render::visible;

mod list;
mod prompt;
mod settle;

pub(crate) use settle::settled;

/// `ambit consent …`
#[derive(clap::Subcommand)]
pub(crate) enum ConsentVerb {
    /// Lists what was answered, by the folder that it is about.
    List(ListArguments),
    /// Shows everything that was answered about one plugin: exactly what, for which file, and when it is asked again.
    Show(ShowArguments),
    /// Takes answers back, so that they are asked for again.
    #[command(after_help = "Example: ambit consent revoke text-tool --capability fs.write")]
    Revoke(RevokeArguments),
}

/// Where answers are.
#[derive(clap::Args)]
pub(crate) struct Where {
    /// The folder in which answers are kept [default: `ambit/consents` in this user's data folder].
    #[arg(long, value_name = "FOLDER")]
    consents: Option<PathBuf>,
}

/// What `list` needs to know.
#[derive(clap::Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    from: Where,
    /// How to print it.
    #[arg(long, default_value = "human", value_parser = ["human", "json"])]
    format: String,
}

/// What `show` needs to know.
#[derive(clap::Args)]
pub(crate) struct ShowArguments {
    /// The plugin's id.
    plugin: String,
    #[command(flatten)]
    from: Where,
}

/// What `revoke` needs to know.
#[derive(clap::Args)]
pub(crate) struct RevokeArguments {
    /// The plugin's id.
    plugin: String,
    /// Only answers about this kind of right, as in `fs.write`.
    #[arg(long, value_name = "KIND")]
    capability: Option<String>,
    /// Only answers about the host in this folder.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    from: Where,
}

/// Runs, and says with which code to exit: 1 where there is nothing of what was named, 2 where something cannot be believed.
pub(crate) fn run(verb: &ConsentVerb) -> ExitCode {
    let done = match verb {
        ConsentVerb::List(arguments) => with_all(&arguments.from, |all| list::list(all, arguments.format == "json")),
        ConsentVerb::Show(arguments) => with_all(&arguments.from, |all| list::show(all, &arguments.plugin)),
        ConsentVerb::Revoke(arguments) => revoke(arguments),
    };
    done.unwrap_or_else(|why| {
        say(&format!("ambit: {}\n", visible(&why)));
        ExitCode::from(2)
    })
}

/// Where answers are kept for good: as said, or in this user's data folder.
pub(crate) fn folder(said: Option<&Path>) -> Option<PathBuf> {
    let user = || std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    let usual = || user().or_else(home).map(|folder| folder.join("ambit/consents"));
    said.map_or_else(usual, |said| Some(said.to_owned()))
}

/// Where they are kept for a session: in a folder that goes when the user logs out. `None`: the system has none.
fn session() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute())?;
    folder.is_dir().then(|| folder.join("ambit/consents"))
}

/// The stores of a run. A folder that was named takes both, so that a run which is to leave no trace elsewhere leaves none.
fn agreements(said: Option<&Path>) -> Result<Agreements, StoreError> {
    let open = |folder: Option<PathBuf>| folder.map(|folder| Store::open(&folder)).transpose();
    let session = said.map_or_else(session, |said| Some(said.join("session")));
    Ok(Agreements { always: open(folder(said))?, session: open(session)? })
}

/// The store that is there. `None`: nothing was ever kept.
fn existing(from: &Where) -> Result<Option<Store>, String> {
    let folder = folder(from.consents.as_deref())
        .ok_or("there is no home to keep answers in; name a folder with `--consents`")?;
    let open = folder.exists().then(|| Store::open(&folder)).transpose();
    open.map_err(|error| error.to_string())
}

fn with_all(from: &Where, show: impl FnOnce(&[Answers]) -> Result<ExitCode, String>) -> Result<ExitCode, String> {
    let (mut all, mut damaged) = (vec![], vec![]);
    if let Some(store) = existing(from)? {
        for one in store.all().map_err(|error| error.to_string())? {
            match one {
                Ok(answers) => all.push(answers),
                Err(error) => damaged.push(error.to_string()),
            }
        }
    }
    all.sort_by(|a, b| (&a.folder, &a.host).cmp(&(&b.folder, &b.host)));
    let done = show(&all)?;
    damaged.iter().for_each(|why| say(&format!("ambit: {}\n", visible(why))));
    Ok(if damaged.is_empty() { done } else { ExitCode::from(2) })
}

fn revoke(arguments: &RevokeArguments) -> Result<ExitCode, String> {
    let meant =
        arguments.folder.as_deref().map(|folder| std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()));
    let is_meant = |answer: &Answer| {
        let kind = arguments.capability.as_ref();
        answer.plugin.as_str() == arguments.plugin && kind.is_none_or(|kind| *kind == answer.capability)
    };
    let mut gone = 0;
    if let Some(store) = existing(&arguments.from)? {
        for one in store.all().map_err(|error| error.to_string())? {
            // What cannot be believed is told of, and is no reason to leave the rest.
            let answers = match one {
                Ok(answers) => answers,
                Err(error) => {
                    say(&format!("ambit: {}\n", visible(&error.to_string())));
                    continue;
                }
            };
            if meant.as_deref().is_none_or(|folder| folder == Path::new(&answers.folder)) {
                gone += store.revoke(&Store::site_of(&answers), is_meant).map_err(|error| error.to_string())?;
            }
        }
    }
    let plugin = visible(&arguments.plugin);
    if gone == 0 {
        say(&format!("ambit: nothing was answered about `{plugin}`; `ambit consent list` shows what was\n"));
        return Ok(ExitCode::from(1));
    }
    let answers = if gone == 1 { "answer" } else { "answers" };
    out(&format!("took back {gone} {answers} about `{plugin}`\n")).map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// What an answer is about, a pattern each: as people write it, where the kind is one that every host has.
fn patterns(answer: &Answer) -> Vec<String> {
    let plain = || answer.set.iter().map(term).collect();
    let Some(kind) = Kinds::default().find(&answer.capability) else { return plain() };
    match answer.covers(kind) {
        Ok(set) => set.parts().iter().map(|part| part.show(kind)).collect(),
        Err(_) => plain(),
    }
}

fn term(term: &Term) -> String {
    let within = term.within.join(" and ");
    if term.except.is_empty() { within } else { format!("{within} except {}", term.except.join(", ")) }
}
