//! Words by what they are one of. Comes in: a view. Goes out: [`Choice`]s, in the order in which they are offered.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use ambit_compiler::diag::Sink;
use ambit_compiler::index;
use ambit_compiler::lower::Times;
use ambit_compiler::syntax::{Node, Syntax};
use ambit_schema::capability::Kind;
use ambit_schema::limits::{Quota, Unit};
use ambit_schema::plan::{LAYERS, NameSort};
use lsp_types::CompletionItemKind;

use super::{MOST, has, in_order, quoted};
use crate::lsp::feature::grammar::{Line, Share, fields as known_fields};
use crate::lsp::feature::known;
use crate::lsp::view::{Role, View};

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Bare,
    /// In quotes where its syntax wants them.
    Name,
    /// In quotes, but where YAML can do without.
    Text,
}

/// A word.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) word: String,
    pub(super) form: Form,
    pub(super) kind: CompletionItemKind,
    /// What it is, in a few words.
    pub(super) detail: Option<String>,
    /// What it means, as Markdown.
    pub(super) says: String,
}

/// Words, and whether they are keys.
#[derive(Debug)]
pub(super) struct Choices {
    pub(super) is_key: bool,
    pub(super) list: Vec<Choice>,
}

impl Choices {
    pub(super) fn keys(list: Vec<Choice>) -> Self {
        Choices { is_key: true, list }
    }

    /// What is a name as a key is a text as a value.
    pub(super) fn values(list: Vec<Choice>) -> Self {
        let text = |form| if form == Form::Name { Form::Text } else { form };
        let list: Vec<Choice> = list.into_iter().map(|choice| Choice { form: text(choice.form), ..choice }).collect();
        Choices { is_key: false, list }
    }
}

impl Choice {
    pub(super) fn new(word: impl Into<String>, form: Form, kind: CompletionItemKind) -> Self {
        Choice { word: word.into(), form, kind, detail: None, says: String::new() }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    fn says(mut self, says: impl Into<String>) -> Self {
        self.says = says.into();
        self
    }
}

/// The fields of a block that are not there yet, or may be there again.
pub(super) fn fields(role: Role, block: &str, line: Node<'_>) -> Vec<Choice> {
    let is_free = |key: &str, times: Times| times == Times::Many || line.field(key).is_none();
    let known = known_fields(role, block).into_iter().filter(|field| is_free(field.key, field.times));
    known.map(|field| Choice::new(field.key, Form::Name, CompletionItemKind::Field).says(field.says)).collect()
}

/// Kinds of right: those that the host offers first.
pub(super) fn kinds(view: &View, line: Line) -> Vec<Choice> {
    let host = known::host(view);
    let is_offered = |kind: Kind| host.offers.iter().any(|(offered, ..)| *offered == kind);
    let all = known::kinds(view);
    let mut kinds: Vec<Kind> = all.keys().collect::<Vec<&str>>().into_iter().filter_map(|key| all.find(key)).collect();
    kinds.sort_by_key(|kind| !is_offered(*kind));
    let choice = |kind: Kind| {
        let says =
            format!("lets a plugin {} {}; risk: {}", kind.phrase(), quoted(kind.domain().example()), kind.risk());
        let whose = if is_offered(kind) { "offered by the host" } else { "not offered by the host" };
        Choice::new(kind.key(), Form::Name, CompletionItemKind::Class).detail(whose).says(says)
    };
    let mut choices: Vec<Choice> = kinds.into_iter().map(choice).collect();
    if line == Line::Never {
        choices.push(Choice::new("together", Form::Name, CompletionItemKind::Field));
    }
    choices
}

/// What stands beside a target in YAML and JSON.
pub(super) fn extras(line: Line) -> Vec<Choice> {
    match line {
        Line::Request => words(&["target", "why", "optional", "as"]),
        Line::Grant("accept") => words(&["target", "why"]),
        _ => vec![],
    }
}

/// The same in KDL.
pub(super) fn properties() -> Vec<Choice> {
    let all = ["why=\"\"", "optional=#true", "as=\"\""];
    all.map(|word| Choice::new(word, Form::Bare, CompletionItemKind::Property)).into()
}

pub(super) fn quotas(share: Share) -> Vec<Choice> {
    let own = Quota::ALL.iter().filter(|quota| share != Share::Together || quota.adds_up());
    let choice = |quota: &Quota| {
        let says = format!("as in {}", quoted(quota.unit().example()));
        Choice::new(quota.key(), Form::Name, CompletionItemKind::Field).says(says)
    };
    own.map(choice).collect()
}

/// A number with each unit that it could have.
pub(super) fn amounts(unit: Unit, typed: &str) -> Vec<Choice> {
    let number: String = typed.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '_')).collect();
    let number = if number.is_empty() { "1".to_owned() } else { number };
    let with = |(name, _): &(&str, u64)| format!("{number} {name}").trim_end().to_owned();
    let all = unit.scale().iter().map(with);
    all.map(|word| Choice::new(word, Form::Text, CompletionItemKind::Unit)).collect()
}

/// Ids of plugins that have what was typed in them: as many as are offered, and one more.
pub(super) fn ids(view: &View, typed: &str) -> Vec<Choice> {
    let fitting = view.plugins().filter(|(_, one)| has(&one.id.name, typed));
    let ids = first(fitting.map(|(_, one)| (&*one.id.name, &*one.version.name)));
    let choice = |(id, version): (&str, &str)| {
        Choice::new(id, Form::Name, CompletionItemKind::Module).detail(format!("plugin {version}"))
    };
    ids.into_iter().map(choice).collect()
}

/// Plugins, and who vouches for them.
pub(super) fn subjects(view: &View, typed: &str) -> Vec<Choice> {
    let mut all = vec![Choice::new("*", Form::Text, CompletionItemKind::Operator).detail("every plugin")];
    let publishers = known::decided(view).map(|decided| decided.publishers.as_slice()).unwrap_or_default();
    let mut vouched: Vec<String> = publishers.iter().map(|line| format!("publisher:{}", line.name)).collect();
    vouched.extend(publishers.iter().filter_map(|line| Some(format!("trust:{}", line.trust.as_ref()?.name))));
    vouched.sort();
    vouched.dedup();
    all.extend(vouched.into_iter().map(|word| Choice::new(word, Form::Text, CompletionItemKind::Constant)));
    all.extend(ids(view, typed).into_iter().map(|choice| Choice { form: Form::Text, ..choice }));
    all
}

/// Whatever a plugin can need: other plugins, and what the host provides.
pub(super) fn needs(view: &View, typed: &str) -> Vec<Choice> {
    let provided = known::host(view).provides.into_iter().map(|(name, version, _)| {
        Choice::new(name, Form::Name, CompletionItemKind::Module).detail(format!("provided {version}"))
    });
    provided.chain(ids(view, typed)).collect()
}

pub(super) fn engines(view: &View) -> Vec<Choice> {
    let host = known::host(view);
    let own =
        host.name.iter().map(|(name, _)| Choice::new(name, Form::Name, CompletionItemKind::Module).detail("this host"));
    let provided = host.provides.iter().map(|(name, version, _)| {
        Choice::new(name, Form::Name, CompletionItemKind::Module).detail(format!("provided {version}"))
    });
    own.chain(provided).collect()
}

/// The versions of a plugin that there are, the newest first.
fn known_versions(view: &View, id: &str) -> Vec<semver::Version> {
    let declared = known::declared(view, id).into_iter().filter_map(|(one, _)| one.version.name.parse().ok());
    let mut all: Vec<semver::Version> = declared.collect();
    let host = known::host(view);
    all.extend(host.provides.iter().filter(|(name, ..)| name == id).filter_map(|(_, version, _)| version.parse().ok()));
    for (file, _) in view.files().filter(|(file, role)| *role == Role::Index && view.text(*file).contains(id)) {
        let releases = index::lower(&view.tree(file), &mut Sink::default());
        all.extend(releases.into_iter().filter(|it| it.id.value.as_str() == id).map(|it| it.version.value));
    }
    all.sort_by(|a, b| b.cmp(a));
    all.dedup();
    all
}

/// Ranges of versions, from those that there are.
pub(super) fn ranges(view: &View, id: &str) -> Vec<Choice> {
    let all = known_versions(view, id);
    let forms = all.iter().flat_map(|version| [format!("^{version}"), format!("~{version}"), version.to_string()]);
    let choice = |word: String| Choice::new(word, Form::Text, CompletionItemKind::Value);
    let mut choices: Vec<Choice> = forms.map(choice).collect();
    choices.push(choice("*".to_owned()));
    choices
}

pub(super) fn versions(view: &View, id: &str) -> Vec<Choice> {
    let all = known_versions(view, id);
    all.iter().map(|version| Choice::new(version.to_string(), Form::Text, CompletionItemKind::Value)).collect()
}

/// Whole names of commands.
pub(super) fn commands(view: &View, typed: &str) -> Vec<Choice> {
    whole(view, NameSort::Command, typed)
}

/// Whole names of a sort, with their plugins before them.
pub(super) fn whole(view: &View, sort: NameSort, typed: &str) -> Vec<Choice> {
    let named = view.plugins().flat_map(|(_, one)| {
        let of_sort = one.names.iter().filter(move |(of, _)| *of == sort);
        of_sort.map(|(_, name)| Written([&one.id.name, ":", &name.name]))
    });
    let all = first(named.filter(|name| in_order(name.0.into_iter().flat_map(str::chars), typed)));
    let word = |name: Written<'_>| name.0.concat();
    all.into_iter()
        .map(|name| Choice::new(word(name), Form::Text, CompletionItemKind::Function).detail(sort.word()))
        .collect()
}

/// The first of many, in order, each once: as many as are offered, and one more.
fn first<T: Ord>(all: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut first = BTreeSet::new();
    for one in all {
        if first.len() <= MOST || first.last().is_some_and(|last| one < *last) {
            first.insert(one);
        }
        if first.len() > MOST + 1 {
            first.pop_last();
        }
    }
    first
}

/// A whole name before it is written: of ten thousand plugins most are never shown. It is compared as what is written.
#[derive(Clone, Copy)]
struct Written<'w>([&'w str; 3]);

impl Ord for Written<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let bytes = |name: &Self| name.0.into_iter().flat_map(str::bytes);
        bytes(self).cmp(bytes(other))
    }
}

impl PartialOrd for Written<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Written<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Written<'_> {}

pub(super) fn points(view: &View) -> Vec<Choice> {
    let points = known::host(view).points.into_iter();
    points.map(|(name, _)| Choice::new(name, Form::Name, CompletionItemKind::Event).detail("hook point")).collect()
}

/// What plugins import that is not WASI's and that the host does not serve yet.
pub(super) fn imports(view: &View) -> Vec<Choice> {
    let served = known::host(view).interfaces;
    let all = known::decided(view).into_iter().flat_map(|decided| &decided.imports);
    let open = all.filter(|import| !served.iter().any(|(name, _)| *name == ***import));
    open.map(|name| Choice::new(&**name, Form::Name, CompletionItemKind::Interface).detail("imported")).collect()
}

pub(super) fn layers() -> Vec<Choice> {
    LAYERS.map(|layer| Choice::new(layer, Form::Text, CompletionItemKind::EnumMember)).into()
}

pub(super) fn words(words: &[&str]) -> Vec<Choice> {
    words.iter().map(|word| Choice::new(*word, Form::Name, CompletionItemKind::EnumMember)).collect()
}

pub(super) fn flags(syntax: Syntax) -> Vec<Choice> {
    let words = if syntax == Syntax::Kdl { ["#true", "#false"] } else { ["true", "false"] };
    words.map(|word| Choice::new(word, Form::Bare, CompletionItemKind::Keyword)).into()
}
