//! A plan's content in its written shape: the fields of `form`, in their order. What is read back must give the same hash, so a
//! field that stands in only one of the two is found by the first plan that has it.

use crate::capability::CapSet;
use crate::limits::Unit;
use crate::plan::{
    Artifact, BudgetEntry, ClaimLine, Compat, Draft, Effect, Extent, GrantLine, Granted, HookEntry, KindEntry, Mount,
    NameEntry, NeverLine, Pending, Place, PluginEntry, PublisherLine, QuotaEntry, RuleLine, SourceEntry, Vouched, Who,
    Withheld,
};
use crate::set::{Domain, Set};

use super::VERSION;
use super::endpoint;
use super::json::Json;
use super::{parameter, recovery};

/// Where the hash will stand.
pub(super) const NO_HASH: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// Everything before the plugins.
pub(super) fn head(json: &mut Json, draft: &Draft) {
    json.number("ambit_plan", VERSION);
    json.field("hash", |json| json.either(format!("\"{NO_HASH}\"").as_bytes(), b"\"\""));
    json.field("host", |json| {
        json.object(|json| {
            json.text("name", draft.host.name.as_str());
            json.shown("version", &draft.host.version);
            place(json, &draft.host.place);
        });
    });
    json.some_items("kinds", &draft.kinds, kind);
    json.items("load_order", &draft.plugins, |json, plugin| json.string(plugin.id.as_str()));
    json.items("stages", &draft.stages, |json, stage| json.list(stage, |json, id| json.string(id.as_str())));
}

/// Everything after the plugins.
pub(super) fn tail(json: &mut Json, draft: &Draft) {
    json.items("names", &draft.names, name);
    json.items("hooks", &draft.hooks, hook);
    json.some_items("budgets", &draft.budgets, budget);
    json.items("rules", &draft.rules, rule);
    json.items("grants", &draft.grants, grant);
    json.some_items("nevers", &draft.nevers, never);
    json.some_items("publishers", &draft.publishers, publisher);
    json.items("sources", &draft.sources, source);
}

fn kind(json: &mut Json, entry: &KindEntry) {
    json.object(|json| {
        json.text("key", entry.own.key());
        json.text("domain", entry.own.domain().key());
        json.text("phrase", entry.own.phrase());
        place(json, &entry.place);
    });
}

pub(super) fn plugin(json: &mut Json, entry: &PluginEntry) {
    json.object(|json| {
        json.text("id", entry.id.as_str());
        json.shown("version", &entry.version);
        json.text("tier", entry.tier.key());
        place(json, &entry.place);
        some_vouched(json, "publisher", entry.publisher.as_ref());
        some_vouched(json, "trust", entry.trust.as_ref());
        if let Some(file) = &entry.artifact {
            json.field("artifact", |json| artifact(json, file));
        }
        json.some_items("depends", &entry.depends, |json, id| json.string(id.as_str()));
        json.items("granted", &entry.granted, granted);
        json.some_items("pending", &entry.pending, pending);
        json.some_items("mounts", &entry.mounts, mount);
        json.some_items("interfaces", &entry.interfaces, |json, name| json.string(name));
        json.some_items("compat", &entry.compat, compat);
        json.some_items("withheld", &entry.withheld, withheld);
        json.field("quotas", |json| quotas(json, &entry.quotas));
        json.items("claims", &entry.claims, claim);
        json.some_text("config", entry.config.as_deref());
        json.flag("hot_reload", entry.hot_reload);
        if let Some(recovery) = &entry.recovery {
            json.field("recovery", |json| recovery::write(json, recovery, place));
        }
    });
}

fn artifact(json: &mut Json, artifact: &Artifact) {
    json.object(|json| {
        json.text("path", &artifact.path);
        json.some_text("sha256", artifact.sha256.as_deref());
        json.some_items("imports", &artifact.imports, |json, name| json.string(name));
    });
}

fn granted(json: &mut Json, right: &Granted) {
    json.object(|json| {
        json.text("capability", right.kind.key());
        json.field("set", |json| set(json, &right.set));
        json.field("why", |json| {
            json.object(|json| {
                json.items("claims", &right.why.claims, show_place);
                json.items("grants", &right.why.grants, show_place);
                json.items("rules", &right.why.rules, show_place);
                json.some_items("accepts", &right.why.accepts, show_place);
            });
        });
    });
}

fn compat(json: &mut Json, compat: &Compat) {
    json.object(|json| {
        json.text("import", &compat.import);
        json.text("interface", &compat.interface);
        place(json, &compat.place);
    });
}

fn withheld(json: &mut Json, withheld: &Withheld) {
    json.object(|json| {
        json.field("set", |json| set(json, &withheld.set));
        place(json, &withheld.place);
    });
}

fn mount(json: &mut Json, mount: &Mount) {
    let rights = [("read", mount.read), ("write", mount.write), ("mkdir", mount.mkdir)];
    let of = |extent: Extent| -> Vec<&str> {
        rights.iter().filter(|(_, covers)| *covers == extent).map(|(right, _)| *right).collect()
    };
    json.object(|json| {
        json.text("guest", &mount.guest);
        json.text("folder", &mount.folder);
        json.items("rights", of(Extent::Whole), |json, right| json.string(right));
        json.some_items("parts", &of(Extent::Part), |json, right| json.string(right));
    });
}

/// By key, not in the order of their table.
fn quotas(json: &mut Json, entries: &[QuotaEntry]) {
    let mut entries: Vec<&QuotaEntry> = entries.iter().collect();
    entries.sort_unstable_by_key(|entry| entry.quota.key());
    json.object(|json| {
        for entry in entries {
            json.field(entry.quota.key(), |json| {
                json.object(|json| {
                    json.text("limit", &entry.quota.unit().show(entry.value));
                    if let Some(line) = &entry.place {
                        place(json, line);
                    }
                });
            });
        }
    });
}

fn budget(json: &mut Json, entry: &BudgetEntry) {
    json.object(|json| {
        json.some_text("group", entry.group.as_ref().map(|group| group.as_str()));
        json.field("plugins", |json| terms(json, &entry.plugins));
        json.field("limits", |json| quotas(json, &entry.limits));
    });
}

fn claim(json: &mut Json, line: &ClaimLine) {
    json.object(|json| {
        json.text("capability", line.kind.key());
        json.field("set", |json| set(json, &line.set));
        json.flag("optional", line.optional);
        json.some_text("reason", line.reason.as_deref());
        place(json, &line.place);
        json.text("text", &line.text);
    });
}

fn name(json: &mut Json, entry: &NameEntry) {
    json.object(|json| {
        json.text("sort", entry.sort.word());
        json.text("name", &entry.name);
        json.text("plugin", entry.plugin.as_str());
        json.text("local", entry.local.as_str());
        json.some_text("alias", entry.alias.as_ref().map(|alias| alias.as_str()));
        json.some_text("summary", entry.summary.as_deref());
        json.some_items("parameters", &entry.parameters, parameter::write);
        endpoint::write(json, &entry.conditions);
        if !entry.attached.is_empty() {
            json.field("attached", |json| {
                json.object(|json| entry.attached.iter().for_each(|(slot, text)| json.text(slot.key(), text)));
            });
        }
        place(json, &entry.place);
    });
}

fn hook(json: &mut Json, entry: &HookEntry) {
    json.object(|json| {
        json.text("point", entry.point.as_str());
        json.text("plugin", entry.plugin.as_str());
        json.number("priority", entry.priority);
        json.flag("async", entry.detached);
        json.some_text("timeout", entry.timeout.map(|limit| Unit::Milliseconds.show(limit)).as_deref());
        if entry.retries > 0 {
            json.number("retries", entry.retries);
        }
        json.some_items("before", &entry.before, |json, id| json.string(id.as_str()));
        json.some_items("after", &entry.after, |json, id| json.string(id.as_str()));
        place(json, &entry.place);
    });
}

fn rule(json: &mut Json, line: &RuleLine) {
    json.object(|json| {
        json.text("capability", line.kind.key());
        json.field("set", |json| set(json, &line.set));
        place(json, &line.place);
        json.text("text", &line.text);
    });
}

fn grant(json: &mut Json, line: &GrantLine) {
    json.object(|json| {
        json.text("layer", &line.layer);
        json.text("effect", effect_word(line.effect));
        json.field("plugins", |json| terms(json, &line.plugins));
        some_who(json, &line.who);
        json.text("capability", line.kind.key());
        json.field("set", |json| set(json, &line.set));
        json.some_text("reason", line.reason.as_deref());
        place(json, &line.place);
        json.text("text", &line.text);
    });
}

/// Missing where it is everyone.
fn some_who(json: &mut Json, who: &Who) {
    let some = (*who != Who::Anyone).then(|| who.to_string());
    json.some_text("who", some.as_deref());
}

fn never(json: &mut Json, line: &NeverLine) {
    json.object(|json| {
        json.text("layer", &line.layer);
        json.field("plugins", |json| terms(json, &line.plugins));
        some_who(json, &line.who);
        json.items("parts", &line.parts, |json, (kind, part)| {
            json.object(|json| {
                json.text("capability", kind.key());
                json.field("set", |json| set(json, part));
            });
        });
        place(json, &line.place);
        json.text("text", &line.text);
    });
}

fn pending(json: &mut Json, waits: &Pending) {
    json.object(|json| {
        json.text("capability", waits.kind.key());
        json.field("set", |json| set(json, &waits.set));
        place(json, &waits.place);
    });
}

fn publisher(json: &mut Json, line: &PublisherLine) {
    let digests: Vec<&String> = line.digests.iter().collect();
    json.object(|json| {
        json.text("layer", &line.layer);
        json.text("name", line.name.as_str());
        if line.plugins.terms().next().is_some() {
            json.field("plugins", |json| terms(json, &line.plugins));
        }
        json.some_items("digests", &digests, |json, digest| json.string(digest));
        some_vouched(json, "trust", line.trust.as_ref());
        place(json, &line.place);
        json.text("text", &line.text);
    });
}

fn some_vouched(json: &mut Json, key: &'static str, vouched: Option<&Vouched>) {
    if let Some(vouched) = vouched {
        json.field(key, |json| {
            json.object(|json| {
                json.text("name", vouched.name.as_str());
                place(json, &vouched.place);
            });
        });
    }
}

fn source(json: &mut Json, source: &SourceEntry) {
    json.object(|json| {
        json.text("path", &source.path);
        json.text("sha256", &source.sha256);
    });
}

pub(super) fn effect_word(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
        Effect::Ask => "ask",
        Effect::Accept => "accept",
        Effect::Consent => "consent",
        Effect::Decline => "decline",
    }
}

fn place(json: &mut Json, place: &Place) {
    json.field("place", |json| show_place(json, place));
}

/// `path:line:column`, as it shows.
fn show_place(json: &mut Json, place: &Place) {
    json.both(b"\"");
    json.escaped(&place.path);
    json.both(b":");
    json.digits(place.line);
    json.both(b":");
    json.digits(place.column);
    json.both(b"\"");
}

fn set(json: &mut Json, set: &CapSet) {
    match set {
        CapSet::Paths(set) => terms(json, set),
        CapSet::Names(set) => terms(json, set),
        CapSet::Endpoints(set) => terms(json, set),
        CapSet::Numbers(set) => terms(json, set),
        CapSet::Commands(set) => terms(json, set),
    }
}

fn terms<D: Domain>(json: &mut Json, set: &Set<D>) {
    json.list(set.terms(), |json, (within, except)| match (within, except.is_empty()) {
        ([only], true) => json.show(only),
        _ => json.object(|json| {
            json.items("within", within, Json::show);
            json.some_items("except", except, Json::show);
        }),
    });
}
