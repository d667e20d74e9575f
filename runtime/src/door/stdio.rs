//! The door to standard streams: `wasi:cli/{stdin,stdout,stderr,terminal-*}`. Input is always at its end; output is kept, up to
//! the quota of the call; there is no terminal. Deliberately absent: the streams of the host's process.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use wasmtime::component::Resource;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::bindings::cli::{
    stderr, stdin, stdout, terminal_input, terminal_output, terminal_stderr, terminal_stdin, terminal_stdout,
};
use wasmtime_wasi::p2::pipe::ClosedInputStream;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, OutputStream, Pollable, StreamError, StreamResult};

use super::audit::is_unsafe;
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

/// Both streams of one call, and what is left of its quota.
#[derive(Debug, Clone)]
pub(crate) struct Captured(Arc<Capturing>);

#[derive(Debug)]
struct Capturing {
    /// Bytes over both streams.
    quota: AtomicU64,
    /// Whether this call wrote anything; most do not, and cost nothing then.
    touched: AtomicBool,
    both: Mutex<Both>,
}

#[derive(Debug, Default)]
struct Both {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    left: u64,
    refused: bool,
}

impl Captured {
    /// `quota` is in bytes over both streams, for each call.
    pub(crate) fn new(quota: u64) -> Self {
        let both = Mutex::new(Both { left: quota, ..Both::default() });
        Captured(Arc::new(Capturing { quota: AtomicU64::new(quota), touched: AtomicBool::new(false), both }))
    }

    /// From the next call on.
    pub(crate) fn set_quota(&self, quota: u64) {
        if self.0.quota.swap(quota, Ordering::Relaxed) != quota {
            self.0.touched.store(true, Ordering::Relaxed);
        }
    }

    /// Forgets what was written, for the next call.
    pub(crate) fn reset(&self) {
        if self.0.touched.load(Ordering::Relaxed) {
            self.0.touched.store(false, Ordering::Relaxed);
            *self.lock() = Both { left: self.0.quota.load(Ordering::Relaxed), ..Both::default() };
        }
    }

    /// What was written: standard output, standard error.
    pub(crate) fn take(&self) -> (Output, Output) {
        let mut both = self.lock();
        (Output(std::mem::take(&mut both.stdout)), Output(std::mem::take(&mut both.stderr)))
    }

    /// Whether a write was refused since this was last asked.
    pub(crate) fn was_refused(&self) -> bool {
        std::mem::take(&mut self.lock().refused)
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
        let fits = usize::try_from(both.left).unwrap_or(usize::MAX).min(bytes.len());
        both.left -= fits as u64;
        let kept = match self.stream {
            Stream::Stdout => &mut both.stdout,
            Stream::Stderr => &mut both.stderr,
        };
        kept.extend_from_slice(&bytes[..fits]);
        if fits == bytes.len() {
            return Ok(());
        }
        both.refused = true;
        Err(StreamError::LastOperationFailed(wasmtime::format_err!("the output quota of this call is used up")))
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
        Ok(self.table.push(capture)?)
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
