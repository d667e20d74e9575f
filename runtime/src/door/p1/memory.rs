//! A program's memory, as the functions that it calls see it. Comes in: numbers that lead somewhere. Goes out: bytes, numbers and texts
//! that were read, or written, there. What leads out of the memory ends the call, as the text of WASI p1 has it. Nothing is
//! allocated that is as large as a program says it is.

use std::ops::Range;

use super::Answer;
use super::errno::Errno;
use crate::tier::wasm::call::Stop;
use crate::tier::wasm::state::PluginState;

/// How long a path may be, in bytes: more than any system allows.
const MAX_PATH: u32 = 16 << 10;
/// How many buffers one call may name, as systems have it.
const MAX_BUFFERS: u32 = 1024;
/// How long one of their entries is: where the buffer is, and how long.
const BUFFER: u32 = 8;

/// One call of a program's.
pub(super) struct Call<'a> {
    pub(super) memory: &'a mut [u8],
    pub(super) state: &'a mut PluginState,
}

/// Where something lies, and how long it is.
pub(super) type Part = (u32, u32);

impl Call<'_> {
    /// Where something lies in the memory.
    pub(super) fn range(&self, (at, length): Part) -> Answer<Range<usize>> {
        let outside = Stop::Misuse("a pointer that leads out of its memory");
        let end = usize::try_from(u64::from(at) + u64::from(length));
        let end = end.ok().filter(|end| *end <= self.memory.len()).ok_or(outside)?;
        Ok(end - length as usize..end)
    }

    /// Of an array, one entry.
    pub(super) fn entry(&self, at: u32, index: u32, size: u32) -> Answer<u32> {
        let entry = index.checked_mul(size).and_then(|offset| at.checked_add(offset));
        Ok(entry.ok_or(Stop::Misuse("a list that leads out of its memory"))?)
    }

    pub(super) fn bytes(&self, part: Part) -> Answer<&[u8]> {
        let range = self.range(part)?;
        Ok(&self.memory[range])
    }

    pub(super) fn array<const N: usize>(&self, at: u32) -> Answer<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes((at, length(N)))?);
        Ok(array)
    }

    pub(super) fn put(&mut self, at: u32, bytes: &[u8]) -> Answer {
        let range = self.range((at, length(bytes.len())))?;
        self.memory[range].copy_from_slice(bytes);
        Ok(())
    }

    pub(super) fn put_u32(&mut self, at: u32, number: u32) -> Answer {
        self.put(at, &number.to_le_bytes())
    }

    pub(super) fn put_u64(&mut self, at: u32, number: u64) -> Answer {
        self.put(at, &number.to_le_bytes())
    }

    /// A path, or what a link says.
    pub(super) fn text(&self, part: Part) -> Answer<String> {
        let bytes = self.bytes(part)?;
        if part.1 > MAX_PATH {
            return Err(Errno::Nametoolong.into());
        }
        Ok(str::from_utf8(bytes).map_err(|_| Errno::Ilseq)?.to_owned())
    }

    /// The buffers of a list, which all lie in the memory.
    pub(super) fn buffers(&self, (at, count): Part) -> Answer<Vec<Part>> {
        let last = self.entry(at, count, BUFFER)?;
        self.range((at, last - at))?;
        if count > MAX_BUFFERS {
            return Err(Errno::Inval.into());
        }
        let buffer = |index| {
            let at = self.entry(at, index, BUFFER)?;
            let part = (number(self.array(at)?), number(self.array(at + 4)?));
            self.range(part).map(|_| part)
        };
        (0..count).map(buffer).collect()
    }

    /// Where the host works for long: whether the program still has time.
    pub(super) fn check_time(&mut self) -> Answer {
        if let Some(hit) = self.state.clock.tick()? {
            self.state.note_exceeded(hit, "run");
        }
        Ok(())
    }
}

pub(super) fn number(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes)
}

/// No memory of a program is larger than this can say.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
