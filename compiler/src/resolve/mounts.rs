//! The folders that a plugin sees. Comes in: its rights to files. Goes out: a mount for each whole folder with the rights
//! that hold for all of it; a folder inside another with more rights is a mount of its own, and the deepest mount decides. One
//! folder in two places is an error: whoever reads the plan could not say which of them holds.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::{CapSet, Enforcement, Kind, Tier};
use ambit_schema::plan::{Granted, Mount};
use ambit_schema::set::Set;
use ambit_schema::set::paths::{Path, PathPattern};

use crate::bind::{BoundClaim, Plugin};
use crate::diag::{Code, Diagnostic, Sink};

const FILE_KINDS: [Kind; 3] = [Kind::FsRead, Kind::FsWrite, Kind::FsMkdir];

/// The mounts, by guest path. A set that is not made of whole folders has none; `unenforceable` reports it.
pub(super) fn resolve(plugin: &Plugin, granted: &[Granted], sink: &mut Sink) -> Vec<Mount> {
    if plugin.tier() != Tier::Wasm {
        return vec![];
    }
    let rights = granted.iter().filter(|right| FILE_KINDS.contains(&right.kind));
    let folders: BTreeSet<Path> = rights.filter_map(|right| right.set.whole_folders()).flatten().collect();
    let mount = |folder: Path, sink: &mut Sink| {
        let mount = mount(plugin, &folder, granted, sink);
        (folder, mount)
    };
    let mounts: Vec<(Path, Mount)> = folders.into_iter().map(|folder| mount(folder, sink)).collect();
    astray(plugin, &mounts, sink);
    let mut mounts: Vec<Mount> = mounts.into_iter().map(|(_, mount)| mount).collect();
    mounts.sort();
    mounts.windows(2).filter(|pair| pair[0].guest == pair[1].guest).for_each(|pair| clash(plugin, &pair[1], sink));
    mounts.dedup_by(|a, b| a.guest == b.guest);
    mounts
}

fn mount(plugin: &Plugin, folder: &Path, granted: &[Granted], sink: &mut Sink) -> Mount {
    let whole = whole(folder);
    let has = |kind: Kind| granted.iter().any(|right| right.kind == kind && whole.is_subset(&right.set));
    let (read, write, mkdir) = (has(Kind::FsRead), has(Kind::FsWrite), has(Kind::FsMkdir));
    Mount { guest: guest(plugin, folder, sink), folder: folder.to_string(), read, write, mkdir }
}

fn whole(folder: &Path) -> CapSet {
    CapSet::Paths(Set::one(PathPattern::subtree(folder)))
}

/// The path that the plugin asked to see the folder under, or the folder's own.
fn guest(plugin: &Plugin, folder: &Path, sink: &mut Sink) -> String {
    let named: Vec<(&BoundClaim, String)> =
        file_claims(plugin).filter_map(|claim| named_guest(claim, folder).map(|guest| (claim, guest))).collect();
    if let Some((claim, other)) = named.iter().find(|(_, guest)| *guest != named[0].1) {
        let message = format!("`{folder}` is asked for as `{}` and as `{other}`", named[0].1);
        let found = Diagnostic::new(Code::OverlappingFolders, claim.span, message).because(named[0].0.span, "and here");
        sink.add(found.help("use one `as` for one folder"));
    }
    let own = folder.to_string();
    let own =
        own.strip_prefix("./").map_or(own.clone(), |rest| if rest.is_empty() { ".".into() } else { rest.to_owned() });
    named.into_iter().next().map_or(own, |(_, guest)| guest)
}

/// The guest path of `folder` under a claim that has an `as`: the claim's own folder, or the one around it, may be higher up.
fn named_guest(claim: &BoundClaim, folder: &Path) -> Option<String> {
    let named = claim.mount.as_ref()?.trim_end_matches('/');
    let tops = Enforcement::WholeFolders.around(&claim.line.set)?.whole_folders()?;
    let top = tops.into_iter().find(|top| whole(folder).is_subset(&whole(top)))?;
    let below = folder.to_string();
    let below = below.strip_prefix(&top.to_string()).unwrap_or_default().trim_start_matches('/');
    Some(if below.is_empty() { named.to_owned() } else { format!("{named}/{below}") })
}

fn file_claims(plugin: &Plugin) -> impl Iterator<Item = &BoundClaim> {
    plugin.claims.iter().filter(|claim| FILE_KINDS.contains(&claim.line.kind))
}

/// A folder inside another is seen there, or it would be one folder in two places with different rights.
fn astray(plugin: &Plugin, mounts: &[(Path, Mount)], sink: &mut Sink) {
    let seen: BTreeMap<&Path, &Mount> = mounts.iter().map(|(folder, mount)| (folder, mount)).collect();
    for (folder, mount) in mounts {
        let mut above = std::iter::successors(folder.parent(), Path::parent);
        let Some((outer, around)) = above.find_map(|above| seen.get_key_value(&above)) else { continue };
        let there = around.guest_of(&mount.folder).unwrap_or_default();
        if there == mount.guest {
            continue;
        }
        let message = format!("`{folder}` would be seen as `{}` and, in `{outer}`, as `{there}`", mount.guest);
        let about = |folder: &Path| {
            let mut claims = file_claims(plugin);
            claims.find(|claim| claim.line.set.is_subset(&whole(folder))).map(|claim| claim.span)
        };
        let found = Diagnostic::new(Code::OverlappingFolders, about(folder).unwrap_or(plugin.span()), message);
        let found = about(outer).map_or(found.clone(), |span| found.because(span, "the folder around it"));
        let found = found.note("it has rights of its own, which hold only where it is seen as itself");
        sink.add(found.help(format!("leave its `as` out, or write `as=\"{there}\"`")));
    }
}

fn clash(plugin: &Plugin, mount: &Mount, sink: &mut Sink) {
    let named =
        |claim: &&BoundClaim| claim.mount.as_deref().map(|guest| guest.trim_end_matches('/')) == Some(&mount.guest);
    let mut claims = file_claims(plugin).filter(named).map(|claim| claim.span);
    let (first, second) = (claims.next(), claims.next());
    let message = format!("two folders would be seen as `{}`", mount.guest);
    let found = Diagnostic::new(Code::OverlappingFolders, second.or(first).unwrap_or(plugin.span()), message);
    let found = second.and(first).map_or(found.clone(), |first| found.because(first, "and here"));
    sink.add(found.help("give each folder an `as` of its own"));
}
