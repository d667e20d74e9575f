//! Listing folders in WASI p1. Comes in: a folder, and the number of the entry to begin with. Goes out: as many entries as there is
//! room for, the last one perhaps cut off. A listing goes on where the last call ended, so that what is removed meanwhile makes it skip
//! nothing; from its first entry, and from anywhere before that, it begins anew.

use wasmtime_wasi::p2::bindings::sync::filesystem::types::{
    DescriptorType, DirectoryEntry, HostDescriptor, HostDirectoryEntryStream, PathFlags,
};

use super::Answer;
use super::descriptors::{Listing, borrowed};
use super::errno::Fault;
use super::memory::{Call, Part};
use super::stat::kind;

/// The entries that every folder has, which `wasi:filesystem` does not tell of.
const DOTS: [&str; 2] = [".", ".."];
/// After how many entries the program's time is looked at.
const LOOK: u64 = 1 << 10;

/// What is told of one entry.
struct Entry {
    name: String,
    kind: u8,
    number: u64,
}

impl Entry {
    /// As a program reads it: the number of the next one, this one's, the length of its name, its kind; and its name.
    fn bytes(&self, next: u64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(24 + self.name.len());
        bytes.extend(next.to_le_bytes());
        bytes.extend(self.number.to_le_bytes());
        bytes.extend(u32::try_from(self.name.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend([self.kind, 0, 0, 0]);
        bytes.extend(self.name.as_bytes());
        bytes
    }
}

impl Call<'_> {
    pub(super) fn fd_readdir(&mut self, fd: u32, (buffer, room): Part, cookie: u64, to: u32) -> Answer {
        let folder = self.folder(fd)?;
        let old = if cookie == 0 { folder.listing.take() } else { None };
        if let Some(old) = old {
            HostDirectoryEntryStream::drop(self.state, old.stream)?;
        }
        self.range((buffer, room))?;
        let (mut used, mut at) = (0_u32, cookie);
        while used < room {
            let entry = match self.entry_at(fd, at) {
                Err(Fault::Errno(_)) if used > 0 => break,
                entry => entry?,
            };
            let Some(entry) = entry else { break };
            at += 1;
            let bytes = entry.bytes(at);
            let some = bytes.len().min((room - used) as usize);
            self.put(buffer + used, &bytes[..some])?;
            used += u32::try_from(some).unwrap_or(room);
            if at.is_multiple_of(LOOK) {
                self.check_time()?;
            }
        }
        self.put_u32(to, used)
    }

    /// The entry of a number.
    fn entry_at(&mut self, fd: u32, at: u64) -> Answer<Option<Entry>> {
        if let Some(name) = usize::try_from(at).ok().and_then(|at| DOTS.get(at)) {
            let folder = borrowed(&self.folder(fd)?.fd);
            let number = HostDescriptor::metadata_hash(self.state, folder)?.lower;
            return Ok(Some(Entry { name: (*name).to_owned(), kind: kind(DescriptorType::Directory), number }));
        }
        let mut listing = self.listing(fd, at)?;
        let found = self.pass(&mut listing, at);
        self.folder(fd)?.listing = Some(listing);
        let Some(DirectoryEntry { type_, name }) = found? else { return Ok(None) };
        let folder = borrowed(&self.folder(fd)?.fd);
        // What is gone meanwhile, or not to be looked at, has no number.
        let number = match HostDescriptor::metadata_hash_at(self.state, folder, PathFlags::empty(), name.clone()) {
            Ok(hash) => hash.lower,
            Err(error) => match Fault::from(error) {
                Fault::Errno(_) => 0,
                stop @ Fault::Stop(_) => return Err(stop),
            },
        };
        Ok(Some(Entry { name, kind: kind(type_), number }))
    }

    /// The listing of a folder, which is not past the entry.
    fn listing(&mut self, fd: u32, at: u64) -> Answer<Listing> {
        let folder = self.folder(fd)?;
        let own = borrowed(&folder.fd);
        match folder.listing.take() {
            Some(listing) if listing.at <= at => return Ok(listing),
            Some(listing) => HostDirectoryEntryStream::drop(self.state, listing.stream)?,
            None => {}
        }
        let stream = HostDescriptor::read_directory(self.state, own)?;
        Ok(Listing { stream, at: DOTS.len() as u64, held: None })
    }

    /// Goes on with a listing to an entry.
    fn pass(&mut self, listing: &mut Listing, to: u64) -> Answer<Option<DirectoryEntry>> {
        loop {
            if listing.held.is_none() {
                let stream = borrowed(&listing.stream);
                listing.held = HostDirectoryEntryStream::read_directory_entry(self.state, stream)?;
            }
            if listing.at == to || listing.held.is_none() {
                return Ok(listing.held.clone());
            }
            (listing.held, listing.at) = (None, listing.at + 1);
            if listing.at.is_multiple_of(LOOK) {
                self.check_time()?;
            }
        }
    }
}
