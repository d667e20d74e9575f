//! Manual pages. Comes in: the arguments as they are defined, and perhaps a folder. Goes out: the page of the tool on standard output, or
//! a page for it and for each of its commands as files. Deliberately absent: formatting; `man` does that.

use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use plugin_check::{print, render, write};

use crate::arguments::Arguments;
use crate::{CouldNot, Verdict, unwritten};

/// Prints the page, or writes all of them.
pub(crate) fn run(out: Option<&Path>) -> Result<Verdict, CouldNot> {
    let mut tool = Arguments::command();
    tool.build();
    let Some(folder) = out else {
        print::bytes(&page(tool)?).map_err(unwritten)?;
        return Ok(Verdict::Fine);
    };
    let commands: Vec<Command> = tool.get_subcommands().filter(|one| one.get_name() != "help").cloned().collect();
    for command in std::iter::once(tool).chain(commands) {
        let file = folder.join(format!("{}.1", name(&command)));
        let shown = render::visible(&file.display().to_string());
        write::replace(&file, &page(command)?).map_err(|error| format!("cannot write `{shown}`: {error}"))?;
    }
    Ok(Verdict::Fine)
}

/// `plugin-check` or `plugin-check-why`.
fn name(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

/// In ASCII: what formats pages need not know which characters they are in.
fn page(command: Command) -> Result<Vec<u8>, CouldNot> {
    let mut page = vec![];
    Man::new(command).render(&mut page).map_err(unwritten)?;
    let plain = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\[u{:04X}]", u32::from(c)) };
    Ok(String::from_utf8_lossy(&page).chars().map(plain).collect::<String>().into_bytes())
}
