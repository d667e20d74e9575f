//! `recovery`: what becomes of a plugin whose calls fail, as its manifest wants it and as a host profile bounds it. Goes out: a
//! [`RecoveryClaim`]. Deliberately absent: which of the two decides; see `resolve`.

use ambit_schema::limits::Unit;
use ambit_schema::name::PluginId;
use ambit_schema::plan::{Growth, MAX_RESTARTS, MAX_WINDOW};

use super::Claim;
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Field, Spanned, did_you_mean, expect_block, fields, integer, name, quantity, read_fields, text};
use crate::source::Span;
use crate::syntax::Node;

/// What is said of recovery. What is not said is [`None`].
#[derive(Debug, Clone)]
pub struct RecoveryClaim {
    /// Where.
    pub place: Span,
    /// Whether it is not to be started again at all, and the text that says so.
    pub disable: Option<Span>,
    /// How often it is started again within a window.
    pub restarts: Option<Claim<u32>>,
    /// How long a failure counts, in milliseconds.
    pub window: Option<Claim<u64>>,
    /// How long it rests after the first failure, in milliseconds.
    pub pause: Option<Claim<u64>>,
    /// How the pause grows.
    pub growth: Option<Growth>,
    /// Who is meant to be called once it is disabled.
    pub fallback: Option<Claim<PluginId>>,
}

/// THE TABLE of its fields in a manifest.
pub(crate) const RECOVERY: &[Field<RecoveryClaim>] = fields! {
    "strategy" Once "`restart` (without it), or `disable`: it is not started again after it failed once"
        strategy;
    "maxRetries" Once "how often it is started again within `window`: 0 to 100; 3 if not said. One failure more disables it"
        |to, node, sink| to.restarts = restarts(node, sink);
    "window" Once "how long a failure counts, as in `10 min` (if not said): at most `24 h`"
        |to, node, sink| to.window = window(node, sink);
    "backoff" Once "how long it rests after the first failure in a window, as in `100 ms` (if not said): at most `window`"
        |to, node, sink| to.pause = time(node, sink);
    "backoffStrategy" Once "`exponential` (without it), or `linear`: how the rest grows with each further failure in the window"
        growth;
    "fallbackPlugin" Once "the id of the plugin that is meant to be called once this one is disabled; it has its commands and tools"
        |to, node, sink| to.fallback = text(node, sink).and_then(|id| name(&id, "a plugin's id", PluginId::parse, sink)).map(Claim::from);
};

/// THE TABLE of its fields in a host profile: what every plugin is held to.
pub(crate) const BOUNDS: &[Field<RecoveryClaim>] = fields! {
    "maxRetries" Once "how often a plugin is started again within `window`, at most: 0 to 100; 3 if not said"
        |to, node, sink| to.restarts = restarts(node, sink);
    "window" Once "how long a failure counts, at least, as in `10 min` (if not said)"
        |to, node, sink| to.window = window(node, sink);
    "backoff" Once "how long a plugin rests after the first failure in a window, at least, as in `100 ms` (if not said)"
        |to, node, sink| to.pause = time(node, sink);
};

/// Reads the block of a manifest or, by the other table, of a profile.
pub(crate) fn recovery(table: &[Field<RecoveryClaim>], node: Node<'_>, sink: &mut Sink) -> RecoveryClaim {
    expect_block(node, "a block with `maxRetries` and the like", sink);
    let (disable, restarts, window, pause, growth, fallback) = (None, None, None, None, None, None);
    let place = node.key_span();
    let mut claim = RecoveryClaim { place, disable, restarts, window, pause, growth, fallback };
    read_fields(node, "`recovery`", table, &mut claim, sink);
    contradictions(&claim, sink);
    claim
}

fn strategy(to: &mut RecoveryClaim, node: Node<'_>, sink: &mut Sink) {
    let Some(word) = text(node, sink) else { return };
    match word.value.as_str() {
        "restart" => {}
        "disable" => to.disable = Some(word.span),
        other => {
            let message = format!("there is no strategy `{}`", other.escape_debug());
            let found = Diagnostic::new(Code::WrongType, word.span, message);
            let note = match other {
                "retry" => "a call is not made twice: whoever calls knows whether it may be; hooks have `retries`",
                "ignore" => {
                    "a plugin without `recovery` is started again whenever it is called, unless the host bounds it"
                }
                "fallback" => "name the one that stands in as `fallbackPlugin`; it is called once this one is disabled",
                _ => return sink.add(did_you_mean(found, word.span, other, ["restart", "disable"].into_iter())),
            };
            sink.add(found.help("write `restart` or `disable`").note(note));
        }
    }
}

fn growth(to: &mut RecoveryClaim, node: Node<'_>, sink: &mut Sink) {
    let Some(word) = text(node, sink) else { return };
    to.growth = Growth::find(&word.value);
    if to.growth.is_none() {
        let message = format!("a rest does not grow by `{}`", word.value.escape_debug());
        let found = Diagnostic::new(Code::WrongType, word.span, message);
        sink.add(did_you_mean(found, word.span, &word.value, Growth::ALL.into_iter().map(Growth::key)));
    }
}

fn restarts(node: Node<'_>, sink: &mut Sink) -> Option<Claim<u32>> {
    let written = integer(node, sink)?;
    let restarts = u32::try_from(written.value).ok().filter(|restarts| *restarts <= MAX_RESTARTS);
    if restarts.is_none() {
        let message = format!("a plugin is started again 0 to {MAX_RESTARTS} times, not {}", written.value);
        let found = Diagnostic::new(Code::BadQuantity, written.span, message);
        sink.add(found.help(format!("write at most `{MAX_RESTARTS}`")));
    }
    restarts.map(|restarts| Spanned::new(restarts, written.span).into())
}

fn window(node: Node<'_>, sink: &mut Sink) -> Option<Claim<u64>> {
    let window = time(node, sink)?;
    if *window.said() == 0 {
        let found = Diagnostic::new(Code::BadQuantity, window.span(), "a window of no time counts no failure");
        sink.add(found.help("write a time such as `10 min`"));
        return None;
    }
    Some(window)
}

fn time(node: Node<'_>, sink: &mut Sink) -> Option<Claim<u64>> {
    let written = quantity(node, Unit::Milliseconds, None, sink)?;
    if written.value > MAX_WINDOW {
        let longest = Unit::Milliseconds.show(MAX_WINDOW);
        let message = format!("`{}` is longer than `{longest}`", Unit::Milliseconds.show(written.value));
        let found = Diagnostic::new(Code::BadQuantity, written.span, message);
        sink.add(found.help(format!("write at most `{longest}`")));
        return None;
    }
    Some(written.into())
}

/// What one line says and another takes back.
fn contradictions(claim: &RecoveryClaim, sink: &mut Sink) {
    if let Some(disable) = claim.disable {
        let restarts = claim.restarts.as_ref().filter(|restarts| *restarts.said() > 0).map(Claim::span);
        if let Some(span) = restarts.or(claim.pause.as_ref().map(Claim::span)) {
            let message = "a plugin that is not started again has neither retries nor rests";
            let found = Diagnostic::new(Code::BadRecovery, span, message).because(disable, "it is disabled at once");
            sink.add(found.help("leave this out, or write `restart`"));
        }
    }
    if let (Some(window), Some(pause)) = (&claim.window, &claim.pause)
        && pause.said() > window.said()
    {
        let message = "a plugin would rest for longer than its failures count";
        let found = Diagnostic::new(Code::BadRecovery, pause.span(), message);
        sink.add(found.because(window.span(), "so long they count").help("write at most the `window`"));
    }
}
