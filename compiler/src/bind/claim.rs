//! What plugins ask for, as sets. Comes in: a manifest. Goes out: its requests as claims, which they become; those whose patterns
//! cannot be read stay in it.

use std::collections::BTreeSet;

use ambit_schema::capability::{CapSet, Kind, Member};
use ambit_schema::name::PointName;
use ambit_schema::plan::ClaimLine;

use super::{Binder, BoundClaim};
use crate::manifest::{Claim, Manifest, Request};

impl Binder<'_> {
    /// Requests become claims. Those that cannot stay what they are.
    pub(super) fn claims(&mut self, manifest: &mut Manifest, points: &BTreeSet<&PointName>) -> Vec<BoundClaim> {
        let requests = std::mem::take(&mut manifest.requests);
        let id = manifest.id.said().as_str();
        let mut claims = Vec::with_capacity(requests.len());
        for request in requests {
            let set = match &request.target {
                Some(target) => self.set(request.kind, target.spanned(), id),
                None => Some(CapSet::everything(request.kind)),
            };
            match set {
                Some(set) => claims.push(self.claim(request, set)),
                None => manifest.requests.push(request),
            }
        }
        self.hooks(manifest, points, &mut claims);
        claims.sort_by_key(|claim| (claim.line.kind, claim.span));
        claims
    }

    #[inline]
    fn claim(&self, request: Request, set: CapSet) -> BoundClaim {
        let Request { kind, target, optional, reason, mount, span } = request;
        let (place, text) = self.place(span);
        let said = |claim: Claim<String>| claim.into_spanned().value;
        let stands = reason.as_ref().map(Claim::span);
        // An empty reason is none.
        let reason = reason.map(said).filter(|reason| !reason.trim().is_empty());
        BoundClaim {
            line: ClaimLine { kind, set, optional, reason, place, text },
            span,
            target: target.map(said),
            mount: mount.map(said),
            reason: stands,
        }
    }

    /// Where hook points take a right, a plugin that names one asks for it, unless it says more of that request by itself.
    fn hooks(&self, manifest: &Manifest, points: &BTreeSet<&PointName>, claims: &mut Vec<BoundClaim>) {
        let kind = Kind::HookAttach;
        for hook in manifest.hooks.iter().filter(|hook| points.contains(hook.point.said())) {
            let (text, span) = (hook.point.said().as_str(), hook.point.span());
            let (Ok(set), Ok(name)) = (CapSet::parse(kind, text), Member::parse(kind, text)) else { continue };
            if claims.iter().any(|claim| claim.line.kind == kind && claim.line.set.contains(&name)) {
                continue;
            }
            let (place, line) = self.place(span);
            let line = ClaimLine { kind, set, optional: false, reason: None, place, text: line };
            claims.push(BoundClaim { line, span, target: Some(text.to_owned()), mount: None, reason: None });
        }
    }
}
