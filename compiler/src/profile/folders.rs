//! Templates for folders: `~`, `${workspace}`, `${plugin.data}`. What they stand for is the profile's to say, never the
//! manifest's. Goes out: plain pattern text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::memchr;

use crate::lower::Spanned;

/// How long a folder may be that a name stands for, in bytes: as long as paths are on any machine.
pub(super) const MAX_FOLDER: usize = 4096;

/// How long a text may become in which names stand for folders, in bytes: a few words in a profile must not become gigabytes.
const MAX_EXPANDED: usize = 16 << 10;

/// Why templates in a text stand for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderError {
    /// The profile does not define this name, or the template that begins with it never ends.
    Unknown(String),
    /// The text would become longer than any pattern may be.
    TooLong,
}

/// The folders that templates stand for, by name. `~` is `home`.
#[derive(Debug, Clone, Default)]
pub struct Folders {
    /// In the order of their names.
    known: Vec<(String, Vec<Part>)>,
    /// Without a profile every name is taken as it is, so that a lone manifest can be linted.
    assumed: bool,
}

/// A part of a folder of the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The id of the plugin that asks.
    Id,
}

impl Folders {
    /// The folders of a profile.
    #[must_use]
    pub fn new(known: BTreeMap<String, Spanned<String>>) -> Self {
        let known = known.into_iter().map(|(name, folder)| (name, parts(folder.value.trim_end_matches('/'))));
        Folders { known: known.collect(), assumed: false }
    }

    /// Stand-ins for linting where there is no profile: each name is an absolute folder of its own.
    #[must_use]
    pub fn assumed() -> Self {
        Folders { known: vec![], assumed: true }
    }

    /// The names of the folders.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|(name, _)| name.as_str())
    }

    /// Puts folders in the place of templates.
    ///
    /// # Errors
    /// A name that stands for nothing, a template that never ends, or more text than any pattern may have.
    pub fn expand<'t>(&self, text: &'t str, plugin: &str) -> Result<Cow<'t, str>, FolderError> {
        if !may_have_template(text) {
            return Ok(Cow::Borrowed(text));
        }
        let mut done = String::with_capacity(text.len() + 48);
        let mut rest = text;
        if let Some(below) = text.strip_prefix('~').filter(|below| below.is_empty() || below.starts_with('/')) {
            self.push("home", plugin, &mut done)?;
            rest = below;
        }
        while let Some((before, template)) = split(rest) {
            let end = template
                .bytes()
                .position(|byte| byte == b'}')
                .ok_or_else(|| FolderError::Unknown(template.to_owned()))?;
            done.push_str(before);
            self.push(&template[..end], plugin, &mut done)?;
            if done.len() > MAX_EXPANDED {
                return Err(FolderError::TooLong);
            }
            rest = &template[end + 1..];
        }
        done.push_str(rest);
        Ok(Cow::Owned(done))
    }

    /// Whether a text is about another place in each plugin.
    #[must_use]
    pub fn is_of_each(&self, text: &str) -> bool {
        may_have_template(text)
            && self.names_each(text).unwrap_or_else(|| self.expand(text, "a") != self.expand(text, "b"))
    }

    /// The same for a text of one template, of which nothing has to be expanded. `None`: it has none, or more than that.
    fn names_each(&self, text: &str) -> Option<bool> {
        let (before, template) = split(text).filter(|_| !text.starts_with('~'))?;
        let (name, after) = template.split_once('}')?;
        let is_short = before.len() + after.len() <= MAX_EXPANDED - MAX_FOLDER;
        if !is_short || split(after).is_some() {
            return None;
        }
        Some(name == ID || self.folder(name).is_some_and(|folder| folder.contains(&Part::Id)))
    }

    fn folder(&self, name: &str) -> Option<&[Part]> {
        let at = self.known.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        Some(&self.known[at].1)
    }

    fn push(&self, name: &str, plugin: &str, done: &mut String) -> Result<(), FolderError> {
        if name == ID {
            push_id(plugin, done);
            return Ok(());
        }
        match self.folder(name) {
            Some(folder) => folder.iter().for_each(|part| match part {
                Part::Text(text) => done.push_str(text),
                Part::Id => push_id(plugin, done),
            }),
            None if self.assumed => done.extend(["/", name]),
            None => return Err(FolderError::Unknown(name.to_owned())),
        }
        Ok(())
    }
}

/// The template for the id of the plugin that asks.
const ID: &str = "plugin.id";

/// Whether there is anything in a text that a template has. Most that have one begin with it.
fn may_have_template(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'~' | b'$')) || memchr(b'$', text.as_bytes()).is_some()
}

/// A text up to its first template, and what is after the mark that begins it.
fn split(text: &str) -> Option<(&str, &str)> {
    // Texts are short, and mostly begin with a template.
    let mark = text.as_bytes().windows(2).position(|pair| pair == b"${")?;
    Some((&text[..mark], &text[mark + 2..]))
}

/// A folder of the profile, in which nothing but the id of a plugin is a template.
fn parts(folder: &str) -> Vec<Part> {
    let mut parts = vec![];
    for (place, text) in folder.split("${plugin.id}").enumerate() {
        if place > 0 {
            parts.push(Part::Id);
        }
        if !text.is_empty() {
            parts.push(Part::Text(text.to_owned()));
        }
    }
    parts
}

/// An id as the name of a folder.
fn push_id(plugin: &str, done: &mut String) {
    match memchr(b'/', plugin.as_bytes()) {
        None => done.push_str(plugin),
        Some(_) => done.extend(plugin.chars().map(|c| if c == '/' { '+' } else { c })),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{FolderError, Folders};
    use crate::lower::Spanned;
    use crate::source::{Sources, Span};

    fn folders() -> Folders {
        let file = Sources::default().add("host.kdl", Vec::new());
        let folder = |text: &str| Spanned::new(text.to_owned(), Span::new(file, 0, 0));
        let known = [("home", "/home/u"), ("plugin.data", "./data/${plugin.id}/")];
        Folders::new(BTreeMap::from(known.map(|(name, text)| (name.to_owned(), folder(text)))))
    }

    #[test]
    fn templates_become_the_folders_of_the_profile() {
        assert_eq!(folders().expand("~/x", "p"), Ok("/home/u/x".into()));
        assert_eq!(folders().expand("${plugin.data}/out/", "@a/b"), Ok("./data/@a+b/out/".into()));
        assert_eq!(folders().expand("/a~/b", "p"), Ok("/a~/b".into()));
    }

    #[test]
    fn a_folder_is_of_each_plugin_by_what_it_is_and_not_by_its_name() {
        let each = |text: &str| folders().is_of_each(text);
        assert!(each("${plugin.data}/") && each("./${plugin.id}") && !each("~/plugin.id/") && !each("${plugin.x}"));
    }

    #[test]
    fn what_is_of_each_plugin_is_what_differs_between_two() {
        let parts = ["~", "/", "${", "}", "plugin.id", "plugin.data", "home", "x", "${plugin.data}", "~/"];
        let two = parts.iter().flat_map(|a| parts.iter().map(move |b| format!("{a}{b}")));
        let all: Vec<String> =
            two.flat_map(|two| parts.map(|c| [format!("{two}{c}"), format!("{c}${{{two}}}")]).concat()).collect();
        for folders in [folders(), Folders::assumed()] {
            for text in &all {
                let differs = folders.expand(text, "a") != folders.expand(text, "b");
                assert_eq!(folders.is_of_each(text), differs, "{text}");
            }
        }
    }

    #[test]
    fn a_text_does_not_grow_without_end() {
        assert_eq!(folders().expand(&"${home}".repeat(1_000), "p").map(|text| text.len()), Ok(7_000));
        assert_eq!(folders().expand(&"${home}".repeat(100_000), "p"), Err(FolderError::TooLong));
        assert_eq!(folders().expand(&"x".repeat(100_000), "p").map(|text| text.len()), Ok(100_000));
    }

    #[test]
    fn a_name_that_stands_for_nothing_is_an_error() {
        assert_eq!(folders().expand("${workspace}/x", "p"), Err(FolderError::Unknown("workspace".into())));
        assert_eq!(folders().expand("${home", "p"), Err(FolderError::Unknown("home".into())));
    }
}
