//! Custom sections: engines ignore them, people and tools read them. Goes out: how much is there for debuggers, and what does
//! not hold of what they say.

use std::collections::BTreeSet;

use wasmparser::{CustomSectionReader, KnownCustom, Name, NameMap, NameSectionReader};

/// Sections that may stand in a module once.
const ONCE: [&str; 4] = ["name", "producers", "target_features", "dylink.0"];

/// How many findings of a file are kept.
const MOST: usize = 8;

/// The sections of a module so far.
pub(super) type Seen<'b> = BTreeSet<&'b str>;

/// How much of a section is there for debuggers only.
pub(super) fn debug_bytes(section: &CustomSectionReader<'_>) -> u64 {
    let name = section.name();
    let debug = name.starts_with(".debug_") || name == "name" || name == "component-name" || name == "sourceMappingURL";
    if debug { section.data().len() as u64 } else { 0 }
}

/// A section of a component.
pub(super) fn plain(section: &CustomSectionReader<'_>, odd: &mut Vec<String>) {
    if hides(section.name()) {
        say(odd, format!("a section is called `{}`, which does not look like that", section.name().escape_debug()));
    }
}

/// A section of a module with so many functions.
pub(super) fn of_module<'b>(
    section: &CustomSectionReader<'b>,
    functions: u64,
    seen: &mut Seen<'b>,
    odd: &mut Vec<String>,
) {
    plain(section, odd);
    let name = section.name();
    if ONCE.contains(&name) && !seen.insert(name) {
        say(odd, format!("a module has the section `{name}` twice"));
    }
    if let KnownCustom::Name(names) = section.as_known() {
        let _ = read(names, functions, odd)
            .map_err(|error| say(odd, format!("the section `name` of a module cannot be read: {error}")));
    }
}

fn read(names: NameSectionReader<'_>, functions: u64, odd: &mut Vec<String>) -> wasmparser::Result<()> {
    for part in names {
        match part? {
            Name::Function(map) => function_names(map, functions, odd)?,
            Name::Module { name, .. } if hides(name) => {
                say(odd, format!("a module is named `{}`, which does not look like that", name.escape_debug()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn function_names(map: NameMap<'_>, functions: u64, odd: &mut Vec<String>) -> wasmparser::Result<()> {
    for naming in map {
        let naming = naming?;
        if u64::from(naming.index) >= functions {
            let index = naming.index;
            say(odd, format!("the section `name` names function {index} of a module that has {functions}"));
        }
        if hides(naming.name) {
            let name: String = naming.name.chars().take(64).collect();
            say(odd, format!("a function is named `{}`, which does not look like that", name.escape_debug()));
        }
    }
    Ok(())
}

/// Whether a name holds characters that cannot be seen, or that turn text around.
fn hides(name: &str) -> bool {
    let bad = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    !name.is_ascii() && name.chars().any(bad) || name.bytes().any(|byte| byte.is_ascii_control())
}

fn say(odd: &mut Vec<String>, what: String) {
    if odd.len() < MOST {
        odd.push(what);
    }
}
