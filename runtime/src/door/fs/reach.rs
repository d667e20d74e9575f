//! A path below an open folder, reached without a link. Comes in: the folder, and a path without `.` and `..`. Goes out: the folder
//! that its last name is in, opened name by name, and that name; or what stands in the way. So the path that was asked about is
//! the path that is used. Deliberately absent: rights.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;

/// What is opened of a folder that is only passed through.
#[cfg(any(target_os = "linux", target_os = "android"))]
const PASSING: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const PASSING: OFlags = OFlags::RDONLY;

/// Where the last name of a path is.
#[derive(Debug)]
pub(super) struct Reached {
    /// The folder that it is in. `None`: the one that the path starts from.
    pub(super) folder: Option<OwnedFd>,
    /// The name; `.` for a path that leads nowhere else.
    pub(super) name: String,
}

/// What stands in the way.
#[derive(Debug)]
pub(super) enum Barrier {
    /// A name of the path is a link.
    Link,
    /// A name of the path finds what another spelling of it finds as well: a rule about the one would not be one about the other.
    OtherSpelling,
    /// Something else, such as that nothing is there.
    Error(io::Error),
}

/// Goes to the folder that the last name of a path is in. Where the path is written as that of a folder, the name is one, or
/// nothing is there.
pub(super) fn reach(start: BorrowedFd<'_>, path: &str, is_folder: bool) -> Result<Reached, Barrier> {
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = go(start, above)?;
    if name.is_empty() {
        return Ok(Reached { folder, name: ".".to_owned() });
    }
    let here = folder.as_ref().map_or(start, AsFd::as_fd);
    match if is_folder { step(here, name).map(drop) } else { spelled(here, name) } {
        Err(Barrier::Error(error)) if error.kind() == io::ErrorKind::NotFound => {}
        passed => passed?,
    }
    let name = name.to_owned();
    Ok(Reached { folder, name })
}

/// Goes to a folder. `None`: the one that the path starts from.
pub(super) fn go(start: BorrowedFd<'_>, path: &str) -> Result<Option<OwnedFd>, Barrier> {
    let mut folder: Option<OwnedFd> = None;
    for name in path.split('/').filter(|name| !name.is_empty()) {
        folder = Some(step(folder.as_ref().map_or(start, AsFd::as_fd), name)?);
    }
    Ok(folder)
}

fn step(folder: BorrowedFd<'_>, name: &str) -> Result<OwnedFd, Barrier> {
    spelled(folder, name)?;
    let flags = PASSING | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(folder, name, flags, Mode::empty()).map_err(|error| match error {
        Errno::NOTDIR | Errno::LOOP if is_link(folder, name) => Barrier::Link,
        error => Barrier::Error(error.into()),
    })
}

fn is_link(folder: BorrowedFd<'_>, name: &str) -> bool {
    statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::Symlink)
}

/// A folder that does not tell upper from lower case finds a file by names that no rule is about.
fn spelled(folder: BorrowedFd<'_>, name: &str) -> Result<(), Barrier> {
    let identity = |name: &str| {
        let found = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        Some((found.st_dev, found.st_ino))
    };
    match otherwise(name).and_then(|other| identity(&other)) {
        Some(other) if identity(name) == Some(other) => Err(Barrier::OtherSpelling),
        _ => Ok(()),
    }
}

/// The name in the other case, when it has one.
fn otherwise(name: &str) -> Option<String> {
    let upper = name.to_uppercase();
    if upper == name { Some(name.to_lowercase()).filter(|lower| lower != name) } else { Some(upper) }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::fd::AsFd;
    use std::os::unix::fs::symlink;

    use super::{Barrier, otherwise, reach};

    #[test]
    fn goes_by_folders_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("a/b")).unwrap();
        fs::write(at("a/b/c.txt"), "").unwrap();
        symlink("a", at("led")).unwrap();
        let start = File::open(folder.path()).unwrap();
        let go = |path: &str, is_folder| reach(start.as_fd(), path, is_folder).map(|reached| reached.name);
        assert_eq!(go("a/b/c.txt", false).unwrap(), "c.txt");
        assert_eq!(go("a/b", true).unwrap(), "b");
        assert_eq!(go("a/new", true).unwrap(), "new");
        assert_eq!(go("", false).unwrap(), ".");
        assert_eq!(go("led", false).unwrap(), "led", "what a link is can be told, without following it");
        assert!(matches!(go("led/b/c.txt", false), Err(Barrier::Link)));
        assert!(matches!(go("led", true), Err(Barrier::Link)));
        assert!(matches!(go("a/b/c.txt/d", false), Err(Barrier::Error(_))));
        assert!(matches!(go("none/d", false), Err(Barrier::Error(_))));
    }

    #[test]
    fn a_file_of_two_spellings_is_not_reached() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a.txt"), "").unwrap();
        fs::write(at("b.txt"), "").unwrap();
        fs::write(at("B.TXT"), "").unwrap();
        let start = File::open(folder.path()).unwrap();
        let go = |path: &str| reach(start.as_fd(), path, false);
        assert!(go("a.txt").is_ok() && go("b.txt").is_ok());
        // As a folder that does not tell cases apart would have it.
        fs::hard_link(at("a.txt"), at("A.TXT")).unwrap();
        assert!(matches!(go("a.txt"), Err(Barrier::OtherSpelling)));
        assert!(matches!(go("A.TXT"), Err(Barrier::OtherSpelling)));
        assert_eq!((otherwise("1-2"), otherwise("ABC").as_deref()), (None, Some("abc")));
    }
}
