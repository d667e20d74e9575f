//! Names that plugins answer to. Every name is `plugin:local`; a short alias belongs to whoever is alone in wanting it, or to
//! whom the user gives it. Names that the host reserves belong to nobody.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::cores;
use ambit_schema::name::{LocalName, sum};
use ambit_schema::plan::{NameEntry, NameSort};

use super::attached;
use crate::binary::Artifacts;
use crate::bind::{Model, Plugin, spot};
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::Alias;
use crate::lower::NearNames;
use crate::manifest::NameClaim;
use crate::profile::Profile;
use crate::source::Span;

/// All names, by sort and name.
pub(super) fn resolve(profile: &Profile, model: &Model<'_>, files: &dyn Artifacts, sink: &mut Sink) -> Vec<NameEntry> {
    let claims: Vec<(&Plugin, &NameClaim)> =
        model.plugins.iter().flat_map(|plugin| plugin.manifest.names.iter().map(move |name| (plugin, name))).collect();
    routes(&claims, sink);
    let entry = |(plugin, claim): &(&Plugin, &NameClaim), sink: &mut Sink| entry(model, plugin, claim, files, sink);
    let mut entries = sink.each(model.cores, &claims, entry);
    let given = given(model, &entries, sink);
    let shorts = Shorts {
        reserved: profile.reserved.iter().map(|kept| (&kept.value, kept.span)).collect(),
        taken: given.values().map(|alias| &alias.short.value).collect(),
        given,
    };
    for (((_, claim), is_alone), entry) in claims.iter().zip(alone(&claims)).zip(&mut entries) {
        entry.alias = shorts.alias(claim, is_alone, entry, sink);
    }
    entries.sort_by(|a, b| (a.sort, &a.name).cmp(&(b.sort, &b.name)));
    entries.dedup_by(|a, b| (a.sort, &a.name) == (b.sort, &b.name));
    entries
}

fn entry(model: &Model<'_>, plugin: &Plugin, claim: &NameClaim, files: &dyn Artifacts, sink: &mut Sink) -> NameEntry {
    let local = claim.local.said();
    let name = claim.route.as_ref().map_or_else(|| whole(plugin.id(), local), |route| route.said().clone());
    NameEntry {
        sort: claim.sort,
        name,
        plugin: plugin.manifest.id.said().clone(),
        local: local.clone(),
        alias: None,
        summary: claim.summary.as_ref().map(|summary| summary.said().clone()),
        parameters: claim.parameters.iter().map(|parameter| parameter.said().clone()).collect(),
        conditions: claim.conditions.as_deref().cloned().unwrap_or_default(),
        attached: attached::resolve(model, plugin, claim, files, sink),
        place: spot(model.sources, claim.local.span()),
    }
}

/// A name with its plugin's before it.
fn whole(plugin: &str, local: &LocalName) -> String {
    let mut name = String::with_capacity(plugin.len() + 1 + local.as_str().len());
    name.push_str(plugin);
    name.push(':');
    name.push_str(local.as_str());
    name
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
    if model.layers.iter().all(|layer| layer.aliases.is_empty()) {
        return given;
    }
    let mut shorts: BTreeMap<&LocalName, &Alias> = BTreeMap::new();
    let names: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let mut known = NearNames::new(names.iter().copied());
    for alias in model.layers.iter().flat_map(|layer| &layer.aliases) {
        let whole = alias.whole.value.as_str();
        if !names.contains(whole) {
            let found =
                Diagnostic::new(Code::UnknownPlugin, alias.whole.span, format!("there is no command `{whole}`"));
            sink.add(known.did_you_mean(found, alias.whole.span, whole).risky());
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

/// For each name, whether nobody else wants its local name for something of its sort.
fn alone(claims: &[(&Plugin, &NameClaim)]) -> Vec<bool> {
    let short = |at: &usize| (claims[*at].1.sort, claims[*at].1.local.said());
    // Sorting numbers takes a small part of what sorting names takes, and few names have the same number.
    let mut sorted: Vec<(u64, usize)> = (0..claims.len()).map(|at| (sum(short(&at).1.as_str()), at)).collect();
    cores::sort(&mut sorted);
    let mut alone = vec![true; claims.len()];
    for same in sorted.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        let mut places: Vec<usize> = same.iter().map(|(_, at)| *at).collect();
        places.sort_unstable_by_key(short);
        let wanted = places.chunk_by(|a, b| short(a) == short(b)).filter(|wanted| wanted.len() > 1);
        wanted.flatten().for_each(|at| alone[*at] = false);
    }
    alone
}

/// Short names: who has them, and which are nobody's.
struct Shorts<'m> {
    given: Given<'m>,
    taken: BTreeSet<&'m LocalName>,
    reserved: BTreeMap<&'m LocalName, Span>,
}

impl Shorts<'_> {
    fn alias(&self, claim: &NameClaim, is_alone: bool, entry: &NameEntry, sink: &mut Sink) -> Option<LocalName> {
        if claim.sort == NameSort::Endpoint {
            return None;
        }
        if let Some(alias) = self.given.get(entry.name.as_str()) {
            let short = &alias.short;
            return self.is_free(&short.value, short.span, sink).then(|| short.value.clone());
        }
        let local = claim.local.said();
        let free = self.is_free(local, claim.local.span(), sink);
        (free && is_alone && !self.taken.contains(local)).then(|| local.clone())
    }

    /// Whether a short name is free of the host's own; an error where it is not.
    fn is_free(&self, short: &LocalName, span: Span, sink: &mut Sink) -> bool {
        let Some(kept) = self.reserved.get(short) else { return true };
        let found = Diagnostic::new(Code::ReservedName, span, format!("the host keeps the name `{short}` for itself"));
        sink.add(found.because(*kept, "reserved here").help("choose another name"));
        false
    }
}
