//! A lock as text. Comes in: plans. Goes out: canonical KDL: one line for each fact, sorted; the same plans give the same bytes.

use std::fmt::Write;

use ambit_schema::advice::quoted;

use super::fact::{Fact, Key, Part, facts};
use super::{Plans, VERSION};

const HEAD: &str = "\
// What this host and its plugins come to. Written by `plugin-check lock`, compared by `--locked`; nobody edits it.
// A merge conflict in it is resolved by running `plugin-check lock` again.
";

/// The lock of a host: its default plan first, then those for other environments.
#[must_use]
pub fn text(plans: &Plans<'_>) -> String {
    let mut text = format!("{HEAD}lock {VERSION}\n");
    let facts = facts(plans);
    let mut facts = facts.iter().peekable();
    while let Some((key, fact)) = facts.next() {
        text.push_str(&line(key, fact));
        let is_inside = matches!(key, Key::Plugin(_, part) if *part != Part::Itself);
        let goes_on = matches!(facts.peek(), Some((Key::Plugin(_, part), _)) if *part != Part::Itself);
        text.push_str(match (is_inside, goes_on) {
            (false, true) => " {\n",
            (true, false) => "\n}\n",
            _ => "\n",
        });
    }
    text
}

/// A line without its end.
fn line(key: &Key, fact: &Fact) -> String {
    let value = fact.value.as_deref();
    let version = |text: String| with(text, "version", value);
    match key {
        Key::Host => version(format!("host {}", quoted(&fact.name))),
        Key::Plan(environment) => {
            let text = with(String::from("plan"), "environment", environment.map(|one| one.key()));
            hashed(text, value)
        }
        Key::Text(path) => hashed(format!("text {}", quoted(path)), value),
        Key::Plugin(id, Part::Itself) => version(format!("plugin {}", quoted(id))),
        Key::Plugin(_, Part::Artifact) => hashed(format!("    artifact {}", quoted(&fact.name)), value),
        Key::Plugin(_, Part::Interface { name, asked }) => {
            with(version(format!("    interface {}", quoted(name))), "for", asked.as_deref())
        }
    }
}

fn with(mut text: String, key: &str, value: Option<&str>) -> String {
    if let Some(value) = value {
        let _ = write!(text, " {key}={}", quoted(value));
    }
    text
}

fn hashed(mut text: String, value: Option<&str>) -> String {
    if let Some(value) = value {
        let _ = write!(text, " {}", quoted(value));
    }
    text
}
