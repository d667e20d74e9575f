//! The door to standard streams: `wasi:cli/{stdin,stdout,stderr,terminal-*}`. Input is always at its end; output is kept, up to
//! the quotas of the call; there is no terminal. Deliberately absent: the streams of the host's process.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ambit_schema::limits::Quota;
use bytes::Bytes;
use wasmtime::component::Resource;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::bindings::cli::{
    stderr, stdin, stdout, terminal_input, terminal_output, terminal_stderr, terminal_stdin, terminal_stdout,
};
use wasmtime_wasi::p2::pipe::ClosedInputStream;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, OutputStream, Pollable, StreamError, StreamResult};

use super::audit::is_unsafe;
use super::traffic::Flow;
use crate::tier::wasm::state::PluginState;

/// How much one write may bring; a stream says so before it is written to.
const CHUNK: usize = 64 << 10;

/// What a plugin wrote to one of its streams. Its [`Display`](fmt::Display) is safe for terminals and logs: everything that
/// they would obey is escaped, except line ends and tabs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output(Vec<u8>);

impl Output {
    /// The bytes as written, terminal commands included.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in String::from_utf8_lossy(&self.0).chars() {
            if is_unsafe(c) && !matches!(c, '\n' | '\t') {
                write!(f, "\\u{{{:x}}}", c as u32)?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

/// Both streams of one call, and what is left of its quotas.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured(Arc<Capturing>);

#[derive(Debug, Default)]
struct Capturing {
    /// Bytes over both streams.
    bytes: AtomicU64,
    /// Line ends over both streams.
    lines: AtomicU64,
    /// Whether this call wrote anything; most do not, and cost nothing then.
    touched: AtomicBool,
    both: Mutex<Both>,
}

#[derive(Debug, Default)]
struct Both {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    bytes_left: u64,
    lines_left: u64,
    /// The quota that a write was too much for.
    refused: Option<Quota>,
}

impl Both {
    /// How many of these bytes there is room for, and the quota that the others are too much for.
    fn take_room(&mut self, bytes: &[u8]) -> (usize, Option<Quota>) {
        let within = usize::try_from(self.bytes_left).unwrap_or(usize::MAX).min(bytes.len());
        let mut fits = if self.lines_left == 0 { 0 } else { within };
        if self.lines_left != u64::MAX {
            for end in (0..fits).filter(|at| bytes[*at] == b'\n') {
                self.lines_left -= 1;
                if self.lines_left == 0 {
                    fits = end + 1;
                    break;
                }
            }
        }
        self.bytes_left -= fits as u64;
        let refused = if fits < within { Quota::OutputLines } else { Quota::Output };
        (fits, (fits < bytes.len()).then_some(refused))
    }
}

impl Captured {
    /// How many bytes and line ends one call may write over both streams, from the next call on.
    pub(crate) fn set_most(&self, bytes: u64, lines: u64) {
        let before = (self.0.bytes.swap(bytes, Ordering::Relaxed), self.0.lines.swap(lines, Ordering::Relaxed));
        if before != (bytes, lines) {
            self.0.touched.store(true, Ordering::Relaxed);
        }
    }

    /// Forgets what was written, for the next call.
    pub(crate) fn reset(&self) {
        if self.0.touched.load(Ordering::Relaxed) {
            self.0.touched.store(false, Ordering::Relaxed);
            let most = |most: &AtomicU64| most.load(Ordering::Relaxed);
            let (bytes_left, lines_left) = (most(&self.0.bytes), most(&self.0.lines));
            *self.lock() = Both { bytes_left, lines_left, ..Both::default() };
        }
    }

    /// What was written: standard output, standard error.
    pub(crate) fn take(&self) -> (Output, Output) {
        let mut both = self.lock();
        (Output(std::mem::take(&mut both.stdout)), Output(std::mem::take(&mut both.stderr)))
    }

    /// The quota that a write was refused for since this was last asked.
    pub(crate) fn take_refused(&self) -> Option<Quota> {
        self.lock().refused.take()
    }

    fn lock(&self) -> MutexGuard<'_, Both> {
        self.0.both.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy)]
enum Stream {
    Stdout,
    Stderr,
}

struct Capture {
    captured: Captured,
    stream: Stream,
}

#[async_trait]
impl Pollable for Capture {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for Capture {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.captured.0.touched.store(true, Ordering::Relaxed);
        let mut both = self.captured.lock();
        let (fits, refused) = both.take_room(&bytes);
        let kept = match self.stream {
            Stream::Stdout => &mut both.stdout,
            Stream::Stderr => &mut both.stderr,
        };
        kept.extend_from_slice(&bytes[..fits]);
        both.refused = refused.or(both.refused);
        match refused {
            None => Ok(()),
            Some(quota) => {
                let why = wasmtime::format_err!("the quota `{}` of this call is used up", quota.key());
                Err(StreamError::LastOperationFailed(why))
            }
        }
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(CHUNK)
    }
}

impl PluginState {
    fn capture(&mut self, stream: Stream) -> wasmtime::Result<Resource<DynOutputStream>> {
        let capture: DynOutputStream = Box::new(Capture { captured: self.output.clone(), stream });
        let capture = self.table.push(capture)?;
        self.traffic.flows.insert(capture.rep(), Flow::Output);
        Ok(capture)
    }
}

impl stdin::Host for PluginState {
    fn get_stdin(&mut self) -> wasmtime::Result<Resource<DynInputStream>> {
        let at_end: DynInputStream = Box::new(ClosedInputStream);
        Ok(self.table.push(at_end)?)
    }
}

impl stdout::Host for PluginState {
    fn get_stdout(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        self.capture(Stream::Stdout)
    }
}

impl stderr::Host for PluginState {
    fn get_stderr(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        self.capture(Stream::Stderr)
    }
}

impl terminal_input::Host for PluginState {}
impl terminal_input::HostTerminalInput for PluginState {
    fn drop(&mut self, terminal: Resource<terminal_input::TerminalInput>) -> wasmtime::Result<()> {
        self.table.delete(terminal)?;
        Ok(())
    }
}

impl terminal_output::Host for PluginState {}
impl terminal_output::HostTerminalOutput for PluginState {
    fn drop(&mut self, terminal: Resource<terminal_output::TerminalOutput>) -> wasmtime::Result<()> {
        self.table.delete(terminal)?;
        Ok(())
    }
}

impl terminal_stdin::Host for PluginState {
    fn get_terminal_stdin(&mut self) -> wasmtime::Result<Option<Resource<terminal_input::TerminalInput>>> {
        Ok(None)
    }
}

impl terminal_stdout::Host for PluginState {
    fn get_terminal_stdout(&mut self) -> wasmtime::Result<Option<Resource<terminal_output::TerminalOutput>>> {
        Ok(None)
    }
}

impl terminal_stderr::Host for PluginState {
    fn get_terminal_stderr(&mut self) -> wasmtime::Result<Option<Resource<terminal_output::TerminalOutput>>> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use ambit_schema::limits::Quota;

    use super::Both;

    #[test]
    fn as_many_lines_fit_as_are_left() {
        let room = |bytes_left, lines_left, text: &str| {
            let mut both = Both { bytes_left, lines_left, ..Both::default() };
            let (fits, refused) = both.take_room(text.as_bytes());
            (fits, refused, both.bytes_left, both.lines_left)
        };
        let (all, lines, bytes) = (u64::MAX, Some(Quota::OutputLines), Some(Quota::Output));
        assert_eq!(room(100, all, "a\nb\nc"), (5, None, 95, all));
        assert_eq!(room(100, 2, "a\nb\nc"), (4, lines, 96, 0));
        assert_eq!(room(100, 2, "a\nb\n"), (4, None, 96, 0));
        assert_eq!(room(100, 3, "a\nb\nc"), (5, None, 95, 1));
        assert_eq!(room(100, 0, "a"), (0, lines, 100, 0));
        assert_eq!(room(3, 2, "a\nb\nc"), (3, bytes, 0, 1));
        assert_eq!(room(0, 2, "\n"), (0, bytes, 0, 2));
        assert_eq!(room(0, 0, ""), (0, None, 0, 0));
    }
}
