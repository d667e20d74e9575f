//! What WASI p1 says of files and descriptors: the layout of `filestat` and `fdstat`, rights, kinds, times. Comes in: what
//! `wasi:filesystem` says. Goes out: bytes as a program reads them, or the other way round.

use wasmtime_wasi::p2::bindings::sync::filesystem::types::{
    DescriptorFlags, DescriptorStat, DescriptorType, HostDescriptor, NewTimestamp,
};

use super::Answer;
use super::clocks::{datetime, nanoseconds};
use super::descriptors::{Fd, Open, borrowed};
use super::errno::Errno;
use super::memory::Call;

/// What reads, in rights: bytes, and folders.
pub(super) const READ: u64 = 1 << 1;
const READ_FOLDER: u64 = 1 << 14;
/// What writes bytes.
pub(super) const WRITE: u64 = 1 << 6;
/// Every right that there is.
const ALL: u64 = (1 << 30) - 1;
/// What a folder has no use for: seeking, and setting the size of what is open, or of a path.
const OF_FILES: u64 = 1 << 2 | 1 << 19 | 1 << 22;
/// What nothing has a use for here: setting the size of a path, and sockets.
const OF_NOTHING: u64 = 1 << 19 | 0b11 << 28;
/// What the folders that a program has from the start say that can be done with them, as its library expects. The gate knows better.
const OF_GIVEN: u64 = ALL & !(OF_NOTHING | 0x1ff | 1 << 22 | 1 << 27);
/// What is opened in them may have this.
const FROM_GIVEN: u64 = ALL & !OF_NOTHING;

/// Flags of descriptors.
pub(super) const APPEND: u32 = 1;
pub(super) const DSYNC: u32 = 1 << 1;
pub(super) const NONBLOCK: u32 = 1 << 2;
pub(super) const RSYNC: u32 = 1 << 3;
pub(super) const SYNC: u32 = 1 << 4;

/// What there is that is no file: its number among the kinds.
const UNKNOWN: u8 = 0;
const FOLDER: u8 = 3;

/// `fdstat`: kind, flags, rights, and rights of what is opened in it.
fn fdstat(kind: u8, flags: u32, base: u64, inheriting: u64) -> [u8; 24] {
    let mut bytes = [0; 24];
    bytes[0] = kind;
    bytes[2..4].copy_from_slice(&flags.to_le_bytes()[..2]);
    bytes[8..16].copy_from_slice(&base.to_le_bytes());
    bytes[16..24].copy_from_slice(&inheriting.to_le_bytes());
    bytes
}

/// `filestat`, of what has such a number.
pub(super) fn filestat(stat: &DescriptorStat, number: u64) -> Answer<[u8; 64]> {
    let mut bytes = [0; 64];
    let time = |time: Option<_>| time.map_or(Ok(0), nanoseconds);
    // The numbers tell all files of a program apart, so they are all on one device.
    bytes[0] = 1;
    bytes[16] = kind(stat.type_);
    let times = [stat.data_access_timestamp, stat.data_modification_timestamp, stat.status_change_timestamp];
    let mut put = |at: usize, number: u64| bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
    put(8, number);
    put(24, stat.link_count);
    put(32, stat.size);
    for (at, of) in [40, 48, 56].into_iter().zip(times) {
        put(at, time(of)?);
    }
    Ok(bytes)
}

/// The number of a kind. Pipes have none; of sockets there are two sorts, and which one it is is not said.
pub(super) fn kind(of: DescriptorType) -> u8 {
    match of {
        DescriptorType::BlockDevice => 1,
        DescriptorType::CharacterDevice => 2,
        DescriptorType::Directory => FOLDER,
        DescriptorType::RegularFile => 4,
        DescriptorType::SymbolicLink => 7,
        DescriptorType::Fifo | DescriptorType::Socket | DescriptorType::Unknown => UNKNOWN,
    }
}

/// What is done with the times of a file, by the flags for the one that it was read and for the one that it was written.
pub(super) fn new_times(accessed: u64, modified: u64, which: u32) -> Answer<(NewTimestamp, NewTimestamp)> {
    let new = |time, flags| match flags {
        0 => Ok(NewTimestamp::NoChange),
        1 => Ok(NewTimestamp::Timestamp(datetime(time))),
        2 => Ok(NewTimestamp::Now),
        _ => Err(Errno::Inval),
    };
    Ok((new(accessed, which & 3)?, new(modified, which >> 2)?))
}

impl Call<'_> {
    pub(super) fn fd_fdstat_get(&mut self, fd: u32, to: u32) -> Answer {
        let stat = match self.any(fd)? {
            Open::Input(_) => fdstat(UNKNOWN, 0, READ, READ),
            Open::Output(_) => fdstat(UNKNOWN, 0, WRITE, WRITE),
            Open::Folder(folder) if folder.name.is_some() => fdstat(FOLDER, 0, OF_GIVEN, FROM_GIVEN),
            Open::Folder(folder) => {
                let fd = borrowed(&folder.fd);
                self.fdstat_of(&fd, 0)?
            }
            Open::File(file) => {
                let append = if file.appends { APPEND } else { 0 };
                let (fd, own) = (borrowed(&file.fd), append | if file.is_impatient { NONBLOCK } else { 0 });
                self.fdstat_of(&fd, own)?
            }
        };
        self.put(to, &stat)
    }

    /// Of what was opened: everything that the way it was opened does not rule out.
    fn fdstat_of(&mut self, fd: &Fd, own: u32) -> Answer<[u8; 24]> {
        let opened = HostDescriptor::get_flags(self.state, borrowed(fd))?;
        let kind = kind(HostDescriptor::get_type(self.state, borrowed(fd))?);
        let has = |flag| opened.contains(flag);
        let mut rights = if kind == FOLDER { ALL & !OF_FILES } else { ALL };
        if !has(DescriptorFlags::READ) {
            rights &= !(READ | READ_FOLDER);
        }
        if !has(DescriptorFlags::WRITE) {
            rights &= !WRITE;
        }
        let flags = [
            (DescriptorFlags::DATA_INTEGRITY_SYNC, DSYNC),
            (DescriptorFlags::REQUESTED_WRITE_SYNC, RSYNC),
            (DescriptorFlags::FILE_INTEGRITY_SYNC, SYNC),
        ];
        let flags = flags.into_iter().filter(|(flag, _)| has(*flag)).fold(own, |all, (_, flag)| all | flag);
        Ok(fdstat(kind, flags, rights, rights))
    }

    pub(super) fn fd_filestat_get(&mut self, fd: u32, to: u32) -> Answer {
        if let Open::Input(_) | Open::Output(_) = self.open(fd)? {
            return self.put(to, &[0; 64]);
        }
        let fd = self.either(fd)?;
        let stat = HostDescriptor::stat(self.state, borrowed(&fd))?;
        let number = HostDescriptor::metadata_hash(self.state, fd)?.lower;
        self.put(to, &filestat(&stat, number)?)
    }
}
