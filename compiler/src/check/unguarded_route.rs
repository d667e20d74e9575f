//! `unguarded-route`: an endpoint that is for some callers only, and another that answers the same requests and asks less of
//! who calls. Which of the two the host takes is the host's; a caller may get to the second. One that is for a part of the
//! requests of the first alone is an exception that somebody made.

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{Auth, NameSort};

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::NameClaim;

/// How many pairs are compared; the last finding says that there are more.
const MAX_COMPARED: usize = 100_000;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let routes: Vec<Route<'_>> = model.plugins.iter().flat_map(of).collect();
    let guarded = routes.iter().filter_map(|route| Some((route, auth(route)?)));
    let (mut room, mut found) = (MAX_COMPARED, vec![]);
    for (route, auth) in guarded {
        if room < routes.len() {
            let left = |last: &mut Diagnostic| last.notes.push("more endpoints were not compared".to_owned());
            found.last_mut().map(left);
            break;
        }
        room -= routes.len();
        let other = routes.iter().find(|other| asks_less(self::auth(other), auth) && overlaps(route, other));
        found.extend(other.map(|other| report(route, other)));
    }
    found.into_iter().for_each(|found| sink.add(found));
}

/// An endpoint, and the requests that it answers.
struct Route<'m> {
    plugin: &'m Plugin,
    claim: &'m NameClaim,
    said: &'m str,
    set: CapSet,
}

fn of(plugin: &Plugin) -> impl Iterator<Item = Route<'_>> {
    let endpoints = plugin.manifest.names.iter().filter(|name| name.sort == NameSort::Endpoint);
    endpoints.filter_map(move |claim| {
        let said = claim.route.as_ref()?.said();
        Some(Route { plugin, claim, said, set: CapSet::parse(Kind::HttpServe, said).ok()? })
    })
}

fn auth<'m>(route: &Route<'m>) -> Option<&'m Auth> {
    route.claim.conditions.as_deref()?.auth.as_ref()
}

/// Whether there are callers that pass the one and not the other.
fn asks_less(auth: Option<&Auth>, than: &Auth) -> bool {
    let lacks = |auth: &Auth| {
        than.roles.iter().any(|role| !auth.roles.contains(role))
            || than.permissions.iter().any(|permission| !auth.permissions.contains(permission))
    };
    auth.is_none_or(lacks)
}

/// Whether some request of the one may reach the other, and the other is more than an exception to the one.
fn overlaps(route: &Route<'_>, other: &Route<'_>) -> bool {
    !route.set.is_disjoint(&other.set) && (!other.set.is_subset(&route.set) || route.set.is_subset(&other.set))
}

fn report(route: &Route<'_>, other: &Route<'_>) -> Diagnostic {
    let both = route.set.intersect(&other.set);
    let witness = both.witness(Kind::HttpServe).unwrap_or_else(|| route.said.to_owned());
    let whose =
        if route.plugin.id() == other.plugin.id() { String::new() } else { format!(" of `{}`", other.plugin.id()) };
    let message = format!("`{witness}` is answered by `{}`{whose} too, which asks less of who calls", other.said);
    let span = |route: &Route<'_>| route.claim.route.as_ref().map_or(route.claim.local.span(), |said| said.span());
    let found = Diagnostic::new(Code::UnguardedRoute, span(route), message).label("for some callers only");
    let found = found.because(span(other), "asks less");
    let found = found.note("which of the two answers is the host's to decide");
    found.help("ask the same of both, or give the second a method or a path of its own")
}
