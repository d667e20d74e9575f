//! What is found in a text while it is written. Comes in: what it says alone, and what was found when everything was compiled. Goes
//! out: both, without what the other has said again; and whether a text can be read at all.

use std::sync::Arc;

use ambit_compiler::diag::{Code, Diagnostic, Reach, Severity, Sink};
use ambit_compiler::focus::{Focused, Sort};
use ambit_compiler::source::{FileId, Source, Sources};
use ambit_compiler::syntax;

use super::view::{Role, View};
use crate::suppress;

/// Whether a finding says that its text has no meaning that could be relied on.
pub(super) fn broken(found: &Diagnostic) -> bool {
    let is_unread = matches!(found.code, Code::TooLarge | Code::NotText | Code::EmptyFile | Code::YamlFeature);
    found.code.severity() == Severity::Error && (is_unread || found.code.is_broken_text())
}

impl View {
    /// What a text is for, to whoever judges it alone.
    pub(super) fn sort(&self, file: FileId) -> Option<Sort> {
        let is_unchosen = || self.whole().is_some_and(|whole| whole.is_unchosen(file));
        Some(match self.role(file)? {
            Role::Profile => Sort::Profile,
            Role::Grants => Sort::Grants,
            Role::Manifest if is_unchosen() => Sort::Unchosen,
            Role::Manifest => Sort::Manifest,
            Role::Index => Sort::Index,
        })
    }

    /// Whether a text that one of these was could be read.
    pub(super) fn was_read(&self, file: FileId, before: &Arc<Source>) -> bool {
        let mut sources: Sources = self.sources().clone();
        sources.restore(file, Arc::clone(before));
        let mut sink = Sink::default();
        drop(syntax::parse(&sources, file, &mut sink));
        !sink.finish().iter().any(broken)
    }

    /// What is found in a text now: of rules that it was asked about alone what they found, of others what is known. A text that
    /// cannot be read says nothing of its host: what was found of it when it could stays.
    pub(super) fn merged(&self, file: FileId, focused: Focused) -> Arc<[Diagnostic]> {
        let reach = if focused.found.iter().any(broken) { Reach::Text } else { focused.reach };
        let known = self.found(file).iter().filter(|found| found.code.reach() > reach).cloned();
        let mut fresh = focused.found;
        fresh.retain(|found| found.code.reach() <= reach);
        self.settings.left_out.quiet(self.workspace(), &mut fresh);
        self.settings.levels.apply(&mut fresh);
        self.allow(file, &mut fresh);
        let mut found: Vec<Diagnostic> = known.chain(fresh).collect();
        found.sort_by(|a, b| (a.primary.span, a.code, &a.message).cmp(&(b.primary.span, b.code, &b.message)));
        found.into()
    }

    /// Takes out what comments of a text allow. What is wrong with comments is said when everything is compiled.
    fn allow(&self, file: FileId, found: &mut Vec<Diagnostic>) {
        let of_it: Vec<_> = self.workspace().authors().into_iter().filter(|(known, _)| *known == file).collect();
        drop(suppress::apply(self.sources(), &of_it, found));
        found.retain(|found| !found.code.is_of_comments());
    }
}
