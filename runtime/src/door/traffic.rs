//! What passes the doors, counted: bytes of files and connections, calls of the host, and the files that came of it. Comes in:
//! what doors did, after they did it. Goes out: numbers, and a list of files, for each call; and how long to wait where bytes pass
//! connections faster than `bandwidth`, or come out faster than `output-rate`. Deliberately absent: any other limit.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::fs::Growth;
use crate::tier::wasm::rates::{Pace, Rates, worth_of_bytes};

/// How many changed files are kept for one call.
const MAX_CHANGES: usize = 10_000;

/// In how many parts the bytes of a second pass, where there is a limit.
const PARTS: u64 = 20;

/// A file that a call made, changed or removed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileChange {
    /// As the plan writes it: `./out/report.md`.
    pub path: String,
    /// What became of it.
    pub what: Change,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It was not there before.
    Created,
    /// It was there, and its content, size or times were set.
    Changed,
    /// It was there before.
    Removed,
}

impl Change {
    /// Its word in reports.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Change::Created => "created",
            Change::Changed => "changed",
            Change::Removed => "removed",
        }
    }
}

/// What passes over the connections of one instance, on whatever thread, and how fast it may.
#[derive(Debug)]
pub(crate) struct Wire {
    received: AtomicU64,
    sent: AtomicU64,
    rates: Arc<Rates>,
    /// Of both ways together.
    pub(crate) limit: RateLimit,
}

/// How fast bytes may pass.
#[derive(Debug)]
pub(crate) struct RateLimit {
    /// Bytes each second.
    most: AtomicU64,
    /// Whether anything had to wait.
    waited: AtomicBool,
}

impl Wire {
    pub(crate) fn new(rates: Arc<Rates>) -> Self {
        let (received, sent) = (AtomicU64::new(0), AtomicU64::new(0));
        Wire { received, sent, rates, limit: RateLimit::default() }
    }

    /// Notes what came in. Returns how long to wait before anything more passes.
    pub(crate) fn note_received(&self, bytes: u64) -> Duration {
        self.received.fetch_add(bytes, Ordering::Relaxed);
        self.limit.pace(&self.rates.wire, bytes)
    }

    /// The same of what went out.
    pub(crate) fn note_sent(&self, bytes: u64) -> Duration {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
        self.limit.pace(&self.rates.wire, bytes)
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        RateLimit { most: AtomicU64::new(u64::MAX), waited: AtomicBool::new(false) }
    }
}

impl RateLimit {
    /// From now on.
    pub(crate) fn set_most(&self, each_second: u64) {
        self.most.store(each_second, Ordering::Relaxed);
    }

    /// Notes what passed. Returns how long to wait before anything more passes.
    fn pace(&self, pace: &Pace, bytes: u64) -> Duration {
        let most = self.most.load(Ordering::Relaxed);
        if most == u64::MAX || bytes == 0 {
            return Duration::ZERO;
        }
        let wait = pace.note(worth_of_bytes(bytes, most));
        if !wait.is_zero() {
            self.waited.store(true, Ordering::Relaxed);
        }
        wait
    }

    /// How many bytes may pass at once, so that those after them wait.
    fn at_once(&self) -> usize {
        match self.most.load(Ordering::Relaxed) {
            u64::MAX => usize::MAX,
            most => usize::try_from(most / PARTS).unwrap_or(usize::MAX).max(1),
        }
    }

    /// Whether anything had to wait since this was last asked.
    pub(crate) fn had_to_wait(&self) -> bool {
        self.waited.swap(false, Ordering::Relaxed)
    }
}

/// Where a stream of the plugin's leads, of those that are counted. All others are kept by the host anyway.
#[derive(Debug, Clone)]
pub(crate) enum Flow {
    /// A file.
    File {
        /// Its path, when it is one of the machine's that is written.
        path: Option<Arc<str>>,
        /// How far it may grow, when it is written.
        growth: Option<Growth>,
    },
    /// A connection.
    Network,
    /// Standard output or standard error.
    Output,
}

/// The counts of one instance, since they were last taken.
#[derive(Debug)]
pub(crate) struct Traffic {
    pub(crate) file_read: u64,
    pub(crate) file_written: u64,
    pub(crate) host_calls: u64,
    pub(crate) wire: Arc<Wire>,
    /// Of standard output and standard error together.
    pub(crate) output: RateLimit,
    /// Where streams lead, by their places in the table.
    pub(crate) flows: BTreeMap<u32, Flow>,
    changes: BTreeMap<String, Change>,
    more: bool,
}

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) file_read: u64,
    pub(crate) file_written: u64,
    pub(crate) net_received: u64,
    pub(crate) net_sent: u64,
    pub(crate) host_calls: u64,
    pub(crate) changes: Vec<FileChange>,
    pub(crate) more_changes: bool,
}

impl Traffic {
    pub(crate) fn new(rates: Arc<Rates>) -> Self {
        let (flows, changes) = (BTreeMap::new(), BTreeMap::new());
        let wire = Arc::new(Wire::new(rates));
        let output = RateLimit::default();
        Traffic { file_read: 0, file_written: 0, host_calls: 0, wire, output, flows, changes, more: false }
    }

    /// What was counted since this was last asked.
    pub(crate) fn take(&mut self) -> Counted {
        let changes = std::mem::take(&mut self.changes).into_iter();
        Counted {
            file_read: std::mem::take(&mut self.file_read),
            file_written: std::mem::take(&mut self.file_written),
            net_received: self.wire.received.swap(0, Ordering::Relaxed),
            net_sent: self.wire.sent.swap(0, Ordering::Relaxed),
            host_calls: std::mem::take(&mut self.host_calls),
            changes: changes.map(|(path, what)| FileChange { path, what }).collect(),
            more_changes: std::mem::take(&mut self.more),
        }
    }

    /// Bytes that the plugin read from a stream. Returns how long to wait before anything more passes.
    pub(crate) fn note_read(&mut self, stream: u32, bytes: u64) -> Duration {
        match self.flows.get(&stream) {
            Some(Flow::File { .. }) => self.file_read += bytes,
            Some(Flow::Network) => return self.wire.note_received(bytes),
            Some(Flow::Output) | None => {}
        }
        Duration::ZERO
    }

    /// Bytes that the plugin wrote to a stream. Returns how long to wait before anything more passes.
    pub(crate) fn note_written(&mut self, stream: u32, bytes: u64) -> Duration {
        match self.flows.get_mut(&stream) {
            Some(Flow::File { path, growth }) => {
                growth.iter_mut().for_each(|growth| growth.advance(bytes));
                let path = path.clone();
                self.note_file_written(path.as_deref(), bytes);
            }
            Some(Flow::Network) => return self.wire.note_sent(bytes),
            Some(Flow::Output) => return self.output.pace(&self.wire.rates.output, bytes),
            None => {}
        }
        Duration::ZERO
    }

    /// Bytes that the plugin wrote to a file.
    pub(crate) fn note_file_written(&mut self, path: Option<&str>, bytes: u64) {
        self.file_written += bytes;
        if let Some(path) = path.filter(|_| bytes > 0) {
            self.note_change(path, Change::Changed);
        }
    }

    /// What a call did to a file, seen from before the call: what it made and then changed, it made.
    pub(crate) fn note_change(&mut self, path: &str, what: Change) {
        let before = self.changes.get(path).copied();
        let now = match (before, what) {
            (Some(Change::Created), Change::Changed | Change::Created) => Some(Change::Created),
            (Some(Change::Created), Change::Removed) => None,
            (Some(Change::Removed), Change::Created) => Some(Change::Changed),
            (_, what) => Some(what),
        };
        match now {
            None => drop(self.changes.remove(path)),
            Some(now) if before.is_some() => drop(self.changes.insert(path.to_owned(), now)),
            Some(now) if self.changes.len() < MAX_CHANGES => drop(self.changes.insert(path.to_owned(), now)),
            Some(_) => self.more = true,
        }
    }
}

/// A connection whose bytes are counted, and which waits where they pass faster than they may.
pub(crate) struct CountedStream<S> {
    stream: S,
    wire: Arc<Wire>,
    waits: Option<Pin<Box<Sleep>>>,
}

impl<S> CountedStream<S> {
    pub(crate) fn new(stream: S, wire: Arc<Wire>) -> Self {
        CountedStream { stream, wire, waits: None }
    }

    fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(waits) = &mut self.waits {
            ready!(waits.as_mut().poll(cx));
            self.waits = None;
        }
        Poll::Ready(())
    }

    fn wait(&mut self, wait: Duration) {
        self.waits = (!wait.is_zero()).then(|| Box::pin(sleep(wait)));
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for CountedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        ready!(self.poll_wait(cx));
        let (before, at_once) = (buffer.filled().len(), self.wire.limit.at_once());
        let stream = Pin::new(&mut self.stream);
        let polled = if at_once < buffer.remaining() {
            let mut part = ReadBuf::new(buffer.initialize_unfilled_to(at_once));
            let polled = stream.poll_read(cx, &mut part);
            let read = part.filled().len();
            buffer.advance(read);
            polled
        } else {
            stream.poll_read(cx, buffer)
        };
        let wait = self.wire.note_received(buffer.filled().len().saturating_sub(before) as u64);
        self.wait(wait);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for CountedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        ready!(self.poll_wait(cx));
        let part = &bytes[..self.wire.limit.at_once().min(bytes.len())];
        let polled = Pin::new(&mut self.stream).poll_write(cx, part);
        if let Poll::Ready(Ok(written)) = &polled {
            let wait = self.wire.note_sent(*written as u64);
            self.wait(wait);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Change, MAX_CHANGES, Traffic};

    #[test]
    fn changes_are_seen_from_before_the_call() {
        use Change::{Changed, Created, Removed};
        let after = |changes: &[Change]| {
            let mut traffic = Traffic::new(Arc::default());
            changes.iter().for_each(|change| traffic.note_change("./a", *change));
            traffic.take().changes.first().map(|change| change.what)
        };
        assert_eq!(after(&[Created, Changed]), Some(Created));
        assert_eq!(after(&[Created, Changed, Removed]), None);
        assert_eq!(after(&[Changed, Removed]), Some(Removed));
        assert_eq!(after(&[Removed, Created]), Some(Changed));
        assert_eq!(after(&[Changed, Changed]), Some(Changed));
    }

    #[test]
    fn a_great_many_changes_are_bounded_and_that_is_told() {
        let mut traffic = Traffic::new(Arc::default());
        (0..=MAX_CHANGES).for_each(|n| traffic.note_change(&format!("./{n}"), Change::Created));
        let counted = traffic.take();
        assert_eq!((counted.changes.len(), counted.more_changes), (MAX_CHANGES, true));
        assert!(traffic.take().changes.is_empty());
    }
}
