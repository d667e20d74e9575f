//! Lines of the grants, and what must never be, as sets. Comes in: a model that knows its plugins. Goes out: its lines. A line
//! about a folder that each plugin has for itself is a line of its own for each plugin that it is for.

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{GrantLine, HOST_LAYER, NeverLine, Who};
use ambit_schema::set::{Names, Set};

use super::{Binder, BoundClaim, BoundNever, Located, Model, Places, Plugin};
use crate::diag::Sink;
use crate::grant::{Grants, Line, Never, Part, Subject};
use crate::profile::{Folders, Profile};

/// Binds every line of the layers and the profile's assertions.
pub fn lines(model: &mut Model<'_>, folders: &Folders, profile: Option<&Profile>, sink: &mut Sink) {
    let layers = model.layers;
    let grants: Vec<_> = layers.iter().flat_map(|layer| layer.lines.iter().map(move |line| (layer, line))).collect();
    let some = |lines: &[(&Grants, &Line)]| {
        let mut sink = Sink::default();
        let mut binder = Binder::new(model.sources, folders, &mut sink);
        let mut bound = Vec::with_capacity(lines.len());
        let mut places = Places::of(&model.plugins);
        lines.iter().for_each(|(layer, line)| binder.grant(layer, line, (model, &mut places), &mut bound));
        (bound, sink)
    };
    let grants = sink.gather(model.cores.stretches(&grants, some));
    let mut binder = Binder::new(model.sources, folders, sink);
    let host = profile.into_iter().flat_map(|profile| profile.statements.nevers.iter().map(|it| (HOST_LAYER, it)));
    let nevers =
        layers.iter().flat_map(|layer| layer.statements.nevers.iter().map(move |never| (layer.layer.as_str(), never)));
    let nevers: Vec<_> = host.chain(nevers).flat_map(|(layer, never)| binder.never(layer, never, model)).collect();
    (model.grants, model.nevers) = (grants, nevers);
}

impl Binder<'_> {
    fn grant(
        &mut self,
        layer: &Grants,
        line: &Line,
        (model, places): (&Model<'_>, &mut Places<'_>),
        lines: &mut Vec<Located<GrantLine>>,
    ) {
        let subject = &line.subject;
        // Most are for one plugin, whoever it is.
        let only = subject.ids.as_text().filter(|_| subject.who == Who::Anyone);
        let plugin = only.and_then(|id| places.find(id)).map(|at| &model.plugins[at]);
        if let Some(set) = plugin.and_then(|plugin| asked(plugin, line)) {
            lines.push(self.located(layer, line, subject.ids.clone(), set));
            return;
        }
        let is_of_each = self.folders.is_of_each(&line.target.value);
        let mut one = |plugins: Set<Names>, id: &str| {
            let set = self.set(line.kind, &line.target, id)?;
            lines.push(self.located(layer, line, plugins, set));
            Some(())
        };
        if !is_of_each {
            one(subject.ids.clone(), "");
        } else if only.is_some() {
            plugin.and_then(|plugin| one(subject.ids.clone(), plugin.id()));
        } else {
            let mut each = about(subject, true, line.effect.gives(), model).into_iter();
            each.try_for_each(|(plugins, id)| one(plugins, &id));
        }
    }

    fn located(&self, layer: &Grants, line: &Line, plugins: Set<Names>, set: CapSet) -> Located<GrantLine> {
        let (place, text) = self.place(line.target.span);
        let (layer, who) = (layer.layer.clone(), line.subject.who.clone());
        let (effect, kind, reason) = (line.effect, line.kind, line.reason.clone());
        let made = GrantLine { layer, effect, plugins, who, kind, set, reason, place, text };
        Located { line: made, span: line.target.span, block: line.block }
    }

    fn never(&mut self, layer: &str, never: &Never, model: &Model<'_>) -> Vec<BoundNever> {
        let targets = || never.parts.iter().flat_map(|part| &part.targets);
        let templated = targets().any(|target| self.folders.is_of_each(&target.value));
        let mut nevers = vec![];
        for (plugins, id) in about(&never.subject, templated, false, model) {
            let parts: Option<Vec<_>> = never.parts.iter().map(|part| self.part(part, &id)).collect();
            let Some(parts) = parts else { break };
            let (place, text) = self.place(never.span);
            let who: Who = never.subject.who.clone();
            let line = NeverLine { layer: layer.to_owned(), plugins, who, parts, place, text };
            let spans = never.parts.iter().filter_map(|part| part.targets.first()).map(|target| target.span).collect();
            nevers.push(BoundNever { line, spans });
        }
        nevers
    }

    /// Any of the targets of a part.
    fn part(&mut self, part: &Part, plugin: &str) -> Option<(Kind, CapSet)> {
        let mut sets = vec![];
        for target in &part.targets {
            sets.push(self.set(part.kind, target, plugin)?);
        }
        (!sets.is_empty()).then(|| (part.kind, CapSet::union_all(part.kind, &sets)))
    }
}

/// The set of a line about one plugin, where the plugin asks for it in the same words: in the same folders they mean the same.
fn asked(plugin: &Plugin, line: &Line) -> Option<CapSet> {
    let is_it = |claim: &&BoundClaim| claim.line.kind == line.kind && claim.target.as_ref() == Some(&line.target.value);
    plugin.claims.iter().find(is_it).map(|claim| claim.line.set.clone())
}

/// The ids that a line is for, with what `${plugin.id}` is in each; a line that is the same in all is one line.
fn about(subject: &Subject, templated: bool, gives: bool, model: &Model<'_>) -> Vec<(Set<Names>, String)> {
    if !templated {
        return vec![(subject.ids.clone(), String::new())];
    }
    let exact = subject.ids.as_member().map(|id| model.plugins.binary_search_by(|plugin| plugin.id().cmp(id.text())));
    let plugins = match exact {
        Some(Ok(at)) => model.plugins.get(at..=at).unwrap_or_default(),
        Some(Err(_)) => &[],
        None => &model.plugins,
    };
    let for_it = |plugin: &&Plugin| {
        let named = plugin.name().is_some_and(|name| subject.ids.contains(name));
        named && model.publishers.covers(&subject.who, &plugin.identity, gives)
    };
    let one = |plugin: &Plugin| Some((Set::one(plugin.name()?.text().parse().ok()?), plugin.id().to_owned()));
    let mut each: Vec<_> = plugins.iter().filter(for_it).filter_map(one).collect();
    // Plugins with one id, which stand beside each other and are an error, have one line.
    each.dedup_by(|(_, a), (_, b)| a == b);
    each
}
