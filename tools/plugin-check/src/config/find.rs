//! Where a configuration lies: in the folder that is checked, or above it up to the top of its repository. Comes in: a file or folder.
//! Goes out: the nearest configuration, and those that were passed over, each with the reason. Deliberately absent: reading it.

use std::fs;
use std::path::{Path, PathBuf};

use super::NAME;
use crate::load::MANIFEST_NAMES;

/// What was found on the way up.
#[derive(Debug, Default)]
pub struct Found {
    /// The configuration that counts.
    pub path: Option<PathBuf>,
    /// Those that do not.
    pub passed_over: Vec<PassedOver>,
}

/// A configuration that is not read.
#[derive(Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Which.
    pub path: PathBuf,
    /// Why, as a sentence without a full stop.
    pub why: &'static str,
}

/// How far up is looked.
const MOST: usize = 64;

/// Looks from a file or folder upward.
#[must_use]
pub fn find(start: &Path) -> Found {
    let mut found = Found::default();
    let Ok(start) = fs::canonicalize(start) else { return found };
    let start = if start.is_dir() { start.as_path() } else { start.parent().unwrap_or(&start) };
    for folder in start.ancestors().take(MOST) {
        let path = folder.join(NAME);
        if fs::symlink_metadata(&path).is_ok() {
            match refused(folder, start, &path) {
                Some(why) => found.passed_over.push(PassedOver { path, why }),
                None => {
                    found.path = Some(path);
                    return found;
                }
            }
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    found
}

/// Why a configuration does not count.
fn refused(folder: &Path, start: &Path, path: &Path) -> Option<&'static str> {
    if is_of_plugin(folder) {
        return Some("it lies in the folder of a plugin, whose author does not decide what is told of it");
    }
    if !fs::symlink_metadata(path).is_ok_and(|about| about.is_file()) {
        return Some("it is no regular file");
    }
    is_foreign(path, start).then_some("it belongs to another user than the folder that is checked")
}

/// Whether a folder is in the folder of a plugin: going up from it, a manifest comes before a host profile does.
fn is_of_plugin(folder: &Path) -> bool {
    for above in folder.ancestors().take(MOST) {
        if MANIFEST_NAMES.iter().any(|name| above.join(name).exists()) {
            return true;
        }
        if above.join("host.kdl").exists() {
            return false;
        }
    }
    false
}

/// Above a folder that many may write to, anyone may have left one.
#[cfg(unix)]
fn is_foreign(path: &Path, start: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Path| fs::metadata(path).map(|about| about.uid()).ok();
    let of = owner(path);
    of != Some(0) && of != owner(start)
}

#[cfg(not(unix))]
fn is_foreign(_: &Path, _: &Path) -> bool {
    false
}
