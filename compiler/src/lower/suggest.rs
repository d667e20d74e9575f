//! "Did you mean". Comes in: a name that is unknown and the names that are known. Goes out: the nearest, if one is near.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Fix};
use crate::source::Span;

/// How many names all findings of one rule are compared with. Past that they are told without a near one: most of so many are
/// left out of the report anyway.
const MOST_COMPARED: usize = 1_000_000;

/// The known name nearest to `text`: at most a third of its letters differ. Ties go to the first.
#[must_use]
pub fn closest<'k>(text: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    nearest(text, known).map(|near| near.name)
}

/// Adds the nearest known name as help, and as fix where no other is as near; or the list of what is known where it is short.
#[must_use]
pub fn did_you_mean<'k>(found: Diagnostic, span: Span, text: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    NearNames::new(known).did_you_mean(found, span, text)
}

/// The same for a rule that may miss many of many names.
pub struct NearNames<'k> {
    names: Vec<&'k str>,
    /// How many more names may be compared.
    room: usize,
    /// What was looked for before: many may miss the same.
    seen: BTreeMap<String, Option<Near<'k>>>,
}

impl<'k> NearNames<'k> {
    /// The names that are known.
    pub fn new(names: impl Iterator<Item = &'k str>) -> Self {
        NearNames { names: names.collect(), room: MOST_COMPARED, seen: BTreeMap::new() }
    }

    /// As the function of that name.
    #[must_use]
    pub fn did_you_mean(&mut self, found: Diagnostic, span: Span, text: &str) -> Diagnostic {
        let near = self.nearest(text);
        self.told(near, found, span)
    }

    /// The same where one of the names cannot be meant, such as that of whoever names another.
    #[must_use]
    pub fn did_you_mean_but(&mut self, not: &str, found: Diagnostic, span: Span, text: &str) -> Diagnostic {
        let near = self.nearest_but(not, text);
        self.told(near, found, span)
    }

    /// The nearest name to a text, of all but one.
    pub fn closest_but(&mut self, not: &str, text: &str) -> Option<&'k str> {
        self.nearest_but(not, text).map(|near| near.name)
    }

    fn told(&self, near: Option<Near<'_>>, found: Diagnostic, span: Span) -> Diagnostic {
        match near {
            Some(near) => {
                let found = found.help(format!("did you mean `{}`?", near.name));
                let fix = || Fix::safe(format!("write `{}`", near.name)).word(span, near.name);
                if near.is_alone { found.fix_with(fix()) } else { found }
            }
            None if self.names.is_empty() => found,
            None => found.help(format!("it can be {}", list(&self.names))),
        }
    }

    fn nearest(&mut self, text: &str) -> Option<Near<'k>> {
        if let Some(known) = self.seen.get(text) {
            return *known;
        }
        let near = self.nearest_but("", text);
        self.seen.insert(text.to_owned(), near);
        near
    }

    fn nearest_but(&mut self, not: &str, text: &str) -> Option<Near<'k>> {
        self.room = self.room.checked_sub(self.names.len())?;
        nearest(text, self.names.iter().copied().filter(|name| *name != not))
    }
}

/// A name near another.
#[derive(Clone, Copy)]
struct Near<'k> {
    name: &'k str,
    /// Whether no other is as near.
    is_alone: bool,
}

fn nearest<'k>(text: &str, known: impl Iterator<Item = &'k str>) -> Option<Near<'k>> {
    let mut most = (text.chars().count().min(64) / 3).max(1);
    let folded = text.to_lowercase();
    let mut near: Option<Near<'k>> = None;
    for name in known {
        if name.len().abs_diff(text.len()) > most {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&folded, &name.to_lowercase());
        match &mut near {
            _ if distance > most => {}
            Some(near) if distance == most => near.is_alone &= near.name == name,
            _ => (most, near) = (distance, Some(Near { name, is_alone: true })),
        }
    }
    near
}

fn list(known: &[&str]) -> String {
    let shown: Vec<String> = known.iter().take(24).map(|name| format!("`{name}`")).collect();
    let more = if known.len() > 24 { format!(" and {} more", known.len() - 24) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{MOST_COMPARED, NearNames};
    use crate::diag::{Code, Diagnostic};
    use crate::source::{FileId, Sources, Span};

    #[test]
    fn after_so_many_comparisons_nothing_is_near_but_what_was_found_stays_so() {
        let names: Vec<String> = (0..1_000).map(|at| format!("plugin-{at:06}")).collect();
        let mut known = NearNames::new(names.iter().map(String::as_str));
        let file: FileId = Sources::default().add("grants.kdl", *b"");
        let span = Span::new(file, 0, 0);
        let found = || Diagnostic::new(Code::UnknownPlugin, span, "there is none");
        let mut help = |text: &str| known.did_you_mean(found(), span, text).help.unwrap_or_default();
        assert_eq!(help("plugin-000007x"), "did you mean `plugin-000007`?");
        // Looked for once, whoever asks again.
        (0..2 * MOST_COMPARED / names.len()).for_each(|_| assert!(!help("plugin-000007x").is_empty()));
        (1..MOST_COMPARED / names.len()).for_each(|at| assert!(help(&format!("other-{at}")).starts_with("it can be")));
        assert!(help("plugin-000008x").starts_with("it can be `plugin-000000`"));
        assert_eq!(help("plugin-000007x"), "did you mean `plugin-000007`?");
    }
}
