//! Other names for plugins and what they provide. Comes in: a byte of a text, and a name. Goes out: the edits of all texts, or why
//! there are none. A name is refused that is taken, and one to which lines of the grants or the profile apply that did not
//! apply before: a new name must not give anybody a right.

use std::collections::BTreeMap;

use ambit_compiler::diag::Edit;
use ambit_compiler::fix::word;
use ambit_compiler::source::{FileId, Span};
use ambit_compiler::syntax::Syntax;
use ambit_schema::name::{LocalName, PluginId};
use ambit_schema::set::names::{Name, NamePattern};
use ambit_schema::set::{Names, Set};

use super::grammar::Inside;
use super::known;
use super::thing::{self, Thing, thing};
use super::walk::mentions;
use crate::lsp::view::{Role, View};
use crate::render::visible;

/// The name that can be another at a byte, without its quotes. `None`: there is none.
pub(crate) fn prepare(view: &View, file: FileId, at: u32) -> Option<(Span, String)> {
    let (thing, span) = thing::at(view, file, at)?;
    let (is_known, name) = match &thing {
        Thing::Plugin(id) => (!known::declared(view, id).is_empty(), id),
        Thing::Name(sort, plugin, local) => (is_declared(view, *sort, plugin, local), local),
        Thing::Point(_) | Thing::Event(_) | Thing::Interface(_) | Thing::Kind(_) => return None,
    };
    let part = part(view, span, name)?;
    is_known.then(|| (part, name.clone()))
}

/// The edits that give the thing at a byte another name.
///
/// # Errors
/// Why it cannot have this name.
pub(crate) fn rename(view: &View, file: FileId, at: u32, new: &str) -> Result<BTreeMap<FileId, Vec<Edit>>, String> {
    let nothing = || "there is no name of a plugin or command here".to_owned();
    prepare(view, file, at).ok_or_else(nothing)?;
    let (thing, _) = thing::at(view, file, at).ok_or_else(nothing)?;
    let shown = visible(new);
    match &thing {
        Thing::Plugin(old) if old == new => return Ok(BTreeMap::new()),
        Thing::Plugin(old) => {
            PluginId::parse(new).map_err(|error| format!("`{shown}` cannot be a plugin's id: {error}"))?;
            if !known::declared(view, new).is_empty() {
                return Err(format!("there is a plugin `{shown}` already"));
            }
            same_lines(view, old, new)?;
        }
        Thing::Name(sort, plugin, old) => {
            LocalName::parse(new)
                .map_err(|error| format!("`{shown}` cannot be the name of a {}: {error}", sort.word()))?;
            if old != new && is_declared(view, *sort, plugin, new) {
                return Err(format!("`{plugin}` has a {} `{shown}` already", sort.word()));
            }
        }
        Thing::Point(_) | Thing::Event(_) | Thing::Interface(_) | Thing::Kind(_) => return Err(nothing()),
    }
    edits(view, &thing, new)
}

fn is_declared(view: &View, sort: ambit_schema::plan::NameSort, plugin: &str, local: &str) -> bool {
    let mut all = known::declared(view, plugin).into_iter().flat_map(|(one, _)| one.names.iter());
    all.any(|(of, name)| *of == sort && &*name.name == local)
}

/// The edits of every text that names the thing, or something of its.
fn edits(view: &View, wanted: &Thing, new: &str) -> Result<BTreeMap<FileId, Vec<Edit>>, String> {
    let trace = match wanted {
        Thing::Plugin(id) => id,
        Thing::Name(_, _, local) => local,
        Thing::Point(name) | Thing::Event(name) | Thing::Interface(name) | Thing::Kind(name) => name,
    };
    let mut edits: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    for (file, role) in view.files().filter(|(file, _)| view.text(*file).contains(trace.as_str())) {
        if view.is_broken(file) {
            let path = visible(view.source(file).path());
            return Err(format!("`{path}` cannot be read, and may name it: mend that first"));
        }
        let Some(syntax) = view.syntax(file) else { continue };
        let made = of_text(view, (file, role, syntax), wanted, new);
        if !made.is_empty() {
            edits.insert(file, made);
        }
    }
    Ok(edits)
}

fn of_text(view: &View, (file, role, syntax): (FileId, Role, Syntax), wanted: &Thing, new: &str) -> Vec<Edit> {
    let tree = view.tree(file);
    let mut edits = vec![];
    for mention in mentions(role, &tree) {
        let Some(found) = thing(&mention) else { continue };
        let written = match (&found, wanted) {
            (found, wanted) if found == wanted => match (mention.inside, &found) {
                // A whole name has its plugin's before it.
                (Inside::Names(_), _) | (_, Thing::Plugin(_)) => new.to_owned(),
                (_, Thing::Name(_, plugin, _)) => format!("{plugin}:{new}"),
                _ => continue,
            },
            (Thing::Name(_, plugin, local), Thing::Plugin(id))
                if plugin == id && !matches!(mention.inside, Inside::Names(_)) =>
            {
                format!("{new}:{local}")
            }
            _ => continue,
        };
        let old = view.text(file).get(mention.span.range()).unwrap_or_default();
        edits.push(Edit { span: mention.span, text: word::like(syntax, old, &written) });
    }
    edits
}

/// Where the name itself is in a word that may be quoted and may have a plugin's before it.
fn part(view: &View, span: Span, name: &str) -> Option<Span> {
    let at = view.text(span.file).get(span.range())?.rfind(name)?;
    let start = span.start as usize + at;
    Some(Span::new(span.file, start, start + name.len()))
}

/// Lines that name plugins by a pattern apply to both names or to neither.
fn same_lines(view: &View, old: &str, new: &str) -> Result<(), String> {
    let (Ok(before), Ok(after)) = (old.parse::<Name>(), new.parse::<Name>()) else { return Ok(()) };
    for (file, role) in view.files().filter(|(_, role)| matches!(role, Role::Grants | Role::Profile)) {
        let tree = view.tree(file);
        let all = mentions(role, &tree);
        let subjects = all.iter().filter(|it| matches!(it.inside, Inside::Subjects(_) | Inside::Ids(true)));
        for pattern in subjects.filter(|it| it.text.contains('*') && it.text != "*") {
            let Ok(parsed) = pattern.text.parse::<NamePattern>() else { continue };
            let set: Set<Names> = Set::one(parsed);
            if set.contains(&before) != set.contains(&after) {
                let place = view.sources().position(pattern.span);
                let path = visible(view.source(file).path());
                let pattern = visible(pattern.text);
                return Err(format!(
                    "`{pattern}` at {path}:{}:{} is about one of `{old}` and `{new}` and not about the other: say first what the new name may do",
                    place.line, place.column
                ));
            }
        }
    }
    Ok(())
}
