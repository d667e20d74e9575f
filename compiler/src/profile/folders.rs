//! Templates for folders: `~`, `${workspace}`, `${plugin.data}`. What they stand for is the profile's to say, never the
//! manifest's. Goes out: plain pattern text.

use std::collections::BTreeMap;

use crate::lower::Spanned;

/// The folders that templates stand for, by name. `~` is `home`.
#[derive(Debug, Clone, Default)]
pub struct Folders {
    known: BTreeMap<String, Spanned<String>>,
    /// Without a profile every name is taken as it is, so that a lone manifest can be linted.
    assumed: bool,
}

impl Folders {
    /// The folders of a profile.
    #[must_use]
    pub fn new(known: BTreeMap<String, Spanned<String>>) -> Self {
        Folders { known, assumed: false }
    }

    /// Stand-ins for linting where there is no profile: each name is an absolute folder of its own.
    #[must_use]
    pub fn assumed() -> Self {
        Folders { known: BTreeMap::new(), assumed: true }
    }

    /// The names of the folders.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }

    /// Puts folders in the place of templates. The error is the name that stands for nothing.
    ///
    /// # Errors
    /// A name that the profile does not define, or a template that never ends.
    pub fn expand(&self, text: &str, plugin: &str) -> Result<String, String> {
        let mut done = String::with_capacity(text.len() + 16);
        let mut rest = text;
        if let Some(below) = text.strip_prefix('~').filter(|below| below.is_empty() || below.starts_with('/')) {
            done.push_str(&self.folder("home", plugin)?);
            rest = below;
        }
        while let Some(start) = rest.find("${") {
            let (before, template) = (&rest[..start], &rest[start + 2..]);
            let end = template.find('}').ok_or_else(|| template.to_owned())?;
            done.push_str(before);
            done.push_str(&self.folder(&template[..end], plugin)?);
            rest = &template[end + 1..];
        }
        done.push_str(rest);
        Ok(done)
    }

    /// Whether a text is about another place in each plugin.
    #[must_use]
    pub fn is_of_each(&self, text: &str) -> bool {
        self.expand(text, "a") != self.expand(text, "b")
    }

    fn folder(&self, name: &str, plugin: &str) -> Result<String, String> {
        if name == "plugin.id" {
            return Ok(plugin.replace('/', "+"));
        }
        match self.known.get(name) {
            Some(folder) => Ok(folder.value.trim_end_matches('/').replace("${plugin.id}", &plugin.replace('/', "+"))),
            None if self.assumed => Ok(format!("/{name}")),
            None => Err(name.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Folders;
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
    fn a_name_that_stands_for_nothing_is_an_error() {
        assert_eq!(folders().expand("${workspace}/x", "p"), Err("workspace".into()));
        assert_eq!(folders().expand("${home", "p"), Err("home".into()));
    }
}
