//! Targets of a kind. Comes in: the kind, and whose line it is. Goes out: what the host offers of it, what the plugin asks for where
//! the line is a grant of it, and the names that the kind is about.

use ambit_compiler::diag::Sink;
use ambit_compiler::manifest;
use ambit_schema::capability::{DomainKind, Kind};
use ambit_schema::plan::NameSort;
use lsp_types::CompletionItemKind;

use super::options::{self, Choice, Form};
use super::place::Asked;
use crate::lsp::feature::grammar::Line;
use crate::lsp::feature::known::{self, Host};
use crate::lsp::view::View;

/// What a kind could be about here.
pub(super) fn targets(asked: &Asked<'_>, line: Line) -> Vec<Choice> {
    let (view, kinds) = (asked.view, known::kinds(asked.view));
    let Some(kind) = asked.mark.kind.and_then(|key| kinds.find(key)) else { return vec![] };
    let host = known::host(view);
    let mut found = vec![];
    if let (Line::Grant(_), Some(plugin)) = (line, subject(asked)) {
        found.extend(
            requested(view, &plugin, kind)
                .into_iter()
                .map(|text| choice(text, CompletionItemKind::Reference).detail(format!("{plugin} asks for it"))),
        );
    }
    if line != Line::Offer {
        let offers = host.offers.iter().filter(|(offered, ..)| *offered == kind);
        found.extend(
            offers.map(|(_, text, _)| choice(text.clone(), CompletionItemKind::Value).detail("offered by the host")),
        );
    }
    found.extend(named(view, &host, kind, asked.cursor.typed()));
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|choice| seen.insert(choice.word.clone()));
    found
}

fn choice(word: impl Into<String>, kind: CompletionItemKind) -> Choice {
    Choice::new(word, Form::Text, kind)
}

/// The plugin that a line of the grants is about: what its block names.
fn subject(asked: &Asked<'_>) -> Option<String> {
    asked.mark.subject.map(str::to_owned)
}

/// What a plugin asks for of a kind, as it is written.
fn requested(view: &View, id: &str, kind: Kind) -> Vec<String> {
    let kinds = known::kinds(view);
    let files = view.plugins().filter(|(_, one)| &*one.id.name == id).map(|(file, _)| file);
    let mut found = vec![];
    for file in files {
        let manifests = manifest::lower(&view.tree(file), &kinds, &mut Sink::default());
        let own = manifests.iter().filter(|manifest| manifest.id.said().as_str() == id);
        let requests = own.flat_map(|manifest| &manifest.requests).filter(|request| request.kind == kind);
        found.extend(requests.filter_map(|request| Some(request.target.as_ref()?.said().clone())));
    }
    found
}

/// The names that a kind is about.
fn named(view: &View, host: &Host, kind: Kind, typed: &str) -> Vec<Choice> {
    let fixed = |words: &[&str]| words.iter().map(|word| choice(*word, CompletionItemKind::EnumMember)).collect();
    let of_host = |all: &[(String, ambit_compiler::source::Span)], what: &str| {
        all.iter().map(|(name, _)| choice(name.clone(), CompletionItemKind::Event).detail(what)).collect::<Vec<_>>()
    };
    match kind {
        Kind::FsTemp => fixed(&["private"]),
        Kind::ClockRead => fixed(&["wall", "monotonic"]),
        Kind::RandomRead => fixed(&["secure"]),
        Kind::MessageSend => {
            let mut all: Vec<Choice> = fixed(&["host"]);
            all.extend(options::ids(view, typed).into_iter().map(|choice| Choice { form: Form::Text, ..choice }));
            all
        }
        Kind::ToolUse => options::whole(view, NameSort::Tool, typed),
        Kind::EventSubscribe | Kind::EventPublish => {
            let mut all = of_host(&host.events, "event of the host");
            all.extend(options::whole(view, NameSort::Event, typed));
            all
        }
        Kind::HookAttach => of_host(&host.points, "hook point"),
        Kind::InterfaceUse => of_host(&host.interfaces, "interface of the host"),
        kind if kind.domain() == DomainKind::Paths => folders(host),
        _ => vec![],
    }
}

/// Where paths can start.
fn folders(host: &Host) -> Vec<Choice> {
    let named = host.folders.iter().map(|name| match name.as_str() {
        "home" => "~/".to_owned(),
        name => format!("${{{name}}}/"),
    });
    let all = named.chain(["./".to_owned()]);
    all.map(|word| choice(word, CompletionItemKind::Folder)).collect()
}
