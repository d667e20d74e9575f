//! What may stand where the mark ended up. Comes in: a cursor. Goes out: choices.

use std::sync::Arc;

use ambit_compiler::diag::Sink;
use ambit_compiler::source::Sources;
use ambit_compiler::syntax::{Node, Syntax, Tree, parse};
use ambit_schema::limits::{Quota, Unit};

use super::cursor::{Cursor, MARK};
use super::options::{self, Choices};
use super::targets;
use crate::lsp::feature::grammar::{Inside, Line, Share};
use crate::lsp::feature::walk::{Mention, mentions};
use crate::lsp::view::{Role, View};

/// The words that fit at a cursor.
pub(super) fn choices(view: &View, role: Role, cursor: &Cursor<'_>) -> Option<Choices> {
    for text in cursor.marked() {
        let tree = read(cursor.syntax(), &text);
        let all = mentions(role, &tree);
        if let Some(mark) = all.iter().find(|mention| mention.text.contains(MARK)) {
            return Some(of_mark(&Asked { view, role, cursor, mark }));
        }
    }
    None
}

fn read(syntax: Syntax, text: &str) -> Arc<Tree> {
    let mut sources = Sources::default();
    let name = match syntax {
        Syntax::Kdl => "text.kdl",
        Syntax::Yaml => "text.yaml",
        Syntax::Json => "text.json",
    };
    let file = sources.add(name, text.as_bytes());
    Arc::new(parse(&sources, file, &mut Sink::default()))
}

/// What is asked about.
pub(super) struct Asked<'a> {
    pub(super) view: &'a View,
    pub(super) role: Role,
    pub(super) cursor: &'a Cursor<'a>,
    pub(super) mark: &'a Mention<'a>,
}

impl Asked<'_> {
    /// The quota that the mark is about.
    fn quota(&self) -> Option<Quota> {
        let own = self.mark.field.and_then(Quota::find);
        own.or_else(|| self.mark.line.key().and_then(Quota::find))
    }

    /// The name that the line of the mark says first.
    pub(super) fn first(&self) -> Option<&str> {
        let first = self.mark.line.items().next().and_then(Node::string).map(|(text, _)| text);
        first.filter(|text| !text.contains(MARK))
    }
}

fn of_mark(asked: &Asked<'_>) -> Choices {
    let mark = asked.mark;
    match mark.is_key {
        true => Choices::keys(of_key(asked, mark.inside)),
        // An item of a list that has to be a block begins with one of its keys.
        false => match mark.inside.item() {
            Inside::Block(_) if mark.inside != mark.inside.item() => Choices::keys(of_key(asked, mark.inside.item())),
            _ => Choices::values(of_value(asked)),
        },
    }
}

fn of_key(asked: &Asked<'_>, inside: Inside) -> Vec<options::Choice> {
    let view = asked.view;
    match inside {
        Inside::Block("`api`") => options::words(&["endpoints"]),
        Inside::Block("a group") => {
            let mut all = options::words(&["plugins"]);
            all.extend(options::quotas(Share::Together));
            all
        }
        Inside::Block(block) => options::fields(asked.role, block, asked.mark.line),
        Inside::Kinds(line) => options::kinds(view, line),
        Inside::Targets(line) => options::extras(line),
        Inside::Quotas(share) => options::quotas(share),
        Inside::Rule => options::words(&["default", "ceiling"]),
        Inside::Needs => options::needs(view, asked.cursor.typed()),
        Inside::Engines => options::engines(view),
        Inside::Pins | Inside::Ids(_) => options::ids(view, asked.cursor.typed()),
        Inside::Subjects(_) => options::subjects(view, asked.cursor.typed()),
        Inside::Points => options::points(view),
        Inside::Interfaces => options::imports(view),
        _ => vec![],
    }
}

fn of_value(asked: &Asked<'_>) -> Vec<options::Choice> {
    let (view, mark) = (asked.view, asked.mark);
    match mark.inside {
        Inside::Targets(line) => {
            let mut all = targets::targets(asked, line);
            if line == Line::Request && asked.cursor.syntax() == Syntax::Kdl && !asked.cursor.is_quoted() {
                all.extend(options::properties());
            }
            all
        }
        Inside::KindNames => options::kinds(view, Line::Offer),
        Inside::Amount => {
            asked.quota().map(|quota| options::amounts(quota.unit(), asked.cursor.typed())).unwrap_or_default()
        }
        Inside::Time => options::amounts(Unit::Milliseconds, asked.cursor.typed()),
        Inside::Range => options::ranges(view, mark.field.unwrap_or_default()),
        Inside::Version => options::versions(view, asked.first().or(mark.field).unwrap_or_default()),
        Inside::Ids(_) => options::ids(view, asked.cursor.typed()),
        Inside::Subjects(_) => options::subjects(view, asked.cursor.typed()),
        Inside::Command => options::commands(view, asked.cursor.typed()),
        Inside::Points => options::points(view),
        Inside::Layer => options::layers(),
        Inside::Words(words) => options::words(words),
        Inside::Flag => options::flags(asked.cursor.syntax()),
        Inside::Quotas(Share::Asked) => vec![],
        _ => vec![],
    }
}
