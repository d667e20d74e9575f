//! What the files of a plugin take: the quota `disk`. Comes in: how long a file is before an operation and after it, and which
//! names come and go. Goes out: one count for all instances of a plugin, from its load on. What is removed is given back once it
//! is gone: without a name, and open nowhere in this host. Deliberately absent: what others do to the same files.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use rustix::fs::{FileType, Stat, fstat};

/// What each name of a file, a folder or a link counts, beside how long the file is.
pub(super) const NAME: u64 = 4096;

/// How many locks there are for all files together.
const TURNS: usize = 64;

/// A file, whatever its names.
pub(super) type Inode = (u64, u64);

/// The files that the plugins of one host hold open, and whose turn it is to change one.
#[derive(Debug)]
pub(crate) struct OpenFiles {
    held: Mutex<Held>,
    turns: [Mutex<()>; TURNS],
}

#[derive(Debug, Default)]
struct Held {
    files: BTreeMap<Inode, Vec<Weak<File>>>,
    /// At how many those are dropped that nobody holds any more.
    most: usize,
}

/// What the files of one plugin take.
#[derive(Debug)]
pub(crate) struct Disk {
    open: Arc<OpenFiles>,
    account: Mutex<Account>,
}

#[derive(Debug, Default)]
struct Account {
    used: u64,
    /// Files that have no name any more and are open somewhere.
    nameless: BTreeMap<Inode, Nameless>,
}

#[derive(Debug, Default)]
struct Nameless {
    bytes: u64,
    holders: Vec<Weak<File>>,
}

/// What a file is at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) inode: Inode,
    pub(super) bytes: u64,
    names: u64,
}

/// Something that an operation may take a name from, held so that it can be told what became of it.
#[derive(Debug)]
pub(super) struct Victim {
    handle: OwnedFd,
    pub(super) before: Extent,
}

impl Default for OpenFiles {
    fn default() -> Self {
        OpenFiles { held: Mutex::default(), turns: [(); TURNS].map(Mutex::new) }
    }
}

impl OpenFiles {
    fn note(&self, inode: Inode, file: &Arc<File>) {
        let mut held = lock(&self.held);
        let holders = held.files.entry(inode).or_default();
        holders.retain(is_held);
        holders.push(Arc::downgrade(file));
        if held.files.len() > held.most {
            held.files.retain(|_, holders| holders.iter().any(is_held));
            held.most = held.files.len() * 2 + 64;
        }
    }

    fn holders(&self, inode: Inode) -> Vec<Weak<File>> {
        let held = lock(&self.held);
        held.files.get(&inode).into_iter().flatten().filter(|holder| is_held(holder)).cloned().collect()
    }
}

impl Disk {
    pub(crate) fn new(open: &Arc<OpenFiles>) -> Self {
        Disk { open: Arc::clone(open), account: Mutex::default() }
    }

    /// Nobody else of this host changes the file meanwhile: else two who shorten it would both be given back what it had.
    pub(super) fn turn(&self, inode: Inode) -> MutexGuard<'_, ()> {
        let at = inode.0.wrapping_mul(31).wrapping_add(inode.1) % TURNS as u64;
        lock(&self.open.turns[usize::try_from(at).unwrap_or_default()])
    }

    /// Notes that a plugin has opened a file.
    pub(super) fn note_open(&self, file: &Arc<File>) -> Option<Inode> {
        let inode = Extent::of(file.as_fd())?.inode;
        self.open.note(inode, file);
        Some(inode)
    }

    /// How much of so many bytes more there is room for.
    pub(super) fn left(&self, limit: u64, bytes: u64) -> u64 {
        let mut account = lock(&self.account);
        if account.used.saturating_add(bytes) > limit {
            account.settle();
        }
        limit.saturating_sub(account.used).min(bytes)
    }

    pub(super) fn take(&self, bytes: u64) {
        let mut account = lock(&self.account);
        account.used = account.used.saturating_add(bytes);
    }

    pub(super) fn give_back(&self, bytes: u64) {
        lock(&self.account).give_back(bytes);
    }

    /// Counts an open file that was changed and is so long now.
    pub(super) fn resized(&self, before: &Extent, after: u64) {
        let (more, less) = (after.saturating_sub(before.bytes), before.bytes.saturating_sub(after));
        let mut account = lock(&self.account);
        account.used = account.used.saturating_add(more);
        if before.names > 0 {
            return account.give_back(less);
        }
        account.settle();
        // What somebody else took the last name of is not this plugin's to give back.
        let Some(own) = account.nameless.get_mut(&before.inode) else { return };
        own.bytes = own.bytes.saturating_add(more);
        let less = less.min(own.bytes);
        own.bytes -= less;
        account.give_back(less);
    }

    /// Counts what became of something that may have lost a name.
    pub(super) fn removed(&self, victim: &Victim) {
        let Some(after) = victim.now().filter(|after| after.names < victim.before.names) else { return };
        let mut account = lock(&self.account);
        account.give_back(NAME);
        if after.names > 0 {
            return;
        }
        account.settle();
        let holders = self.open.holders(after.inode);
        if holders.is_empty() {
            account.give_back(after.bytes);
        } else {
            let gone = account.nameless.entry(after.inode).or_default();
            gone.bytes = gone.bytes.saturating_add(after.bytes);
            gone.holders = holders;
        }
    }
}

impl Account {
    /// Nobody gets more than what was counted.
    fn give_back(&mut self, bytes: u64) {
        self.used = self.used.saturating_sub(bytes);
    }

    /// Gives back what nobody holds open any more.
    fn settle(&mut self) {
        let gone = self.nameless.extract_if(.., |_, file| !file.holders.iter().any(is_held));
        let bytes = gone.map(|(_, file)| file.bytes).fold(0, u64::saturating_add);
        self.give_back(bytes);
    }
}

impl Extent {
    /// `None`: the system does not say.
    pub(super) fn of(file: BorrowedFd<'_>) -> Option<Self> {
        fstat(file).ok().map(|found| Extent::from(&found))
    }
}

impl From<&Stat> for Extent {
    #[expect(clippy::useless_conversion, clippy::unnecessary_cast, reason = "their types differ from system to system")]
    fn from(found: &Stat) -> Self {
        let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
        Extent {
            inode: (found.st_dev as u64, found.st_ino.into()),
            // Only what files hold is counted beside their names.
            bytes: if is_file { u64::try_from(found.st_size).unwrap_or_default() } else { 0 },
            names: found.st_nlink.into(),
        }
    }
}

impl Victim {
    /// What has this name below a folder. `None`: nothing has, or the system does not say; then nothing is given back.
    pub(super) fn find(folder: BorrowedFd<'_>, path: &str, follows: bool) -> Option<Self> {
        let handle = handle(folder, path, follows)?;
        let before = Extent::of(handle.as_fd())?;
        Some(Victim { handle, before })
    }

    /// As it is now: others may have had their turn since it was found.
    pub(super) fn again(self) -> Self {
        Victim { before: self.now().unwrap_or(self.before), ..self }
    }

    fn now(&self) -> Option<Extent> {
        Extent::of(self.handle.as_fd())
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn handle(folder: BorrowedFd<'_>, path: &str, follows: bool) -> Option<OwnedFd> {
    use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
    let links = if follows { OFlags::empty() } else { OFlags::NOFOLLOW };
    openat2(folder, path, OFlags::PATH | OFlags::CLOEXEC | links, Mode::empty(), ResolveFlags::BENEATH).ok()
}

/// Without a descriptor that only stands for a file, one that reads it; and only beside its folder, as nothing else keeps it there.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn handle(folder: BorrowedFd<'_>, path: &str, _follows: bool) -> Option<OwnedFd> {
    use rustix::fs::{Mode, OFlags, openat};
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    if path.contains('/') || path == ".." { None } else { openat(folder, path, flags, Mode::empty()).ok() }
}

fn is_held(file: &Weak<File>) -> bool {
    file.strong_count() > 0
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::fd::AsFd;
    use std::sync::Arc;

    use super::{Disk, Extent, NAME, OpenFiles, Victim};

    /// Two plugins of a host, and a file of the first that has a name and a hundred bytes.
    fn two() -> (tempfile::TempDir, [Disk; 2]) {
        let (folder, open) = (tempfile::tempdir().unwrap(), Arc::<OpenFiles>::default());
        fs::write(folder.path().join("a"), [0; 100]).unwrap();
        let disks = [Disk::new(&open), Disk::new(&open)];
        disks[0].take(NAME + 100);
        (folder, disks)
    }

    fn used(disk: &Disk) -> u64 {
        (1 << 40) - disk.left(1 << 40, u64::MAX)
    }

    fn find(folder: &tempfile::TempDir) -> Victim {
        Victim::find(File::open(folder.path()).unwrap().as_fd(), "a", false).unwrap()
    }

    #[test]
    fn what_another_plugin_holds_open_is_not_given_back() {
        let (folder, [own, other]) = two();
        let held = Arc::new(File::open(folder.path().join("a")).unwrap());
        other.note_open(&held).unwrap();
        let victim = find(&folder);
        fs::remove_file(folder.path().join("a")).unwrap();
        own.removed(&victim);
        assert_eq!(used(&own), 100, "the name is gone");
        drop(held);
        assert_eq!(used(&own), 0);
    }

    #[test]
    fn what_is_removed_once_is_given_back_once() {
        let (folder, [own, other]) = two();
        other.take(NAME + 100);
        let (first, second) = (find(&folder), find(&folder));
        fs::remove_file(folder.path().join("a")).unwrap();
        own.removed(&first);
        // It had its turn after the first, and took nothing away.
        other.removed(&second.again());
        assert_eq!((used(&own), used(&other)), (0, NAME + 100));
    }

    #[test]
    fn what_somebody_else_removed_is_not_given_back_to_who_shortens_it() {
        let (folder, [own, other]) = two();
        other.take(500);
        let held = Arc::new(File::options().write(true).open(folder.path().join("a")).unwrap());
        other.note_open(&held).unwrap();
        let victim = find(&folder);
        fs::remove_file(folder.path().join("a")).unwrap();
        own.removed(&victim);
        let before = Extent::of(held.as_fd()).unwrap();
        held.set_len(0).unwrap();
        other.resized(&before, 0);
        assert_eq!((used(&own), used(&other)), (100, 500));
        drop(held);
        assert_eq!((used(&own), used(&other)), (0, 500));
    }

    #[test]
    fn nobody_gets_more_than_was_counted() {
        let (folder, [_, other]) = two();
        let victim = find(&folder);
        fs::remove_file(folder.path().join("a")).unwrap();
        other.removed(&victim);
        assert_eq!((used(&other), other.left(50, 80)), (0, 50));
    }

    #[test]
    fn a_path_that_leads_out_is_nobodys() {
        let (folder, _) = two();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        std::os::unix::fs::symlink("../a", inner.join("b")).unwrap();
        let inner = File::open(inner).unwrap();
        assert!(Victim::find(inner.as_fd(), "../a", true).is_none());
        assert!(Victim::find(inner.as_fd(), "b", true).is_none());
        assert!(Victim::find(inner.as_fd(), "b", false).is_some(), "the link is there itself");
    }
}
