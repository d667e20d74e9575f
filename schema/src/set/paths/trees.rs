//! Sets of paths that are whole folders. Comes in: a set. Goes out: its folders, when it has nothing but whole ones.
//! A sandbox that only knows folders can enforce exactly those sets.

use std::collections::BTreeSet;

use super::super::Set;
use super::{Path, PathPattern, Paths, Root};

impl Set<Paths> {
    /// The folders, when the set is exactly a union of whole folders, each with all beneath it; in order, none
    /// inside another. The empty set has none. Nothing when some term is narrower than a folder, or the work
    /// bound was hit.
    pub fn as_subtrees(&self) -> Option<Vec<Path>> {
        self.plain_subtrees().or_else(|| self.simplify().plain_subtrees())
    }

    fn plain_subtrees(&self) -> Option<Vec<Path>> {
        if self.is_too_complex() {
            return None;
        }
        let mut folders = BTreeSet::new();
        for (within, except) in self.terms() {
            match (within.first(), within.len(), except.is_empty()) {
                (Some(pattern), 1, true) => folders.extend(folders_of(pattern)?),
                _ => return None,
            }
        }
        let is_inside = |folder: &Path| ancestors(folder).any(|above| folders.contains(&above));
        Some(folders.iter().filter(|folder| !is_inside(folder)).cloned().collect())
    }
}

fn ancestors(folder: &Path) -> impl Iterator<Item = Path> {
    std::iter::successors(folder.parent(), Path::parent)
}

fn folders_of(pattern: &PathPattern) -> Option<Vec<Path>> {
    match pattern.root() {
        None => Some([Root::Absolute, Root::Base].map(|root| Path::from_parts(root, String::new())).to_vec()),
        Some(_) => Some(vec![pattern.as_subtree()?]),
    }
}
