//! Names that plugins answer to. Every name is `plugin:local`; a short alias belongs to whoever is alone in wanting it, or to
//! whom the user gives it. Names that the host reserves belong to nobody.

use std::collections::BTreeMap;

use ambit_schema::name::LocalName;
use ambit_schema::plan::{NameEntry, NameSort};

use crate::bind::{Model, Plugin, place};
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::Alias;
use crate::lower::did_you_mean;
use crate::manifest::NameClaim;
use crate::profile::Profile;
use crate::source::Span;

/// All names, by sort and name.
pub(super) fn resolve(profile: &Profile, model: &Model<'_>, sink: &mut Sink) -> Vec<NameEntry> {
    let claims: Vec<(&Plugin, &NameClaim)> =
        model.plugins.iter().flat_map(|plugin| plugin.manifest.names.iter().map(move |name| (plugin, name))).collect();
    routes(&claims, sink);
    let mut entries: Vec<NameEntry> = claims.iter().map(|(plugin, claim)| entry(model, plugin, claim)).collect();
    let given = given(model, &entries, sink);
    let wanted = wanted(&claims);
    for ((_, claim), entry) in claims.iter().zip(&mut entries) {
        entry.alias = alias(profile, claim, entry, &given, &wanted, sink);
    }
    entries.sort_by(|a, b| (a.sort, &a.name).cmp(&(b.sort, &b.name)));
    entries.dedup_by(|a, b| (a.sort, &a.name) == (b.sort, &b.name));
    entries
}

fn entry(model: &Model<'_>, plugin: &Plugin, claim: &NameClaim) -> NameEntry {
    let local = claim.local.said();
    let name = claim.route.as_ref().map_or_else(|| format!("{}:{local}", plugin.id()), |route| route.said().clone());
    NameEntry {
        sort: claim.sort,
        name,
        plugin: plugin.manifest.id.said().clone(),
        local: local.clone(),
        alias: None,
        summary: claim.summary.as_ref().map(|summary| summary.said().clone()),
        place: place(model.sources, claim.local.span()).0,
    }
}

/// A route is no one's namespace: two plugins cannot answer one.
fn routes(claims: &[(&Plugin, &NameClaim)], sink: &mut Sink) {
    let mut seen: BTreeMap<&str, (&Plugin, Span)> = BTreeMap::new();
    for (plugin, claim) in claims {
        let Some(route) = &claim.route else { continue };
        match seen.insert(route.said(), (plugin, route.span())) {
            Some((other, span)) if other.id() != plugin.id() => {
                let message = format!("`{}` and `{}` both answer `{}`", other.id(), plugin.id(), route.said());
                let found = Diagnostic::new(Code::CommandConflict, route.span(), message)
                    .because(span, "already answered here");
                sink.add(found.help("change the path of one of them"));
            }
            _ => {}
        }
    }
}

type Given<'m> = BTreeMap<&'m str, &'m Alias>;

/// The aliases that the user gives, by whole name. One short name for two is an error.
fn given<'m>(model: &'m Model<'_>, entries: &[NameEntry], sink: &mut Sink) -> Given<'m> {
    let mut given: Given<'m> = BTreeMap::new();
    let mut shorts: BTreeMap<&LocalName, &Alias> = BTreeMap::new();
    for alias in model.layers.iter().flat_map(|layer| &layer.aliases) {
        let whole = alias.whole.value.as_str();
        if !entries.iter().any(|entry| entry.name == whole) {
            let found =
                Diagnostic::new(Code::UnknownPlugin, alias.whole.span, format!("there is no command `{whole}`"));
            sink.add(
                did_you_mean(found, alias.whole.span, whole, entries.iter().map(|entry| entry.name.as_str())).risky(),
            );
        } else if let Some(other) = shorts.insert(&alias.short.value, alias) {
            let message = format!("the alias `{}` is given twice", alias.short.value);
            let found = Diagnostic::new(Code::CommandConflict, alias.short.span, message);
            sink.add(found.because(other.short.span, "first given here").help("keep one of the two"));
        } else {
            given.insert(whole, alias);
        }
    }
    given
}

/// How often each local name is wanted, by sort.
fn wanted<'m>(claims: &[(&'m Plugin, &'m NameClaim)]) -> BTreeMap<(NameSort, &'m LocalName), usize> {
    let mut wanted = BTreeMap::new();
    claims.iter().for_each(|(_, claim)| *wanted.entry((claim.sort, claim.local.said())).or_insert(0) += 1);
    wanted
}

fn alias(
    profile: &Profile,
    claim: &NameClaim,
    entry: &NameEntry,
    given: &Given<'_>,
    wanted: &BTreeMap<(NameSort, &LocalName), usize>,
    sink: &mut Sink,
) -> Option<LocalName> {
    if claim.sort == NameSort::Endpoint {
        return None;
    }
    if let Some(alias) = given.get(entry.name.as_str()) {
        return reserved(profile, &alias.short.value, alias.short.span, sink).then(|| alias.short.value.clone());
    }
    let local = claim.local.said();
    let free = reserved(profile, local, claim.local.span(), sink);
    let taken = given.values().any(|alias| alias.short.value == *local);
    let alone = wanted.get(&(claim.sort, local)) == Some(&1);
    (free && alone && !taken).then(|| local.clone())
}

/// Whether a short name is free of the host's own; an error where it is not.
fn reserved(profile: &Profile, short: &LocalName, span: Span, sink: &mut Sink) -> bool {
    let Some(kept) = profile.reserved.iter().find(|kept| kept.value == *short) else { return true };
    let found = Diagnostic::new(Code::ReservedName, span, format!("the host keeps the name `{short}` for itself"));
    sink.add(found.because(kept.span, "reserved here").help("choose another name"));
    false
}
