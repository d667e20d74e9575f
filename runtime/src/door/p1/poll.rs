//! Waiting in WASI p1: `poll_oneoff`. Comes in: a list of times and descriptors. Goes out: those of them that came or are ready, once one
//! is, or the end of the call. The doors of `wasi:clocks` and `wasi:io` wait; how many things are waited for, the quota of handles says.

use std::collections::BTreeSet;

use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::clocks::{monotonic_clock, wall_clock};
use wasmtime_wasi::p2::bindings::sync::filesystem::types::HostDescriptor;
use wasmtime_wasi::p2::bindings::sync::io::poll::{Host, HostPollable};
use wasmtime_wasi::p2::bindings::sync::io::streams::{HostInputStream, HostOutputStream};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable};

use super::Answer;
use super::clocks::{Clock, nanoseconds};
use super::descriptors::{File, Open, borrowed};
use super::errno::Errno;
use super::memory::{Call, number};

/// How long one thing to wait for is, and what is told of one, in bytes.
const SUBSCRIPTION: u32 = 48;
const EVENT: u32 = 32;
/// That nothing more comes after what is there.
const AT_END: u16 = 1;

/// What is waited for.
#[derive(Clone, Copy)]
enum Awaited {
    /// A time on the monotonic clock.
    Instant(u64),
    /// That so much time went by.
    Duration(u64),
    /// That a descriptor can be read.
    Read(u32),
    /// That one can be written.
    Write(u32),
}

/// One thing that is waited for, and what the program knows it by.
struct Subscription {
    name: [u8; 8],
    awaited: Awaited,
}

/// What stands for them while they are waited for.
#[derive(Default)]
struct Waits {
    pollables: Vec<Resource<DynPollable>>,
    inputs: Vec<Resource<DynInputStream>>,
    outputs: Vec<Resource<DynOutputStream>>,
}

impl Call<'_> {
    pub(super) fn poll_oneoff(&mut self, subscriptions: u32, events: u32, count: u32, to: u32) -> Answer {
        if count == 0 {
            return Err(Errno::Inval.into());
        }
        self.state.check_waits(count as usize)?;
        let list = (0..count).map(|index| self.subscription(self.entry(subscriptions, index, SUBSCRIPTION)?));
        let list = list.collect::<Answer<Vec<_>>>()?;
        let mut waits = Waits::default();
        let begun = list.iter().try_for_each(|one| self.begin_wait(one.awaited, &mut waits));
        let ready = begun.and_then(|()| Ok(Host::poll(self.state, waits.pollables.iter().map(borrowed).collect())?));
        self.end_waits(waits)?;
        let ready: BTreeSet<usize> = ready?.into_iter().map(|index| index as usize).collect();
        let happened = list.iter().enumerate().filter(|(index, _)| ready.contains(index));
        let mut told = 0;
        for (_, one) in happened {
            let event = self.event(one)?;
            self.put(self.entry(events, told, EVENT)?, &event)?;
            told += 1;
        }
        self.put_u32(to, told)
    }

    fn subscription(&mut self, at: u32) -> Answer<Subscription> {
        let bytes: [u8; SUBSCRIPTION as usize] = self.array(at)?;
        let part = |at: usize| bytes[at..at + 4].try_into().map_or(0, number);
        let whole = |at: usize| u64::from(part(at)) | u64::from(part(at + 4)) << 32;
        let awaited = match bytes[8] {
            0 => self.time(part(16), whole(24), u16::from_le_bytes([bytes[40], bytes[41]]))?,
            1 => Awaited::Read(part(16)),
            2 => Awaited::Write(part(16)),
            _ => return Err(Errno::Inval.into()),
        };
        let mut name = [0; 8];
        name.copy_from_slice(&bytes[..8]);
        Ok(Subscription { name, awaited })
    }

    fn time(&mut self, clock: u32, time: u64, flags: u16) -> Answer<Awaited> {
        let clock = Clock::of(clock)?.ok_or(Errno::Inval)?;
        match (flags, clock) {
            (0, _) => Ok(Awaited::Duration(time)),
            (1, Clock::Monotonic) => Ok(Awaited::Instant(time)),
            (1, Clock::Wall) => {
                let now = nanoseconds(wall_clock::Host::now(self.state)?)?;
                Ok(Awaited::Duration(time.saturating_sub(now)))
            }
            _ => Err(Errno::Inval.into()),
        }
    }

    fn begin_wait(&mut self, awaited: Awaited, waits: &mut Waits) -> Answer {
        let pollable = match awaited {
            Awaited::Instant(time) => monotonic_clock::Host::subscribe_instant(self.state, time)?,
            Awaited::Duration(time) => monotonic_clock::Host::subscribe_duration(self.state, time)?,
            Awaited::Read(fd) => {
                let stream = match self.open(fd)? {
                    Open::Input(stream) => borrowed(stream),
                    Open::File(File { fd, at, .. }) => {
                        let (file, at) = (borrowed(fd), *at);
                        let stream = HostDescriptor::read_via_stream(self.state, file, at)?;
                        let own = borrowed(&stream);
                        waits.inputs.push(stream);
                        own
                    }
                    Open::Output(_) | Open::Folder(_) => return Err(Errno::Badf.into()),
                };
                HostInputStream::subscribe(self.state, stream)?
            }
            Awaited::Write(fd) => {
                let stream = match self.open(fd)? {
                    Open::Output(stream) => borrowed(stream),
                    Open::File(File { fd, at, .. }) => {
                        let (file, at) = (borrowed(fd), *at);
                        let stream = HostDescriptor::write_via_stream(self.state, file, at)?;
                        let own = borrowed(&stream);
                        waits.outputs.push(stream);
                        own
                    }
                    Open::Input(_) | Open::Folder(_) => return Err(Errno::Badf.into()),
                };
                HostOutputStream::subscribe(self.state, stream)?
            }
        };
        waits.pollables.push(pollable);
        Ok(())
    }

    /// What waits for a stream goes before the stream.
    fn end_waits(&mut self, waits: Waits) -> Answer {
        for pollable in waits.pollables {
            HostPollable::drop(self.state, pollable)?;
        }
        for stream in waits.inputs {
            HostInputStream::drop(self.state, stream)?;
        }
        for stream in waits.outputs {
            HostOutputStream::drop(self.state, stream)?;
        }
        Ok(())
    }

    /// What is told of something that came: what it is known by, no error, its sort, how many bytes, and whether that is the end.
    fn event(&mut self, one: &Subscription) -> Answer<[u8; EVENT as usize]> {
        let (sort, bytes, flags) = match one.awaited {
            Awaited::Instant(_) | Awaited::Duration(_) => (0, 0, 0),
            Awaited::Read(fd) => {
                let (bytes, flags) = self.left(fd)?;
                (1, bytes, flags)
            }
            Awaited::Write(_) => (2, 1, 0),
        };
        let mut event = [0; EVENT as usize];
        event[..8].copy_from_slice(&one.name);
        event[10] = sort;
        event[16..24].copy_from_slice(&u64::to_le_bytes(bytes));
        event[24..26].copy_from_slice(&u16::to_le_bytes(flags));
        Ok(event)
    }

    /// How many bytes can be read at once: of a stream, some.
    fn left(&mut self, fd: u32) -> Answer<(u64, u16)> {
        let Open::File(File { fd, at, .. }) = self.open(fd)? else { return Ok((1, 0)) };
        let (file, at) = (borrowed(fd), *at);
        let left = HostDescriptor::stat(self.state, file)?.size.saturating_sub(at);
        Ok((left, if left == 0 { AT_END } else { 0 }))
    }
}
