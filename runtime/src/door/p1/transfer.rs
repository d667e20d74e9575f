//! Reading and writing in WASI p1. Comes in: a descriptor, and a list of buffers in the program's memory. Goes out: how many bytes
//! passed. They pass in parts, so that the host holds few at one time, a quota that is reached keeps what passed before, and the
//! program's time goes on.

use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::HostDescriptor;
use wasmtime_wasi::p2::bindings::sync::io::streams::{HostInputStream, HostOutputStream};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, StreamError};

use super::Answer;
use super::descriptors::{Fd, File, Open, borrowed};
use super::errno::{Errno, Fault};
use super::memory::{Call, Part};

/// How many bytes pass at one time: what the doors read at most.
const AT_ONCE: u32 = 64 << 10;
/// How many go to the end of a file at one time: what streams take and finish at most.
const TO_END: u32 = 4 << 10;

/// From where bytes come, or to where they go.
enum Place {
    Input(Resource<DynInputStream>),
    Output(Resource<DynOutputStream>),
    /// A file, from there on.
    At(Fd, u64),
    /// The end of a file, wherever that is then.
    End(Fd),
}

impl Call<'_> {
    pub(super) fn fd_read(&mut self, fd: u32, list: Part, to: u32) -> Answer {
        let place = match self.open(fd)? {
            Open::Input(stream) => Place::Input(borrowed(stream)),
            Open::File(file) => Place::At(borrowed(&file.fd), file.at),
            Open::Output(_) | Open::Folder(_) => return Err(Errno::Badf.into()),
        };
        let read = self.read(&place, list)?;
        if let Place::At(_, at) = place {
            self.file(fd)?.at = at.checked_add(read.into()).ok_or(Errno::Overflow)?;
        }
        self.put_u32(to, read)
    }

    pub(super) fn fd_pread(&mut self, fd: u32, list: Part, at: u64, to: u32) -> Answer {
        let file = borrowed(&self.seekable(fd)?.fd);
        let read = self.read(&Place::At(file, at), list)?;
        self.put_u32(to, read)
    }

    pub(super) fn fd_write(&mut self, fd: u32, list: Part, to: u32) -> Answer {
        let place = match self.open(fd)? {
            Open::Output(stream) => Place::Output(borrowed(stream)),
            Open::File(File { fd, appends: true, .. }) => Place::End(borrowed(fd)),
            Open::File(File { fd, at, .. }) => Place::At(borrowed(fd), *at),
            Open::Input(_) | Open::Folder(_) => return Err(Errno::Badf.into()),
        };
        let written = self.write(&place, list)?;
        match &place {
            Place::At(_, at) => self.file(fd)?.at = at.checked_add(written.into()).ok_or(Errno::Overflow)?,
            Place::End(file) => self.file(fd)?.at = HostDescriptor::stat(self.state, borrowed(file))?.size,
            Place::Input(_) | Place::Output(_) => {}
        }
        self.put_u32(to, written)
    }

    /// Where a file is written to at its end, it is so here as well, as on Linux.
    pub(super) fn fd_pwrite(&mut self, fd: u32, list: Part, at: u64, to: u32) -> Answer {
        let file = self.seekable(fd)?;
        let place = if file.appends { Place::End(borrowed(&file.fd)) } else { Place::At(borrowed(&file.fd), at) };
        let written = self.write(&place, list)?;
        self.put_u32(to, written)
    }

    fn read(&mut self, place: &Place, list: Part) -> Answer<u32> {
        self.in_parts(list, AT_ONCE, |call, (at, length), before| {
            let bytes = match place {
                Place::Input(stream) => {
                    match HostInputStream::blocking_read(call.state, borrowed(stream), length.into()) {
                        Err(StreamError::Closed) => vec![],
                        read => read?,
                    }
                }
                Place::At(file, start) => {
                    let start = start.checked_add(before.into()).ok_or(Errno::Overflow)?;
                    HostDescriptor::read(call.state, borrowed(file), length.into(), start)?.0
                }
                Place::Output(_) | Place::End(_) => return Err(Errno::Badf.into()),
            };
            call.put(at, &bytes)?;
            Ok(u32::try_from(bytes.len()).map_err(|_| Errno::Overflow)?)
        })
    }

    fn write(&mut self, place: &Place, list: Part) -> Answer<u32> {
        if let Place::End(file) = place {
            let stream = HostDescriptor::append_via_stream(self.state, borrowed(file))?;
            let appended = self.in_parts(list, TO_END, |call, part, _| {
                let bytes = call.bytes(part)?.to_vec();
                HostOutputStream::blocking_write_and_flush(call.state, borrowed(&stream), bytes)?;
                Ok(part.1)
            });
            HostOutputStream::drop(self.state, stream)?;
            return appended;
        }
        self.in_parts(list, AT_ONCE, |call, part, before| match place {
            Place::Output(stream) => call.write_out(stream, part),
            Place::At(file, start) => {
                let start = start.checked_add(before.into()).ok_or(Errno::Overflow)?;
                let bytes = call.bytes(part)?.to_vec();
                let written = HostDescriptor::write(call.state, borrowed(file), bytes, start)?;
                Ok(u32::try_from(written).map_err(|_| Errno::Overflow)?)
            }
            Place::Input(_) | Place::End(_) => Err(Errno::Badf.into()),
        })
    }

    /// Writes to a stream as much as it takes.
    fn write_out(&mut self, stream: &Resource<DynOutputStream>, (at, length): Part) -> Answer<u32> {
        let ready = HostOutputStream::check_write(self.state, borrowed(stream))?;
        let some = u32::try_from(ready).unwrap_or(u32::MAX).min(length);
        if some == 0 {
            return Err(Errno::Again.into());
        }
        let bytes = self.bytes((at, some))?.to_vec();
        HostOutputStream::write(self.state, borrowed(stream), bytes)?;
        Ok(some)
    }

    /// Does something to the buffers of a list, one part after the other, which is told how many bytes passed before, until a part
    /// is not done whole. An error after the first part is told by the next call.
    fn in_parts(
        &mut self,
        list: Part,
        most: u32,
        mut one: impl FnMut(&mut Self, Part, u32) -> Answer<u32>,
    ) -> Answer<u32> {
        let mut all = 0_u32;
        for (mut at, mut left) in self.buffers(list)? {
            while left > 0 {
                let some = left.min(most).min(u32::MAX - all);
                let done = match one(self, (at, some), all) {
                    Err(Fault::Errno(_)) if all > 0 => return Ok(all),
                    done => done?.min(some),
                };
                all += done;
                if done < some || all == u32::MAX {
                    return Ok(all);
                }
                (at, left) = (at.saturating_add(done), left - done);
                if some == most {
                    self.check_time()?;
                }
            }
        }
        Ok(all)
    }
}
