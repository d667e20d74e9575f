//! The door to files: `wasi:filesystem`. Comes in: an operation on a path below a folder the plugin holds. The gate is asked
//! with the path of the machine, as the grants write it; then the library does it, opening every path beneath the pinned
//! folder, so that no link leads out; where a right covers a part of the folder only, name by name, so that no link is followed.
//! What lies under no mount is asked for as well, and refused with a reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use ambit_schema::capability::Kind;
use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::{Descriptor, Dir, WasiFilesystemCtx, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::filesystem::{preopens, types};
use wasmtime_wasi::p2::{FsError, FsResult};

use super::paths::{Walk, absolute, below, walk};
use super::traffic::Change;
use super::{Denied, Reason};
use crate::tier::wasm::state::PluginState;

mod ask;
mod calls;
mod disk;
mod exact;
mod growth;
mod nested;
mod reach;

pub(crate) use disk::{Disk, OpenFiles};
pub(crate) use growth::Growth;
pub(in crate::door) use growth::Short;
pub(crate) use nested::{Nested, nest};

/// A folder as a plugin sees it, opened once when the plugin is loaded: what the plan named then is what it holds for life,
/// wherever the name leads later.
#[derive(Clone)]
pub(crate) struct OpenMount {
    /// The path that the plugin uses.
    pub(crate) guest: String,
    /// What is behind it.
    pub(crate) place: MountPlace,
    /// The folder. The library refuses changes in it by itself when no right of the plugin could change it.
    pub(crate) folder: Dir,
    /// The mounts inside it.
    pub(crate) inner: Nested,
    /// The rights that cover a part of it.
    pub(crate) parts: Vec<Kind>,
}

/// What is behind a mount, and so what the gate is asked.
#[derive(Debug, Clone)]
pub(crate) enum MountPlace {
    /// A folder of the machine, as the plan writes it.
    Folder(String),
    /// The plugin's own temporary folder.
    Private,
    /// Nothing. Whatever a plugin looks for that lies in no mount, it looks for here.
    Nowhere,
}

/// What one instance knows of files.
pub(crate) struct Files {
    /// The library's part.
    pub(crate) library: WasiFilesystemCtx,
    /// The folders of the plugin.
    pub(crate) mounts: Arc<[OpenMount]>,
    /// The descriptors by which mounts inside others are reached, by their places among the mounts.
    inner: BTreeMap<usize, u32>,
    /// The descriptors of the ends of an operation, where they are reached name by name.
    ends: [Option<u32>; 2],
    /// The folders that are listed in part, by the streams of their entries.
    listings: BTreeMap<u32, exact::Listing>,
    /// Where each open descriptor came from.
    pub(crate) origins: BTreeMap<u32, Origin>,
    /// How many of those the plugin opened itself.
    pub(crate) opened: usize,
    /// What its files take.
    disk: Arc<Disk>,
}

/// Where a descriptor came from.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    mount: usize,
    inside: String,
    /// Whether it is a mount itself, which the plugin did not open.
    given: bool,
    /// Which file it is, when it is one.
    inode: Option<disk::Inode>,
}

/// What an operation is about.
enum Target {
    /// This path of the machine, inside a mount.
    Folder(String),
    /// Something in the temporary folder.
    Private,
    /// What the guest calls so, and no mount has.
    Nowhere(String),
    /// A path that starts in a mount and leads out of it, to what the guest calls so.
    Escape(String),
}

impl Files {
    pub(crate) fn new(library: WasiFilesystemCtx, mounts: Arc<[OpenMount]>, disk: Arc<Disk>) -> Self {
        let (inner, origins, listings) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Files { library, mounts, inner, ends: [None; 2], listings, origins, opened: 0, disk }
    }

    fn note_open(&mut self, descriptor: u32, origin: Origin) {
        self.opened += usize::from(!origin.given);
        self.origins.insert(descriptor, origin);
    }

    fn note_closed(&mut self, descriptor: u32) {
        let opened = self.origins.remove(&descriptor).is_some_and(|origin| !origin.given);
        self.opened -= usize::from(opened);
    }

    fn target(&self, descriptor: u32, path: &str) -> FsResult<Target> {
        // No file has such a name, so no right could cover it.
        if path.contains('\0') {
            return Err(types::ErrorCode::IllegalByteSequence.into());
        }
        let origin = self.origins.get(&descriptor).ok_or(types::ErrorCode::BadDescriptor)?;
        let mount = self.mounts.get(origin.mount).ok_or(types::ErrorCode::BadDescriptor)?;
        let walk = walk(&mount.guest, &origin.inside, path);
        Ok(match (&mount.place, walk) {
            (MountPlace::Nowhere, Walk::Inside(inside)) => Target::Nowhere(absolute(&inside)),
            (MountPlace::Nowhere, Walk::Outside(path)) => Target::Nowhere(path),
            (_, Walk::Outside(path)) => Target::Escape(path),
            (MountPlace::Private, Walk::Inside(_)) => Target::Private,
            (MountPlace::Folder(folder), Walk::Inside(inside)) => Target::Folder(below(folder, &inside)),
        })
    }

    fn inside(&self, descriptor: u32, path: &str) -> Option<Origin> {
        let origin = self.origins.get(&descriptor)?;
        let mount = self.mounts.get(origin.mount)?;
        match walk(&mount.guest, &origin.inside, path) {
            Walk::Inside(inside) => Some(Origin { mount: origin.mount, inside, given: false, inode: None }),
            Walk::Outside(_) => None,
        }
    }
}

/// Whether asking is recorded when the answer is yes.
#[derive(Clone, Copy)]
enum Ask {
    First,
    Again,
}

impl PluginState {
    /// The path of the machine that an operation is about, when it is one.
    fn place(&self, from: u32, path: &str) -> Option<String> {
        match self.files.target(from, path) {
            Ok(Target::Folder(path)) => Some(path),
            Ok(Target::Private | Target::Nowhere(_) | Target::Escape(_)) | Err(_) => None,
        }
    }

    /// Notes what was done to a path, if it was.
    fn changed<T>(&mut self, result: FsResult<T>, from: u32, path: &str, what: Change) -> FsResult<T> {
        if result.is_ok()
            && let Some(place) = self.place(from, path)
        {
            self.traffic.note_change(&place, what);
        }
        result
    }

    fn library(&mut self) -> WasiFilesystemCtxView<'_> {
        WasiFilesystemCtxView { ctx: &mut self.files.library, table: &mut self.table }
    }

    /// Asks for an operation on a path. The guest hears of a refusal as a missing permission.
    fn ask_path(&mut self, kind: Kind, descriptor: u32, path: &str, operation: &'static str) -> FsResult<()> {
        self.ask_target(kind, descriptor, path, operation, Ask::First)
    }

    /// Asks for an operation on what is open already: recorded only if refused.
    fn ask_open(&mut self, kind: Kind, descriptor: u32, operation: &'static str) -> FsResult<()> {
        self.ask_target(kind, descriptor, "", operation, Ask::Again)
    }

    fn ask_target(&mut self, kind: Kind, from: u32, path: &str, operation: &'static str, ask: Ask) -> FsResult<()> {
        let gate = &mut self.gate;
        let answer = match (self.files.target(from, path)?, ask) {
            (Target::Folder(path), Ask::First) => gate.ask(kind, &path, operation),
            (Target::Folder(path), Ask::Again) => gate.ask_again(kind, &path, operation),
            (Target::Private, Ask::First) => gate.ask(Kind::FsTemp, "private", operation),
            (Target::Private, Ask::Again) => gate.ask_again(Kind::FsTemp, "private", operation),
            (Target::Nowhere(path), _) if gate.holds(kind, &path) => {
                Err(gate.refuse(kind, &path, operation, Reason::SeenElsewhere))
            }
            (Target::Nowhere(path), _) => {
                let help = gate.help(kind, &path);
                Err(gate.refuse(kind, &path, operation, Reason::NotGranted(help)))
            }
            (Target::Escape(path), _) => {
                gate.refuse(kind, &path, operation, Reason::LeavesFolder);
                return Err(types::ErrorCode::NotPermitted.into());
            }
        };
        answer.map_err(denied)
    }

    /// Passes a result on. A path that the gate allowed and the sandbox did not led out over a link: that is recorded too.
    fn watch<T>(
        &mut self,
        result: FsResult<T>,
        kind: Kind,
        from: u32,
        path: &str,
        operation: &'static str,
    ) -> FsResult<T> {
        let escaped = |error: &FsError| matches!(error.downcast_ref(), Some(types::ErrorCode::NotPermitted));
        if result.as_ref().is_err_and(escaped)
            && let Ok(target) = self.files.target(from, path)
        {
            let (kind, target) = match &target {
                Target::Private => (Kind::FsTemp, path),
                Target::Folder(target) | Target::Nowhere(target) | Target::Escape(target) => (kind, target.as_str()),
            };
            self.gate.refuse(kind, target, operation, Reason::LeavesFolder);
        }
        result
    }

    /// Refuses to make a link that leads out. The plugin could not follow it, but whoever comes later could.
    fn refuse_link_out(&mut self, from: u32, path: &str, target: &str) -> FsResult<()> {
        let beside = path.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder);
        let led = if target.starts_with('/') { target.to_owned() } else { format!("./{beside}/{target}") };
        match self.files.target(from, &led)? {
            Target::Escape(out) => Err(denied(self.gate.refuse(Kind::FsWrite, &out, "link", Reason::LeavesFolder))),
            Target::Folder(_) | Target::Private | Target::Nowhere(_) => Ok(()),
        }
    }

    /// Refuses what is neither file nor folder: opening a pipe could block for ever, and a device is no data.
    fn refuse_special(&mut self, from: u32, path: &str, found: types::DescriptorType) -> FsResult<()> {
        use types::DescriptorType::{Directory, RegularFile, SymbolicLink};
        if matches!(found, Directory | RegularFile | SymbolicLink) {
            return Ok(());
        }
        let target = match self.files.target(from, path)? {
            Target::Folder(target) => target,
            _ => path.to_owned(),
        };
        Err(denied(self.gate.refuse(Kind::FsRead, &target, "open", Reason::SpecialFile)))
    }
}

fn denied(_: Denied) -> FsError {
    types::ErrorCode::Access.into()
}

impl preopens::Host for PluginState {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let mounts = Arc::clone(&self.files.mounts);
        let mut given = Vec::with_capacity(mounts.len());
        for (mount, open) in mounts.iter().enumerate() {
            let descriptor = self.table.push(Descriptor::Dir(open.folder.clone()))?;
            self.files.note_open(descriptor.rep(), Origin { mount, inside: String::new(), given: true, inode: None });
            given.push((descriptor, open.guest.clone()));
        }
        Ok(given)
    }
}
