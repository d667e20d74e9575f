//! What WASI p1 does with paths. Comes in: a folder, and a path below it. Goes out: what `wasi:filesystem` does there. Where the folder
//! is nowhere, everything is asked for and refused, and the program hears that it is not capable of it, which is the word of WASI p1
//! for what lies in no folder of its own.

use std::ops::BitOr;

use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{DescriptorFlags, HostDescriptor, OpenFlags, PathFlags};

use super::Answer;
use super::descriptors::{Fd, File, Folder, Open, borrowed};
use super::errno::{Errno, Fault};
use super::memory::{Call, Part};
use super::stat::{APPEND, DSYNC, NONBLOCK, READ, RSYNC, SYNC, WRITE, filestat, new_times};

/// A folder, and where a path below it is written, and how long that is.
type Path = (u32, u32, u32);

/// A folder that paths begin in.
struct Start {
    fd: Fd,
    is_nowhere: bool,
}

impl Start {
    fn fd(&self) -> Fd {
        borrowed(&self.fd)
    }

    /// What the program hears.
    fn told<T>(&self, done: FsResult<T>) -> Answer<T> {
        done.map_err(|error| match Fault::from(error) {
            Fault::Errno(Errno::Acces) if self.is_nowhere => Fault::Errno(Errno::Notcapable),
            fault => fault,
        })
    }
}

impl Call<'_> {
    fn start(&mut self, fd: u32) -> Answer<Start> {
        match self.any(fd)? {
            Open::Folder(Folder { fd, is_nowhere, .. }) => Ok(Start { fd: borrowed(fd), is_nowhere: *is_nowhere }),
            Open::File(_) => Err(Errno::Notdir.into()),
            Open::Input(_) | Open::Output(_) => Err(Errno::Badf.into()),
        }
    }

    fn path(&mut self, (fd, at, length): Path) -> Answer<(Start, String)> {
        Ok((self.start(fd)?, self.text((at, length))?))
    }

    /// Both ends of what gives something another name. Where one is nowhere, it is the one that is refused.
    fn ends(&mut self, old: Path, new: Path) -> Answer<([Fd; 2], [String; 2], Start)> {
        let ((from, old), (to, new)) = (self.path(old)?, self.path(new)?);
        let is_nowhere = from.is_nowhere || to.is_nowhere;
        Ok(([from.fd(), to.fd()], [old, new], Start { is_nowhere, ..from }))
    }

    pub(super) fn path_create_directory(&mut self, path: Path) -> Answer {
        let (start, path) = self.path(path)?;
        start.told(HostDescriptor::create_directory_at(self.state, start.fd(), path))
    }

    pub(super) fn path_remove_directory(&mut self, path: Path) -> Answer {
        let (start, path) = self.path(path)?;
        start.told(HostDescriptor::remove_directory_at(self.state, start.fd(), path))
    }

    pub(super) fn path_unlink_file(&mut self, path: Path) -> Answer {
        let (start, path) = self.path(path)?;
        start.told(HostDescriptor::unlink_file_at(self.state, start.fd(), path))
    }

    pub(super) fn path_filestat_get(&mut self, path: Path, follow: u32, to: u32) -> Answer {
        let (follow, (start, path)) = (lookup(follow)?, self.path(path)?);
        let stat = start.told(HostDescriptor::stat_at(self.state, start.fd(), follow, path.clone()))?;
        let hash = start.told(HostDescriptor::metadata_hash_at(self.state, start.fd(), follow, path))?;
        self.put(to, &filestat(&stat, hash.lower)?)
    }

    pub(super) fn path_filestat_set_times(
        &mut self,
        path: Path,
        follow: u32,
        (accessed, modified, which): (u64, u64, u32),
    ) -> Answer {
        let (accessed, modified) = new_times(accessed, modified, which)?;
        let (follow, (start, path)) = (lookup(follow)?, self.path(path)?);
        start.told(HostDescriptor::set_times_at(self.state, start.fd(), follow, path, accessed, modified))
    }

    pub(super) fn path_link(&mut self, old: Path, follow: u32, new: Path) -> Answer {
        let follow = lookup(follow)?;
        let ([from, to], [old, new], start) = self.ends(old, new)?;
        start.told(HostDescriptor::link_at(self.state, from, follow, old, to, new))
    }

    pub(super) fn path_rename(&mut self, old: Path, new: Path) -> Answer {
        let ([from, to], [old, new], start) = self.ends(old, new)?;
        start.told(HostDescriptor::rename_at(self.state, from, old, to, new))
    }

    pub(super) fn path_symlink(&mut self, target: Part, path: Path) -> Answer {
        let ((start, path), target) = (self.path(path)?, self.text(target)?);
        start.told(HostDescriptor::symlink_at(self.state, start.fd(), target, path))
    }

    /// What a link says, as much of it as there is room for.
    pub(super) fn path_readlink(&mut self, path: Path, (buffer, room): Part, to: u32) -> Answer {
        let (start, path) = self.path(path)?;
        self.range((buffer, room))?;
        let link = start.told(HostDescriptor::readlink_at(self.state, start.fd(), path))?;
        let some = &link.as_bytes()[..link.len().min(room as usize)];
        self.put(buffer, some)?;
        self.put_u32(to, u32::try_from(some.len()).unwrap_or(room))
    }

    /// Opens. The rights that are wanted say whether it is for reading, writing, or both.
    pub(super) fn path_open(&mut self, path: Path, follow: u32, how: (u32, u64, u32), to: u32) -> Answer {
        let (how, rights, flags) = how;
        let (follow, open) = (lookup(follow)?, open_flags(how)?);
        let wanted = wanted(rights, flags)?;
        let (start, path) = self.path(path)?;
        self.range((to, 4))?;
        let fd = start.told(HostDescriptor::open_at(self.state, start.fd(), follow, path, open, wanted))?;
        let opened = match self.state.table.get(&fd).map_err(wasmtime::Error::from)? {
            Descriptor::Dir(_) => Open::Folder(Folder { fd, name: None, is_nowhere: false, listing: None }),
            Descriptor::File(_) => {
                let (appends, is_impatient) = (flags & APPEND != 0, flags & NONBLOCK != 0);
                Open::File(File { fd, at: 0, appends, is_impatient })
            }
        };
        let number = self.keep(opened)?;
        self.put_u32(to, number)
    }
}

fn lookup(flags: u32) -> Answer<PathFlags> {
    match flags {
        0 => Ok(PathFlags::empty()),
        1 => Ok(PathFlags::SYMLINK_FOLLOW),
        _ => Err(Errno::Inval.into()),
    }
}

/// The flags of these that are set, when there is no other.
fn named<F: BitOr<Output = F> + Default, const N: usize>(flags: u32, known: [(u32, F); N]) -> Answer<F> {
    let all = known.iter().fold(0, |all, (flag, _)| all | flag);
    if flags & !all != 0 {
        return Err(Errno::Inval.into());
    }
    let set = known.into_iter().filter(|(flag, _)| flags & flag != 0);
    Ok(set.fold(F::default(), |set, (_, flag)| set | flag))
}

fn open_flags(how: u32) -> Answer<OpenFlags> {
    let (create, directory, exclusive) = (OpenFlags::CREATE, OpenFlags::DIRECTORY, OpenFlags::EXCLUSIVE);
    named(how, [(1, create), (1 << 1, directory), (1 << 2, exclusive), (1 << 3, OpenFlags::TRUNCATE)])
}

fn wanted(rights: u64, flags: u32) -> Answer<DescriptorFlags> {
    let none = DescriptorFlags::empty();
    let mut wanted = named(
        flags,
        [
            (APPEND, none),
            (NONBLOCK, none),
            (DSYNC, DescriptorFlags::DATA_INTEGRITY_SYNC),
            (RSYNC, DescriptorFlags::REQUESTED_WRITE_SYNC),
            (SYNC, DescriptorFlags::FILE_INTEGRITY_SYNC),
        ],
    )?;
    wanted |= if rights & READ != 0 { DescriptorFlags::READ } else { none };
    wanted |= if rights & WRITE != 0 { DescriptorFlags::WRITE } else { none };
    Ok(wanted)
}
