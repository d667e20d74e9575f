//! Where things are: the house's own folder and the files in it.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that compilers and fuzzers make.
const LEFT_BEHIND: [&str; 5] = ["target", "node_modules", "artifacts", "corpus", "coverage"];

/// The top folder of the house. Links on the way are resolved, so that snapshots and messages name real files.
///
/// # Panics
/// The harness was moved after it was compiled.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let here = fs::canonicalize(&here).unwrap_or_else(|error| panic!("{}: {error}", here.display()));
    here.ancestors().nth(2).unwrap_or(&here).to_owned()
}

/// A folder or file of the house, by its path with `/`.
#[must_use]
pub fn at(path: &str) -> PathBuf {
    root().join(path)
}

/// The folders in a folder, by name; none when it is not there.
#[must_use]
pub fn folders(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = entries(path).into_iter().filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// Every file below a folder, by path; hidden folders and what tools leave behind are not entered.
#[must_use]
pub fn files(path: &Path) -> Vec<PathBuf> {
    let mut open = vec![path.to_owned()];
    let mut found = vec![];
    while let Some(folder) = open.pop() {
        for path in entries(&folder) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !path.is_dir() || path.is_symlink() {
                found.push(path);
            } else if !name.starts_with('.') && !LEFT_BEHIND.contains(&name.as_str()) {
                open.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A path of the house as people write it: relative to the top, with `/`.
#[must_use]
pub fn shown(path: &Path) -> String {
    let root = root();
    path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The text of a file.
///
/// # Panics
/// There is none.
#[must_use]
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text of a file, whatever its bytes are.
///
/// # Panics
/// There is none.
#[must_use]
pub fn read_lossy(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn entries(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else { return vec![] };
    entries.filter_map(Result::ok).map(|entry| entry.path()).collect()
}
