//! Sets of paths that are whole folders. Comes in: a set. Goes out: its folders, when it has nothing but whole ones; else the
//! whole folders around it, or those within it. A door opens such folders, and looks at each path in those that are not whole.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::super::Set;
use super::{Path, PathPattern, Paths, Root};

impl Set<Paths> {
    /// The folders, when the set is exactly a union of whole folders, each with all beneath it; in order, none
    /// inside another. The empty set has none. Nothing when some term is narrower than a folder, or the work
    /// bound was hit.
    pub fn as_subtrees(&self) -> Option<Vec<Path>> {
        self.plain_subtrees().or_else(|| {
            if self.is_one_with_exception() {
                return None;
            }
            self.simplify().plain_subtrees()
        })
    }

    /// Whether [`Set::as_subtrees`] finds folders.
    pub fn is_subtrees(&self) -> bool {
        // Most sets of folders are one.
        self.only().is_some_and(PathPattern::is_subtrees) || self.as_subtrees().is_some()
    }

    /// The pattern that is the set, when it is one folder with all beneath it.
    pub fn whole_folder(&self) -> Option<&PathPattern> {
        self.only().filter(|pattern| pattern.folder().is_some())
    }

    /// The smallest union of whole folders that has everything of the set in it: for a pattern the folder that all of it is
    /// in. What is taken from a folder comes back with it. Nothing when the work bound was hit.
    pub fn subtrees_around(&self) -> Option<Self> {
        Some(Self::from_patterns(self.folder_patterns()?))
    }

    /// The folders that the set's parts are in, each as small as its patterns tell; in order. One may be inside another, which
    /// has other parts. Nothing when the work bound was hit.
    pub fn folders(&self) -> Option<Vec<Path>> {
        if let Some(whole) = self.as_subtrees() {
            return Some(whole);
        }
        let around = self.folder_patterns()?.into_iter();
        let folders: BTreeSet<Path> = around.filter_map(|folder| folder.as_subtree()).collect();
        Some(folders.into_iter().collect())
    }

    /// The folders around its terms, in which exceptions have no say.
    fn folder_patterns(&self) -> Option<Vec<PathPattern>> {
        let set = if self.is_one_term() { Cow::Borrowed(self) } else { Cow::Owned(self.simplify()) };
        let around = || set.terms().flat_map(|(within, _)| folders_around(within)).collect();
        (!set.is_too_complex()).then(around)
    }

    fn plain_subtrees(&self) -> Option<Vec<Path>> {
        if self.is_too_complex() {
            return None;
        }
        if let Some(pattern) = self.only() {
            return folders_of(pattern);
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

/// The deepest folder that all of an intersection is in; both roots where nothing in it tells.
fn folders_around(within: &[PathPattern]) -> Vec<PathPattern> {
    match within.iter().filter_map(folder_around).max_by_key(depth) {
        Some(folder) => vec![folder],
        None => roots().iter().map(PathPattern::subtree).collect(),
    }
}

fn roots() -> [Path; 2] {
    [Root::Absolute, Root::Base].map(|root| Path::from_parts(root, String::new()))
}

fn folder_around(pattern: &PathPattern) -> Option<PathPattern> {
    match pattern.as_subtree() {
        Some(_) => Some(pattern.clone()),
        None => Some(PathPattern::subtree(&pattern.literal_prefix()?)),
    }
}

fn depth(folder: &PathPattern) -> usize {
    folder.as_subtree().map_or(0, |folder| folder.segments().count())
}

fn ancestors(folder: &Path) -> impl Iterator<Item = Path> {
    std::iter::successors(folder.parent(), Path::parent)
}

fn folders_of(pattern: &PathPattern) -> Option<Vec<Path>> {
    match pattern.root() {
        None => Some(roots().to_vec()),
        Some(_) => Some(vec![pattern.as_subtree()?]),
    }
}
