//! What WASI p1 does with what is open, beside reading and writing. Comes in: a descriptor. Goes out: what `wasi:filesystem` does to the
//! file or folder behind it. Where reading and writing go on, only this door knows: there is no such place in `wasi:filesystem`.

use wasmtime_wasi::p2::bindings::sync::filesystem::types::{Advice, HostDescriptor};

use super::Answer;
use super::descriptors::{Open, borrowed};
use super::errno::Errno;
use super::memory::Call;
use super::stat::{APPEND, DSYNC, NONBLOCK, RSYNC, SYNC, new_times};

/// What there is under a number that a program finds folders by: a folder, and how long its name is.
const GIVEN_FOLDER: u32 = 0;

impl Call<'_> {
    pub(super) fn fd_advise(&mut self, fd: u32, at: u64, length: u64, advice: u32) -> Answer {
        let advice = match advice {
            0 => Advice::Normal,
            1 => Advice::Sequential,
            2 => Advice::Random,
            3 => Advice::WillNeed,
            4 => Advice::DontNeed,
            5 => Advice::NoReuse,
            _ => return Err(Errno::Inval.into()),
        };
        let file = borrowed(&self.file(fd)?.fd);
        Ok(HostDescriptor::advise(self.state, file, at, length, advice)?)
    }

    /// There is no such function in `wasi:filesystem`.
    pub(super) fn fd_allocate(&mut self, fd: u32) -> Answer {
        self.file(fd)?;
        Err(Errno::Notsup.into())
    }

    pub(super) fn fd_datasync(&mut self, fd: u32) -> Answer {
        let file = borrowed(&self.file(fd)?.fd);
        Ok(HostDescriptor::sync_data(self.state, file)?)
    }

    pub(super) fn fd_sync(&mut self, fd: u32) -> Answer {
        let file = borrowed(&self.file(fd)?.fd);
        Ok(HostDescriptor::sync(self.state, file)?)
    }

    /// How a file was opened stays; what this door remembers of it can be set.
    pub(super) fn fd_fdstat_set_flags(&mut self, fd: u32, flags: u32) -> Answer {
        let file = self.file(fd)?;
        let kept = DSYNC | RSYNC | SYNC;
        if flags & kept != 0 || flags > (APPEND | NONBLOCK | kept) {
            return Err(Errno::Inval.into());
        }
        file.appends = flags & APPEND != 0;
        file.is_impatient = flags & NONBLOCK != 0;
        Ok(())
    }

    /// Rights are those of the plan; there are none to give away.
    pub(super) fn fd_fdstat_set_rights(&mut self, fd: u32) -> Answer {
        self.either(fd)?;
        Err(Errno::Notsup.into())
    }

    pub(super) fn fd_filestat_set_size(&mut self, fd: u32, size: u64) -> Answer {
        let file = borrowed(&self.file(fd)?.fd);
        Ok(HostDescriptor::set_size(self.state, file, size)?)
    }

    pub(super) fn fd_filestat_set_times(&mut self, fd: u32, accessed: u64, modified: u64, which: u32) -> Answer {
        let (accessed, modified) = new_times(accessed, modified, which)?;
        let fd = self.either(fd)?;
        Ok(HostDescriptor::set_times(self.state, fd, accessed, modified)?)
    }

    pub(super) fn fd_seek(&mut self, fd: u32, offset: i64, whence: u32, to: u32) -> Answer {
        let file = self.seekable(fd)?;
        let from = match whence {
            0 => 0,
            1 => file.at,
            2 => {
                let file = borrowed(&file.fd);
                HostDescriptor::stat(self.state, file)?.size
            }
            _ => return Err(Errno::Inval.into()),
        };
        let at = from.checked_add_signed(offset).ok_or(Errno::Inval)?;
        self.seekable(fd)?.at = at;
        self.put_u64(to, at)
    }

    pub(super) fn fd_tell(&mut self, fd: u32, to: u32) -> Answer {
        let at = self.seekable(fd)?.at;
        self.put_u64(to, at)
    }

    pub(super) fn fd_prestat_get(&mut self, fd: u32, to: u32) -> Answer {
        let name = self.given(fd)?.ok_or(Errno::Badf)?;
        let length = u32::try_from(name.len()).map_err(|_| Errno::Overflow)?;
        self.put_u32(to, GIVEN_FOLDER)?;
        self.put_u32(self.entry(to, 1, 4)?, length)
    }

    pub(super) fn fd_prestat_dir_name(&mut self, fd: u32, path: u32, length: u32) -> Answer {
        let name = self.given(fd)?.ok_or(Errno::Notdir)?;
        if name.len() > length as usize {
            return Err(Errno::Nametoolong.into());
        }
        self.put(path, name.as_bytes())
    }

    /// What a program finds a folder as that it has from the start, nowhere too.
    fn given(&mut self, fd: u32) -> Answer<Option<String>> {
        match self.any(fd)? {
            Open::Folder(folder) => Ok(folder.name.clone()),
            Open::Input(_) | Open::Output(_) | Open::File(_) => Ok(None),
        }
    }
}
