//! The folders that a plugin sees. Comes in: its rights to files. Goes out: a mount for each folder that they are about, which says
//! whether a right covers all of it or a part; a folder inside another with more rights is a mount of its own, and the deepest
//! mount decides. One folder in two places is an error: whoever reads the plan could not say which of them holds.

use std::collections::BTreeMap;

use ambit_schema::capability::{CapSet, Enforcement, Tier};
use ambit_schema::plan::{Extent, Granted, Mount};
use ambit_schema::set::paths::{Path, PathPattern};
use ambit_schema::set::{Domain, Paths, Relation};

use crate::bind::{BoundClaim, Plugin};
use crate::diag::{Code, Diagnostic, Sink};

/// The mounts, by guest path. A set whose folders cannot be worked out has none; `unenforceable` reports it.
pub(super) fn resolve(plugin: &Plugin, granted: &[Granted], sink: &mut Sink) -> Vec<Mount> {
    if plugin.tier() != Tier::Wasm {
        return vec![];
    }
    let is_named = file_claims(plugin).any(|claim| claim.mount.is_some());
    let apart = if is_named { None } else { apart(granted) };
    apart.unwrap_or_else(|| in_full(plugin, granted, sink))
}

fn in_full(plugin: &Plugin, granted: &[Granted], sink: &mut Sink) -> Vec<Mount> {
    let rights = granted.iter().filter(|right| Mount::KINDS.contains(&right.kind));
    let mut folders: Vec<Path> = rights.filter_map(|right| right.set.folders()).flatten().collect();
    folders.sort_unstable();
    folders.dedup();
    let folders = with_rights_of_their_own(folders, granted);
    let inner = |at: usize| {
        let folder = &folders[at].0;
        let below = folders[at + 1..].iter().map(|(other, _)| other);
        let below = below.take_while(|other| other.is_in(folder) || other.root() == folder.root());
        below.filter(|other| other.is_in(folder)).map(Mount::whole).collect::<Vec<CapSet>>()
    };
    let mut is_nested = false;
    let mut mounts: Vec<(&Path, Mount)> = Vec::with_capacity(folders.len());
    for (at, (folder, own)) in folders.iter().enumerate() {
        let inner = inner(at);
        is_nested |= !inner.is_empty();
        let own = if inner.is_empty() { *own } else { extents(folder, granted, &inner) };
        let text = folder.text();
        let guest = guest(plugin, folder, sink).unwrap_or_else(|| own_guest(&text).to_owned());
        mounts.push((folder, mount(guest, text, own)));
    }
    if is_nested {
        astray(plugin, &mounts, sink);
    }
    let mut mounts: Vec<Mount> = mounts.into_iter().map(|(_, mount)| mount).collect();
    mounts.sort();
    mounts.windows(2).filter(|pair| pair[0].guest == pair[1].guest).for_each(|pair| clash(plugin, &pair[1], sink));
    mounts.dedup_by(|a, b| a.guest == b.guest);
    mounts
}

/// The mounts of rights that are a whole folder each, none of which is in another, and each seen as it is called: what most plugins
/// have. Nothing for rights that need a closer look.
fn apart(granted: &[Granted]) -> Option<Vec<Mount>> {
    let mut of_kinds: [Option<&PathPattern>; 3] = [None; 3];
    for (own, kind) in of_kinds.iter_mut().zip(Mount::KINDS) {
        if let Some(right) = granted.iter().find(|right| right.kind == kind) {
            *own = Some(right.set.whole_folder()?);
        }
    }
    let mut mounts = Vec::with_capacity(of_kinds.iter().flatten().count());
    for (place, folder) in of_kinds.iter().enumerate().filter_map(|(place, folder)| Some((place, (*folder)?))) {
        let mut extents = [Extent::Nothing; 3];
        for (extent, other) in extents.iter_mut().zip(of_kinds).filter_map(|(extent, other)| Some((extent, other?))) {
            *extent = match Paths::compare(folder, other) {
                Relation::Equal => Extent::Whole,
                Relation::Disjoint => Extent::Nothing,
                Relation::Within | Relation::Covers | Relation::Unknown => return None,
            };
        }
        // A folder of several rights is one mount.
        if extents[..place].iter().all(|extent| !extent.is_some()) {
            let text = folder.folder_text()?;
            mounts.push(mount(own_guest(&text).to_owned(), text, extents));
        }
    }
    mounts.sort();
    Some(mounts)
}

/// The folders without those in which every right covers as much as in the one around, and how much of each rights cover.
fn with_rights_of_their_own(folders: Vec<Path>, granted: &[Granted]) -> Vec<(Path, [Extent; 3])> {
    let mut kept: Vec<(Path, [Extent; 3])> = vec![];
    for folder in folders {
        let own = extents(&folder, granted, &[]);
        if around(&kept, &folder) != Some(own) {
            kept.push((folder, own));
        }
    }
    kept
}

/// How much rights cover of the deepest of these folders that another is in. They are in order, so of those around it the
/// deepest is the last.
fn around(kept: &[(Path, [Extent; 3])], folder: &Path) -> Option<[Extent; 3]> {
    const FEW: usize = 16;
    if kept.len() <= FEW {
        return kept.iter().rfind(|(other, _)| folder.is_in(other)).map(|(_, own)| *own);
    }
    let find = |above: Path| kept.binary_search_by(|(other, _)| other.cmp(&above)).ok();
    std::iter::successors(folder.parent(), Path::parent).find_map(find).map(|at| kept[at].1)
}

/// How much of a folder each right covers, in the order of [`Mount::KINDS`].
fn extents(folder: &Path, granted: &[Granted], inner: &[CapSet]) -> [Extent; 3] {
    let whole = Mount::whole(folder);
    Mount::KINDS.map(|kind| {
        let right = granted.iter().find(|right| right.kind == kind).map(|right| &right.set);
        Extent::of(right, &whole, || CapSet::union_all(kind, inner))
    })
}

fn mount(guest: String, folder: String, [read, write, mkdir]: [Extent; 3]) -> Mount {
    Mount { guest, folder, read, write, mkdir }
}

/// The path that the plugin asked to see the folder under. `None`: it is seen as it is called.
fn guest(plugin: &Plugin, folder: &Path, sink: &mut Sink) -> Option<String> {
    let named: Vec<(&BoundClaim, String)> =
        file_claims(plugin).filter_map(|claim| named_guest(claim, folder).map(|guest| (claim, guest))).collect();
    if let Some((claim, other)) = named.iter().find(|(_, guest)| *guest != named[0].1) {
        let message = format!("`{folder}` is asked for as `{}` and as `{other}`", named[0].1);
        let found = Diagnostic::new(Code::OverlappingFolders, claim.span, message).because(named[0].0.span, "and here");
        sink.add(found.help("use one `as` for one folder"));
    }
    named.into_iter().next().map(|(_, guest)| guest)
}

fn own_guest(folder: &str) -> &str {
    match folder.strip_prefix("./") {
        Some("") => ".",
        Some(rest) => rest,
        None => folder,
    }
}

/// The guest path of `folder` under a claim that has an `as`: the claim's own folder, or the one around it, may be higher up.
fn named_guest(claim: &BoundClaim, folder: &Path) -> Option<String> {
    let named = claim.mount.as_ref()?.trim_end_matches('/');
    let tops = Enforcement::Paths.around(&claim.line.set)?.whole_folders()?;
    let top = tops.into_iter().find(|top| folder.is_in(top))?;
    let below = folder.to_string();
    let below = below.strip_prefix(&top.to_string()).unwrap_or_default().trim_start_matches('/');
    Some(if below.is_empty() { named.to_owned() } else { format!("{named}/{below}") })
}

fn file_claims(plugin: &Plugin) -> impl Iterator<Item = &BoundClaim> {
    plugin.claims.iter().filter(|claim| Mount::KINDS.contains(&claim.line.kind))
}

/// A folder inside another is seen there, or it would be one folder in two places with different rights.
fn astray(plugin: &Plugin, mounts: &[(&Path, Mount)], sink: &mut Sink) {
    let seen: BTreeMap<&Path, &Mount> = mounts.iter().map(|(folder, mount)| (*folder, mount)).collect();
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
            claims.find(|claim| claim.line.set.is_subset(&Mount::whole(folder))).map(|claim| claim.span)
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

#[cfg(test)]
mod tests {
    use ambit_schema::capability::{CapSet, Kinds};
    use ambit_schema::cores::Cores;
    use ambit_schema::plan::{Granted, Mount, Why};
    use ambit_schema::set::Sorted;

    use super::{apart, in_full};
    use crate::bind::{Plugin, bind};
    use crate::diag::Sink;
    use crate::profile::Folders;
    use crate::source::Sources;

    /// One that names no folder.
    fn plugin() -> Plugin {
        let (mut sources, mut sink) = (Sources::default(), Sink::default());
        let file = sources.add("plugin.kdl", b"id \"x\"\nversion \"1.0.0\"\n");
        let tree = crate::syntax::parse(&sources, file, &mut sink);
        let manifests = crate::manifest::lower(&tree, &Kinds::default(), &mut sink).into_iter().map(Box::new).collect();
        bind(&sources, &Folders::assumed(), None, &[], manifests, Cores::ONE, &mut sink).plugins.remove(0)
    }

    #[test]
    fn folders_that_lie_apart_are_mounted_as_all_are() {
        let texts = ["", "/a/", "/a/b/", "/ab/", "./a/", "./", "/", "**", "/a/*.txt", "/a\\*b/", "/c"];
        let right = |(kind, text): (_, &str)| {
            let none = Sorted::new;
            let why = Why { claims: none(), grants: none(), rules: none(), accepts: none() };
            (!text.is_empty()).then(|| Granted { kind, set: CapSet::parse(kind, text).unwrap(), why })
        };
        let (plugin, mut quick) = (plugin(), 0);
        for at in 0..texts.len().pow(3) {
            let said = [at, at / texts.len(), at / texts.len().pow(2)].map(|at| texts[at % texts.len()]);
            let granted: Vec<Granted> = Mount::KINDS.into_iter().zip(said).filter_map(right).collect();
            if let Some(mounts) = apart(&granted) {
                let mut sink = Sink::default();
                assert_eq!(mounts, in_full(&plugin, &granted, &mut sink), "{said:?}");
                assert!(sink.is_empty(), "{said:?}");
                quick += 1;
            }
        }
        assert!(quick > 200, "{quick}");
    }
}
