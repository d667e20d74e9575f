//! `unknown-recipient`: a plugin that needs to send messages to one that is not there. Requests that are optional, or that name
//! many by a pattern, may wait for a plugin that comes later.

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::set::names::Name;

use crate::bind::{BoundClaim, Model};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::NearNames;
use crate::profile::Profile;

/// What messages to the host are addressed to.
const HOST: &str = "host";

pub(super) fn check(profile: &Profile, model: &Model<'_>, sink: &mut Sink) {
    let claims = model.plugins.iter().flat_map(|plugin| &plugin.claims);
    let mut known = NearNames::new(model.plugins.iter().map(|plugin| plugin.id()).chain([HOST]));
    for claim in claims.filter(|claim| claim.line.kind == Kind::MessageSend && !claim.line.optional) {
        let Some(id) = recipient(claim) else { continue };
        let is_host = id.text() == HOST || id.text() == profile.name.value.as_str();
        if !is_host && model.plugin(id.text()).is_none() {
            let message = format!("there is no plugin `{}` to send messages to", id.text());
            let found = Diagnostic::new(Code::UnknownRecipient, claim.span, message);
            let found = found.note("the right is there, and nobody hears what is sent");
            let found = known.did_you_mean(found, claim.span, id.text());
            // The place is the whole request, which is no place for a name.
            sink.add(Diagnostic { fix: None, ..found });
        }
    }
}

/// The one plugin that a request names.
fn recipient(claim: &BoundClaim) -> Option<Name> {
    if let CapSet::Names(set) = &claim.line.set { set.as_member() } else { None }
}
