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

/// How long answers of a store hold, and the answers about one host.
type Kept = (Lasts, Answers);

/// How long answers of a store hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lasts {
    Always,
    Session,
}

/// The stores, and how long their answers hold.
fn stores(from: &Where) -> Result<Vec<(Lasts, Store)>, String> {
    let said = from.consents.as_deref();
    folder(said).ok_or("there is no home to keep answers in; name a folder with `--consents`")?;
    let Agreements { always, session } = agreements(said).map_err(|error| error.to_string())?;
    let always = always.into_iter().map(|store| (Lasts::Always, store));
    Ok(always.chain(session.into_iter().map(|store| (Lasts::Session, store))).collect())
}

/// All answers of a store that can be believed. What cannot is told, and is no reason to leave the rest; whether there was any.
fn believed(store: &Store) -> Result<(Vec<Answers>, bool), String> {
    let (mut all, mut is_damaged) = (vec![], false);
    for one in store.all().map_err(|error| error.to_string())? {
        match one {
            Ok(answers) => all.push(answers),
            Err(error) => {
                is_damaged = true;
                say(&format!("ambit: {}\n", visible(&error.to_string())));
            }
        }
    }
    Ok((all, is_damaged))
}

fn with_all(from: &Where, show: impl FnOnce(&[Kept]) -> Result<ExitCode, String>) -> Result<ExitCode, String> {
    let (mut all, mut is_damaged) = (vec![], false);
    for (lasts, store) in stores(from)? {
        let (answers, damaged) = believed(&store)?;
        all.extend(answers.into_iter().map(|answers| (lasts, answers)));
        is_damaged |= damaged;
    }
    all.sort_by(|(a, one), (b, other)| (&one.folder, &one.host, a).cmp(&(&other.folder, &other.host, b)));
    let done = show(&all)?;
    Ok(if is_damaged { ExitCode::from(2) } else { done })
}

fn revoke(arguments: &RevokeArguments) -> Result<ExitCode, String> {
    let whole = |folder: &Path| std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let meant = arguments.folder.as_deref().map(whole);
    let is_meant = |answer: &Answer| {
        let kind = arguments.capability.as_ref();
        answer.plugin.as_str() == arguments.plugin && kind.is_none_or(|kind| *kind == answer.capability)
    };
    let (mut gone, mut is_damaged) = (0, false);
    for (_, store) in stores(&arguments.from)? {
        let (all, damaged) = believed(&store)?;
        is_damaged |= damaged;
        let all = all.iter().filter(|one| meant.as_deref().is_none_or(|folder| folder == Path::new(&one.folder)));
        for answers in all {
            gone += store.revoke(&Store::site_of(answers), is_meant).map_err(|error| error.to_string())?;
        }
    }
    let plugin = visible(&arguments.plugin);
    let code = match gone {
        0 => {
            say(&format!("ambit: nothing was answered about `{plugin}`; `ambit consent list` shows what was\n"));
            ExitCode::from(1)
        }
        _ => {
            let answers = if gone == 1 { "answer" } else { "answers" };
            out(&format!("took back {gone} {answers} about `{plugin}`\n")).map_err(|error| error.to_string())?;
            ExitCode::SUCCESS
        }
    };
    Ok(if is_damaged { ExitCode::from(2) } else { code })
}

/// How long an answer holds, in a word.
fn word(lasts: Lasts, answer: &Answer) -> &'static str {
    match (answer.yes, lasts) {
        (true, Lasts::Always) => "always",
        (true, Lasts::Session) => "session",
        (false, _) => "never",
    }
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
