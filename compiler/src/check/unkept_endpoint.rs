//! `unkept-endpoint`: an endpoint that wants of its host what the host does not do.

use ambit_schema::plan::{Condition, NameSort};

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::NameClaim;
use crate::profile::Profile;

pub(super) fn check(profile: &Profile, _: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    let names = plugins.iter().flat_map(|plugin| &plugin.manifest.names);
    names.filter(|name| name.sort == NameSort::Endpoint).for_each(|name| endpoint(profile, name, sink));
}

fn endpoint(profile: &Profile, name: &NameClaim, sink: &mut Sink) {
    let Some(route) = &name.route else { return };
    let kept = |condition: &Condition| profile.endpoints.as_ref().is_some_and(|line| line.value.contains(condition));
    let unkept = |condition: &Condition| name.wants(*condition) && !kept(condition);
    let missing: Vec<Condition> = Condition::ALL.into_iter().filter(unkept).collect();
    if missing.is_empty() {
        return;
    }
    let words = listed(&missing, "`", " and ");
    let message = format!("the host `{}` does not keep {words} of `{}`", profile.name.value, route.said());
    let found = Diagnostic::new(Code::UnkeptEndpoint, route.span(), message);
    let found = match &profile.endpoints {
        Some(line) => found.because(line.span, "what it keeps"),
        None => found,
    };
    let whole: Vec<Condition> = Condition::ALL.into_iter().filter(|one| kept(one) || missing.contains(one)).collect();
    let line = format!("endpoints {}", listed(&whole, "\"", " "));
    let found = found.note("a limit that nobody keeps would only look like one");
    sink.add(found.help(format!("leave it out, or where the host does keep it write `{line}` in its profile")));
}

fn listed(conditions: &[Condition], quote: &str, between: &str) -> String {
    let words: Vec<String> = conditions.iter().map(|one| format!("{quote}{}{quote}", one.key())).collect();
    words.join(between)
}
