//! How far files may grow: the quotas `file-size`, of each, and `disk`, of all that a plugin changes. Comes in: where a change of a
//! file would end. Goes out: what of it is done, or the quota that is used up; and what was done is counted. What a file has
//! already may be written again, however large it is. Every growth of a file passes here, and every new name.

use std::fs::File;
use std::os::fd::AsFd;
use std::sync::Arc;

use ambit_schema::limits::Quota;
use rustix::io::Errno;
use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::bindings::filesystem::types::ErrorCode;
use wasmtime_wasi::p2::{FsResult, StreamError, StreamResult};

use super::disk::{Extent, Inode, NAME, Victim};
use super::exact::Spot;
use crate::door::traffic::Flow;
use crate::tier::wasm::limits::QuotaHit;
use crate::tier::wasm::state::PluginState;

/// A file that is written to, and where.
#[derive(Debug, Clone)]
pub(crate) struct Growth {
    file: Arc<File>,
    inode: Inode,
    /// Where the next byte goes. `None`: to the end, wherever that is then.
    at: Option<u64>,
}

/// What is done of a write for which there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::door) enum Short {
    /// Nothing.
    Refused,
    /// As much as there is room for, if that is anything.
    Cut,
}

/// How much of a write there is room for.
struct Room {
    before: Extent,
    at: u64,
    bytes: u64,
    /// What keeps the rest out.
    hit: Option<QuotaHit>,
}

impl Growth {
    /// Notes what was written.
    pub(crate) fn advance(&mut self, bytes: u64) {
        self.at = self.at.map(|at| at.saturating_add(bytes));
    }
}

impl Room {
    /// How long the file is once so many bytes are written.
    fn after(&self, written: u64) -> u64 {
        if written == 0 { self.before.bytes } else { self.before.bytes.max(self.at.saturating_add(written)) }
    }

    /// How long the file is after a write that failed, which may have done a part.
    fn after_failure(&self, file: &File) -> u64 {
        let found = Extent::of(file.as_fd()).map_or(u64::MAX, |found| found.bytes);
        found.clamp(self.before.bytes, self.after(self.bytes))
    }
}

impl PluginState {
    /// The growth of what is open there, when it is a file. `at`: where writing begins, or the end.
    pub(super) fn growth(&self, fd: u32, at: Option<u64>) -> FsResult<Option<Growth>> {
        let descriptor = self.table.get(&Resource::<Descriptor>::new_borrow(fd))?;
        let inode = self.files.origins.get(&fd).and_then(|origin| origin.inode);
        Ok(match (descriptor, inode) {
            (Descriptor::File(file), Some(inode)) => Some(Growth { file: Arc::clone(&file.file), inode, at }),
            // A file that the system said nothing of is written by nobody.
            (Descriptor::File(_), None) => return Err(ErrorCode::BadDescriptor.into()),
            (Descriptor::Dir(_), _) => None,
        })
    }

    /// How much of so many bytes there is room for, in a file and on the disk.
    fn room(&self, growth: &Growth, bytes: u64) -> Option<Room> {
        let before = Extent::of(growth.file.as_fd())?;
        let at = growth.at.unwrap_or(before.bytes);
        let room = |bytes, hit| Some(Room { before, at, bytes, hit });
        if at.saturating_add(bytes) <= before.bytes {
            return room(bytes, None);
        }
        let file = self.quota(Quota::FileSize);
        let end = at.saturating_add(bytes).min(file.limit.max(before.bytes));
        let disk = self.quota(Quota::Disk);
        let more = self.files.disk.left(disk.limit, end - before.bytes);
        let fits = (before.bytes + more).saturating_sub(at).min(bytes);
        match before.bytes + more < end {
            true => room(fits, Some(disk)),
            false => room(fits, (fits < bytes).then_some(file)),
        }
    }

    /// Writes to a stream: where it is one to a file, no more than there is room for.
    ///
    /// # Errors
    /// Those of writing; and for want of room what the system says of a file that is too large, or a disk that is full.
    pub(in crate::door) fn write_within(
        &mut self,
        (stream, bytes, short): (u32, u64, Short),
        write: impl FnOnce(&mut Self, u64) -> StreamResult<u64>,
    ) -> StreamResult<u64> {
        let Some(Flow::File { growth: Some(growth), .. }) = self.traffic.flows.get(&stream).cloned() else {
            return write(self, bytes);
        };
        let disk = Arc::clone(&self.files.disk);
        let _turn = disk.turn(growth.inode);
        let room = self.room(&growth, bytes).ok_or_else(|| failed(Errno::IO))?;
        if let Some(hit) = room.hit.clone().filter(|_| short == Short::Refused || room.bytes == 0) {
            return Err(failed(self.refuse(hit, "write").1));
        }
        let written = write(self, room.bytes);
        let after = match &written {
            Ok(written) => room.after(*written),
            // It may be done yet.
            Err(StreamError::Trap(_)) => room.after(room.bytes),
            Err(_) => room.after_failure(&growth.file),
        };
        disk.resized(&room.before, after);
        written
    }

    /// Writes to what is open.
    pub(super) fn write_at(
        &mut self,
        (fd, at, bytes): (u32, u64, u64),
        write: impl FnOnce(&mut Self) -> FsResult<u64>,
    ) -> FsResult<u64> {
        let Some(growth) = self.growth(fd, Some(at))? else { return write(self) };
        let disk = Arc::clone(&self.files.disk);
        let _turn = disk.turn(growth.inode);
        let room = self.room(&growth, bytes).ok_or(ErrorCode::Io)?;
        if let Some(hit) = room.hit {
            return Err(self.refuse(hit, "write").0.into());
        }
        let written = write(self);
        let after = written.as_ref().map_or_else(|_| room.after_failure(&growth.file), |written| room.after(*written));
        disk.resized(&room.before, after);
        written
    }

    /// Makes what is open so long. A hole counts as what it is a hole in.
    pub(super) fn resize(
        &mut self,
        (fd, size): (u32, u64),
        resize: impl FnOnce(&mut Self) -> FsResult<()>,
    ) -> FsResult<()> {
        let Some(growth) = self.growth(fd, Some(0))? else { return resize(self) };
        let disk = Arc::clone(&self.files.disk);
        let _turn = disk.turn(growth.inode);
        let room = self.room(&growth, size).ok_or(ErrorCode::Io)?;
        if let Some(hit) = room.hit {
            return Err(self.refuse(hit, "set size").0.into());
        }
        resize(self)?;
        disk.resized(&room.before, size);
        Ok(())
    }

    /// Does what gives something a name, and counts it.
    pub(super) fn naming<T>(
        &mut self,
        operation: &'static str,
        name: impl FnOnce(&mut Self) -> FsResult<T>,
    ) -> FsResult<T> {
        let hit = self.quota(Quota::Disk);
        if self.files.disk.left(hit.limit, NAME) < NAME {
            return Err(self.refuse(hit, operation).0.into());
        }
        self.files.disk.take(NAME);
        let named = name(self);
        if named.is_err() {
            self.files.disk.give_back(NAME);
        }
        named
    }

    /// Does what may take a name from something, and gives back what is gone by it.
    pub(super) fn removing<T>(&mut self, spot: &Spot, remove: impl FnOnce(&mut Self) -> FsResult<T>) -> FsResult<T> {
        let Some(victim) = self.victim(spot, false) else { return remove(self) };
        let disk = Arc::clone(&self.files.disk);
        let _turn = disk.turn(victim.before.inode);
        let victim = victim.again();
        let removed = remove(self)?;
        disk.removed(&victim);
        Ok(removed)
    }

    /// Opens a file that may be there already, and counts what is cut off from it, or that it was made after all.
    pub(super) fn reopening(
        &mut self,
        (spot, follows): (&Spot, bool),
        open: impl FnOnce(&mut Self) -> FsResult<Resource<Descriptor>>,
    ) -> FsResult<Resource<Descriptor>> {
        let Some(victim) = self.victim(spot, follows) else { return open(self) };
        let disk = Arc::clone(&self.files.disk);
        let _turn = disk.turn(victim.before.inode);
        let before = victim.again().before;
        let opened = open(self)?;
        match self.extent(&opened) {
            Some(after) if after.inode == before.inode => disk.resized(&before, after.bytes.min(before.bytes)),
            _ => disk.take(NAME),
        }
        Ok(opened)
    }

    /// Notes a file that was opened, and says which it is.
    pub(super) fn note_file(&self, fd: &Resource<Descriptor>) -> Option<Inode> {
        match self.table.get(fd).ok()? {
            Descriptor::File(file) => self.files.disk.note_open(&file.file),
            Descriptor::Dir(_) => None,
        }
    }

    fn victim(&self, spot: &Spot, follows: bool) -> Option<Victim> {
        match self.table.get(&Resource::<Descriptor>::new_borrow(spot.fd.rep())).ok()? {
            Descriptor::Dir(folder) => Victim::find(folder.dir.as_fd(), &spot.path, follows),
            Descriptor::File(_) => None,
        }
    }

    fn extent(&self, fd: &Resource<Descriptor>) -> Option<Extent> {
        match self.table.get(fd).ok()? {
            Descriptor::File(file) => Extent::of(file.file.as_fd()),
            Descriptor::Dir(folder) => Extent::of(folder.dir.as_fd()),
        }
    }

    /// Tells what is used up, and says what a plugin hears of it.
    fn refuse(&mut self, hit: QuotaHit, operation: &'static str) -> (ErrorCode, Errno) {
        let told = match hit.quota {
            Quota::FileSize => (ErrorCode::FileTooLarge, Errno::FBIG),
            _ => (ErrorCode::InsufficientSpace, Errno::NOSPC),
        };
        self.note_exceeded(hit, operation);
        told
    }
}

fn failed(error: Errno) -> StreamError {
    StreamError::LastOperationFailed(std::io::Error::from(error).into())
}
