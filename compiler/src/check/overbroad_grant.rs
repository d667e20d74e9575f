//! `overbroad-grant`: everything of a kind for everyone. What plugins really ask for is known, so the narrower lines are
//! written out.

use ambit_schema::advice::quoted;
use ambit_schema::capability::{CapSet, DomainKind, Kind};
use ambit_schema::plan::{Effect, GrantLine, Who};
use ambit_schema::set::{Names, Set};

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};

/// How many plugins are written out in advice.
const MOST_PLUGINS: usize = 4;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let everyone = Set::everything();
    for grant in model.grants.iter().filter(|grant| is_overbroad(&grant.line, &everyone)) {
        let (layer, kind) = (&grant.line.layer, grant.line.kind);
        let message = format!("layer `{layer}` allows every `{kind}` to every plugin");
        let found = Diagnostic::new(Code::OverbroadGrant, grant.span, message);
        let found = found.note("plugins that come later get it too, as soon as they ask");
        sink.add(found.help(help(model, kind)));
    }
}

/// Kinds with one or two members that do no harm, such as clocks, have no narrower grant.
fn is_overbroad(line: &GrantLine, everyone: &Set<Names>) -> bool {
    let is_small = matches!(line.kind, Kind::FsTemp | Kind::ClockRead | Kind::RandomRead);
    let is_for_all = line.who == Who::Anyone && line.plugins == *everyone;
    line.effect == Effect::Allow && is_for_all && !is_small && has_all(line)
}

/// Endpoints and paths of a whole machine, or every name of one segment, which is how most names are.
fn has_all(line: &GrantLine) -> bool {
    let all = match line.kind.domain() {
        DomainKind::Paths => "/",
        DomainKind::Routes => "* /",
        DomainKind::Names => "*",
        DomainKind::Endpoints => "*://*:*",
        DomainKind::Numbers => "*",
        DomainKind::Commands => "* **",
    };
    CapSet::parse(line.kind, all).is_ok_and(|all| all.is_subset(&line.set))
}

fn help(model: &Model<'_>, kind: Kind) -> String {
    let asking: Vec<String> = model.plugins.iter().filter_map(|plugin| narrower(plugin, kind)).collect();
    match asking.len() {
        0 => "remove the line: no plugin says what it needs of this".to_owned(),
        many => {
            let more = if many > MOST_PLUGINS {
                format!(", and so on for {} more", many - MOST_PLUGINS)
            } else {
                String::new()
            };
            let shown: Vec<String> = asking.into_iter().take(MOST_PLUGINS).map(|line| format!("`{line}`")).collect();
            format!("allow what is asked for: {}{more}", shown.join(", "))
        }
    }
}

fn narrower(plugin: &Plugin, kind: Kind) -> Option<String> {
    let claims = plugin.claims.iter().filter(|claim| claim.line.kind == kind);
    let targets: Vec<String> =
        claims.filter_map(|claim| claim.target.as_deref()).take(MOST_PLUGINS).map(quoted).collect();
    (!targets.is_empty()).then(|| format!("allow \"{}\" {{ {kind} {} }}", plugin.id(), targets.join(" ")))
}
