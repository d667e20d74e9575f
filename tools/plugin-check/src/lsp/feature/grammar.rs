//! What may stand where. Comes in: what a text is, and the keys on the way to a place. Goes out: [`Inside`], what stands in the
//! block or value there. The fields of each block are those of the compiler's tables; here is only which block follows which
//! key. Deliberately absent: any judgement; what is wrong at a place is said by the compiler alone.

use ambit_compiler::lower::Known;
use ambit_compiler::reference::Text;
use ambit_schema::plan::NameSort;

use crate::lsp::view::Role;

/// What stands in a block, or what a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inside {
    /// Fields of the block of this name.
    Block(&'static str),
    /// Names of somebody's own, each with a block of this name.
    Blocks(&'static str),
    /// Plugins, or whoever else a line is about; and in it this.
    Subjects(Word),
    /// Kinds of right, each with targets.
    Kinds(Line),
    /// Targets of a kind, and what stands beside them.
    Targets(Line),
    /// Quotas, each with how much.
    Quotas(Share),
    /// What the profile says of a quota: its `default` and its `ceiling`.
    Rule,
    /// How much of a quota.
    Amount,
    /// A time.
    Time,
    /// Ids of plugins and packages, each with a range of versions.
    Needs,
    /// The host and what it provides, each with a range of versions.
    Engines,
    /// A range of versions.
    Range,
    /// Ids of plugins; `true`: patterns too.
    Ids(bool),
    /// The id of the plugin that the text is about.
    OwnId,
    /// Plugins, each with one version.
    Pins,
    /// One version of a plugin that is there.
    Version,
    /// Names that the plugin declares.
    Names(NameSort),
    /// Hook points that the plugin stands on.
    Points,
    /// Hook points that the host has.
    OwnPoints,
    /// Events that the host publishes.
    OwnEvents,
    /// Short names, each with a whole one.
    Aliases,
    /// The whole name of a command.
    Command,
    /// Imports that the host serves, each with kinds.
    Interfaces,
    /// Kinds, as texts.
    KindNames,
    /// A layer of the grants.
    Layer,
    /// One of these words.
    Words(&'static [&'static str]),
    /// True or false.
    Flag,
    /// Anything.
    Open,
}

/// Which line kinds stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// Of a manifest, that asks.
    Request,
    /// Of a profile, that offers.
    Offer,
    /// Of the grants, with its first word.
    Grant(&'static str),
    /// Of what nobody may end up with.
    Never,
    /// Of what one plugin is meant to reach through another.
    Flow,
}

/// Whose quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// That a manifest asks for.
    Asked,
    /// That the grants give.
    Given,
    /// What the profile says of each.
    Ruled,
    /// Of several plugins together.
    Together,
}

/// What is said of whoever a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// `allow`, `deny`, `ask`, `accept`.
    Grant(&'static str),
    /// `never`.
    Never,
    /// `quotas` of the grants.
    Quotas,
    /// `flow`, before and behind the first name.
    Flow(bool),
}

impl Word {
    /// What stands in the block of a subject.
    pub(crate) fn inside(self) -> Inside {
        match self {
            Word::Grant(word) => Inside::Kinds(Line::Grant(word)),
            Word::Never => Inside::Kinds(Line::Never),
            Word::Quotas => Inside::Quotas(Share::Given),
            Word::Flow(false) => Inside::Subjects(Word::Flow(true)),
            Word::Flow(true) => Inside::Kinds(Line::Flow),
        }
    }
}

/// What stands in a text.
pub(crate) fn root(role: Role) -> Inside {
    Inside::Block(match role {
        Role::Manifest => "a manifest",
        Role::Profile => "a host profile",
        Role::Grants => "a grants file",
        Role::Index => "an index",
    })
}

/// The fields of a block.
pub(crate) fn fields(role: Role, block: &str) -> Vec<Known> {
    let text = match role {
        Role::Manifest => Text::Manifest,
        Role::Profile => Text::Profile,
        Role::Grants => Text::Grants,
        Role::Index => Text::Index,
    };
    let own = text.blocks().into_iter().chain(Text::Manifest.blocks()).chain(Text::Grants.blocks());
    own.into_iter().find(|known| known.name == block).map(|block| block.fields).unwrap_or_default()
}

impl Inside {
    /// What stands in the field of this key.
    pub(crate) fn below(self, key: &str) -> Inside {
        match self {
            Inside::Block(block) => of_field(block, key),
            Inside::Blocks(block) => Inside::Block(block),
            Inside::Subjects(word) => word.inside(),
            Inside::Kinds(Line::Never) if key == "together" => Inside::Flag,
            Inside::Kinds(line) => Inside::Targets(line),
            Inside::Targets(_) if key == "optional" => Inside::Flag,
            Inside::Targets(line) if key == "target" => Inside::Targets(line),
            Inside::Quotas(Share::Together) if key == "plugins" => Inside::Ids(true),
            Inside::Quotas(Share::Ruled) => Inside::Rule,
            Inside::Quotas(_) | Inside::Rule => Inside::Amount,
            Inside::Needs | Inside::Engines => Inside::Range,
            Inside::Range => of_field("a dependency", key),
            Inside::Pins => Inside::Version,
            Inside::Names(NameSort::Command | NameSort::Tool) => Inside::Block("a command or tool"),
            Inside::Names(NameSort::Prompt) => Inside::Block("a prompt"),
            Inside::Points => Inside::Block("a hook"),
            Inside::Aliases => Inside::Command,
            Inside::Interfaces => Inside::KindNames,
            _ => Inside::Open,
        }
    }

    /// What an item of a list is that is more than one value.
    pub(crate) fn item(self) -> Inside {
        match self {
            Inside::Needs => Inside::Block("a dependency"),
            Inside::Blocks(block) => Inside::Block(block),
            other => other,
        }
    }

    /// What the argument at a place of a KDL line is.
    pub(crate) fn argument(self, at: usize) -> Inside {
        match (self, at) {
            (Inside::Aliases, 1) => Inside::Command,
            (Inside::Aliases, _) => Inside::Open,
            (Inside::Pins, 0) => Inside::Ids(false),
            (Inside::Pins, _) => Inside::Version,
            (Inside::Subjects(Word::Flow(false)), 1) => Inside::Subjects(Word::Flow(true)),
            _ => self,
        }
    }
}

/// THE TABLE of which block follows which field.
fn of_field(block: &'static str, key: &str) -> Inside {
    match block {
        "a manifest" => of_manifest(key),
        "a host profile" => of_profile(key),
        "a grants file" => of_grants(key),
        "an index" if key == "package" => Inside::Blocks("a package"),
        "a package" if key == "version" => Inside::Blocks("a release"),
        "a release" => match key {
            "engines" => Inside::Engines,
            "yanked" => Inside::Flag,
            _ => Inside::Needs,
        },
        "a publisher" if key == "plugins" => Inside::Ids(true),
        _ => of_part(block, key),
    }
}

fn of_manifest(key: &str) -> Inside {
    match key {
        "id" | "name" => Inside::OwnId,
        "engines" => Inside::Engines,
        "protocol" => Inside::Words(&["stdio"]),
        "capabilities" | "permissions" => Inside::Kinds(Line::Request),
        "commands" => Inside::Names(NameSort::Command),
        "entry_points" => Inside::Blocks("an entry point"),
        "tools" => Inside::Names(NameSort::Tool),
        "panes" => Inside::Names(NameSort::Pane),
        "events" => Inside::Names(NameSort::Event),
        "prompts" => Inside::Names(NameSort::Prompt),
        "api" => Inside::Block("`api`"),
        "hooks" => Inside::Points,
        "dependencies" | "peerDependencies" | "optionalDependencies" | "devDependencies" => Inside::Needs,
        "quotas" | "resources" => Inside::Quotas(Share::Asked),
        "configuration" => Inside::Block("`configuration`"),
        "recovery" => Inside::Block("`recovery`"),
        "plugins" => Inside::Blocks("a manifest"),
        _ => Inside::Open,
    }
}

fn of_profile(key: &str) -> Inside {
    match key {
        "kinds" => Inside::Blocks("a kind"),
        "resolution" => Inside::Words(&["strict", "latest", "manual"]),
        "tiers" => Inside::Words(&["wasm", "native", "process", "container"]),
        "capabilities" => Inside::Kinds(Line::Offer),
        "interfaces" => Inside::Interfaces,
        "never" => Inside::Subjects(Word::Never),
        "publisher" => Inside::Blocks("a publisher"),
        "endpoints" => Inside::Words(&["auth", "rate-limit", "middleware", "validation"]),
        "events" => Inside::OwnEvents,
        "hooks" => Inside::OwnPoints,
        "quotas" => Inside::Quotas(Share::Ruled),
        "budget" => Inside::Quotas(Share::Together),
        "group" => Inside::Blocks("a group"),
        "recovery" => Inside::Block("`recovery`"),
        _ => Inside::Open,
    }
}

fn of_grants(key: &str) -> Inside {
    match key {
        "layer" => Inside::Layer,
        "allow" => Inside::Subjects(Word::Grant("allow")),
        "deny" => Inside::Subjects(Word::Grant("deny")),
        "ask" => Inside::Subjects(Word::Grant("ask")),
        "accept" => Inside::Subjects(Word::Grant("accept")),
        "quotas" => Inside::Subjects(Word::Quotas),
        "never" => Inside::Subjects(Word::Never),
        "publisher" => Inside::Blocks("a publisher"),
        "alias" => Inside::Aliases,
        "flow" => Inside::Subjects(Word::Flow(false)),
        "pin" => Inside::Pins,
        _ => Inside::Open,
    }
}

/// Blocks inside of blocks.
fn of_part(block: &'static str, key: &str) -> Inside {
    match (block, key) {
        ("a kind", "domain") => Inside::Words(&["paths", "names", "endpoints", "routes", "numbers", "commands"]),
        ("a dependency", "name") => Inside::Ids(false),
        ("a dependency", "version") => Inside::Range,
        ("a dependency", "optional") => Inside::Flag,
        ("a dependency", "scope") => Inside::Words(&["runtime", "peer", "dev"]),
        ("a hook", "priority") => Inside::Words(&["critical", "high", "normal", "low", "cleanup"]),
        ("a hook", "async") => Inside::Flag,
        ("a hook", "before" | "after") => Inside::Ids(false),
        ("a hook", "timeout") | ("`recovery`", "window" | "backoff") | ("`rateLimit`", "window") => Inside::Time,
        ("`recovery`", "strategy") => Inside::Words(&["restart", "disable"]),
        ("`recovery`", "backoffStrategy") => Inside::Words(&["exponential", "linear"]),
        ("`recovery`", "fallbackPlugin") => Inside::Ids(false),
        ("`api`", "endpoints") => Inside::Blocks("an endpoint"),
        ("an endpoint", "method") => Inside::Words(&["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
        ("an endpoint", "auth") => Inside::Block("`auth`"),
        ("an endpoint", "validation") => Inside::Block("`validation` of an endpoint"),
        ("an endpoint", "rateLimit") => Inside::Block("`rateLimit`"),
        ("`auth`", "required") | ("a parameter", "required") | ("`configuration`", "hotReload") => Inside::Flag,
        ("a command or tool" | "an entry point", "parameters") => Inside::Blocks("a parameter"),
        ("an entry point", "name") => Inside::Names(NameSort::Command),
        ("a parameter", "type") => Inside::Words(&["string", "integer", "number", "boolean"]),
        ("a group", "plugins") => Inside::Ids(true),
        ("a group", _) => Inside::Amount,
        _ => Inside::Open,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ambit_compiler::manifest::Scope;
    use ambit_compiler::profile::Resolution;
    use ambit_schema::capability::{DomainKind, Tier};
    use ambit_schema::plan::Condition;

    use super::*;

    /// What can be reached from the fields of a text: every block that there is.
    fn blocks(role: Role) -> BTreeSet<&'static str> {
        let (mut found, mut open) = (BTreeSet::new(), vec![root(role)]);
        let mut seen = vec![];
        while let Some(inside) = open.pop().filter(|_| seen.len() < 10_000) {
            if seen.contains(&inside) {
                continue;
            }
            seen.push(inside);
            let keys: Vec<&str> = match inside {
                Inside::Block(block) => {
                    found.insert(block);
                    fields(role, block).iter().map(|field| field.key).collect()
                }
                _ => vec!["name"],
            };
            // A block that has no table has one field.
            let keys = if keys.is_empty() { vec!["endpoints"] } else { keys };
            open.extend(keys.into_iter().map(|key| inside.below(key)));
            open.push(inside.item());
        }
        found
    }

    #[test]
    fn every_block_of_the_references_stands_somewhere() {
        for (role, text) in [
            (Role::Manifest, Text::Manifest),
            (Role::Profile, Text::Profile),
            (Role::Grants, Text::Grants),
            (Role::Index, Text::Index),
        ] {
            let reached = blocks(role);
            let lost: Vec<&str> = text.blocks().iter().map(|it| it.name).filter(|it| !reached.contains(it)).collect();
            assert!(lost.is_empty(), "{role:?}: {lost:?}");
        }
    }

    #[test]
    fn words_are_those_of_the_tables() {
        let words = |block, key| match Inside::Block(block).below(key) {
            Inside::Words(words) => words.to_vec(),
            other => vec![if other == Inside::Open { "nothing" } else { "something else" }],
        };
        assert_eq!(words("a host profile", "tiers"), Tier::ALL.iter().map(|it| it.key()).collect::<Vec<_>>());
        assert_eq!(words("a host profile", "resolution"), Resolution::ALL.map(Resolution::key));
        assert_eq!(words("a host profile", "endpoints"), Condition::ALL.map(Condition::key));
        assert_eq!(words("a kind", "domain"), DomainKind::ALL.iter().map(|it| it.key()).collect::<Vec<_>>());
        assert_eq!(words("a dependency", "scope"), Scope::ALL.map(Scope::key));
    }
}
