//! Mounts of a plugin. INVARIANT (mounts): a mount says exactly how much of its folder each right covers, without the folders in it
//! that have mounts of their own, and each of those is seen in it.

use super::{SealError, unfounded};
use crate::capability::CapSet;
use crate::plan::{Extent, Mount, PluginEntry};
use crate::set::paths::{Path, PathPattern};

/// Checks every mount.
pub(super) fn check(plugin: &PluginEntry) -> Result<(), SealError> {
    for mount in &plugin.mounts {
        let inner = || plugin.mounts.iter().filter_map(|other| Some((other, mount.guest_of(&other.folder)?)));
        if let Some((other, _)) = inner().find(|(other, guest)| other.guest != *guest) {
            return Err(SealError::Dangling(format!("mount `{}` in `{}`", other.guest, mount.guest)));
        }
        if inner().next().is_none() && is_plainly(plugin, mount) {
            continue;
        }
        let own = whole(mount)?;
        let inner: Vec<CapSet> = inner().map(|(other, _)| whole(other)).collect::<Result<_, SealError>>()?;
        for kind in Mount::KINDS {
            let right = plugin.granted(kind).map(|right| &right.set);
            if Extent::of(right, &own, || CapSet::union_all(kind, &inner)) != mount.extent(kind) {
                return Err(unfounded(plugin, kind, &own));
            }
        }
    }
    Ok(())
}

/// Whether a mount without others in it is plainly as it must be: its folder is all of some right, and each right is a folder that is
/// this one, has this one in it, or lies apart from it. `false` proves nothing.
fn is_plainly(plugin: &PluginEntry, mount: &Mount) -> bool {
    let rights = Mount::KINDS.map(|kind| plugin.granted(kind).map(|right| right.set.whole_folder()));
    let mut folders = rights.iter().flatten().flatten();
    let Some(own) = folders.find(|folder| folder.is_folder(&mount.folder)) else { return false };
    let extent = |right: Option<Option<&PathPattern>>| match right {
        None => Some(Extent::Nothing),
        Some(right) => Extent::of_folder(own, right?),
    };
    Mount::KINDS.into_iter().zip(rights).all(|(kind, right)| extent(right) == Some(mount.extent(kind)))
}

/// All of the folder of a mount.
fn whole(mount: &Mount) -> Result<CapSet, SealError> {
    let folder = Path::parse(&mount.folder);
    folder.map(|it| Mount::whole(&it)).map_err(|_| SealError::Dangling(format!("mount `{}`", mount.guest)))
}
