//! Folders with rights of their own inside folders. Comes in: a descriptor and a path below it. Goes out: the same, or where the
//! path leads into such a folder that folder and the rest of the path. So each operation is done beneath a folder for all of
//! which the right that was asked for holds, and no link in it leads to where it does not.

use ambit_schema::capability::Kind;
use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::FsResult;

use super::{Files, MountPlace, OpenMount, Origin, denied};
use crate::door::Reason;
use crate::door::paths::{Walk, walk};
use crate::tier::wasm::state::PluginState;

/// The mounts whose folders lie in the one of a mount, deepest first: the path to each, and its place among the mounts.
pub(crate) type Nested = Vec<(String, usize)>;

/// Finds for each mount those inside it.
pub(crate) fn nest(mounts: &mut [OpenMount]) {
    let folder = |mount: &OpenMount| match &mount.place {
        MountPlace::Folder(folder) => Some(folder.trim_end_matches('/').to_owned()),
        MountPlace::Private | MountPlace::Nowhere => None,
    };
    let folders: Vec<Option<String>> = mounts.iter().map(folder).collect();
    for (mount, own) in mounts.iter_mut().zip(&folders) {
        let Some(own) = own else { continue };
        let inside = |(at, other): (usize, &Option<String>)| {
            let below = other.as_ref()?.strip_prefix(own.as_str())?.strip_prefix('/')?;
            (!below.is_empty()).then(|| (below.to_owned(), at))
        };
        mount.inner = folders.iter().enumerate().filter_map(inside).collect();
        mount.inner.sort_by_key(|(below, _)| std::cmp::Reverse(below.len()));
    }
}

impl Files {
    /// The mount that a path leads into from another, and what is left of the path there.
    fn entered(&self, descriptor: u32, path: &str) -> Option<(usize, String)> {
        let origin = self.origins.get(&descriptor)?;
        let mount = self.mounts.get(origin.mount).filter(|mount| !mount.inner.is_empty())?;
        let Walk::Inside(inside) = walk(&mount.guest, &origin.inside, path) else { return None };
        let enters = |(below, at): &(String, usize)| {
            let rest = inside.strip_prefix(below.as_str())?;
            let rest = if rest.is_empty() { "." } else { rest.strip_prefix('/')? };
            let end = if path.ends_with('/') { "/" } else { "" };
            Some((*at, format!("{rest}{end}")))
        };
        mount.inner.iter().find_map(enters)
    }

    /// Whether a folder with rights of its own lies somewhere below a path.
    fn holds_others(&self, descriptor: u32, path: &str) -> bool {
        let Some(origin) = self.origins.get(&descriptor) else { return false };
        let Some(mount) = self.mounts.get(origin.mount) else { return false };
        let Walk::Inside(inside) = walk(&mount.guest, &origin.inside, path) else { return false };
        let is_above = |(below, _): &(String, usize)| {
            inside.is_empty() || below.strip_prefix(inside.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        mount.inner.iter().any(is_above)
    }
}

impl PluginState {
    /// What an operation on a path is really done to.
    pub(super) fn routed(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
    ) -> FsResult<(Resource<Descriptor>, String)> {
        let Some((mount, rest)) = self.files.entered(fd.rep(), &path) else { return Ok((fd, path)) };
        if let Some(known) = self.files.inner.get(&mount) {
            return Ok((Resource::new_borrow(*known), rest));
        }
        let Some(open) = self.files.mounts.get(mount) else { return Ok((fd, path)) };
        let folder = Descriptor::Dir(open.folder.clone());
        let descriptor = self.table.push(folder)?.rep();
        self.files.note_open(descriptor, Origin { mount, inside: String::new(), given: true, inode: None });
        self.files.inner.insert(mount, descriptor);
        Ok((Resource::new_borrow(descriptor), rest))
    }

    /// Refuses to move a folder from around one that has rights of its own: that one is held by its place.
    pub(super) fn refuse_around(&mut self, from: u32, path: &str) -> FsResult<()> {
        match self.files.holds_others(from, path) {
            true => Err(denied(self.gate.refuse(Kind::FsWrite, path, "rename", Reason::HoldsOthers))),
            false => Ok(()),
        }
    }
}
