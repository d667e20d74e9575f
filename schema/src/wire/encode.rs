//! A plan's content in its written shapes.

use crate::capability::CapSet;
use crate::plan::{
    ClaimLine, Draft, Effect, GrantLine, Granted, HookEntry, Mount, NameEntry, NameSort, Place, PluginEntry,
    QuotaEntry, RuleLine,
};
use crate::set::{Domain, Set};

use super::VERSION;
use super::form::{
    ArtifactForm, ClaimForm, CutForm, GrantForm, GrantedForm, HookForm, HostForm, MountForm, NameForm, PlanForm,
    PluginForm, QuotaForm, RuleForm, SourceForm, TermForm, WhyForm,
};

pub(super) fn form(draft: &Draft) -> PlanForm {
    PlanForm {
        ambit_plan: VERSION,
        hash: String::new(),
        host: HostForm {
            name: draft.host.name.to_string(),
            version: draft.host.version.to_string(),
            place: draft.host.place.to_string(),
        },
        load_order: draft.plugins.iter().map(|plugin| plugin.id.to_string()).collect(),
        plugins: draft.plugins.iter().map(plugin).collect(),
        names: draft.names.iter().map(name).collect(),
        hooks: draft.hooks.iter().map(hook).collect(),
        rules: draft.rules.iter().map(rule).collect(),
        grants: draft.grants.iter().map(grant).collect(),
        sources: draft
            .sources
            .iter()
            .map(|source| SourceForm { path: source.path.clone(), sha256: source.sha256.clone() })
            .collect(),
    }
}

fn plugin(entry: &PluginEntry) -> PluginForm {
    PluginForm {
        id: entry.id.to_string(),
        version: entry.version.to_string(),
        tier: entry.tier.key().to_owned(),
        place: entry.place.to_string(),
        artifact: entry.artifact.as_ref().map(|artifact| ArtifactForm {
            path: artifact.path.clone(),
            sha256: artifact.sha256.clone(),
            imports: artifact.imports.clone(),
        }),
        depends: entry.depends.iter().map(ToString::to_string).collect(),
        granted: entry.granted.iter().map(granted).collect(),
        mounts: entry.mounts.iter().map(mount).collect(),
        interfaces: entry.interfaces.clone(),
        quotas: entry.quotas.iter().map(quota).collect(),
        claims: entry.claims.iter().map(claim).collect(),
        config: entry.config.clone(),
    }
}

fn granted(right: &Granted) -> GrantedForm {
    let why = WhyForm {
        claims: places(&right.why.claims),
        grants: places(&right.why.grants),
        rules: places(&right.why.rules),
    };
    GrantedForm { capability: right.kind.to_string(), set: set(&right.set), why }
}

fn mount(mount: &Mount) -> MountForm {
    let rights = [("read", mount.read), ("write", mount.write), ("mkdir", mount.mkdir)];
    let rights = rights.into_iter().filter(|(_, given)| *given).map(|(right, _)| right.to_owned()).collect();
    MountForm { guest: mount.guest.clone(), folder: mount.folder.clone(), rights }
}

fn quota(entry: &QuotaEntry) -> (String, QuotaForm) {
    let limit = entry.quota.unit().show(entry.value);
    (entry.quota.key().to_owned(), QuotaForm { limit, place: entry.place.as_ref().map(Place::to_string) })
}

fn claim(line: &ClaimLine) -> ClaimForm {
    ClaimForm {
        capability: line.kind.to_string(),
        set: set(&line.set),
        optional: line.optional,
        reason: line.reason.clone(),
        place: line.place.to_string(),
        text: line.text.clone(),
    }
}

fn name(entry: &NameEntry) -> NameForm {
    NameForm {
        sort: sort_word(entry.sort).to_owned(),
        name: entry.name.clone(),
        plugin: entry.plugin.to_string(),
        local: entry.local.to_string(),
        alias: entry.alias.as_ref().map(ToString::to_string),
        summary: entry.summary.clone(),
        place: entry.place.to_string(),
    }
}

fn hook(entry: &HookEntry) -> HookForm {
    HookForm {
        point: entry.point.to_string(),
        plugin: entry.plugin.to_string(),
        priority: entry.priority,
        detached: entry.detached,
        place: entry.place.to_string(),
    }
}

fn rule(line: &RuleLine) -> RuleForm {
    RuleForm {
        capability: line.kind.to_string(),
        set: set(&line.set),
        place: line.place.to_string(),
        text: line.text.clone(),
    }
}

fn grant(line: &GrantLine) -> GrantForm {
    GrantForm {
        layer: line.layer.clone(),
        effect: effect_word(line.effect).to_owned(),
        plugins: terms(&line.plugins),
        capability: line.kind.to_string(),
        set: set(&line.set),
        place: line.place.to_string(),
        text: line.text.clone(),
    }
}

pub(super) fn sort_word(sort: NameSort) -> &'static str {
    match sort {
        NameSort::Command => "command",
        NameSort::Tool => "tool",
        NameSort::Endpoint => "endpoint",
    }
}

pub(super) fn effect_word(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
        Effect::Ask => "ask",
    }
}

fn places(places: &[Place]) -> Vec<String> {
    places.iter().map(Place::to_string).collect()
}

fn set(set: &CapSet) -> Vec<TermForm> {
    match set {
        CapSet::Paths(set) => terms(set),
        CapSet::Names(set) => terms(set),
        CapSet::Endpoints(set) => terms(set),
    }
}

fn terms<D: Domain>(set: &Set<D>) -> Vec<TermForm> {
    set.terms()
        .map(|(within, except)| match (within.len(), within.first()) {
            (1, Some(only)) if except.is_empty() => TermForm::Pattern(only.to_string()),
            _ => TermForm::Cut(CutForm {
                within: within.iter().map(ToString::to_string).collect(),
                except: except.iter().map(ToString::to_string).collect(),
            }),
        })
        .collect()
}
