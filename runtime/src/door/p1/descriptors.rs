//! The descriptors of a program: what its numbers stand for. Comes in: the streams and folders that the doors give, and what is opened.
//! Goes out: what there is under a number, or that there is nothing. How many there may be, the quota of handles says where they
//! are opened.

use std::collections::BTreeMap;

use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::bindings::cli::{stderr, stdin, stdout};
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{
    DirectoryEntry, DirectoryEntryStream, HostDescriptor, HostDirectoryEntryStream,
};
use wasmtime_wasi::p2::bindings::sync::io::streams::{HostInputStream, HostOutputStream};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream};

use super::Answer;
use super::errno::Errno;
use super::memory::Call;
use crate::door::fs::MountPlace;
use crate::tier::wasm::state::PluginState;

/// A file or folder of the doors.
pub(super) type Fd = Resource<Descriptor>;

/// What is open.
#[derive(Default)]
pub(super) struct Descriptors {
    open: BTreeMap<u32, Open>,
    /// Whether what a program starts with is there.
    begun: bool,
}

/// Something that is open.
pub(super) enum Open {
    Input(Resource<DynInputStream>),
    Output(Resource<DynOutputStream>),
    Folder(Folder),
    File(File),
}

/// An open folder.
pub(super) struct Folder {
    pub(super) fd: Fd,
    /// What the program finds it as, when it has it from the start.
    pub(super) name: Option<String>,
    /// Whether it is where things are looked for that lie in no folder of the program's. Nothing can be done with it but that.
    pub(super) is_nowhere: bool,
    /// How far it was listed.
    pub(super) listing: Option<Listing>,
}

/// A folder that is being listed.
pub(super) struct Listing {
    pub(super) stream: Resource<DirectoryEntryStream>,
    /// The number of the entry that comes next.
    pub(super) at: u64,
    /// That entry, when it was taken from the stream already.
    pub(super) held: Option<DirectoryEntry>,
}

/// An open file.
pub(super) struct File {
    pub(super) fd: Fd,
    /// Where reading and writing goes on.
    pub(super) at: u64,
    /// Whether writing goes on at the end instead.
    pub(super) appends: bool,
    /// Whether the program wants to wait for nothing. Files make nobody wait, so this is only remembered.
    pub(super) is_impatient: bool,
}

/// The same again, for one operation.
pub(super) fn borrowed<T: 'static>(resource: &Resource<T>) -> Resource<T> {
    Resource::new_borrow(resource.rep())
}

impl Descriptors {
    /// What a program starts with: its streams, and its folders in the order of the mounts.
    fn begin(state: &mut PluginState) -> wasmtime::Result<Self> {
        let mut all = Descriptors { open: BTreeMap::new(), begun: true };
        all.insert(Open::Input(stdin::Host::get_stdin(state)?));
        all.insert(Open::Output(stdout::Host::get_stdout(state)?));
        all.insert(Open::Output(stderr::Host::get_stderr(state)?));
        for (mount, (fd, name)) in preopens::Host::get_directories(state)?.into_iter().enumerate() {
            let place = state.files.mounts.get(mount).map(|mount| &mount.place);
            let is_nowhere = matches!(place, Some(MountPlace::Nowhere));
            all.insert(Open::Folder(Folder { fd, name: Some(name), is_nowhere, listing: None }));
        }
        Ok(all)
    }

    /// Gives something the lowest number that is free.
    fn insert(&mut self, open: Open) -> u32 {
        let free = (0..).zip(self.open.keys()).find(|(free, taken)| free < *taken).map(|(free, _)| free);
        let number = free.unwrap_or_else(|| u32::try_from(self.open.len()).unwrap_or(u32::MAX));
        self.open.insert(number, open);
        number
    }
}

impl Call<'_> {
    fn descriptors(&mut self) -> Answer<&mut Descriptors> {
        if !self.state.program.descriptors.begun {
            self.state.program.descriptors = Descriptors::begin(self.state)?;
        }
        Ok(&mut self.state.program.descriptors)
    }

    /// What is open under a number, nowhere too.
    pub(super) fn any(&mut self, fd: u32) -> Answer<&mut Open> {
        Ok(self.descriptors()?.open.get_mut(&fd).ok_or(Errno::Badf)?)
    }

    /// What is open under a number.
    pub(super) fn open(&mut self, fd: u32) -> Answer<&mut Open> {
        match self.any(fd)? {
            Open::Folder(Folder { is_nowhere: true, .. }) => Err(Errno::Badf.into()),
            open => Ok(open),
        }
    }

    pub(super) fn file(&mut self, fd: u32) -> Answer<&mut File> {
        match self.open(fd)? {
            Open::File(file) => Ok(file),
            Open::Input(_) | Open::Output(_) | Open::Folder(_) => Err(Errno::Badf.into()),
        }
    }

    /// A file, where a place in it is wanted: streams have none.
    pub(super) fn seekable(&mut self, fd: u32) -> Answer<&mut File> {
        match self.open(fd)? {
            Open::File(file) => Ok(file),
            Open::Input(_) | Open::Output(_) => Err(Errno::Spipe.into()),
            Open::Folder(_) => Err(Errno::Badf.into()),
        }
    }

    pub(super) fn folder(&mut self, fd: u32) -> Answer<&mut Folder> {
        match self.open(fd)? {
            Open::Folder(folder) => Ok(folder),
            Open::File(_) => Err(Errno::Notdir.into()),
            Open::Input(_) | Open::Output(_) => Err(Errno::Badf.into()),
        }
    }

    /// A file or a folder.
    pub(super) fn either(&mut self, fd: u32) -> Answer<Fd> {
        match self.open(fd)? {
            Open::File(File { fd, .. }) | Open::Folder(Folder { fd, .. }) => Ok(borrowed(fd)),
            Open::Input(_) | Open::Output(_) => Err(Errno::Badf.into()),
        }
    }

    /// Keeps what was opened.
    pub(super) fn keep(&mut self, open: Open) -> Answer<u32> {
        Ok(self.descriptors()?.insert(open))
    }

    pub(super) fn fd_close(&mut self, fd: u32) -> Answer {
        self.open(fd)?;
        match self.descriptors()?.open.remove(&fd) {
            Some(open) => Ok(close(self.state, open)?),
            None => Err(Errno::Badf.into()),
        }
    }

    /// Gives something another number, and closes what had it.
    pub(super) fn fd_renumber(&mut self, from: u32, to: u32) -> Answer {
        self.open(from)?;
        self.open(to)?;
        if from == to {
            return Ok(());
        }
        let open = &mut self.descriptors()?.open;
        let moved = open.remove(&from).ok_or(Errno::Badf)?;
        match open.insert(to, moved) {
            Some(closed) => Ok(close(self.state, closed)?),
            None => Ok(()),
        }
    }

    pub(super) fn no_socket(&mut self, fd: u32) -> Answer {
        self.open(fd)?;
        Err(Errno::Notsock.into())
    }
}

fn close(state: &mut PluginState, open: Open) -> wasmtime::Result<()> {
    match open {
        Open::Input(stream) => HostInputStream::drop(state, stream),
        Open::Output(stream) => HostOutputStream::drop(state, stream),
        Open::File(file) => HostDescriptor::drop(state, file.fd),
        Open::Folder(folder) => {
            if let Some(listing) = folder.listing {
                HostDirectoryEntryStream::drop(state, listing.stream)?;
            }
            HostDescriptor::drop(state, folder.fd)
        }
    }
}
