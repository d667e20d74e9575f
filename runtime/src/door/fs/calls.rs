//! Each operation of `wasi:filesystem/types`: asked, done by the library where `exact` says, and watched for what the sandbox
//! refused. Reading and writing what is open needs no asking; the way it was opened decides.

use std::pin::pin;

use ambit_schema::capability::Kind;
use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    self, Host as LibraryHost, HostDescriptor as Library, HostDirectoryEntryStream as LibraryEntries,
};
use wasmtime_wasi::p2::bindings::sync::filesystem::types as sync;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{Filesize, NewTimestamp, PathFlags};
use wasmtime_wasi::p2::bindings::sync::io::streams;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult};
use wasmtime_wasi::runtime::{in_tokio, poll_noop};

use super::Origin;
use super::ask::rights_to_open;
use super::exact::{self, Look};
use crate::door::Reason;
use crate::door::traffic::{Change, Flow};
use crate::tier::wasm::state::PluginState;

type Fd = Resource<Descriptor>;

/// Files are worked on by the thread of the plugin, so that these are ready at once; the scheduler is for the case that they
/// are not.
fn at_once<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match poll_noop(future.as_mut()) {
        Some(output) => output,
        None => in_tokio(future),
    }
}

impl PluginState {
    /// What `path` is, when there is anything.
    pub(super) fn kind_of(&mut self, fd: u32, flags: PathFlags, path: &str) -> Option<types::DescriptorType> {
        let stat =
            at_once(Library::stat_at(&mut self.library(), Resource::new_borrow(fd), flags.into(), path.to_owned()));
        stat.ok().map(|stat| stat.type_)
    }
}

impl sync::Host for PluginState {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<sync::ErrorCode> {
        Ok(LibraryHost::convert_error_code(&mut self.library(), error)?.into())
    }

    fn filesystem_error_code(&mut self, error: Resource<streams::Error>) -> wasmtime::Result<Option<sync::ErrorCode>> {
        Ok(LibraryHost::filesystem_error_code(&mut self.library(), error)?.map(Into::into))
    }
}

impl sync::HostDescriptor for PluginState {
    fn open_at(
        &mut self,
        fd: Fd,
        follow: PathFlags,
        path: String,
        open: sync::OpenFlags,
        flags: sync::DescriptorFlags,
    ) -> FsResult<Fd> {
        let (mut open, first) = (open, rights_to_open(open, flags).last().unwrap_or(Kind::FsRead));
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        let spot = self.ask_open_at(fd, &path, &mut open, flags)?;
        self.check_handles("open").map_err(|_| types::ErrorCode::Quota)?;
        self.refuse_link((from, &path), &spot, first, "open")?;
        let follow = spot.follow(follow);
        let found = self.kind_of(spot.fd.rep(), follow, &spot.path);
        if let Some(found) = found {
            self.refuse_special(from, &path, found)?;
        }
        let origin = self.files.inside(from, &path);
        let opening = |state: &mut Self| {
            let (fd, path) = (Resource::new_borrow(spot.fd.rep()), spot.path.clone());
            at_once(Library::open_at(&mut state.library(), fd, follow.into(), path, open.into(), flags.into()))
        };
        let opened = match found {
            None if open.contains(sync::OpenFlags::CREATE) => self.naming("open", opening),
            Some(_) if open.intersects(sync::OpenFlags::CREATE | sync::OpenFlags::TRUNCATE) => {
                self.reopening((&spot, follow.contains(PathFlags::SYMLINK_FOLLOW)), opening)
            }
            _ => opening(self),
        };
        let opened = self.watch(opened, first, from, &path, "open")?;
        if found.is_none() || open.contains(sync::OpenFlags::TRUNCATE) {
            let what = if found.is_none() { Change::Created } else { Change::Changed };
            self.changed(Ok(()), from, &path, what)?;
        }
        if let Some(origin) = origin {
            let inode = self.note_file(&opened);
            self.files.note_open(opened.rep(), Origin { inode, ..origin });
        }
        Ok(opened)
    }

    fn drop(&mut self, fd: Fd) -> wasmtime::Result<()> {
        self.files.note_closed(fd.rep());
        Library::drop(&mut self.library(), fd)
    }

    fn stat_at(&mut self, fd: Fd, follow: PathFlags, path: String) -> FsResult<sync::DescriptorStat> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        let (look, spot) = self.ask_look(fd, &path, "stat")?;
        if look == Look::Bare {
            return Ok(exact::bare());
        }
        if follow.contains(PathFlags::SYMLINK_FOLLOW) {
            self.refuse_link((from, &path), &spot, Kind::FsRead, "stat")?;
        }
        let follow = spot.follow(follow);
        let stat = at_once(Library::stat_at(&mut self.library(), spot.fd, follow.into(), spot.path));
        Ok(self.watch(stat, Kind::FsRead, from, &path, "stat")?.into())
    }

    fn metadata_hash_at(&mut self, fd: Fd, follow: PathFlags, path: String) -> FsResult<sync::MetadataHashValue> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        let (_, spot) = self.ask_look(fd, &path, "stat")?;
        let follow = spot.follow(follow);
        let hash = at_once(Library::metadata_hash_at(&mut self.library(), spot.fd, follow.into(), spot.path));
        Ok(self.watch(hash, Kind::FsRead, from, &path, "stat")?.into())
    }

    fn readlink_at(&mut self, fd: Fd, path: String) -> FsResult<String> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        let spot = self.ask_spot(Kind::FsRead, fd, &path, "read link")?;
        let link = at_once(Library::readlink_at(&mut self.library(), spot.fd, spot.path));
        self.watch(link, Kind::FsRead, from, &path, "read link")
    }

    fn read_directory(&mut self, fd: Fd) -> FsResult<Resource<sync::DirectoryEntryStream>> {
        let from = fd.rep();
        let _ = self.ask_look(Resource::new_borrow(from), "", "list")?;
        let listing = self.listing(from);
        let folder = self.spot_of_folder(fd)?;
        let stream = at_once(Library::read_directory(&mut self.library(), folder))?;
        if let Some(listing) = listing {
            self.files.listings.insert(stream.rep(), listing);
        }
        Ok(stream)
    }

    fn create_directory_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        let spot = self.ask_spot(Kind::FsMkdir, fd, &path, "create folder")?;
        let created = self.naming("create folder", |state| {
            at_once(Library::create_directory_at(&mut state.library(), spot.fd, spot.path))
        });
        let created = self.watch(created, Kind::FsMkdir, from, &path, "create folder");
        self.changed(created, from, &path, Change::Created)
    }

    fn remove_directory_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        let spot = self.ask_spot(Kind::FsMkdir, fd, &path, "remove folder")?;
        let removed = self.removing(&spot, |state| {
            let (fd, path) = (Resource::new_borrow(spot.fd.rep()), spot.path.clone());
            at_once(Library::remove_directory_at(&mut state.library(), fd, path))
        });
        let removed = self.watch(removed, Kind::FsMkdir, from, &path, "remove folder");
        self.changed(removed, from, &path, Change::Removed)
    }

    fn unlink_file_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        let spot = self.ask_spot(Kind::FsWrite, fd, &path, "remove")?;
        let removed = self.removing(&spot, |state| {
            let (fd, path) = (Resource::new_borrow(spot.fd.rep()), spot.path.clone());
            at_once(Library::unlink_file_at(&mut state.library(), fd, path))
        });
        let removed = self.watch(removed, Kind::FsWrite, from, &path, "remove");
        self.changed(removed, from, &path, Change::Removed)
    }

    fn rename_at(&mut self, fd: Fd, old: String, to: Fd, new: String) -> FsResult<()> {
        self.refuse_around(fd.rep(), &old)?;
        let (fd, old) = self.routed(fd, old)?;
        let (to, new) = self.routed(to, new)?;
        let (from, into) = (fd.rep(), to.rep());
        let (before, after) = self.ask_ends(((fd, &old), (to, &new)), "rename")?;
        let replaces = self.kind_of(after.fd.rep(), PathFlags::empty(), &after.path).is_some();
        let renamed = self.removing(&after, |state| {
            let (fd, path) = (Resource::new_borrow(after.fd.rep()), after.path.clone());
            at_once(Library::rename_at(&mut state.library(), before.fd, before.path, fd, path))
        });
        let renamed = self.watch(renamed, Kind::FsWrite, from, &old, "rename");
        let renamed = self.changed(renamed, from, &old, Change::Removed);
        self.changed(renamed, into, &new, if replaces { Change::Changed } else { Change::Created })
    }

    /// A second name lets a file be written by it: both ends take `fs.write`. The library follows no link to what gets one.
    fn link_at(&mut self, fd: Fd, follow: PathFlags, old: String, to: Fd, new: String) -> FsResult<()> {
        let (fd, old) = self.routed(fd, old)?;
        let (to, new) = self.routed(to, new)?;
        let (from, into) = (fd.rep(), to.rep());
        let (before, after) = self.ask_ends(((fd, &old), (to, &new)), "link")?;
        let linked = self.naming("link", |state| {
            let (mut library, follow) = (state.library(), follow.into());
            at_once(Library::link_at(&mut library, before.fd, follow, before.path, after.fd, after.path))
        });
        let linked = self.watch(linked, Kind::FsWrite, from, &old, "link");
        self.changed(linked, into, &new, Change::Created)
    }

    fn symlink_at(&mut self, fd: Fd, target: String, path: String) -> FsResult<()> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        let spot = self.ask_spot(Kind::FsWrite, fd, &path, "link")?;
        self.refuse_link_out(from, &path, &target)?;
        // Nobody could follow it here, and others need not know whose it is.
        if spot.is_exact {
            return Err(self.refuse_at(Kind::FsWrite, from, &path, "link", Reason::OverLink));
        }
        let linked =
            self.naming("link", |state| at_once(Library::symlink_at(&mut state.library(), spot.fd, target, spot.path)));
        let linked = self.watch(linked, Kind::FsWrite, from, &path, "link");
        self.changed(linked, from, &path, Change::Created)
    }

    fn set_times_at(
        &mut self,
        fd: Fd,
        follow: PathFlags,
        path: String,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        let spot = self.ask_spot(Kind::FsWrite, fd, &path, "set times")?;
        let (follow, accessed, modified) = (spot.follow(follow), accessed.into(), modified.into());
        let mut library = self.library();
        let setting = Library::set_times_at(&mut library, spot.fd, follow.into(), spot.path, accessed, modified);
        let set = at_once(setting);
        let set = self.watch(set, Kind::FsWrite, from, &path, "set times");
        self.changed(set, from, &path, Change::Changed)
    }

    fn set_times(&mut self, fd: Fd, accessed: NewTimestamp, modified: NewTimestamp) -> FsResult<()> {
        self.ask_path(Kind::FsWrite, fd.rep(), "", "set times")?;
        let from = fd.rep();
        let set = at_once(Library::set_times(&mut self.library(), fd, accessed.into(), modified.into()));
        self.changed(set, from, "", Change::Changed)
    }

    fn set_size(&mut self, fd: Fd, size: Filesize) -> FsResult<()> {
        self.ask_path(Kind::FsWrite, fd.rep(), "", "set size")?;
        let from = fd.rep();
        let set = self.resize((from, size), |state| at_once(Library::set_size(&mut state.library(), fd, size)));
        self.changed(set, from, "", Change::Changed)
    }

    fn write(&mut self, fd: Fd, bytes: Vec<u8>, offset: Filesize) -> FsResult<Filesize> {
        self.ask_open(Kind::FsWrite, fd.rep(), "write")?;
        let place = self.place(fd.rep(), "");
        let end = (fd.rep(), offset, bytes.len() as u64);
        let written = self.write_at(end, |state| at_once(Library::write(&mut state.library(), fd, bytes, offset)))?;
        self.traffic.note_file_written(place.as_deref(), written);
        Ok(written)
    }

    fn write_via_stream(&mut self, fd: Fd, offset: Filesize) -> FsResult<Resource<DynOutputStream>> {
        self.ask_open(Kind::FsWrite, fd.rep(), "write")?;
        let path = self.place(fd.rep(), "").map(Into::into);
        let growth = self.growth(fd.rep(), Some(offset))?;
        let stream = Library::write_via_stream(&mut self.library(), fd, offset)?;
        self.traffic.flows.insert(stream.rep(), Flow::File { path, growth });
        Ok(stream)
    }

    fn append_via_stream(&mut self, fd: Fd) -> FsResult<Resource<DynOutputStream>> {
        self.ask_open(Kind::FsWrite, fd.rep(), "write")?;
        let path = self.place(fd.rep(), "").map(Into::into);
        let growth = self.growth(fd.rep(), None)?;
        let stream = Library::append_via_stream(&mut self.library(), fd)?;
        self.traffic.flows.insert(stream.rep(), Flow::File { path, growth });
        Ok(stream)
    }

    fn read(&mut self, fd: Fd, length: Filesize, offset: Filesize) -> FsResult<(Vec<u8>, bool)> {
        self.ask_open(Kind::FsRead, fd.rep(), "read")?;
        let (bytes, at_end) = at_once(Library::read(&mut self.library(), fd, length, offset))?;
        self.traffic.file_read += bytes.len() as u64;
        Ok((bytes, at_end))
    }

    fn read_via_stream(&mut self, fd: Fd, offset: Filesize) -> FsResult<Resource<DynInputStream>> {
        self.ask_open(Kind::FsRead, fd.rep(), "read")?;
        let stream = Library::read_via_stream(&mut self.library(), fd, offset)?;
        self.traffic.flows.insert(stream.rep(), Flow::File { path: None, growth: None });
        Ok(stream)
    }

    fn stat(&mut self, fd: Fd) -> FsResult<sync::DescriptorStat> {
        let at = fd.rep();
        let stat = at_once(Library::stat(&mut self.library(), fd))?.into();
        Ok(self.bare(at, stat))
    }

    fn metadata_hash(&mut self, fd: Fd) -> FsResult<sync::MetadataHashValue> {
        Ok(at_once(Library::metadata_hash(&mut self.library(), fd))?.into())
    }

    fn get_flags(&mut self, fd: Fd) -> FsResult<sync::DescriptorFlags> {
        Ok(at_once(Library::get_flags(&mut self.library(), fd))?.into())
    }

    fn get_type(&mut self, fd: Fd) -> FsResult<sync::DescriptorType> {
        Ok(at_once(Library::get_type(&mut self.library(), fd))?.into())
    }

    fn is_same_object(&mut self, a: Fd, b: Fd) -> wasmtime::Result<bool> {
        at_once(Library::is_same_object(&mut self.library(), a, b))
    }

    fn advise(&mut self, fd: Fd, offset: Filesize, length: Filesize, advice: sync::Advice) -> FsResult<()> {
        at_once(Library::advise(&mut self.library(), fd, offset, length, advice.into()))
    }

    fn sync_data(&mut self, fd: Fd) -> FsResult<()> {
        at_once(Library::sync_data(&mut self.library(), fd))
    }

    fn sync(&mut self, fd: Fd) -> FsResult<()> {
        at_once(Library::sync(&mut self.library(), fd))
    }
}

impl sync::HostDirectoryEntryStream for PluginState {
    fn read_directory_entry(
        &mut self,
        stream: Resource<sync::DirectoryEntryStream>,
    ) -> FsResult<Option<sync::DirectoryEntry>> {
        let (at, listing) = (stream.rep(), self.files.listings.get(&stream.rep()).cloned());
        loop {
            let stream = Resource::new_borrow(at);
            let next = at_once(LibraryEntries::read_directory_entry(&mut self.library(), stream));
            let Some(listing) = &listing else { return Ok(next?.map(Into::into)) };
            match next {
                // No right could cover such a name.
                Err(error) if matches!(error.downcast_ref(), Some(types::ErrorCode::IllegalByteSequence)) => {}
                next => match next?.map(Into::into) {
                    Some(entry) if !self.is_told(listing, &entry) => {}
                    told => return Ok(told),
                },
            }
            if self.clock.wall_left().is_zero() {
                return Err(FsError::trap(self.clock.out_of_time()));
            }
        }
    }

    fn drop(&mut self, stream: Resource<sync::DirectoryEntryStream>) -> wasmtime::Result<()> {
        self.files.listings.remove(&stream.rep());
        LibraryEntries::drop(&mut self.library(), stream)
    }
}
