//! The door to waiting: `wasi:io`. Epochs do not end a wait inside the host, so every wait here carries the deadline of the
//! call: a plugin that sleeps or polls for ever is stopped by its wall quota like one that computes.

use std::pin::pin;
use std::time::Duration;

use ambit_schema::limits::Quota;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::sync::io::{poll, streams};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, StreamError, StreamResult};
use wasmtime_wasi::runtime::{in_tokio, poll_noop, with_ambient_tokio_runtime};
use wasmtime_wasi_io::bindings::wasi::io::error;
use wasmtime_wasi_io::bindings::wasi::io::poll::{Host as AsyncPoll, HostPollable as AsyncPollable};
use wasmtime_wasi_io::bindings::wasi::io::streams::{
    Host as AsyncStreams, HostInputStream as AsyncInput, HostOutputStream as AsyncOutput,
};

use super::fs::Short;
use super::traffic::Flow;
use crate::tier::wasm::call::Stop;
use crate::tier::wasm::limits::CallClock;
use crate::tier::wasm::state::PluginState;

/// Waits until the deadline of the call.
pub(super) fn wait<F: Future>(clock: &CallClock, future: F) -> Result<F::Output, Stop> {
    let waited = in_tokio(async { tokio::time::timeout_at(clock.deadline().into(), future).await });
    // Nothing ran meanwhile, so the ticker may rest.
    clock.resume();
    waited.map_err(|_| clock.out_of_time())
}

/// As [`wait`], for what is mostly there already: then nothing is handed to the scheduler.
fn wait_a_little<F: Future>(clock: &CallClock, future: F) -> Result<F::Output, Stop> {
    let mut future = pin!(future);
    match with_ambient_tokio_runtime(|| poll_noop(future.as_mut())) {
        Some(output) => Ok(output),
        None => wait(clock, future),
    }
}

impl PluginState {
    /// Waits for something of the host's own until the deadline of the call.
    pub(crate) fn wait_for<F: Future>(&self, future: F) -> Result<F::Output, Stop> {
        wait(&self.clock, future)
    }

    /// Each thing that is waited for costs the host time before the wait begins. Who holds so few cannot mean so many.
    pub(super) fn check_waits(&self, things: usize) -> Result<(), Stop> {
        let handles = self.quota(Quota::Handles);
        if things <= Self::table_capacity(handles.limit) { Ok(()) } else { Err(Stop::Quota(handles)) }
    }

    fn wait_for_stream<T>(
        &mut self,
        operation: impl AsyncFnOnce(&mut ResourceTable) -> StreamResult<T>,
    ) -> StreamResult<T> {
        let result = wait_a_little(&self.clock, operation(&mut self.table));
        let result = result.unwrap_or_else(|stop| Err(StreamError::Trap(stop.into())));
        if result.is_err() {
            self.tell_refused_output();
        }
        result
    }

    fn at_once<T>(&mut self, operation: impl FnOnce(&mut ResourceTable) -> StreamResult<T>) -> StreamResult<T> {
        let result = operation(&mut self.table);
        if result.is_err() {
            self.tell_refused_output();
        }
        result
    }
}

impl poll::Host for PluginState {
    fn poll(&mut self, list: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        self.check_waits(list.len())?;
        wait(&self.clock, AsyncPoll::poll(&mut self.table, list))?
    }
}

impl poll::HostPollable for PluginState {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        wait(&self.clock, AsyncPollable::ready(&mut self.table, pollable))?
    }

    fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        wait(&self.clock, AsyncPollable::block(&mut self.table, pollable))?
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        AsyncPollable::drop(&mut self.table, pollable)
    }
}

impl error::Host for PluginState {}
impl error::HostError for PluginState {
    fn to_debug_string(&mut self, error: Resource<error::Error>) -> wasmtime::Result<String> {
        error::HostError::to_debug_string(&mut self.table, error)
    }

    fn drop(&mut self, error: Resource<error::Error>) -> wasmtime::Result<()> {
        error::HostError::drop(&mut self.table, error)
    }
}

impl streams::Host for PluginState {
    fn convert_stream_error(&mut self, error: StreamError) -> wasmtime::Result<streams::StreamError> {
        Ok(AsyncStreams::convert_stream_error(&mut self.table, error)?.into())
    }
}

impl PluginState {
    /// Counts what was read.
    fn read_of<T>(&mut self, stream: u32, result: StreamResult<T>, bytes: fn(&T) -> u64) -> StreamResult<T> {
        if let Ok(read) = &result {
            let wait = self.traffic.note_read(stream, bytes(read));
            self.slow_down(wait)?;
        }
        result
    }

    /// Counts what was written, when it was.
    fn written_to(&mut self, stream: u32, bytes: u64, result: StreamResult<()>) -> StreamResult<()> {
        if result.is_ok() {
            let wait = self.traffic.note_written(stream, bytes);
            self.slow_down(wait)?;
        }
        result
    }

    /// Writes to a stream, where there is room for all of it.
    fn write_all(
        &mut self,
        stream: u32,
        bytes: u64,
        write: impl FnOnce(&mut Self) -> StreamResult<()>,
    ) -> StreamResult<()> {
        self.write_within((stream, bytes, Short::Refused), |state, bytes| write(state).map(|()| bytes)).map(drop)
    }

    /// Waits where bytes passed a connection faster than they may.
    fn slow_down(&self, wait: Duration) -> Result<(), StreamError> {
        self.clock.pause(wait).map_err(|stop| StreamError::Trap(stop.into()))
    }

    /// Waits until a file has what was written to it, so that it is known how large it is.
    fn settle(&mut self, stream: u32) -> StreamResult<()> {
        if !matches!(self.traffic.flows.get(&stream), Some(Flow::File { growth: Some(_), .. })) {
            return Ok(());
        }
        let stream: Resource<DynOutputStream> = Resource::new_borrow(stream);
        self.wait_for_stream(async |table| {
            table.get_mut(&stream)?.ready().await;
            Ok(())
        })
    }

    /// Counts what went from one stream to another.
    fn spliced(&mut self, to: u32, from: u32, result: StreamResult<u64>) -> StreamResult<u64> {
        if let Ok(bytes) = &result {
            let waits = (self.traffic.note_read(from, *bytes), self.traffic.note_written(to, *bytes));
            self.slow_down(waits.0.max(waits.1))?;
        }
        result
    }
}

fn length(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

impl streams::HostInputStream for PluginState {
    fn read(&mut self, stream: Resource<DynInputStream>, most: u64) -> StreamResult<Vec<u8>> {
        let from = stream.rep();
        let read = self.at_once(|table| with_ambient_tokio_runtime(|| AsyncInput::read(table, stream, most)));
        self.read_of(from, read, |bytes| length(bytes))
    }

    fn blocking_read(&mut self, stream: Resource<DynInputStream>, most: u64) -> StreamResult<Vec<u8>> {
        let from = stream.rep();
        let read = self.wait_for_stream(async |table| AsyncInput::blocking_read(table, stream, most).await);
        self.read_of(from, read, |bytes| length(bytes))
    }

    fn skip(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<u64> {
        let from = stream.rep();
        let skipped = self.at_once(|table| with_ambient_tokio_runtime(|| AsyncInput::skip(table, stream, length)));
        self.read_of(from, skipped, |bytes| *bytes)
    }

    fn blocking_skip(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<u64> {
        let from = stream.rep();
        let skipped = self.wait_for_stream(async |table| AsyncInput::blocking_skip(table, stream, length).await);
        self.read_of(from, skipped, |bytes| *bytes)
    }

    fn subscribe(&mut self, stream: Resource<DynInputStream>) -> wasmtime::Result<Resource<DynPollable>> {
        AsyncInput::subscribe(&mut self.table, stream)
    }

    fn drop(&mut self, stream: Resource<DynInputStream>) -> wasmtime::Result<()> {
        self.traffic.flows.remove(&stream.rep());
        wait_a_little(&self.clock, AsyncInput::drop(&mut self.table, stream))?
    }
}

impl streams::HostOutputStream for PluginState {
    fn check_write(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<u64> {
        self.at_once(|table| AsyncOutput::check_write(table, stream))
    }

    fn write(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        let (to, length) = (stream.rep(), length(&bytes));
        self.write_all(to, length, |state| {
            let written =
                state.at_once(|table| with_ambient_tokio_runtime(|| AsyncOutput::write(table, stream, bytes)));
            state.written_to(to, length, written)?;
            state.settle(to)
        })
    }

    fn blocking_write_and_flush(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        let (to, length) = (stream.rep(), length(&bytes));
        self.write_all(to, length, |state| {
            let written =
                state.wait_for_stream(async |table| AsyncOutput::blocking_write_and_flush(table, stream, bytes).await);
            state.written_to(to, length, written)
        })
    }

    fn blocking_write_zeroes_and_flush(&mut self, stream: Resource<DynOutputStream>, length: u64) -> StreamResult<()> {
        let to = stream.rep();
        self.write_all(to, length, |state| {
            let written = state.wait_for_stream(async |table| {
                AsyncOutput::blocking_write_zeroes_and_flush(table, stream, length).await
            });
            state.written_to(to, length, written)
        })
    }

    fn flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        self.at_once(|table| AsyncOutput::flush(table, stream))
    }

    fn blocking_flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        self.wait_for_stream(async |table| AsyncOutput::blocking_flush(table, stream).await)
    }

    fn write_zeroes(&mut self, stream: Resource<DynOutputStream>, length: u64) -> StreamResult<()> {
        let to = stream.rep();
        self.write_all(to, length, |state| {
            let written =
                state.at_once(|table| with_ambient_tokio_runtime(|| AsyncOutput::write_zeroes(table, stream, length)));
            state.written_to(to, length, written)?;
            state.settle(to)
        })
    }

    fn splice(
        &mut self,
        to: Resource<DynOutputStream>,
        from: Resource<DynInputStream>,
        length: u64,
    ) -> StreamResult<u64> {
        let (out, into) = (to.rep(), from.rep());
        self.write_within((out, length, Short::Cut), |state, length| {
            let moved =
                state.at_once(|table| with_ambient_tokio_runtime(|| AsyncOutput::splice(table, to, from, length)));
            let moved = state.spliced(out, into, moved)?;
            state.settle(out)?;
            Ok(moved)
        })
    }

    fn blocking_splice(
        &mut self,
        to: Resource<DynOutputStream>,
        from: Resource<DynInputStream>,
        length: u64,
    ) -> StreamResult<u64> {
        let (out, into) = (to.rep(), from.rep());
        self.write_within((out, length, Short::Cut), |state, length| {
            let moved =
                state.wait_for_stream(async |table| AsyncOutput::blocking_splice(table, to, from, length).await);
            let moved = state.spliced(out, into, moved)?;
            state.settle(out)?;
            Ok(moved)
        })
    }

    fn subscribe(&mut self, stream: Resource<DynOutputStream>) -> wasmtime::Result<Resource<DynPollable>> {
        AsyncOutput::subscribe(&mut self.table, stream)
    }

    fn drop(&mut self, stream: Resource<DynOutputStream>) -> wasmtime::Result<()> {
        self.traffic.flows.remove(&stream.rep());
        wait_a_little(&self.clock, AsyncOutput::drop(&mut self.table, stream))?
    }
}
