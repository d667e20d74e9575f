//! What passes the doors, counted: bytes of files and connections, calls of the host, and the files that came of it. Comes in:
//! what doors did, after they did it. Goes out: numbers, and a list of files, for each call. Deliberately absent: any limit.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::fs::Growth;

/// How many changed files are kept for one call.
const MAX_CHANGES: usize = 10_000;

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

/// What passes over the connections of one instance, on whatever thread.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    pub(crate) received: AtomicU64,
    pub(crate) sent: AtomicU64,
}

impl Wire {
    pub(crate) fn note_received(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn note_sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
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
}

/// The counts of one instance, since they were last taken.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) file_read: u64,
    pub(crate) file_written: u64,
    pub(crate) host_calls: u64,
    pub(crate) wire: Arc<Wire>,
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

    /// Bytes that the plugin read from a stream.
    pub(crate) fn note_read(&mut self, stream: u32, bytes: u64) {
        match self.flows.get(&stream) {
            Some(Flow::File { .. }) => self.file_read += bytes,
            Some(Flow::Network) => self.wire.note_received(usize::try_from(bytes).unwrap_or(usize::MAX)),
            None => {}
        }
    }

    /// Bytes that the plugin wrote to a stream.
    pub(crate) fn note_written(&mut self, stream: u32, bytes: u64) {
        match self.flows.get_mut(&stream) {
            Some(Flow::File { path, growth }) => {
                growth.iter_mut().for_each(|growth| growth.advance(bytes));
                let path = path.clone();
                self.note_file_written(path.as_deref(), bytes);
            }
            Some(Flow::Network) => self.wire.note_sent(usize::try_from(bytes).unwrap_or(usize::MAX)),
            None => {}
        }
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

/// A connection whose bytes are counted.
pub(crate) struct CountedStream<S> {
    pub(crate) stream: S,
    pub(crate) wire: Arc<Wire>,
}

impl<S: AsyncRead + Unpin> AsyncRead for CountedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.wire.note_received(buffer.filled().len().saturating_sub(before));
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for CountedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(written)) = &polled {
            self.wire.note_sent(*written);
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
    use super::{Change, MAX_CHANGES, Traffic};

    #[test]
    fn changes_are_seen_from_before_the_call() {
        use Change::{Changed, Created, Removed};
        let after = |changes: &[Change]| {
            let mut traffic = Traffic::default();
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
        let mut traffic = Traffic::default();
        (0..=MAX_CHANGES).for_each(|n| traffic.note_change(&format!("./{n}"), Change::Created));
        let counted = traffic.take();
        assert_eq!((counted.changes.len(), counted.more_changes), (MAX_CHANGES, true));
        assert!(traffic.take().changes.is_empty());
    }
}
