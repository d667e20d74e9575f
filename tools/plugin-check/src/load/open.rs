//! A folder that is open. Comes in: its path, or its name in an open one. Goes out: what lies in it, and files in it: a name is looked
//! up from where the folder is, not along the whole way to it again. Deliberately absent: whether a file may be read.

pub(super) use at::Open;

#[cfg(target_os = "linux")]
mod at {
    use std::ffi::{OsStr, OsString};
    use std::fs::File;
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use rustix::fs::{CWD, FileType, Mode, OFlags, RawDir, openat};
    use rustix::io::retry_on_intr;

    /// How much of a list is taken at a time, in bytes.
    const LIST: usize = 4 << 10;

    /// The folder.
    #[derive(Debug)]
    pub(crate) struct Open(OwnedFd);

    impl Open {
        pub(crate) fn folder(path: &Path) -> io::Result<Self> {
            Ok(Open(retry_on_intr(|| openat(CWD, path, flags(true), Mode::empty()))?))
        }

        /// A folder in it.
        pub(crate) fn inside(&self, name: &OsStr) -> io::Result<Self> {
            Ok(Open(retry_on_intr(|| openat(&self.0, name, flags(true), Mode::empty()))?))
        }

        /// A file in it.
        pub(crate) fn file(&self, name: &str) -> io::Result<File> {
            Ok(retry_on_intr(|| openat(&self.0, name, flags(false), Mode::empty()))?.into())
        }

        /// The names in it, each with whether it is a file for certain. `None`: it has more of them, or cannot be listed.
        pub(crate) fn few(&self, most: usize) -> Option<Vec<(OsString, bool)>> {
            let mut buffer = [MaybeUninit::uninit(); LIST];
            let (mut list, mut found) = (RawDir::new(&self.0, &mut buffer), Vec::new());
            while let Some(entry) = list.next() {
                let entry = entry.ok()?;
                let name = entry.file_name().to_bytes();
                if name == b"." || name == b".." {
                    continue;
                }
                if found.len() == most {
                    return None;
                }
                found.push((OsStr::from_bytes(name).to_owned(), entry.file_type() == FileType::RegularFile));
            }
            Some(found)
        }
    }

    fn flags(folder: bool) -> OFlags {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        if folder { flags | OFlags::DIRECTORY } else { flags }
    }
}

#[cfg(not(target_os = "linux"))]
mod at {
    use std::ffi::{OsStr, OsString};
    use std::fs::{self, File};
    use std::io;
    use std::path::{Path, PathBuf};

    /// The folder.
    #[derive(Debug)]
    pub(crate) struct Open(PathBuf);

    impl Open {
        pub(crate) fn folder(path: &Path) -> io::Result<Self> {
            Ok(Open(path.to_owned()))
        }

        /// A folder in it.
        pub(crate) fn inside(&self, name: &OsStr) -> io::Result<Self> {
            Ok(Open(self.0.join(name)))
        }

        /// A file in it.
        pub(crate) fn file(&self, name: &str) -> io::Result<File> {
            File::open(self.0.join(name))
        }

        /// The names in it, each with whether it is a file for certain. `None`: it has more of them, or cannot be listed.
        pub(crate) fn few(&self, most: usize) -> Option<Vec<(OsString, bool)>> {
            let mut found = Vec::new();
            for entry in fs::read_dir(&self.0).ok()? {
                let entry = entry.ok().filter(|_| found.len() < most)?;
                found.push((entry.file_name(), entry.file_type().is_ok_and(|kind| kind.is_file())));
            }
            Some(found)
        }
    }
}
