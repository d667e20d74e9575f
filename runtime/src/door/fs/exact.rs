//! Folders of which a plugin holds a part. Comes in: an operation on a path that a right of this kind covers, or not. Goes out:
//! where it is really done, reached without links from the folder that was opened at load, so that the path that was asked about
//! is the path that is used. A folder on the way to something that is granted can be opened and listed: it says that it is a
//! folder, and which of its names are granted or lead there, and nothing else.

use std::os::fd::{AsFd, OwnedFd};

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{Extent, Mount};
use ambit_schema::set::paths::Path;
use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::{Descriptor, Dir};
use wasmtime_wasi::p2::bindings::filesystem::types;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{self as sync, PathFlags};
use wasmtime_wasi::p2::{FsError, FsResult};

use super::reach::{Barrier, go, reach};
use super::{Files, Origin, Target, denied};
use crate::door::paths::below;
use crate::door::{Gate, Reason, Subject, Verdict};
use crate::tier::wasm::state::PluginState;

/// Which of the two ends of an operation.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// Of those with one end, that.
    First,
    /// Where a name is given.
    Second,
}

/// Where an operation is done.
pub(super) struct Spot {
    pub(super) fd: Resource<Descriptor>,
    pub(super) path: String,
    /// Whether links are not followed.
    pub(super) is_exact: bool,
}

/// What a plugin is told of something that it looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// What there is to tell.
    Full,
    /// That it is a folder.
    Bare,
}

/// A folder of which a part is listed.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    /// The folder, as the plan writes it.
    folder: String,
}

/// Why there is no spot.
enum Bar {
    Refused(Reason),
    Failed(FsError),
}

impl Spot {
    /// Whether a link at its end is followed, as a plugin wants it.
    pub(super) fn follow(&self, wanted: PathFlags) -> PathFlags {
        if self.is_exact { PathFlags::empty() } else { wanted }
    }
}

impl Files {
    /// Where a path is in its mount, when a right of one of these kinds covers a part of that.
    fn part(&self, descriptor: u32, path: &str, kinds: &[Kind]) -> Option<Origin> {
        let origin = self.inside(descriptor, path)?;
        let mount = self.mounts.get(origin.mount)?;
        mount.parts.iter().any(|part| kinds.contains(part)).then_some(origin)
    }
}

impl PluginState {
    /// Where an operation that takes these rights is done. Asked about already.
    pub(super) fn spot(
        &mut self,
        kinds: &[Kind],
        end: End,
        fd: Resource<Descriptor>,
        path: &str,
        operation: &'static str,
    ) -> FsResult<Spot> {
        let from = fd.rep();
        self.reached(kinds, end, fd, path).map_err(|bar| match bar {
            Bar::Failed(error) => error,
            Bar::Refused(reason) => {
                let kind = kinds.first().copied().unwrap_or(Kind::FsRead);
                self.refuse_at(kind, from, path, operation, reason)
            }
        })
    }

    fn reached(&mut self, kinds: &[Kind], end: End, fd: Resource<Descriptor>, path: &str) -> Result<Spot, Bar> {
        let Some(origin) = self.files.part(fd.rep(), path, kinds) else {
            return Ok(Spot { fd, path: path.to_owned(), is_exact: false });
        };
        let Some(mount) = self.files.mounts.get(origin.mount) else {
            return Err(Bar::Failed(types::ErrorCode::BadDescriptor.into()));
        };
        let reached = reach(mount.folder.dir.as_fd(), &origin.inside, path.ends_with('/'))?;
        let folder = opened(&mount.folder, reached.folder);
        let fd = self.hold(end, folder).map_err(Bar::Failed)?;
        Ok(Spot { fd, path: reached.name, is_exact: true })
    }

    /// The folder that a descriptor stands for: where rights cover a part of its mount, the one that has its name now.
    pub(super) fn spot_of_folder(&mut self, fd: Resource<Descriptor>) -> FsResult<Resource<Descriptor>> {
        let from = fd.rep();
        let Some(origin) = self.files.part(from, "", &[Kind::FsRead]) else { return Ok(fd) };
        let mount = self.files.mounts.get(origin.mount).ok_or(types::ErrorCode::BadDescriptor)?;
        let folder = go(mount.folder.dir.as_fd(), &origin.inside).map(|found| opened(&mount.folder, found));
        match folder.map_err(Bar::from) {
            Ok(folder) => self.hold(End::First, folder),
            Err(Bar::Failed(error)) => Err(error),
            Err(Bar::Refused(reason)) => Err(self.refuse_at(Kind::FsRead, from, "", "list", reason)),
        }
    }

    /// Keeps the folder of one end of an operation in the one entry of the table that there is for it.
    fn hold(&mut self, end: End, folder: Dir) -> FsResult<Resource<Descriptor>> {
        let known = self.files.ends[end as usize];
        let held = match known {
            Some(known) => {
                *self.table.get_mut(&Resource::<Descriptor>::new_borrow(known))? = Descriptor::Dir(folder);
                known
            }
            None => self.table.push(Descriptor::Dir(folder))?.rep(),
        };
        self.files.ends[end as usize] = Some(held);
        Ok(Resource::new_borrow(held))
    }

    pub(super) fn refuse_at(
        &mut self,
        kind: Kind,
        from: u32,
        path: &str,
        operation: &'static str,
        reason: Reason,
    ) -> FsError {
        let place = self.place(from, path).unwrap_or_else(|| path.to_owned());
        denied(self.gate.refuse(kind, &place, operation, reason))
    }

    /// Refuses a link at the end of a path, which would have been followed.
    pub(super) fn refuse_link(
        &mut self,
        (from, path): (u32, &str),
        spot: &Spot,
        kind: Kind,
        operation: &'static str,
    ) -> FsResult<()> {
        let is_link = |state: &mut Self| {
            let found = state.kind_of(spot.fd.rep(), PathFlags::empty(), &spot.path);
            found == Some(types::DescriptorType::SymbolicLink)
        };
        if spot.is_exact && is_link(self) {
            return Err(self.refuse_at(kind, from, path, operation, Reason::OverLink));
        }
        Ok(())
    }

    /// Asks to look at a path, for `fs.read`. A folder on the way to what is granted says that it is one.
    pub(super) fn ask_look(
        &mut self,
        fd: Resource<Descriptor>,
        path: &str,
        operation: &'static str,
    ) -> FsResult<(Look, Spot)> {
        let from = fd.rep();
        if let Some(place) = self.place_on_the_way(from, path)
            && let Ok(spot) = self.reached(&[Kind::FsRead], End::First, Resource::new_borrow(from), path)
            && self.kind_of(spot.fd.rep(), PathFlags::empty(), &spot.path) == Some(types::DescriptorType::Directory)
        {
            self.gate.stood_in(Kind::FsRead, &place, operation);
            return Ok((Look::Bare, spot));
        }
        self.ask_path(Kind::FsRead, from, path, operation)?;
        Ok((Look::Full, self.spot(&[Kind::FsRead], End::First, fd, path, operation)?))
    }

    /// The path, when it is not granted and something below it could be.
    fn place_on_the_way(&self, from: u32, path: &str) -> Option<String> {
        self.files.part(from, path, &[Kind::FsRead])?;
        let place = self.place(from, path)?;
        (!self.gate.holds(Kind::FsRead, &place) && self.gate.leads(&place)).then_some(place)
    }

    /// What is told of an open descriptor: of a folder that is not granted itself, that it is one.
    pub(super) fn bare(&self, fd: u32, stat: sync::DescriptorStat) -> sync::DescriptorStat {
        let is_folder = stat.type_ == sync::DescriptorType::Directory;
        if is_folder && self.place_on_the_way(fd, "").is_some() { bare() } else { stat }
    }

    /// What of a folder is listed: `None` for all of it.
    pub(super) fn listing(&self, fd: u32) -> Option<Listing> {
        self.files.part(fd, "", &[Kind::FsRead])?;
        Some(Listing { folder: self.place(fd, "")? })
    }

    /// Whether a name in a folder is told.
    pub(super) fn is_told(&self, listing: &Listing, entry: &sync::DirectoryEntry) -> bool {
        let place = below(&listing.folder, &entry.name);
        let is_folder = entry.type_ == sync::DescriptorType::Directory;
        self.gate.holds(Kind::FsRead, &place) || is_folder && self.gate.leads(&place)
    }

    /// Refuses what would make something readable by giving it another name.
    pub(super) fn refuse_gain(
        &mut self,
        (from, old): (u32, &str),
        (to, new): (u32, &str),
        operation: &'static str,
    ) -> FsResult<()> {
        let can_read = |state: &Self, at: u32, path: &str| match state.files.target(at, path) {
            Ok(Target::Folder(place)) => state.gate.holds(Kind::FsRead, &place),
            Ok(Target::Private) => true,
            Ok(Target::Nowhere(_) | Target::Escape(_)) | Err(_) => false,
        };
        if can_read(self, to, new) && !can_read(self, from, old) {
            self.ask_path(Kind::FsRead, from, old, operation)?;
        }
        Ok(())
    }

    /// Refuses to move a folder in which not everything has the rights that moving it takes, or which would become readable by it.
    pub(super) fn refuse_mixed(&mut self, (from, old): (u32, &str), (to, new): (u32, &str)) -> FsResult<()> {
        let (before, after) = (self.extents(from, old), self.extents(to, new));
        let [(read, change, make), (read_after, change_after, make_after)] = [before, after];
        let is_whole = [change, make, change_after, make_after].iter().all(|extent| *extent == Extent::Whole);
        if is_whole && (read == Extent::Whole || read_after == Extent::Nothing) {
            return Ok(());
        }
        Err(self.refuse_at(Kind::FsWrite, from, old, "rename", Reason::HoldsOthers))
    }

    /// How much of a folder and what is in it each right covers.
    fn extents(&self, from: u32, path: &str) -> (Extent, Extent, Extent) {
        let all = Extent::Whole;
        match self.files.target(from, path) {
            Ok(Target::Folder(place)) => {
                let of = |kind| self.gate.extent(kind, &place);
                (of(Kind::FsRead), of(Kind::FsWrite), of(Kind::FsMkdir))
            }
            Ok(Target::Private) => (all, all, all),
            Ok(Target::Nowhere(_) | Target::Escape(_)) | Err(_) => Default::default(),
        }
    }
}

impl Gate {
    /// Whether something below a folder could be read.
    fn leads(&self, folder: &str) -> bool {
        Path::parse(folder).is_ok_and(|folder| self.entry().allows_below(Kind::FsRead, &folder))
    }

    /// How much of a folder and what is in it a right covers.
    fn extent(&self, kind: Kind, folder: &str) -> Extent {
        let Ok(folder) = Path::parse(folder) else { return Extent::Nothing };
        let right = self.entry().granted(kind).map(|right| &right.set);
        Extent::of(right, &Mount::whole(&folder), || CapSet::empty(kind))
    }

    /// Records that a bare folder served for one that is not granted itself.
    fn stood_in(&mut self, kind: Kind, target: &str, operation: &'static str) {
        let verdict = Verdict::StoodIn(self.help(kind, target));
        self.record(Subject::Right(kind), operation, target.into(), verdict);
    }
}

impl From<Barrier> for Bar {
    fn from(barrier: Barrier) -> Self {
        match barrier {
            Barrier::Link => Bar::Refused(Reason::OverLink),
            Barrier::OtherSpelling => Bar::Refused(Reason::OtherSpelling),
            Barrier::Error(error) => Bar::Failed(error.into()),
        }
    }
}

/// A folder in a mount, with the mount's permissions.
fn opened(mount: &Dir, found: Option<OwnedFd>) -> Dir {
    match found {
        Some(found) => Dir::new(found.into(), mount.perms, mount.open_mode, true),
        None => mount.clone(),
    }
}

/// A folder, and nothing else of it.
pub(super) fn bare() -> sync::DescriptorStat {
    sync::DescriptorStat {
        type_: sync::DescriptorType::Directory,
        link_count: 1,
        size: 0,
        data_access_timestamp: None,
        data_modification_timestamp: None,
        status_change_timestamp: None,
    }
}
