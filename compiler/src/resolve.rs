//! The model becomes a draft of the plan: versions, load order, names, hooks, rights with their why, mounts, quotas. Each
//! part stands in a room of its own and reports what cannot be resolved.

use ambit_schema::capability::{Kind, OwnKind};
use ambit_schema::cores;
use ambit_schema::interface::{Fit, fit, provision};
use ambit_schema::name::PluginId;
use ambit_schema::plan::{
    self, BudgetEntry, ClaimLine, Compat, Draft, HookEntry, HostEntry, KindEntry, PluginEntry, QuotaEntry, SourceEntry,
    Withheld,
};
use ambit_schema::wire::hex;
use sha2::{Digest, Sha256};

use crate::artifact::Looked;
use crate::binary::Artifacts;
use crate::bind::{Model, Plugin, spot};
use crate::decide::links;
use crate::diag::Sink;
use crate::lower::Spanned;
use crate::manifest::Environment;
use crate::profile::Profile;

mod alone;
mod artifacts;
mod attached;
mod budgets;
mod config;
mod grants;
mod hooks;
mod mounts;
mod names;
mod order;
mod part;
mod quotas;
mod recovery;
mod versions;

pub(crate) use alone::alone;

/// Which configuration plugins get, and the files that manifests name.
pub type Files<'f> = (Option<Environment>, &'f dyn Artifacts);

/// Makes the draft. `None` when the plugins have no load order. The lines of claims and grants go from the model into the draft:
/// they are much of what there is, and the model needs them no more. Nor does it need its decisions.
pub fn resolve(
    profile: &Profile,
    model: &mut Model<'_>,
    looked: &[Option<Looked>],
    files: Files<'_>,
    sink: &mut Sink,
) -> Option<Draft> {
    let (mut named, all) = (Sink::default(), &*model);
    let names = || names::resolve(profile, all, files.1, &mut named);
    let (mut together, names) = all.cores.both(|| together(profile, all, sink), names);
    sink.append(named);
    model.forget_declared();
    let ids: Vec<PluginId> = model.plugins.iter().map(|plugin| plugin.manifest.id.said().clone()).collect();
    let plugins = entries(profile, model, looked, files, (&together, &ids), sink);
    let stages = together.order.take()?;
    let lines = std::mem::take(&mut model.grants);
    let (sources, grants) = model.cores.both(|| sources(model), || lines.into_iter().map(|grant| grant.line).collect());
    Some(Draft {
        host: HostEntry {
            name: profile.name.value.clone(),
            version: profile.version.value.clone(),
            place: spot(model.sources, profile.place()),
        },
        sources,
        kinds: kinds(profile, model),
        rules: model.rules.iter().map(|rule| rule.line.clone()).collect(),
        grants,
        nevers: model.nevers.iter().map(|never| never.line.clone()).collect(),
        publishers: model.publishers.lines().to_vec(),
        plugins,
        stages: stages.iter().map(|stage| stage.iter().map(|at| ids[*at].clone()).collect()).collect(),
        names,
        hooks: together.hooks,
        budgets: together.budgets,
    })
}

/// The plugins in load order; every plugin is looked at, also where a cycle leaves no order. Each is made and then loses what the
/// plan has of it, while both are at hand, and before there is another: now is when most memory is taken. Then it is let go.
fn entries(
    profile: &Profile,
    model: &mut Model<'_>,
    looked: &[Option<Looked>],
    files: Files<'_>,
    (together, ids): (&Together, &[PluginId]),
    sink: &mut Sink,
) -> Vec<PluginEntry> {
    let mut plugins: Vec<Option<Plugin>> = std::mem::take(&mut model.plugins).into_iter().map(Some).collect();
    let places = || (0..ids.len()).collect();
    let places: Vec<usize> = together.order.as_ref().map_or_else(places, |stages| stages.concat());
    let jobs: Vec<_> = places.into_iter().filter_map(|at| Some((at, plugins[at].take()?))).collect();
    let (rest, usual) = (&*model, quotas::Usual::new());
    let entry = |(at, mut plugin): (usize, Plugin), sink: &mut Sink| {
        let plugin = &mut plugin;
        let depends = together.depends[at].iter().map(|other| ids[*other].clone()).collect();
        let quotas = quotas::entries(rest, &usual, plugin, &together.quotas[at]);
        let artifact = looked.get(at).and_then(Option::as_ref);
        let artifact = artifact.map(|looked| artifacts::resolve(plugin, looked, &quotas, sink));
        let imports = artifact.iter().flat_map(|artifact| &artifact.imports);
        let compat = imports.filter_map(|import| compat(profile, rest, plugin, import)).collect();
        let entry = plugin_entry(profile, rest, plugin, depends, quotas, files, sink);
        PluginEntry { artifact, compat, claims: claims(plugin), ..entry }
    };
    sink.each(rest.cores, jobs, entry)
}

/// The lines of its manifest, which go from it with all that was decided of them.
fn claims(plugin: &mut Plugin) -> Vec<ClaimLine> {
    plugin.decisions = vec![];
    // A list of its own: the one of the claims would stay as large as it is.
    let mut lines = Vec::with_capacity(plugin.claims.len());
    lines.extend(std::mem::take(&mut plugin.claims).into_iter().map(|claim| claim.line));
    lines
}

/// What is resolved of all plugins at once, but for their names. Lists are in the order of the model.
struct Together {
    depends: Vec<Vec<usize>>,
    order: Option<Vec<Vec<usize>>>,
    quotas: Vec<quotas::Decided>,
    hooks: Vec<HookEntry>,
    budgets: Vec<BudgetEntry>,
}

fn together(profile: &Profile, model: &Model<'_>, sink: &mut Sink) -> Together {
    let depends = versions::resolve(model);
    let order = order::resolve(model, &depends, sink);
    let quotas = quotas::resolve(profile, model, sink);
    let hooks = hooks::resolve(model, &quotas, sink);
    recovery::fallbacks(model, sink);
    let budgets = budgets::resolve(profile, model, &quotas, sink);
    Together { depends, order, quotas, hooks, budgets }
}

fn plugin_entry(
    profile: &Profile,
    model: &Model<'_>,
    plugin: &Plugin,
    depends: Vec<PluginId>,
    quotas: Vec<QuotaEntry>,
    (environment, files): Files<'_>,
    sink: &mut Sink,
) -> PluginEntry {
    let granted = grants::resolve(plugin);
    let interfaces = profile.interfaces.iter().filter(|interface| links(model, plugin, interface));
    let mut interfaces: Vec<String> = interfaces.map(|interface| interface.name.value.clone()).collect();
    interfaces.sort();
    PluginEntry {
        id: plugin.manifest.id.said().clone(),
        version: plugin.manifest.version.said().clone(),
        tier: plugin.tier(),
        place: spot(model.sources, plugin.span()),
        publisher: plugin.identity.publisher.clone(),
        trust: plugin.identity.trust.clone(),
        artifact: None,
        depends,
        claims: vec![],
        mounts: mounts::resolve(plugin, &granted, sink),
        pending: grants::pending(model, plugin),
        compat: vec![],
        withheld: withheld(model, plugin),
        granted,
        interfaces,
        quotas,
        config: config::resolve(model, plugin, environment, files, sink),
        hot_reload: plugin.manifest.config.as_ref().is_some_and(|config| config.hot_reload),
        recovery: recovery::resolve(profile, model, plugin, sink),
    }
}

/// What an import is linked to, if that is a newer version.
fn compat(profile: &Profile, model: &Model<'_>, plugin: &Plugin, import: &str) -> Option<Compat> {
    let interface = profile.interface(import).filter(|_| provision(import).is_none())?;
    let name = &interface.name;
    let is_older = fit(import, &name.value) == Some(Fit::Older);
    (is_older && links(model, plugin, interface)).then(|| Compat {
        import: import.to_owned(),
        interface: name.value.clone(),
        place: spot(model.sources, name.span),
    })
}

fn withheld(model: &Model<'_>, plugin: &Plugin) -> Vec<Withheld> {
    let kind = Kind::InterfaceUse;
    let rules = model.rules.iter().map(|rule| &rule.line);
    let lines = model.lines(plugin, kind).map(|grant| &grant.line);
    plan::withheld(plugin.tier(), rules, lines, plugin.decision(kind).map(|decision| &decision.granted))
}

fn kinds(profile: &Profile, model: &Model<'_>) -> Vec<KindEntry> {
    let entry = |kind: &Spanned<&'static OwnKind>| KindEntry { own: kind.value, place: spot(model.sources, kind.span) };
    profile.kinds.iter().map(entry).collect()
}

fn sources(model: &Model<'_>) -> Vec<SourceEntry> {
    let entry = |source: &&crate::source::Source| SourceEntry {
        path: source.path().to_owned(),
        sha256: hex(&Sha256::digest(source.bytes())),
    };
    let all: Vec<_> = model.sources.iter().map(|(_, source)| source).collect();
    let mut sources: Vec<SourceEntry> = model.cores.map(&all, entry);
    cores::sort(&mut sources);
    sources.dedup_by(|a, b| a.path == b.path);
    sources
}
