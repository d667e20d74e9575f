//! Texts that are read in two ways. Comes in: files below a folder, and the two ways. Goes out: how many texts the quick one reads, each
//! to the same tree as the thorough one, which reports nothing about it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ambit_compiler::diag::Sink;
use ambit_compiler::source::{FileId, Sources};
use ambit_compiler::syntax::Tree;

/// A file and its text.
pub(crate) type Found = (PathBuf, String);

type Quick = fn(FileId, &Arc<str>) -> Option<Tree>;
type Thorough = fn(FileId, &Arc<str>, &mut Sink) -> Tree;

/// Whether the quick way reads a text.
pub(crate) fn is_direct(text: &str, quick: Quick, thorough: Thorough) -> bool {
    let text: Arc<str> = text.into();
    let file = Sources::default().add("text", Vec::new());
    let Some(direct) = quick(file, &text) else { return false };
    let mut sink = Sink::default();
    let tree = thorough(file, &text, &mut sink);
    assert!(sink.is_empty(), "{text:?} was read, and has {:?}", sink.finish());
    assert!(direct == tree, "{text:?}\nbecomes {direct:?}\nand otherwise {tree:?}");
    true
}

/// How many of the texts are read directly.
pub(crate) fn count(name: &str, texts: &[Found], is_direct: fn(&str) -> bool) -> usize {
    let others: Vec<_> = texts.iter().filter(|(_, text)| !is_direct(text)).map(|(path, _)| path).collect();
    println!("{name}: {} of {} directly; not {others:#?}", texts.len() - others.len(), texts.len());
    texts.len() - others.len()
}

/// The same below a folder of this project.
pub(crate) fn ours(name: &str, ends: &[&str]) -> Vec<Found> {
    texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name), ends)
}

/// The texts below a folder whose names end so.
pub(crate) fn texts(folder: &Path, ends: &[&str]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.is_symlink() {
                left.push(path);
            } else if path.extension().is_some_and(|end| ends.iter().any(|wanted| end == *wanted))
                && let Ok(text) = String::from_utf8(std::fs::read(&path).unwrap())
            {
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}
