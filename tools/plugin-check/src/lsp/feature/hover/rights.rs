//! Rights under the cursor: what a request comes to, whom a grant gives something, who has what is offered. Comes in: a line of a
//! text. Goes out: what was last decided about it, with the lines that did.

use ambit_compiler::source::Span;
use ambit_schema::capability::{CapSet, Enforcement, Kind, Tier, enforcement};
use ambit_schema::plan::{ClaimLine, Effect, Place};
use ambit_schema::set::names::Name;

use super::known;
use crate::lsp::decided::{Decided, Entry, Member, Right};
use crate::lsp::feature::markdown::{code, line, some};
use crate::lsp::feature::past;
use crate::lsp::feature::spot::{On, Spot};
use crate::lsp::view::View;

/// How many plugins or lines are named.
const MOST: usize = 8;

/// A kind: what it lets a plugin do, and which tier holds it.
pub(super) fn kind(view: &View, key: &str) -> Vec<String> {
    let Some(kind) = known::kinds(view).find(key) else { return vec![] };
    let whose = if matches!(kind, Kind::Own(_)) { ", a kind of this host's own" } else { "" };
    let example = code(kind.domain().example());
    let head = format!("**{kind}**{whose}: lets a plugin {} {example}; risk: {}", kind.phrase(), kind.risk());
    let tiers: Vec<String> = Tier::ALL.iter().map(|tier| format!("{tier}: {}", held(kind, *tier))).collect();
    vec![head, tiers.join("; ")]
}

fn held(kind: Kind, tier: Tier) -> &'static str {
    match enforcement(kind, tier) {
        Enforcement::Exact => "exactly",
        Enforcement::Paths => "exactly, by each path",
        Enforcement::Streams => "exactly, but for UDP",
        Enforcement::Addresses => "exactly, by each address",
        Enforcement::ByHost => "by the host's interface",
        Enforcement::Refused(_) => "refused",
    }
}

/// The kind that a place is about.
fn kind_of(view: &View, spot: &Spot<'_>) -> Option<Kind> {
    let kinds = known::kinds(view);
    spot.keys().filter_map(|key| kinds.find(key)).last()
}

/// What a plugin asks for: what of it is granted, why, and what is not.
pub(super) fn request(view: &View, spot: &Spot<'_>, span: Span, at: u32) -> Vec<String> {
    let Some(decided) = known::decided(view) else { return vec![unknown(view)] };
    let kind = kind_of(view, spot);
    let entry = known::plugin(view, span.file, at).and_then(|one| known::entry(view, &one.id.name));
    let (Some(kind), Some(entry)) = (kind, entry) else { return vec![unknown(view)] };
    let place = past::then(view, span);
    let is_here = |claim: &&ClaimLine| match spot.on {
        On::Key => claim.kind == kind,
        _ => claim.kind == kind && place.as_ref() == Some(&claim.place),
    };
    let claims: Vec<&ClaimLine> = entry.claims.iter().filter(is_here).collect();
    if claims.is_empty() {
        return vec!["This was written since anything was decided.".to_owned()];
    }
    let asked = CapSet::union_all(kind, claims.iter().map(|claim| &claim.set));
    let granted = entry.granted(kind);
    let given = granted.map_or_else(|| CapSet::empty(kind), |right| right.set.intersect(&asked));
    let withheld = asked.difference(&given).simplify();
    let mut said = vec![verdict(kind, &given, &withheld)];
    if let Some(right) = granted.filter(|_| !given.is_empty()) {
        let steps =
            [("allowed by", &right.why.grants), ("offered by", &right.why.rules), ("accepted by", &right.why.accepts)];
        let lines = steps.iter().filter(|(_, places)| !places.is_empty());
        said.push(
            lines
                .map(|(how, places)| format!("- {how} {}", places_of(view, decided, &entry, places)))
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    if !withheld.is_empty() {
        said.push(why_not(view, decided, &entry, kind, &withheld));
    }
    said
}

fn verdict(kind: Kind, given: &CapSet, withheld: &CapSet) -> String {
    match (given.is_empty(), withheld.is_empty()) {
        (true, _) => format!("**Not granted**: nothing of {}", code(&withheld.show(kind))),
        (false, true) => format!("**Granted**: {} {}", kind.phrase(), code(&given.simplify().show(kind))),
        (false, false) => format!(
            "**Granted in part**: {} {}; not {}",
            kind.phrase(),
            code(&given.simplify().show(kind)),
            code(&withheld.show(kind)),
        ),
    }
}

/// Lines of the plan by their places, each with its text and layer.
fn places_of(view: &View, decided: &Decided, entry: &Entry<'_>, places: &[Place]) -> String {
    let shown = |place: &Place| {
        let grant = entry.grants().iter().find(|grant| grant.place == *place);
        let rule = decided.rules.iter().find(|rule| rule.place == *place);
        let said = grant.map(|grant| format!(" {} (layer {})", code(&grant.text), code(&grant.layer)));
        let said = said.or_else(|| rule.map(|rule| format!(" {}", code(&rule.text))));
        format!("{}{}", line(view, place), said.unwrap_or_default())
    };
    some(&places.iter().map(shown).collect::<Vec<_>>(), MOST)
}

/// What stands against it: a deny, a question nobody answered, no offer, no grant.
fn why_not(view: &View, decided: &Decided, entry: &Entry<'_>, kind: Kind, withheld: &CapSet) -> String {
    let about = |effect: Effect| lines_about(entry, kind, effect, withheld);
    let (denies, asks) = (about(Effect::Deny), about(Effect::Ask));
    let mut said = vec![];
    if !denies.is_empty() {
        said.push(format!("- denied by {}", places_of(view, decided, entry, &denies)));
    }
    let rules = decided.rules.iter().filter(|rule| rule.kind == kind).map(|rule| &rule.set);
    let offered = CapSet::union_near(kind, rules, withheld);
    if !withheld.is_subset(&offered) {
        let what = withheld.difference(&offered).simplify();
        said.push(format!("- the host profile does not offer {}", code(&what.show(kind))));
    }
    if !asks.is_empty() {
        said.push(format!("- waits for a yes: {}", places_of(view, decided, entry, &asks)));
    } else if denies.is_empty() {
        said.push(format!("- no grant gives it to {}", code(entry.id.as_str())));
    }
    said.join("\n")
}

/// The places of lines with an effect that are about a plugin and cover something of a set.
fn lines_about(entry: &Entry<'_>, kind: Kind, effect: Effect, set: &CapSet) -> Vec<Place> {
    let Ok(name) = entry.id.as_str().parse::<Name>() else { return vec![] };
    let of_kind = entry.grants().iter().filter(|line| line.kind == kind && line.effect == effect);
    let about =
        of_kind.filter(|line| line.plugins.contains(&name) && entry.is_covered(line) && !line.set.is_disjoint(set));
    about.map(|line| line.place.clone()).collect()
}

/// What a line of the grants comes to: which plugins have something by it.
pub(super) fn grant(view: &View, spot: &Spot<'_>, span: Span) -> Vec<String> {
    let Some(decided) = known::decided(view) else { return vec![unknown(view)] };
    let places: Vec<Place> = match spot.on {
        On::Value => past::then(view, span).into_iter().collect(),
        _ => spot
            .node()
            .into_iter()
            .flat_map(|node| node.items())
            .filter_map(|item| past::then(view, item.span()))
            .collect(),
    };
    let here = decided.known(&places);
    match decided.lines_at(&here).next() {
        None => vec![],
        Some((Effect::Deny, _)) => vec![denied(&decided.denied(&here))],
        Some((Effect::Ask, _)) => vec![waits(&decided.waiting(&here))],
        Some((_, kind)) => vec![has(view, decided, kind, |right| right.given().any(|line| here.contains(line)))],
    }
}

/// Who waits for a yes to what a line asks about.
fn waits(waiting: &[&Member]) -> String {
    match waiting.is_empty() {
        true => "Nobody waits for a yes to this.".to_owned(),
        false => format!("A yes is waited for by {}", named(waiting)),
    }
}

/// From whom a deny takes something that they ask for.
fn denied(from: &[&Member]) -> String {
    match from.is_empty() {
        true => "No plugin asks for what this denies.".to_owned(),
        false => format!("Takes something from {}", named(from)),
    }
}

fn named(plugins: &[&Member]) -> String {
    some(&plugins.iter().map(|plugin| code(plugin.id.as_str())).collect::<Vec<_>>(), MOST)
}

/// Who has what the host offers there.
pub(super) fn offer(view: &View, span: Span) -> Vec<String> {
    let Some(decided) = known::decided(view) else { return vec![unknown(view)] };
    let Some(place) = past::then(view, span) else { return vec![] };
    let Some(rule) = decided.rules.iter().find(|rule| rule.place == place) else { return vec![] };
    let here = decided.known([&place]);
    vec![has(view, decided, rule.kind, |right| right.offered().iter().any(|line| here.contains(line)))]
}

fn has(view: &View, decided: &Decided, kind: Kind, by: impl Fn(&Right<'_>) -> bool) -> String {
    let rights = decided.rights().filter(|right| right.kind == kind && by(right));
    let holders: Vec<&Member> = rights.map(|right| right.plugin).collect();
    let line = |holder: &&Member| {
        let id = holder.id.as_str();
        let entry = known::entry(view, id);
        let set = entry.and_then(|entry| Some(entry.granted(kind)?.set.simplify().show(kind)));
        format!("- {}: {}", code(id), code(&set.unwrap_or_default()))
    };
    let mut named: Vec<String> = holders.iter().take(MOST).map(line).collect();
    if holders.len() > MOST {
        named.push(format!("- and {} more", holders.len() - MOST));
    }
    match holders.len() {
        0 => "No plugin has anything by this line.".to_owned(),
        1 => format!("One plugin has something by this line:\n{}", named.join("\n")),
        count => format!("{count} plugins have something by this line:\n{}", named.join("\n")),
    }
}

fn unknown(view: &View) -> String {
    match view.whole() {
        None => "Nothing is decided yet.".to_owned(),
        Some(_) if view.profile().is_none() => "There is no host profile: nothing is decided.".to_owned(),
        Some(_) => "Nothing could be decided: see the errors.".to_owned(),
    }
}
