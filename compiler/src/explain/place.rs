//! Where an edit goes and how it is written there. Comes in: what is wanted, and the lines of the plan. Goes out: an [`Edit`]
//! in the syntax of its file. A plan has the lines of its texts and not the texts, so a line that is added goes below one that
//! the plan knows to stand in the right block.

use ambit_schema::capability::Kind;
use ambit_schema::plan::{Effect, GrantLine, Place, Who};

use super::change::{Doing, Edit, Owner, Wanted};

/// Asks for it.
pub(super) fn in_manifest(wanted: &Wanted<'_>) -> Edit {
    let place = &wanted.plugin.place;
    let lines: Vec<Known<'_>> =
        wanted.plugin.claims.iter().map(|line| (line.kind, &line.place, line.text.as_str())).collect();
    let plugins = &wanted.plan.content().plugins;
    let is_list = plugins.iter().any(|other| other.place.path == place.path && other.id != wanted.plugin.id);
    let (doing, text) = in_block(wanted, &place.path, &lines, place.line, lines.is_empty() && !is_list);
    Edit { owner: Owner::Manifest, path: place.path.to_string(), doing, text }
}

/// Offers it. A profile may have any number of blocks.
pub(super) fn in_profile(wanted: &Wanted<'_>) -> Edit {
    let content = wanted.plan.content();
    let place = &content.host.place;
    let lines: Vec<Known<'_>> = content.rules.iter().map(|line| (line.kind, &line.place, line.text.as_str())).collect();
    let (doing, text) = in_block(wanted, &place.path, &lines, place.line, true);
    Edit { owner: Owner::Profile, path: place.path.to_string(), doing, text }
}

/// Allows it: below the plugin's own line of this kind, or in a block of its own.
pub(super) fn in_grants(wanted: &Wanted<'_>) -> Edit {
    let (kind, id, pattern) = (wanted.kind, wanted.plugin.id.as_str(), &wanted.pattern);
    let grants = &wanted.plan.content().grants;
    let named = |line: &GrantLine| line.plugins.as_member().is_some_and(|name| name.text() == id);
    let own = |line: &&GrantLine| line.who == Who::Anyone && named(line);
    let allows: Vec<&GrantLine> = grants.iter().filter(own).filter(|line| line.effect == Effect::Allow).collect();
    let path = allows.last().map_or_else(|| grants_file(wanted), |line| line.place.path.to_string());
    let in_file: Vec<Known<'_>> = allows
        .iter()
        .filter(|line| *line.place.path == *path)
        .map(|line| (line.kind, &line.place, line.text.as_str()))
        .collect();
    let (doing, text) = match Syntax::of(&path) {
        Syntax::Kdl => below(wanted, &in_file)
            .unwrap_or_else(|| (Doing::AddAtEnd, format!("allow \"{id}\" {{ {kind} {pattern} }}"))),
        syntax => listed(wanted, &in_file).unwrap_or_else(|| match in_file.last() {
            Some((_, place, _)) => (Doing::AddTo(id.to_owned(), place.line), syntax.field(kind.key(), pattern)),
            None => {
                let line = grants.iter().find(|line| *line.place.path == *path).map_or(1, |line| line.place.line);
                let block = format!("{}: {{{}}}", syntax.key(id), Syntax::Json.field(kind.key(), pattern));
                (Doing::AddTo("allow".to_owned(), line), block)
            }
        }),
    };
    Edit { owner: Owner::Grants, path, doing, text }
}

/// Takes a deny out.
pub(super) fn out_of_grants(line: &GrantLine) -> Edit {
    let doing = Doing::Remove(line.place.line, line.place.column);
    Edit { owner: Owner::Grants, path: line.place.path.to_string(), doing, text: line.text.clone() }
}

/// A line that the plan has from a text.
type Known<'p> = (Kind, &'p Place, &'p str);

/// A line in a block `capabilities`. `line` is where the text says whose it is; `may_append`: another such block may follow.
fn in_block(wanted: &Wanted<'_>, path: &str, lines: &[Known<'_>], line: u32, may_append: bool) -> (Doing, String) {
    let (kind, pattern) = (wanted.kind, &wanted.pattern);
    let to_block = |text: String| (Doing::AddTo("capabilities".to_owned(), line), text);
    match Syntax::of(path) {
        Syntax::Kdl => below(wanted, lines).unwrap_or_else(|| match may_append {
            true => (Doing::AddAtEnd, format!("capabilities {{ {kind} {pattern} }}")),
            false => to_block(format!("{kind} {pattern}")),
        }),
        syntax => listed(wanted, lines).unwrap_or_else(|| to_block(syntax.field(kind.key(), pattern))),
    }
}

/// Below the last plain line of this kind, or of any.
fn below(wanted: &Wanted<'_>, lines: &[Known<'_>]) -> Option<(Doing, String)> {
    let plain = lines.iter().filter(|(kind, _, text)| is_plain(*kind, text));
    let of_kind = plain.clone().filter(|(kind, ..)| *kind == wanted.kind);
    let last = of_kind.max_by_key(|(_, place, _)| place.line).or_else(|| plain.max_by_key(|(_, place, _)| place.line));
    last.map(|(_, place, _)| (Doing::AddBelow(place.line), format!("{} {}", wanted.kind, wanted.pattern)))
}

/// Whether a line of KDL is one request, offer or decision and nothing else, so that another may stand below it.
fn is_plain(kind: Kind, text: &str) -> bool {
    let templates = text.matches("${").count();
    let is_bare = text.matches('{').count() == templates && text.matches('}').count() == templates;
    let is_whole = text.chars().count() < 160 && !text.ends_with('\\') && !text.contains("\"\"\"");
    text.strip_prefix(kind.key()).is_some_and(|rest| rest.starts_with(' '))
        && is_bare
        && is_whole
        && !text.contains("/*")
}

/// In the list that already names the kind, in YAML and JSON.
fn listed(wanted: &Wanted<'_>, lines: &[Known<'_>]) -> Option<(Doing, String)> {
    let key = wanted.kind.key();
    let (_, place, _) = lines.iter().rev().find(|(kind, _, text)| *kind == wanted.kind && text.contains(key))?;
    Some((Doing::AddTo(key.to_owned(), place.line), wanted.pattern.clone()))
}

/// A grants file to write to: the last that there is, or a new one beside the profile.
fn grants_file(wanted: &Wanted<'_>) -> String {
    let content = wanted.plan.content();
    let last = content.grants.last().map(|line| line.place.path.to_string());
    let named = || content.sources.iter().map(|source| &source.path).find(|path| stem(path) == "grants").cloned();
    last.or_else(named).unwrap_or_else(|| match content.host.place.path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/grants.kdl"),
        None => "grants.kdl".to_owned(),
    })
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

#[derive(Clone, Copy)]
enum Syntax {
    Kdl,
    Yaml,
    Json,
}

impl Syntax {
    fn of(path: &str) -> Self {
        match path.rsplit_once('.').map(|(_, end)| end) {
            Some("json") => Syntax::Json,
            Some("yaml" | "yml") => Syntax::Yaml,
            _ => Syntax::Kdl,
        }
    }

    /// Ids and kinds need no quotes in YAML but for `@`, which they always get.
    fn key(self, key: &str) -> String {
        match self {
            Syntax::Yaml if !key.starts_with('@') => key.to_owned(),
            _ => format!("\"{key}\""),
        }
    }

    fn field(self, key: &str, pattern: &str) -> String {
        format!("{}: [{pattern}]", self.key(key))
    }
}
