//! Features on workspaces of `fixtures/lsp/FEATURE/CASE`. A text there may have cursors, `<|>` or, with a word for the feature,
//! `<|word>`; what stands between `«` and `»` was written after everything was compiled last. Beside each case stands what the
//! feature said, in `answer.snap`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ambit_compiler::source::FileId;
use lsp_types::{Contents, Location, TextEdit};

use super::{complete, hints, hover, layout, lens, navigate, rename, symbols, tokens};
use crate::fix::diff::unified;
use crate::load::{Overrides, load};
use crate::lsp::position::Encoding;
use crate::lsp::view::View;
use crate::lsp::whole::Whole;

/// A cursor: its text, its byte, and what stands in the mark.
type Cursor = (FileId, u32, String);

fn fixtures(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(below).canonicalize().unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// A text without marks, and the byte and word of each mark.
fn unmarked(text: &str) -> (String, Vec<(usize, String)>) {
    let (mut plain, mut marks, mut rest) = (String::new(), vec![], text);
    while let Some(at) = rest.find("<|") {
        let end = rest[at..].find('>').unwrap() + at;
        plain.push_str(&rest[..at]);
        marks.push((plain.len(), rest[at + 2..end].to_owned()));
        rest = &rest[end + 1..];
    }
    plain.push_str(rest);
    (plain, marks)
}

/// A text before what was written last.
fn before(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('«') {
        plain.push_str(&rest[..at]);
        rest = &rest[rest.find('»').unwrap() + '»'.len_utf8()..];
    }
    plain.push_str(rest);
    plain
}

/// What a workspace looks like, compiled as it was before what was written last.
fn view(folder: &Path) -> (View, Vec<Cursor>) {
    let copy = tempfile::tempdir().unwrap();
    let mut now: BTreeMap<PathBuf, (String, Vec<(usize, String)>)> = BTreeMap::new();
    for path in files(folder).into_iter().filter(|path| path.extension().is_some_and(|end| end != "snap")) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let to = copy.path().join(path.strip_prefix(folder).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(&to, unmarked(&before(&text)).0).unwrap();
        now.insert(to, unmarked(&text.replace(['«', '»'], "")));
    }
    let workspace = load(copy.path(), &Overrides::default()).unwrap().remove(0);
    let mut view = View::new(workspace, Encoding::Utf16);
    let done = view.workspace.compile();
    let (sources, ground) = (view.workspace.sources.clone(), Arc::new(view.workspace.ground()));
    view.whole = Some(Arc::new(Whole::new(done, sources, ground, vec![])));
    let mut cursors = vec![];
    for (path, (text, marks)) in now {
        let Some(file) = view.file(&path) else { continue };
        view.workspace.sources.replace(file, text.into_bytes());
        cursors.extend(marks.into_iter().map(|(at, word)| (file, u32::try_from(at).unwrap(), word)));
    }
    let all: Vec<FileId> = view.files().map(|(file, _)| file).collect();
    all.into_iter().for_each(|file| view.declare(file));
    (view, cursors)
}

/// Where a cursor is, with its line.
fn heading(view: &View, (file, at, _): &Cursor) -> String {
    let source = view.source(*file);
    let place = source.position(*at);
    let line = source.line(place.line);
    let split = line.char_indices().nth(place.column as usize - 1).map_or(line.len(), |(at, _)| at);
    format!("{}:{}: {}|{}\n", source.path(), place.line, line[..split].trim_start(), &line[split..])
}

/// What a feature says at every cursor of every case.
fn at_cursors(feature: &str, ask: impl Fn(&View, &Cursor) -> String) {
    each(feature, |view, cursors| {
        let one = |cursor: &Cursor| format!("## {}{}\n", heading(view, cursor), ask(view, cursor));
        cursors.iter().map(one).collect()
    });
}

/// What a feature says of every text of every case.
fn of_texts(feature: &str, ask: impl Fn(&View, FileId) -> String) {
    each(feature, |view, _| {
        let all = view.files().map(|(file, _)| format!("## {}\n{}\n", view.source(file).path(), ask(view, file)));
        all.collect()
    });
}

fn each(feature: &str, ask: impl Fn(&View, &[Cursor]) -> String) {
    let mut cases = 0;
    for entry in fs::read_dir(fixtures("lsp").join(feature)).unwrap() {
        let folder = entry.unwrap().path();
        let (view, cursors) = view(&folder);
        let said = ask(&view, &cursors).replace(&*view.base().to_string_lossy(), "");
        insta::with_settings!({
            snapshot_path => &folder, prepend_module_to_snapshot => false, omit_expression => true,
        }, { insta::assert_snapshot!("answer", said) });
        cases += 1;
    }
    assert!(cases > 0, "{feature}");
}

fn places(view: &View, locations: &[Location]) -> String {
    let shown = |location: &Location| {
        let file = view.file(&location.uri.to_file_path().unwrap()).unwrap();
        let (start, end) = (location.range.start, location.range.end);
        let span = view.offset(file, start).unwrap() as usize..view.offset(file, end).unwrap() as usize;
        let text = &view.text(file)[span];
        format!("{}:{}:{} {text}\n", view.source(file).path(), start.line + 1, start.character + 1)
    };
    locations.iter().map(shown).collect()
}

/// A text with edits made.
fn edited(view: &View, file: FileId, edits: &[TextEdit]) -> String {
    let mut text = view.text(file).to_owned();
    for edit in edits.iter().rev() {
        let at = |place| view.offset(file, place).unwrap_or(u32::try_from(view.text(file).len()).unwrap()) as usize;
        text.replace_range(at(edit.range.start)..at(edit.range.end), &edit.new_text);
    }
    text
}

#[test]
fn hover_says_what_comes_of_a_line() {
    at_cursors("hover", |view, (file, at, _)| match hover::hover(view, *file, *at).map(|hover| hover.contents) {
        Some(Contents::MarkupContent(text)) => text.value.split("\n---\n").next().unwrap().to_owned() + "\n",
        _ => "nothing\n".to_owned(),
    });
}

#[test]
fn completion_offers_what_fits() {
    at_cursors("complete", |view, (file, at, _)| {
        let list = complete::complete(view, *file, *at);
        let mut said = String::new();
        for item in list.items.iter().take(12) {
            let edit = serde_json::to_value(&item.text_edit).unwrap();
            let detail = item.detail.as_deref().unwrap_or_default();
            writeln!(said, "{} -> {} {detail}", item.label, edit["newText"]).unwrap();
        }
        let more = list.items.len().saturating_sub(12);
        if more > 0 { said + &format!("and {more} more\n") } else { said }
    });
}

#[test]
fn definition_and_references_lead_to_the_lines() {
    at_cursors("navigate", |view, (file, at, _)| {
        let definition = places(view, &navigate::definition(view, *file, *at));
        let references = places(view, &navigate::references(view, *file, *at, true));
        let marks = navigate::highlight(view, *file, *at).len();
        format!("definition:\n{definition}references:\n{references}highlights: {marks}\n")
    });
}

#[test]
fn rename_edits_all_texts_or_says_why_not() {
    at_cursors("rename", |view, (file, at, new)| {
        let prepared = rename::prepare(view, *file, *at).map(|(_, name)| name);
        let edits = match rename::rename(view, *file, *at, new) {
            Ok(edits) => edits,
            Err(why) => return format!("{prepared:?} to `{new}`: {why}\n"),
        };
        let changed = |(file, edits): (&FileId, &Vec<_>)| {
            let text = view.text(*file);
            unified(view.source(*file).path(), text, &ambit_compiler::fix::apply(text, edits), false)
        };
        let changes: String = edits.iter().map(changed).collect();
        format!("{prepared:?} to `{new}`:\n{changes}")
    });
}

/// Whatever is renamed, every plugin may do what it could, and nothing else is found.
#[test]
fn a_name_is_no_right() {
    let (view, cursors) = view(&fixtures("lsp/rename/workbench"));
    let before = said_of(&view.workspace);
    let mut renamed = 0;
    for (file, at, new) in &cursors {
        let Some((_, old)) = rename::prepare(&view, *file, *at) else { continue };
        let Ok(edits) = rename::rename(&view, *file, *at, new) else { continue };
        let mut workspace = view.workspace.clone();
        for (file, edits) in &edits {
            let text = ambit_compiler::fix::apply(view.text(*file), edits);
            workspace.sources.replace(*file, text.into_bytes());
        }
        let named: BTreeSet<String> = before.iter().map(|line| line.replace(&old, new)).collect();
        assert_eq!(said_of(&workspace), named, "{old} to {new}");
        renamed += 1;
    }
    assert!(renamed > 2, "{renamed}");
}

/// What plugins may do, and what is found.
fn said_of(workspace: &crate::load::Workspace) -> BTreeSet<String> {
    let done = workspace.compile();
    let draft = done.plan.as_ref().map(|plan| plan.content()).or(done.draft.as_ref()).unwrap();
    let rights = draft.plugins.iter().flat_map(|plugin| {
        let granted = plugin.granted.iter();
        granted.map(|right| format!("{} {} {}", plugin.id, right.kind, right.set.simplify().show(right.kind)))
    });
    let names = draft.names.iter().map(|name| name.name.clone());
    let found = done.diagnostics.iter().map(|found| found.code.id().to_owned());
    rights.chain(names).chain(found).collect()
}

#[test]
fn hints_and_lenses_say_what_was_decided() {
    of_texts("hints", |view, file| {
        let mut said = String::new();
        for hint in hints::hints(view, file, (0, u32::MAX)) {
            let hint = serde_json::to_value(&hint).unwrap();
            writeln!(said, "line {}: {} {}", hint["position"]["line"], hint["label"], hint["tooltip"]).unwrap();
        }
        for lens in lens::lenses(view, file) {
            writeln!(said, "lens on line {}: {}", lens.range.start.line, lens.command.unwrap().title).unwrap();
        }
        said
    });
}

#[test]
fn texts_have_outlines_folds_and_colours() {
    of_texts("outline", |view, file| {
        let mut said = String::new();
        shown(&symbols::outline(view, file), 0, &mut said);
        for fold in layout::folding(view, file) {
            writeln!(said, "fold {}-{} {:?}", fold.start_line, fold.end_line, fold.kind).unwrap();
        }
        let (mut line, mut column) = (0, 0);
        for token in tokens::tokens(view, file, None).data {
            column = if token.delta_line > 0 { token.delta_start } else { column + token.delta_start };
            line += token.delta_line;
            let colour = &tokens::legend().token_types[token.token_type as usize];
            writeln!(said, "{line}:{column}+{} {colour}", token.length).unwrap();
        }
        said
    });
}

fn shown(symbols: &[lsp_types::DocumentSymbol], depth: usize, said: &mut String) {
    for symbol in symbols {
        let detail = symbol.detail.as_deref().unwrap_or_default();
        writeln!(said, "{}{} {detail} {:?}", "  ".repeat(depth), symbol.name, symbol.kind).unwrap();
        shown(symbol.children.as_deref().unwrap_or_default(), depth + 1, said);
    }
}

#[test]
fn selections_grow_and_blocks_close() {
    at_cursors("select", |view, (file, at, _)| {
        let mut said = String::new();
        let mut next = Some(Box::new(layout::selection(view, *file, *at)));
        while let Some(here) = next {
            let (start, end) = (here.range.start, here.range.end);
            writeln!(said, "{}:{}-{}:{}", start.line, start.character, end.line, end.character).unwrap();
            next = here.parent;
        }
        let closing = layout::closing(view, *file, *at);
        let closed = if closing.is_empty() { String::new() } else { edited(view, *file, &closing) };
        said + &closed
    });
}

#[test]
fn symbols_of_a_workspace_are_found_by_letters() {
    at_cursors("search", |view, (_, _, letters)| {
        let found = symbols::search(view, letters);
        found
            .iter()
            .map(|one| format!("{} {:?}\n", one.base_symbol_information.name, one.base_symbol_information.kind))
            .collect()
    });
}

/// Edits for lines come to the same as the whole text laid out.
#[test]
fn formatting_edits_lay_a_text_out() {
    for folder in fs::read_dir(fixtures("format")).unwrap().map(|entry| entry.unwrap().path()) {
        let (view, _) = view(&folder);
        for (file, _) in view.files() {
            let syntax = view.syntax(file).unwrap();
            let whole = crate::format::format(syntax, view.text(file)).unwrap_or(view.text(file).to_owned());
            assert_eq!(edited(&view, file, &layout::formatting(&view, file)), whole, "{}", folder.display());
        }
    }
}

/// How many bytes are between two that are asked about: prime, so that every kind of place is met.
const STEP: usize = 5;

/// Every feature all over every text: whatever is there, there is an answer.
#[test]
fn no_byte_is_too_much_for_any_feature() {
    let mut asked = 0;
    let folders: BTreeSet<PathBuf> =
        files(&fixtures("lsp")).iter().filter_map(|path| Some(path.parent()?.to_owned())).collect();
    for folder in folders {
        if !folder.join("host.kdl").is_file() {
            continue;
        }
        let (view, _) = view(&folder);
        for (file, _) in view.files() {
            for at in (0..=u32::try_from(view.text(file).len()).unwrap()).step_by(STEP) {
                everything(&view, file, at);
                asked += 1;
            }
        }
    }
    assert!(asked > 1_000, "{asked}");
}

/// A text that ends anywhere: what was typed last is at its end.
#[test]
fn half_typed_texts_are_answered() {
    for case in ["complete/json", "complete/yaml", "hover/workbench"] {
        let (mut view, _) = view(&fixtures("lsp").join(case));
        let all: Vec<FileId> = view.files().map(|(file, _)| file).collect();
        for file in all {
            let whole = view.text(file).to_owned();
            for at in (0..whole.len()).step_by(11).map(|at| whole.floor_char_boundary(at)) {
                view.workspace.sources.replace(file, &whole.as_bytes()[..at]);
                view.declare(file);
                everything(&view, file, u32::try_from(at).unwrap());
            }
            view.workspace.sources.replace(file, whole.into_bytes());
        }
    }
}

fn everything(view: &View, file: FileId, at: u32) {
    drop(hover::hover(view, file, at));
    drop(complete::complete(view, file, at));
    drop(navigate::definition(view, file, at));
    drop(navigate::references(view, file, at, true));
    drop(navigate::highlight(view, file, at));
    drop(rename::rename(view, file, at, "another-name"));
    drop(layout::selection(view, file, at));
    drop(layout::closing(view, file, at));
    if at.is_multiple_of(64) {
        drop((hints::hints(view, file, (at, at + 9)), lens::lenses(view, file), symbols::outline(view, file)));
        drop((tokens::tokens(view, file, Some((at, at + 99))), layout::folding(view, file)));
    }
}
