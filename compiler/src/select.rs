//! Which version of each plugin. Comes in: manifests, of which several may have one id; the index; the profile's way of
//! choosing; the pins of the grants. Goes out: the manifests of the versions that were chosen. Where none can be, a diagnostic
//! says why, and the highest go on, for the findings of later stages. Deliberately absent: getting what is not here.

use std::collections::BTreeMap;

use ambit_schema::cores::Cores;
use semver::Version;

use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::{Grants, Pin};
use crate::index::Index;
use crate::manifest::{Manifest, Manifests};
use crate::profile::{Profile, Resolution};

mod explain;
mod facts;
mod fit;
mod pins;
mod pool;
mod settle;
mod solve;

/// The manifests by id, upwards by version.
type ById<'m> = BTreeMap<&'m str, Vec<&'m Manifest>>;

/// Which version of each plugin is taken, as the place of its manifest among those of its id.
type Taken<'m> = BTreeMap<&'m str, usize>;

/// Chooses. Without a profile there is nothing to choose for, and every manifest goes on.
#[must_use]
pub fn select(
    profile: Option<&Profile>,
    index: &Index,
    grants: &[Grants],
    manifests: Manifests,
    cores: Cores,
    sink: &mut Sink,
) -> Manifests {
    let Some(profile) = profile else { return manifests };
    let sorted = sorted(&manifests);
    if is_settled(index, grants, &sorted) {
        fit::check(profile, index, &sorted, cores, sink);
        return manifests;
    }
    let by_id = by_id(&sorted);
    let pins = pins::of(grants, &by_id, index, sink);
    let is_plain = index.is_empty() && by_id.values().all(|versions| same_version(versions));
    let taken = match profile.resolution {
        Resolution::Latest | Resolution::Manual if !is_plain => settle::settle(profile, index, &pins, &by_id, sink),
        _ => strict(profile, index, &pins, &by_id, sink),
    };
    if index.is_empty() && taken.as_ref().is_some_and(|taken| taken.len() == manifests.len()) {
        // One of each, and every one is taken.
        return manifests;
    }
    let (taken, is_settled) = match taken {
        Some(taken) => (taken, true),
        None => (settle::highest(&by_id), false),
    };
    let mut chosen: BTreeMap<&str, &Version> = BTreeMap::new();
    for (id, versions) in &by_id {
        let one = taken.get(id).and_then(|at| versions.get(*at)).copied();
        if let Some(one) = one {
            if is_settled {
                told(index, one, versions, pins.get(id).copied(), sink);
            }
            chosen.insert(id, one.version.said());
        }
    }
    let is_chosen = |manifest: &Manifest| {
        let version = chosen.get(manifest.id.said().as_str());
        version.is_some_and(|version| version.cmp_precedence(manifest.version.said()).is_eq())
    };
    let stays: Vec<bool> = manifests.iter().map(|manifest| is_chosen(manifest)).collect();
    if stays.iter().all(|stays| *stays) {
        return manifests;
    }
    manifests.into_iter().zip(stays).filter_map(|(manifest, stays)| stays.then_some(manifest)).collect()
}

/// Whether there is nothing to choose: each plugin is here once, and nothing else is known of or pinned.
fn is_settled(index: &Index, grants: &[Grants], sorted: &[&Manifest]) -> bool {
    let is_alone = |pair: &[&Manifest]| pair[0].id.said() != pair[1].id.said();
    index.is_empty() && grants.iter().all(|layer| layer.pins.is_empty()) && sorted.windows(2).all(is_alone)
}

/// By id, upwards by version.
fn sorted(manifests: &[Box<Manifest>]) -> Vec<&Manifest> {
    let mut all: Vec<&Manifest> = manifests.iter().map(Box::as_ref).collect();
    all.sort_by(|a, b| {
        let by_version = || a.version.said().cmp_precedence(b.version.said()).then(a.id.span().cmp(&b.id.span()));
        a.id.said().cmp(b.id.said()).then_with(by_version)
    });
    all
}

fn by_id<'m>(sorted: &[&'m Manifest]) -> ById<'m> {
    let same = sorted.chunk_by(|a, b| a.id.said() == b.id.said());
    same.map(|versions| (versions[0].id.said().as_str(), versions.to_vec())).collect()
}

/// Whether manifests of one id are all of one version.
fn same_version(versions: &[&Manifest]) -> bool {
    versions.windows(2).all(|pair| pair[0].version.said().cmp_precedence(pair[1].version.said()).is_eq())
}

/// One version of each is here, or pinned; then its ranges are asked. Nothing, where it is not said which to take.
fn strict<'m>(
    profile: &Profile,
    index: &Index,
    pins: &BTreeMap<&str, &Pin>,
    by_id: &ById<'m>,
    sink: &mut Sink,
) -> Option<Taken<'m>> {
    let mut is_settled = true;
    let mut take = |(id, versions): (&&'m str, &Vec<&'m Manifest>)| {
        let pinned = pins.get(id).and_then(|pin| {
            versions.iter().position(|one| one.version.said().cmp_precedence(&pin.version.value).is_eq())
        });
        if pinned.is_none() && !same_version(versions) {
            sink.add(several(id, versions));
            is_settled = false;
        }
        (*id, pinned.unwrap_or(versions.len() - 1))
    };
    let taken: Taken<'m> = by_id.iter().map(&mut take).collect();
    let one = |(id, at): (&&str, &usize)| by_id.get(id).and_then(|versions| versions.get(*at)).copied();
    let manifests: Vec<&Manifest> = taken.iter().filter_map(one).collect();
    fit::check(profile, index, &manifests, Cores::ONE, sink);
    is_settled.then_some(taken)
}

fn several(id: &str, versions: &[&Manifest]) -> Diagnostic {
    let (last, others) = versions.split_last().map_or((versions[0], &[][..]), |(last, others)| (*last, others));
    let message = format!("{} versions of `{id}` are here, and nothing says which to take", versions.len());
    let found = Diagnostic::new(Code::SeveralVersions, last.version.span(), message);
    let found = others.iter().fold(found, |found, other| found.because(other.version.span(), "another version"));
    found
        .help(format!("pin one in the grants, as in `pin \"{id}\" \"{}\"`, or remove the others", last.version.said()))
        .note("with `resolution \"latest\"` in the host profile, the highest that fit together are taken")
}

/// Tells what stays out of the plan, and warns of what was taken back.
fn told(index: &Index, one: &Manifest, versions: &[&Manifest], pin: Option<&Pin>, sink: &mut Sink) {
    let (id, version) = (one.id.said(), one.version.said());
    for other in versions.iter().filter(|other| !other.version.said().cmp_precedence(version).is_eq()) {
        let message = format!("`{id}` {} stays out of the plan: {version} is taken", other.version.said());
        let found = Diagnostic::new(Code::NotChosen, other.version.span(), message);
        sink.add(match pin {
            Some(pin) => found.because(pin.version.span, "pinned here"),
            None => found.because(one.version.span(), "the version that is taken"),
        });
    }
    if let Some(release) = index.release(id.as_str(), version).filter(|release| release.yanked) {
        let message = format!("`{id}` {version} was taken back by its author");
        let found = Diagnostic::new(Code::YankedVersion, one.version.span(), message);
        let found = found.because(release.version.span, "the index says so");
        let better = index.releases(id.as_str()).iter().rev().find(|release| !release.yanked);
        sink.add(match better {
            Some(better) => found.help(format!("install {}, the highest version that was not", better.version.value)),
            None => found.help("look for another plugin that does the same: every version of it was"),
        });
    }
}
