//! `graph`. Comes in: a folder that compiles, or a plan. Goes out: its plugins as a list, for Graphviz, or as a picture.

use ambit_compiler::flow::Way;
use plugin_check::picture::Picture;
use plugin_check::{print, render, write};

use crate::arguments::{Graph, GraphFormat, What};
use crate::question::About;
use crate::{CouldNot, Verdict, unwritten};

/// Draws it.
pub(crate) fn run(asked: &Graph) -> Result<Verdict, CouldNot> {
    let about = About::load(&asked.path, &asked.instead.overrides())?;
    let picture = Picture::new(&about.plan, ways(asked.what));
    let text = match asked.format {
        GraphFormat::Text => picture.text(),
        GraphFormat::Dot => picture.dot(),
        GraphFormat::Svg => picture.svg(),
    };
    match &asked.output {
        Some(file) if file.as_os_str() != "-" => {
            let shown = render::visible(&file.display().to_string());
            write::replace(file, text.as_bytes()).map_err(|error| format!("cannot write `{shown}`: {error}"))?;
        }
        _ => print::out(&text).map_err(unwritten)?,
    }
    Ok(Verdict::Fine)
}

fn ways(what: What) -> &'static [Way] {
    match what {
        What::Order => &[Way::Dependency],
        What::Flow => Way::SENT,
        What::All => Way::ALL,
    }
}
