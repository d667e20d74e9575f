//! Each operation of `wasi:filesystem/types`: asked, done by the library, and watched for what the sandbox refused. Reading and
//! writing what is open needs no asking; the way it was opened decides.

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

/// Which rights an opening takes, in the order they are asked.
fn rights_to_open(open: sync::OpenFlags, flags: sync::DescriptorFlags) -> impl Iterator<Item = Kind> {
    use sync::DescriptorFlags as Flags;
    let changes = open.intersects(sync::OpenFlags::CREATE | sync::OpenFlags::TRUNCATE)
        || flags.intersects(Flags::WRITE | Flags::MUTATE_DIRECTORY);
    // The library opens for reading whatever is not opened for writing.
    let reads = flags.contains(Flags::READ) || !flags.contains(Flags::WRITE);
    [(Kind::FsRead, reads), (Kind::FsWrite, changes)].into_iter().filter(|(_, needed)| *needed).map(|(kind, _)| kind)
}

impl PluginState {
    /// What `path` is, when there is anything.
    fn kind_of(&mut self, fd: u32, flags: PathFlags, path: &str) -> Option<types::DescriptorType> {
        let stat =
            at_once(Library::stat_at(&mut self.library(), Resource::new_borrow(fd), flags.into(), path.to_owned()));
        stat.ok().map(|stat| stat.type_)
    }

    /// Asks for both ends of a renaming, and for making folders when it moves one.
    fn ask_rename(&mut self, from: u32, old: &str, to: u32, new: &str) -> FsResult<()> {
        self.ask_path(Kind::FsWrite, from, old, "rename")?;
        self.ask_path(Kind::FsWrite, to, new, "rename")?;
        if self.kind_of(from, PathFlags::empty(), old) == Some(types::DescriptorType::Directory) {
            self.ask_path(Kind::FsMkdir, from, old, "rename")?;
            self.ask_path(Kind::FsMkdir, to, new, "rename")?;
        }
        Ok(())
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
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        let mut first = Kind::FsRead;
        for kind in rights_to_open(open, flags) {
            self.ask_path(kind, from, &path, "open")?;
            first = kind;
        }
        self.check_handles("open").map_err(|_| types::ErrorCode::Quota)?;
        let found = self.kind_of(from, follow, &path);
        if let Some(found) = found {
            self.refuse_special(from, &path, found)?;
        }
        let origin = self.files.inside(from, &path);
        let mut library = self.library();
        let opening = Library::open_at(&mut library, fd, follow.into(), path.clone(), open.into(), flags.into());
        let opened = at_once(opening);
        let opened = self.watch(opened, first, from, &path, "open")?;
        if found.is_none() || open.contains(sync::OpenFlags::TRUNCATE) {
            let what = if found.is_none() { Change::Created } else { Change::Changed };
            self.changed(Ok(()), from, &path, what)?;
        }
        if let Some(origin) = origin {
            self.files.note_open(opened.rep(), origin);
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
        self.ask_path(Kind::FsRead, from, &path, "stat")?;
        let stat = at_once(Library::stat_at(&mut self.library(), fd, follow.into(), path.clone()));
        Ok(self.watch(stat, Kind::FsRead, from, &path, "stat")?.into())
    }

    fn metadata_hash_at(&mut self, fd: Fd, follow: PathFlags, path: String) -> FsResult<sync::MetadataHashValue> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        self.ask_path(Kind::FsRead, from, &path, "stat")?;
        let hash = at_once(Library::metadata_hash_at(&mut self.library(), fd, follow.into(), path.clone()));
        Ok(self.watch(hash, Kind::FsRead, from, &path, "stat")?.into())
    }

    fn readlink_at(&mut self, fd: Fd, path: String) -> FsResult<String> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        self.ask_path(Kind::FsRead, from, &path, "read link")?;
        let link = at_once(Library::readlink_at(&mut self.library(), fd, path.clone()));
        self.watch(link, Kind::FsRead, from, &path, "read link")
    }

    fn read_directory(&mut self, fd: Fd) -> FsResult<Resource<sync::DirectoryEntryStream>> {
        self.ask_path(Kind::FsRead, fd.rep(), "", "list")?;
        at_once(Library::read_directory(&mut self.library(), fd))
    }

    fn create_directory_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        self.ask_path(Kind::FsMkdir, from, &path, "create folder")?;
        let created = at_once(Library::create_directory_at(&mut self.library(), fd, path.clone()));
        let created = self.watch(created, Kind::FsMkdir, from, &path, "create folder");
        self.changed(created, from, &path, Change::Created)
    }

    fn remove_directory_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        self.ask_path(Kind::FsMkdir, from, &path, "remove folder")?;
        let removed = at_once(Library::remove_directory_at(&mut self.library(), fd, path.clone()));
        let removed = self.watch(removed, Kind::FsMkdir, from, &path, "remove folder");
        self.changed(removed, from, &path, Change::Removed)
    }

    fn unlink_file_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        self.ask_path(Kind::FsWrite, from, &path, "remove")?;
        let removed = at_once(Library::unlink_file_at(&mut self.library(), fd, path.clone()));
        let removed = self.watch(removed, Kind::FsWrite, from, &path, "remove");
        self.changed(removed, from, &path, Change::Removed)
    }

    fn rename_at(&mut self, fd: Fd, old: String, to: Fd, new: String) -> FsResult<()> {
        self.refuse_around(fd.rep(), &old)?;
        let (fd, old) = self.routed(fd, old)?;
        let (to, new) = self.routed(to, new)?;
        let from = fd.rep();
        self.ask_rename(from, &old, to.rep(), &new)?;
        let (into, replaces) = (to.rep(), self.kind_of(to.rep(), PathFlags::empty(), &new).is_some());
        let renamed = at_once(Library::rename_at(&mut self.library(), fd, old.clone(), to, new.clone()));
        let renamed = self.watch(renamed, Kind::FsWrite, from, &old, "rename");
        let renamed = self.changed(renamed, from, &old, Change::Removed);
        self.changed(renamed, into, &new, if replaces { Change::Changed } else { Change::Created })
    }

    /// A second name lets a file be written by it: both ends take `fs.write`.
    fn link_at(&mut self, fd: Fd, follow: PathFlags, old: String, to: Fd, new: String) -> FsResult<()> {
        let (fd, old) = self.routed(fd, old)?;
        let (to, new) = self.routed(to, new)?;
        let from = fd.rep();
        self.ask_path(Kind::FsWrite, from, &old, "link")?;
        self.ask_path(Kind::FsWrite, to.rep(), &new, "link")?;
        let into = to.rep();
        let linked = at_once(Library::link_at(&mut self.library(), fd, follow.into(), old.clone(), to, new.clone()));
        let linked = self.watch(linked, Kind::FsWrite, from, &old, "link");
        self.changed(linked, into, &new, Change::Created)
    }

    fn symlink_at(&mut self, fd: Fd, target: String, path: String) -> FsResult<()> {
        let (fd, path) = self.routed(fd, path)?;
        let from = fd.rep();
        self.ask_path(Kind::FsWrite, from, &path, "link")?;
        self.refuse_link_out(from, &path, &target)?;
        let linked = at_once(Library::symlink_at(&mut self.library(), fd, target, path.clone()));
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
        self.ask_path(Kind::FsWrite, from, &path, "set times")?;
        let (accessed, modified) = (accessed.into(), modified.into());
        let mut library = self.library();
        let setting = Library::set_times_at(&mut library, fd, follow.into(), path.clone(), accessed, modified);
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
        let set = at_once(Library::set_size(&mut self.library(), fd, size));
        self.changed(set, from, "", Change::Changed)
    }

    fn write(&mut self, fd: Fd, bytes: Vec<u8>, offset: Filesize) -> FsResult<Filesize> {
        self.ask_open(Kind::FsWrite, fd.rep(), "write")?;
        let place = self.place(fd.rep(), "");
        let written = at_once(Library::write(&mut self.library(), fd, bytes, offset))?;
        self.traffic.note_file_written(place.as_deref(), written);
        Ok(written)
    }

    fn write_via_stream(&mut self, fd: Fd, offset: Filesize) -> FsResult<Resource<DynOutputStream>> {
        self.ask_open(Kind::FsWrite, fd.rep(), "write")?;
        let place = self.place(fd.rep(), "");
        let stream = Library::write_via_stream(&mut self.library(), fd, offset)?;
        self.traffic.flows.insert(stream.rep(), Flow::File(place.map(Into::into)));
        Ok(stream)
    }

    fn append_via_stream(&mut self, fd: Fd) -> FsResult<Resource<DynOutputStream>> {
        self.ask_open(Kind::FsWrite, fd.rep(), "write")?;
        let place = self.place(fd.rep(), "");
        let stream = Library::append_via_stream(&mut self.library(), fd)?;
        self.traffic.flows.insert(stream.rep(), Flow::File(place.map(Into::into)));
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
        self.traffic.flows.insert(stream.rep(), Flow::File(None));
        Ok(stream)
    }

    fn stat(&mut self, fd: Fd) -> FsResult<sync::DescriptorStat> {
        Ok(at_once(Library::stat(&mut self.library(), fd))?.into())
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
        Ok(at_once(LibraryEntries::read_directory_entry(&mut self.library(), stream))?.map(Into::into))
    }

    fn drop(&mut self, stream: Resource<sync::DirectoryEntryStream>) -> wasmtime::Result<()> {
        LibraryEntries::drop(&mut self.library(), stream)
    }
}
