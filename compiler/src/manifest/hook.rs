//! `hooks`: the hook points that a plugin wants to stand on, and in which order among others. Goes out: a [`HookClaim`] for
//! each. Deliberately absent: the order itself; see `resolve`.

use ambit_schema::limits::Unit;
use ambit_schema::name::{PluginId, PointName};

use super::{Claim, HookClaim};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{
    Field, Spanned, boolean, did_you_mean, expect_block, fields, integer, make_room, name, named, quantity,
    read_fields, texts_once,
};
use crate::source::Span;
use crate::syntax::Node;

/// How often a hook that failed may be tried again.
const MOST_RETRIES: i64 = 10;

/// Words for priorities, highest first.
const WORDS: [(&str, i64); 5] = [("critical", 1000), ("high", 500), ("normal", 100), ("low", 50), ("cleanup", 10)];

#[derive(Default)]
pub(crate) struct Hook {
    priority: Option<Spanned<i64>>,
    detached: Option<Spanned<bool>>,
    timeout: Option<Spanned<u64>>,
    retries: Option<u8>,
    before: Vec<Claim<PluginId>>,
    after: Vec<Claim<PluginId>>,
}

/// THE TABLE of its fields.
pub(crate) const HOOK: &[Field<Hook>] = fields! {
    "priority" Once "higher runs earlier: a number, or `critical` (1000), `high` (500), `normal` (100), `low` (50), `cleanup` (10); `normal` if not said"
        |to, node, sink| to.priority = priority(node, sink);
    "async" Once "whether the host goes on without waiting for it"
        |to, node, sink| to.detached = boolean(node, sink);
    "timeout" Once "how long the host waits for it, as in `250 ms`: at most its quota of `wall`"
        |to, node, sink| to.timeout = timeout(node, sink);
    "retries" Once "how often the host tries again when it fails: 0 to 10; 0 if not said"
        |to, node, sink| to.retries = retries(node, sink);
    "before" Once "ids of plugins that run after it on this hook point"
        |to, node, sink| to.before = neighbours(node, sink);
    "after" Once "ids of plugins that run before it on this hook point"
        |to, node, sink| to.after = neighbours(node, sink);
};

/// A block of hook points, each with what [`HOOK`] says.
pub(super) fn hooks(into: &mut Vec<HookClaim>, node: Node<'_>, sink: &mut Sink) {
    let points = named(node, "a block of hook points", sink);
    make_room(into, node.below().count());
    for (written, body) in points {
        if body.key_span() == written.span {
            expect_block(body, "`priority`, `async` and the like", sink);
        }
        let mut read = Hook::default();
        read_fields(body, "a hook", HOOK, &mut read, sink);
        let point = name(&written, "a hook point", PointName::parse, sink);
        into.extend(point.map(|point| read.claim(point)));
    }
}

impl Hook {
    fn claim(self, point: Spanned<PointName>) -> HookClaim {
        let place: Span = self.priority.as_ref().map_or(point.span, |priority| priority.span);
        HookClaim {
            point: point.into(),
            priority: Spanned::new(self.priority.map_or(100, |priority| priority.value), place).into(),
            detached: self.detached.is_some_and(|detached| detached.value),
            timeout: self.timeout.map(Claim::from),
            retries: self.retries.unwrap_or(0),
            before: self.before,
            after: self.after,
        }
    }
}

fn priority(node: Node<'_>, sink: &mut Sink) -> Option<Spanned<i64>> {
    let Some((word, span)) = node.string() else { return integer(node, sink) };
    let known = WORDS.iter().find(|(known, _)| *known == word);
    if known.is_none() {
        let found = Diagnostic::new(Code::WrongType, span, format!("there is no priority `{word}`"));
        sink.add(did_you_mean(found, span, word, WORDS.iter().map(|(known, _)| *known)));
    }
    known.map(|(_, priority)| Spanned::new(*priority, span))
}

fn retries(node: Node<'_>, sink: &mut Sink) -> Option<u8> {
    let written = integer(node, sink)?;
    let retries = u8::try_from(written.value).ok().filter(|_| (0..=MOST_RETRIES).contains(&written.value));
    if retries.is_none() {
        let message = format!("a hook is tried again 0 to {MOST_RETRIES} times, not {}", written.value);
        let found = Diagnostic::new(Code::BadQuantity, written.span, message);
        sink.add(found.help(format!("write at most `{MOST_RETRIES}`, or mend what fails")));
    }
    retries
}

fn timeout(node: Node<'_>, sink: &mut Sink) -> Option<Spanned<u64>> {
    let written = quantity(node, Unit::Milliseconds, Some("ms"), sink)?;
    if written.value == 0 {
        let found = Diagnostic::new(Code::BadQuantity, written.span, "a hook that nobody waits for has no timeout");
        sink.add(found.help("write a time such as `250 ms`; a host that need not wait is told so by `async`"));
    }
    Some(written).filter(|timeout| timeout.value > 0)
}

fn neighbours(node: Node<'_>, sink: &mut Sink) -> Vec<Claim<PluginId>> {
    let written = texts_once(node, sink);
    written.iter().filter_map(|id| name(id, "a plugin's id", PluginId::parse, sink)).map(Claim::from).collect()
}
