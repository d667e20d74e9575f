//! A lock and a plan become findings. Comes in: the lines of the lock, and the plan. Goes out: a finding for each line that is no
//! longer so: at the line, or, for what no line is about, where the texts have it. That the plan as a whole is another is told
//! only where no line says more.

use std::collections::BTreeMap;

use ambit_schema::plan::{Place, Plan};
use ambit_schema::wire;

use super::fact::{Fact, Key, Part, resolved};
use super::read::{Kept, Lock};
use super::{Now, files};
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::Environment;
use crate::source::{FileId, Sources, Span};

const MEANT: &str = "look at what it changes with `plugin-check diff HEAD:./ .`; if it is meant, write the lock again with `plugin-check lock`";

/// Tells everything that drifted.
pub(super) fn compare(sources: &Sources, lock: &Lock, now: Now<'_>, sink: &mut Sink) {
    let (facts, plan) = match now {
        Now::Plan(plan, _) => (resolved(plan), Some(plan)),
        Now::Files(texts, artifacts) => (files::facts(sources, texts, lock, artifacts), None),
    };
    let drift = Drift { lock, plan, places: Places::new(sources) };
    let before = sink.len();
    let is_known = |key: &&Key| match key {
        Key::Plan(_) => false,
        Key::Text(_) | Key::Plugin(_, Part::Artifact) => true,
        Key::Host | Key::Plugin(..) => plan.is_some(),
    };
    for (key, kept) in lock.facts.iter().filter(|(key, _)| is_known(key)) {
        let found = match facts.get(key) {
            Some(fact) if *fact == kept.fact => None,
            Some(fact) => Some(drift.changed(key, kept, fact)),
            None => drift.gone(key, kept, facts.contains_key(&Key::Plugin(key.plugin().to_owned(), Part::Itself))),
        };
        sink_add(found, sink);
    }
    for (key, fact) in facts.iter().filter(|(key, _)| !lock.facts.contains_key(key)) {
        sink_add(drift.added(key, fact), sink);
    }
    if let (Now::Plan(plan, environment), true) = (now, sink.len() == before) {
        sink_add(drift.whole(plan, environment), sink);
    }
}

fn sink_add(found: Option<Diagnostic>, sink: &mut Sink) {
    if let Some(found) = found {
        sink.add(if found.help.is_none() { found.help(MEANT) } else { found });
    }
}

struct Drift<'d> {
    lock: &'d Lock,
    /// `None`: there is none, and only texts and files are compared.
    plan: Option<&'d Plan>,
    places: Places<'d>,
}

impl<'d> Drift<'d> {
    /// A line that says something else than what is.
    fn changed(&self, key: &Key, kept: &Kept, now: &Fact) -> Diagnostic {
        let (was, is) = (&kept.fact, now);
        let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let (old, new) = (said(&was.value), said(&is.value));
        let at = |code, message: String| Diagnostic::new(code, kept.value, message).label("locked here");
        match key {
            Key::Host => {
                let message = format!("the host is `{}` {new}, and `{}` {old} is locked", is.name, was.name);
                self.because(
                    at(Code::ChangedHost, message),
                    self.plan.map(|plan| &plan.content().host.place),
                    "it is this one now",
                )
            }
            Key::Text(path) => at(Code::ChangedText, format!("`{path}` is not the text that is locked"))
                .note(format!("it is `{new}` now")),
            Key::Plugin(id, Part::Itself) => {
                let message = format!("`{id}` has version {new}, and {old} is locked");
                self.because(at(Code::ChangedVersion, message), self.manifest(id), "this manifest is taken now")
            }
            Key::Plugin(id, Part::Artifact) if was.name != is.name => {
                let message = format!("`{id}` runs `{}`, and `{}` is locked", is.name, was.name);
                let found = Diagnostic::new(Code::SwappedArtifact, kept.subject, message).label("locked here");
                found.note(hashed(is))
            }
            Key::Plugin(id, Part::Artifact) => {
                let message = format!("`{id}` runs another file than the one that is locked: `{}`", is.name);
                let found = at(Code::SwappedArtifact, message).note(hashed(is));
                found.help(format!("if nobody meant to change this file, put the old one back; otherwise {MEANT}"))
            }
            Key::Plugin(id, Part::Interface { name, asked }) => {
                let asked = asked.as_ref().map(|asked| format!(" for {asked}")).unwrap_or_default();
                let message = format!("`{id}` is linked to `{name}` {new}{asked}, and {old} is locked");
                at(Code::ChangedInterface, message)
            }
            // Compared as a whole.
            Key::Plan(_) => at(Code::ChangedPlan, "another plan is locked".to_owned()),
        }
    }

    /// A line about what is no longer there. What belongs to a plugin goes with it.
    fn gone(&self, key: &Key, kept: &Kept, has_plugin: bool) -> Option<Diagnostic> {
        let (code, message) = match key {
            Key::Text(path) => (Code::ChangedText, format!("`{path}` is locked, and is no text of this host any more")),
            Key::Plugin(id, Part::Itself) => {
                let version = kept.fact.value.as_deref().unwrap_or("without a version");
                (Code::LostPlugin, format!("`{id}` {version} is locked, and is not in the plan"))
            }
            Key::Plugin(..) if !has_plugin => return None,
            Key::Plugin(id, Part::Artifact) => {
                (Code::SwappedArtifact, format!("`{id}` runs nothing any more, and `{}` is locked", kept.fact.name))
            }
            Key::Plugin(id, Part::Interface { name, .. }) => {
                (Code::ChangedInterface, format!("`{id}` is no longer linked to `{name}`, and that is locked"))
            }
            Key::Host | Key::Plan(_) => return None,
        };
        Some(Diagnostic::new(code, kept.subject, message).label("locked here"))
    }

    /// What no line is about.
    fn added(&self, key: &Key, now: &Fact) -> Option<Diagnostic> {
        let head = self.lock.head;
        let own = |id: &String| self.lock.facts.get(&Key::Plugin(id.clone(), Part::Itself)).map(|kept| kept.subject);
        let value = now.value.as_deref().unwrap_or("without a version");
        Some(match key {
            Key::Host => {
                let message = format!("the host is `{}` {value}, and no host is locked", now.name);
                Diagnostic::new(Code::ChangedHost, head, message)
            }
            Key::Text(path) => {
                let place = self.places.file(path).map_or(head, |file| Span::new(file, 0, 0));
                let found = Diagnostic::new(Code::ChangedText, place, format!("`{path}` is not locked"));
                found.because(head, "no line of the lock is about it")
            }
            Key::Plugin(id, Part::Itself) => {
                let place = self.manifest(id).and_then(|place| self.places.span(place)).unwrap_or(head);
                let found = Diagnostic::new(Code::UnlockedPlugin, place, format!("`{id}` {value} is not locked"));
                found.because(head, "no line of the lock is about it")
            }
            Key::Plugin(id, Part::Artifact) => {
                let message = format!("`{id}` runs `{}`, and no file of it is locked", now.name);
                Diagnostic::new(Code::SwappedArtifact, own(id)?, message).label("locked without one")
            }
            Key::Plugin(id, Part::Interface { name, .. }) => {
                let message = format!("`{id}` is linked to `{name}` {value}, and that is not locked");
                Diagnostic::new(Code::ChangedInterface, own(id)?, message).label("locked without it")
            }
            Key::Plan(_) => return None,
        })
    }

    /// Every line that says more is as it was.
    fn whole(&self, plan: &Plan, environment: Option<Environment>) -> Option<Diagnostic> {
        let hash = wire::hash(plan);
        let of = |environment| self.lock.facts.get(&Key::Plan(environment));
        let kept = environment.and_then(|one| of(Some(one))).or_else(|| of(None));
        if kept.is_some_and(|kept| kept.fact.value.as_ref() == Some(&hash)) {
            return None;
        }
        let whose = environment.map(|one| format!(" for `{}`", one.key())).unwrap_or_default();
        let place = kept.map_or(self.lock.head, |kept| kept.value);
        let message = format!("the plan{whose} is not the one that is locked");
        let found = Diagnostic::new(Code::ChangedPlan, place, message).note(format!("it is `{hash}` now"));
        Some(found.note("every other line is as it was: a file with a configuration is another, or the lock was made by another version of this tool"))
    }

    fn manifest(&self, id: &str) -> Option<&'d Place> {
        self.plan?.plugin(id).map(|plugin| &plugin.place)
    }

    fn because(&self, found: Diagnostic, place: Option<&Place>, says: &str) -> Diagnostic {
        match place.and_then(|place| self.places.span(place)) {
            Some(span) => found.because(span, says),
            None => found,
        }
    }
}

fn hashed(file: &Fact) -> String {
    let hash = file.value.as_ref().map(|hash| format!("its hash is `{hash}` now"));
    hash.unwrap_or_else(|| "it has no hash now: no such file can be read".to_owned())
}

/// The texts by path, to find again what a plan names by line and column.
pub(super) struct Places<'s> {
    sources: &'s Sources,
    files: BTreeMap<&'s str, FileId>,
}

impl<'s> Places<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Places { sources, files: sources.iter().map(|(file, source)| (source.path(), file)).collect() }
    }

    fn file(&self, path: &str) -> Option<FileId> {
        self.files.get(path).copied()
    }

    /// What stands at a place, to the end of its line.
    pub(super) fn span(&self, place: &Place) -> Option<Span> {
        let file = self.file(&place.path)?;
        let range = self.sources.get(file).rest_of_line(place.line, place.column);
        Some(Span::new(file, range.start, range.end))
    }
}

impl Key {
    /// The plugin that it is about; empty where it is about none.
    fn plugin(&self) -> &str {
        match self {
            Key::Plugin(id, _) => id,
            Key::Host | Key::Plan(_) | Key::Text(_) => "",
        }
    }
}
