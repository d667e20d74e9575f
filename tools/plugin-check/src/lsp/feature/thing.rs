//! What names stand for. Comes in: a name and what it is one of. Goes out: a [`Thing`], the same for every name that means it, in
//! whatever text; and all names that mean one. Deliberately absent: what rights come to; see `route`.

use ambit_compiler::source::{FileId, Span};
use ambit_schema::name::PluginId;
use ambit_schema::plan::NameSort;
use memchr::memmem;

use super::grammar::Inside;
use super::walk::{Mention, mentions};
use crate::lsp::view::View;

/// Something that texts name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Thing {
    /// A plugin or package.
    Plugin(String),
    /// A command, tool or the like of a plugin.
    Name(NameSort, String, String),
    /// A hook point.
    Point(String),
    /// An event of nobody's namespace.
    Event(String),
    /// An import that the host serves.
    Interface(String),
    /// A kind of right of the host's own.
    Kind(String),
}

/// A name that means a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Said {
    /// Where, quotes included.
    pub(crate) span: Span,
    /// Whether the thing is what it is because of this.
    pub(crate) is_declaration: bool,
}

/// What a name means.
pub(crate) fn thing(mention: &Mention<'_>) -> Option<Thing> {
    let text = mention.text;
    match mention.inside {
        Inside::OwnId | Inside::Ids(_) if !mention.is_key => plugin(text),
        Inside::Subjects(_) | Inside::Blocks("a package") => plugin(text),
        Inside::Needs | Inside::Pins if mention.is_key => plugin(text),
        Inside::Engines if mention.is_key => plugin(text),
        Inside::Names(sort) => Some(Thing::Name(sort, mention.plugin?.to_owned(), text.to_owned())),
        Inside::Command => whole(NameSort::Command, text),
        Inside::Points | Inside::OwnPoints => Some(Thing::Point(text.to_owned())),
        Inside::OwnEvents => Some(Thing::Event(text.to_owned())),
        Inside::Interfaces if mention.is_key => Some(Thing::Interface(text.to_owned())),
        Inside::KindNames => Some(Thing::Kind(text.to_owned())),
        Inside::Blocks("a kind") | Inside::Kinds(_) if mention.is_key => Some(Thing::Kind(text.to_owned())),
        Inside::Targets(_) if !mention.is_key => target(mention.kind?, text),
        _ => None,
    }
}

fn plugin(text: &str) -> Option<Thing> {
    PluginId::parse(text).is_ok().then(|| Thing::Plugin(text.to_owned()))
}

/// A name with its plugin's before it.
fn whole(sort: NameSort, text: &str) -> Option<Thing> {
    let (plugin, local) = text.split_once(':')?;
    Some(Thing::Name(sort, plugin.to_owned(), local.to_owned()))
}

/// A target that names one thing.
fn target(kind: &str, text: &str) -> Option<Thing> {
    if text.contains(['*', '{']) {
        return None;
    }
    match kind {
        "message.send" if text != "host" => plugin(text),
        "tool.use" => whole(NameSort::Tool, text),
        "event.subscribe" | "event.publish" => {
            whole(NameSort::Event, text).or_else(|| Some(Thing::Event(text.to_owned())))
        }
        "hook.attach" => Some(Thing::Point(text.to_owned())),
        "interface.use" => Some(Thing::Interface(text.to_owned())),
        _ => None,
    }
}

impl Thing {
    /// The part of its name that every text which names it has in it.
    fn trace(&self) -> &str {
        match self {
            Thing::Name(_, _, local) => local,
            Thing::Plugin(name)
            | Thing::Point(name)
            | Thing::Event(name)
            | Thing::Interface(name)
            | Thing::Kind(name) => name,
        }
    }

    /// Whether a name of this thing is the one that makes it.
    fn is_made_by(&self, mention: &Mention<'_>) -> bool {
        match self {
            Thing::Plugin(_) => matches!(mention.inside, Inside::OwnId),
            Thing::Name(..) => matches!(mention.inside, Inside::Names(_)),
            Thing::Point(_) => mention.inside == Inside::OwnPoints,
            Thing::Event(_) => mention.inside == Inside::OwnEvents,
            Thing::Interface(_) => mention.inside == Inside::Interfaces,
            Thing::Kind(_) => mention.inside == Inside::Blocks("a kind"),
        }
    }
}

/// What is named at a byte, and where.
pub(crate) fn at(view: &View, file: FileId, at: u32) -> Option<(Thing, Span)> {
    let tree = view.tree(file);
    let all = mentions(view.role(file)?, &tree);
    let here = all.iter().filter(|mention| mention.span.start <= at && at <= mention.span.end);
    here.filter_map(|mention| Some((thing(mention)?, mention.span))).next_back()
}

/// Every name of a text that means a thing.
pub(crate) fn said_in(view: &View, file: FileId, wanted: &Thing) -> Vec<Said> {
    let Some(role) = view.role(file) else { return vec![] };
    let tree = view.tree(file);
    let all = mentions(role, &tree);
    let means = all.iter().filter(|mention| thing(mention).as_ref() == Some(wanted));
    means.map(|mention| Said { span: mention.span, is_declaration: wanted.is_made_by(mention) }).collect()
}

/// Every name that means a thing, by text, then place. Only texts with its name in them are read, and none before it is its turn.
pub(crate) fn said<'v>(view: &'v View, wanted: &'v Thing) -> impl Iterator<Item = Said> + 'v {
    let finder = memmem::Finder::new(wanted.trace().as_bytes()).into_owned();
    let files = view.files().map(|(file, _)| file);
    let named = files.filter(move |file| finder.find(view.text(*file).as_bytes()).is_some());
    named.flat_map(|file| said_in(view, file, wanted))
}
