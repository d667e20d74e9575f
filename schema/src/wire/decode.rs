//! Written shapes become a plan's content. Every value passes the constructor that any other text passes.

use semver::Version;

use crate::capability::{CapSet, DomainKind, Kind, Kinds, OwnKind, Tier};
use crate::limits::{Quota, Unit};
use crate::name::{LocalName, NameError, PluginId, PointName};
use crate::plan::{
    Artifact, BudgetEntry, ClaimLine, Compat, Draft, Effect, Extent, GrantLine, Granted, HookEntry, HostEntry,
    KindEntry, Mount, NameEntry, NameSort, NeverLine, Pending, Place, PluginEntry, PublisherLine, QuotaEntry, Recovery,
    RuleLine, Slot, SourceEntry, Vouched, Who, Why, Withheld, digest,
};
use crate::set::{Domain, Set, Sorted};

use super::encode::effect_word;
use super::endpoint;
use super::form::{
    BudgetForm, ClaimForm, CompatForm, GrantForm, GrantedForm, HookForm, KindForm, MountForm, NameForm, NeverForm,
    PartForm, PendingForm, PlanForm, PluginForm, PublisherForm, QuotaForm, RuleForm, TermForm, VouchedForm, WhyForm,
    WithheldForm,
};
use super::recovery::RecoveryForm;
use super::{parameter, recovery};

type Read<T> = Result<T, String>;

pub(super) fn draft(form: PlanForm) -> Read<Draft> {
    let order: Vec<&str> = form.plugins.iter().map(|plugin| plugin.id.as_str()).collect();
    if form.load_order != order {
        return Err("`load_order` is not the order of `plugins`".into());
    }
    let kinds = all(form.kinds, own)?;
    let known = Kinds::new(kinds.iter().map(|entry| entry.own));
    Ok(Draft {
        host: HostEntry {
            name: named(&form.host.name, PluginId::parse)?,
            version: version(&form.host.version)?,
            place: place(&form.host.place)?,
        },
        sources: form
            .sources
            .into_iter()
            .map(|source| SourceEntry { path: source.path, sha256: source.sha256 })
            .collect(),
        kinds,
        rules: all(form.rules, |form| rule(form, &known))?,
        grants: all(form.grants, |form| grant(form, &known))?,
        nevers: all(form.nevers, |form| never(form, &known))?,
        publishers: all(form.publishers, publisher)?,
        plugins: all(form.plugins, |form| plugin(form, &known))?,
        stages: all(form.stages, |stage| stage.iter().map(|id| named(id, PluginId::parse)).collect())?,
        names: all(form.names, name)?,
        hooks: all(form.hooks, hook)?,
        budgets: all(form.budgets, budget)?,
    })
}

fn own(form: KindForm) -> Read<KindEntry> {
    let domain = DomainKind::find(&form.domain).ok_or_else(|| format!("domain `{}`", form.domain))?;
    let own = OwnKind::new(&form.key, domain, &form.phrase).map_err(|error| format!("kind `{}`: {error}", form.key))?;
    Ok(KindEntry { own, place: place(&form.place)? })
}

fn plugin(form: PluginForm, kinds: &Kinds) -> Read<PluginEntry> {
    Ok(PluginEntry {
        id: named(&form.id, PluginId::parse)?,
        version: version(&form.version)?,
        tier: Tier::find(&form.tier).ok_or_else(|| format!("tier `{}`", form.tier))?,
        place: place(&form.place)?,
        publisher: form.publisher.map(vouched).transpose()?,
        trust: form.trust.map(vouched).transpose()?,
        artifact: form.artifact.map(|artifact| Artifact {
            path: artifact.path,
            sha256: artifact.sha256,
            imports: artifact.imports,
        }),
        depends: form.depends.iter().map(|id| named(id, PluginId::parse)).collect::<Read<_>>()?,
        claims: all(form.claims, |form| claim(form, kinds))?,
        granted: all(form.granted, |form| granted(form, kinds))?,
        pending: all(form.pending, |form| pending(form, kinds))?,
        mounts: all(form.mounts, mount)?,
        interfaces: form.interfaces,
        compat: all(form.compat, compat)?,
        withheld: all(form.withheld, withheld)?,
        quotas: quotas(&form.quotas)?,
        config: form.config,
        hot_reload: form.hot_reload,
        recovery: form.recovery.map(recovered).transpose()?,
    })
}

fn recovered(form: RecoveryForm) -> Read<Recovery> {
    let place = place(&form.place)?;
    recovery::read(form, place)
}

fn granted(form: GrantedForm, kinds: &Kinds) -> Read<Granted> {
    let kind = kind(&form.capability, kinds)?;
    Ok(Granted { kind, set: set(kind, &form.set)?, why: why(&form.why)? })
}

fn why(form: &WhyForm) -> Read<Why> {
    let (claims, grants) = (places(&form.claims)?, places(&form.grants)?);
    Ok(Why { claims, grants, rules: places(&form.rules)?, accepts: places(&form.accepts)? })
}

fn compat(form: CompatForm) -> Read<Compat> {
    Ok(Compat { import: form.import, interface: form.interface, place: place(&form.place)? })
}

fn withheld(form: WithheldForm) -> Read<Withheld> {
    Ok(Withheld { set: set(Kind::InterfaceUse, &form.set)?, place: place(&form.place)? })
}

fn mount(form: MountForm) -> Read<Mount> {
    let known = |right: &&String| ["read", "write", "mkdir"].contains(&right.as_str());
    if let Some(other) = form.rights.iter().chain(&form.parts).find(|right| !known(right)) {
        return Err(format!("right `{other}` of mount `{}`", form.guest));
    }
    let given = |rights: &[String], right: &str| rights.iter().any(|given| given == right);
    let extent = |right: &str| match (given(&form.rights, right), given(&form.parts, right)) {
        (true, true) => Err(format!("right `{right}` of mount `{}`, all and a part of it", form.guest)),
        (true, false) => Ok(Extent::Whole),
        (false, true) => Ok(Extent::Part),
        (false, false) => Ok(Extent::Nothing),
    };
    let (read, write, mkdir) = (extent("read")?, extent("write")?, extent("mkdir")?);
    Ok(Mount { guest: form.guest, folder: form.folder, read, write, mkdir })
}

fn quotas(forms: &std::collections::BTreeMap<String, QuotaForm>) -> Read<Vec<QuotaEntry>> {
    let mut entries = vec![];
    for (key, form) in forms {
        let quota = Quota::find(key).ok_or_else(|| format!("quota `{key}`"))?;
        let value = quota.unit().parse(&form.limit).map_err(|error| format!("quota `{key}`: {error}"))?;
        let place = form.place.as_deref().map(place).transpose()?;
        entries.push(QuotaEntry { quota, value, place });
    }
    entries.sort_by_key(|entry| entry.quota);
    Ok(entries)
}

fn budget(form: BudgetForm) -> Read<BudgetEntry> {
    Ok(BudgetEntry {
        group: form.group.map(|group| named(&group, LocalName::parse)).transpose()?,
        plugins: terms(&form.plugins)?,
        limits: quotas(&form.limits)?,
    })
}

fn claim(form: ClaimForm, kinds: &Kinds) -> Read<ClaimLine> {
    let kind = kind(&form.capability, kinds)?;
    Ok(ClaimLine {
        kind,
        set: set(kind, &form.set)?,
        optional: form.optional,
        reason: form.reason,
        place: place(&form.place)?,
        text: form.text,
    })
}

fn name(form: NameForm) -> Read<NameEntry> {
    let sort = NameSort::ALL.iter().copied().find(|sort| sort.word() == form.sort);
    Ok(NameEntry {
        sort: sort.ok_or_else(|| format!("sort `{}`", form.sort))?,
        name: form.name,
        plugin: named(&form.plugin, PluginId::parse)?,
        local: named(&form.local, LocalName::parse)?,
        alias: form.alias.map(|alias| named(&alias, LocalName::parse)).transpose()?,
        summary: form.summary,
        parameters: all(form.parameters, parameter::read)?,
        conditions: endpoint::read(form.auth, form.rate_limit, &form.middleware)?,
        attached: form.attached.into_iter().map(attached).collect::<Read<_>>()?,
        place: place(&form.place)?,
    })
}

fn attached((key, text): (String, String)) -> Read<(Slot, String)> {
    Slot::find(&key).map(|slot| (slot, text)).ok_or_else(|| format!("attached `{key}`"))
}

fn hook(form: HookForm) -> Read<HookEntry> {
    Ok(HookEntry {
        point: named(&form.point, PointName::parse)?,
        plugin: named(&form.plugin, PluginId::parse)?,
        priority: form.priority,
        detached: form.detached,
        timeout: form.timeout.as_deref().map(timeout).transpose()?,
        retries: form.retries,
        before: ids(&form.before)?,
        after: ids(&form.after)?,
        place: place(&form.place)?,
    })
}

fn timeout(text: &str) -> Read<u64> {
    Unit::Milliseconds.parse(text).map_err(|error| format!("timeout `{text}`: {error}"))
}

fn ids(texts: &[String]) -> Read<Vec<PluginId>> {
    texts.iter().map(|id| named(id, PluginId::parse)).collect()
}

fn rule(form: RuleForm, kinds: &Kinds) -> Read<RuleLine> {
    let kind = kind(&form.capability, kinds)?;
    Ok(RuleLine { kind, set: set(kind, &form.set)?, place: place(&form.place)?, text: form.text })
}

fn grant(form: GrantForm, kinds: &Kinds) -> Read<GrantLine> {
    let kind = kind(&form.capability, kinds)?;
    let effect = Effect::ALL.iter().copied().find(|effect| effect_word(*effect) == form.effect);
    Ok(GrantLine {
        layer: form.layer,
        effect: effect.ok_or_else(|| format!("effect `{}`", form.effect))?,
        plugins: terms(&form.plugins)?,
        who: who(form.who.as_deref())?,
        kind,
        set: set(kind, &form.set)?,
        reason: form.reason,
        place: place(&form.place)?,
        text: form.text,
    })
}

fn who(text: Option<&str>) -> Read<Who> {
    let Some(text) = text else { return Ok(Who::Anyone) };
    Who::parse(text).and_then(Result::ok).ok_or_else(|| format!("subject `{text}`"))
}

fn never(form: NeverForm, kinds: &Kinds) -> Read<NeverLine> {
    let part = |form: PartForm| {
        let kind = kind(&form.capability, kinds)?;
        Ok((kind, set(kind, &form.set)?))
    };
    Ok(NeverLine {
        layer: form.layer,
        plugins: terms(&form.plugins)?,
        who: who(form.who.as_deref())?,
        parts: all(form.parts, part)?,
        place: place(&form.place)?,
        text: form.text,
    })
}

fn pending(form: PendingForm, kinds: &Kinds) -> Read<Pending> {
    let kind = kind(&form.capability, kinds)?;
    Ok(Pending { kind, set: set(kind, &form.set)?, place: place(&form.place)? })
}

fn publisher(form: PublisherForm) -> Read<PublisherLine> {
    let read =
        |digits: String| digest(&format!("sha256:{digits}")).map_err(|error| format!("digest `{digits}`: {}", error.0));
    Ok(PublisherLine {
        layer: form.layer,
        name: named(&form.name, LocalName::parse)?,
        plugins: terms(&form.plugins)?,
        digests: all(form.digests, read)?.into_iter().collect(),
        trust: form.trust.map(vouched).transpose()?,
        place: place(&form.place)?,
        text: form.text,
    })
}

fn vouched(form: VouchedForm) -> Read<Vouched> {
    Ok(Vouched { name: named(&form.name, LocalName::parse)?, place: place(&form.place)? })
}

fn kind(key: &str, kinds: &Kinds) -> Read<Kind> {
    kinds.find(key).ok_or_else(|| format!("capability `{key}`"))
}

fn set(kind: Kind, forms: &[TermForm]) -> Read<CapSet> {
    match kind.domain() {
        DomainKind::Paths | DomainKind::Routes => terms(forms).map(CapSet::Paths),
        DomainKind::Names => terms(forms).map(CapSet::Names),
        DomainKind::Endpoints => terms(forms).map(CapSet::Endpoints),
        DomainKind::Numbers => terms(forms).map(CapSet::Numbers),
        DomainKind::Commands => terms(forms).map(CapSet::Commands),
    }
}

fn terms<D: Domain>(forms: &[TermForm]) -> Read<Set<D>> {
    let pattern = |text: &String| text.parse().map_err(|error| format!("pattern `{text}`: {error}"));
    let patterns = |texts: &[String]| texts.iter().map(pattern).collect::<Read<Sorted<D::Pattern>>>();
    let mut read = vec![];
    for form in forms {
        read.push(match form {
            TermForm::Pattern(text) => (patterns(std::slice::from_ref(text))?, Sorted::new()),
            TermForm::Cut(cut) => (patterns(&cut.within)?, patterns(&cut.except)?),
        });
    }
    Ok(Set::of_terms(read))
}

fn named<T>(text: &str, parse: fn(&str) -> Result<T, NameError>) -> Read<T> {
    parse(text).map_err(|error| format!("name `{text}`: {error}"))
}

fn version(text: &str) -> Read<Version> {
    Version::parse(text).map_err(|error| format!("version `{text}`: {error}"))
}

fn place(text: &str) -> Read<Place> {
    let parts = text.rsplit_once(':').and_then(|(rest, column)| {
        let (path, line) = rest.rsplit_once(':')?;
        Some(Place { path: path.into(), line: line.parse().ok()?, column: column.parse().ok()? })
    });
    parts.ok_or_else(|| format!("place `{text}`"))
}

fn places(texts: &[String]) -> Read<Sorted<Place>> {
    texts.iter().map(|text| place(text)).collect()
}

fn all<F, T>(forms: Vec<F>, read: impl FnMut(F) -> Read<T>) -> Read<Vec<T>> {
    forms.into_iter().map(read).collect()
}
