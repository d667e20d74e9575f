//! How far a file may grow: the quota `file-size`. Comes in: where a change of a file would end. Goes out: yes, or the quota that
//! is used up. What a file has already may be written again, however large it is.

use std::fs::File;
use std::sync::Arc;

use ambit_schema::limits::Quota;
use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::bindings::filesystem::types;
use wasmtime_wasi::p2::{FsResult, StreamError, StreamResult};

use crate::door::traffic::Flow;
use crate::tier::wasm::state::PluginState;

/// A file that a stream writes to, and where.
#[derive(Debug, Clone)]
pub(crate) struct Growth {
    file: Arc<File>,
    /// Where the next byte goes. `None`: to the end, wherever that is then.
    at: Option<u64>,
}

impl Growth {
    /// Notes what was written.
    pub(crate) fn advance(&mut self, bytes: u64) {
        self.at = self.at.map(|at| at.saturating_add(bytes));
    }

    /// How many bytes may be written next.
    fn room(&self, limit: u64) -> u64 {
        let size = size(&self.file);
        limit.max(size).saturating_sub(self.at.unwrap_or(size))
    }
}

/// What cannot be told has grown as far as anything can.
fn size(file: &File) -> u64 {
    file.metadata().map_or(u64::MAX, |about| about.len())
}

impl PluginState {
    /// The growth of what a stream writes, when it is a file. `at`: where it begins, or the end.
    pub(super) fn growth(&self, fd: u32, at: Option<u64>) -> FsResult<Option<Growth>> {
        let descriptor = self.table.get(&Resource::<Descriptor>::new_borrow(fd))?;
        Ok(match descriptor {
            Descriptor::File(file) => Some(Growth { file: Arc::clone(&file.file), at }),
            Descriptor::Dir(_) => None,
        })
    }

    /// Refuses to let a file end there.
    pub(super) fn check_end(&mut self, fd: u32, end: u64, operation: &'static str) -> FsResult<()> {
        let hit = self.quota(Quota::FileSize);
        if end <= hit.limit || self.growth(fd, None)?.is_none_or(|growth| end <= size(&growth.file)) {
            return Ok(());
        }
        self.note_exceeded(hit, operation);
        Err(types::ErrorCode::FileTooLarge.into())
    }

    /// How much of so many bytes a stream may write, where it is one to a file.
    ///
    /// # Errors
    /// Nothing of it, as the system says it of a file that is too large.
    pub(in crate::door) fn may_write(&mut self, stream: u32, bytes: u64) -> StreamResult<u64> {
        let Some(Flow::File { growth: Some(growth), .. }) = self.traffic.flows.get(&stream) else { return Ok(bytes) };
        let hit = self.quota(Quota::FileSize);
        let room = growth.room(hit.limit);
        if room > 0 || bytes == 0 {
            return Ok(bytes.min(room));
        }
        self.note_exceeded(hit, "write");
        Err(StreamError::LastOperationFailed(too_large().into()))
    }

    /// As [`may_write`](Self::may_write), of all of so many bytes or none.
    pub(in crate::door) fn may_write_all(&mut self, stream: u32, bytes: u64) -> StreamResult<()> {
        if self.may_write(stream, bytes)? == bytes {
            return Ok(());
        }
        let hit = self.quota(Quota::FileSize);
        self.note_exceeded(hit, "write");
        Err(StreamError::LastOperationFailed(too_large().into()))
    }
}

fn too_large() -> std::io::Error {
    rustix::io::Errno::FBIG.into()
}
