//! Runs the KDL front end over one text. Comes in: a text. Goes out: its tree and the diagnostics in order, after a check
//! that every place in them lies in the text and on character boundaries.

use ambit_compiler::diag::{Diagnostic, Sink};
use ambit_compiler::source::{Sources, Span};
use ambit_compiler::syntax::{Node, Tree, kdl};

pub(crate) struct Case {
    pub(crate) sources: Sources,
    pub(crate) tree: Tree,
    pub(crate) found: Vec<Diagnostic>,
}

pub(crate) fn parse(text: &str) -> Case {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = sources.add("case.kdl", text.as_bytes());
    let tree = kdl::parse(file, sources.get(file).text(), &mut sink);
    let case = Case { sources, tree, found: sink.finish() };
    case.check();
    case
}

impl Case {
    fn check(&self) {
        let text = self.sources.get(self.tree.file()).text();
        let inside = |span: Span| assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
        self.found.iter().flat_map(places).for_each(inside);
        check_below(self.tree.root(), &inside);
    }
}

fn places(found: &Diagnostic) -> impl Iterator<Item = Span> {
    let labels = found.secondary.iter().map(|label| label.span);
    let fixes = found.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
    labels.chain([found.primary.span]).chain(fixes)
}

fn check_below(node: Node<'_>, inside: &impl Fn(Span)) {
    [node.span(), node.key_span(), node.value_span()].into_iter().for_each(inside);
    node.annotation().map(|(_, span)| span).into_iter().for_each(inside);
    node.below().for_each(|below| check_below(below, inside));
}
