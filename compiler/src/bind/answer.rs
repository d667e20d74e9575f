//! What people answered, as lines of the grants in a layer of its own. Comes in: texts of answers and a model that knows its
//! plugins. Goes out: a line for each answer that holds, about exactly the file that is there; and what an update keeps.

use ambit_schema::capability::Kinds;
use ambit_schema::plan::{CONSENT_LAYER, Effect, GrantLine, Who};
use ambit_schema::set::Set;

use super::{Located, Model, Plugin, place};
use crate::consent::{Answer, Answers, Standing, standing};
use crate::diag::{Code, Diagnostic, Sink};

/// Adds the lines. Each text is judged by itself: an answer for this run does not outdate those that are kept.
/// One that names a kind that the host no longer has gives nothing, and is no reason to stop.
pub fn answers(model: &mut Model<'_>, kinds: &Kinds, texts: &[Answers], sink: &mut Sink) {
    let mut lines = vec![];
    for plugin in &model.plugins {
        for text in texts {
            lines.extend(about(model, plugin, (kinds, text), sink));
        }
    }
    lines.sort_by(|a, b| a.line.place.cmp(&b.line.place));
    model.grants.extend(lines);
}

fn about(
    model: &Model<'_>,
    plugin: &Plugin,
    (kinds, text): (&Kinds, &Answers),
    sink: &mut Sink,
) -> Vec<Located<GrantLine>> {
    // Without a file there is nothing that anybody could have said yes to.
    let Some(digest) = &plugin.identity.digest else { return vec![] };
    let applied = standing(&text.answers, plugin.id(), plugin.manifest.version.said(), digest);
    let line = |answer| line(model, kinds, digest, answer, &applied.standing, sink);
    applied.answers.into_iter().filter_map(line).collect()
}

fn line(
    model: &Model<'_>,
    kinds: &Kinds,
    digest: &str,
    answer: &Answer,
    standing: &Standing,
    sink: &mut Sink,
) -> Option<Located<GrantLine>> {
    let (span, kind) = (answer.span?, kinds.find(&answer.capability)?);
    let set = answer.covers(kind).map_err(|error| {
        let message = format!("no target of `{kind}`: {}", error.message);
        sink.add(Diagnostic::new(Code::BadPattern, span, message).help(error.help));
    });
    let set = set.ok()?;
    let (at, _) = place(model.sources, span);
    let said = if answer.yes { "yes" } else { "no" };
    let when = match standing {
        Standing::Update(before) if answer.yes => format!(", to {} {before} that this updates", answer.plugin),
        _ => String::new(),
    };
    let line = GrantLine {
        layer: CONSENT_LAYER.to_owned(),
        effect: if answer.yes { Effect::Consent } else { Effect::Decline },
        plugins: Set::one(answer.plugin.as_str().parse().ok()?),
        who: if answer.yes { Who::Digest(digest.to_owned()) } else { Who::Anyone },
        kind,
        text: format!("{said} to `{kind} {}`{when}", set.show(kind)),
        set,
        reason: None,
        place: at,
    };
    Some(Located { line, span, block: span })
}
