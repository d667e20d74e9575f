//! "Did you mean". Comes in: a name that is unknown and the names that are known. Goes out: the nearest, if one is near.

use crate::diag::{Diagnostic, Fix};
use crate::source::Span;

/// The known name nearest to `text`: at most a third of its letters differ. Ties go to the first.
#[must_use]
pub fn closest<'k>(text: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let limit = (text.chars().count().min(64) / 3).max(1);
    let folded = text.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&folded, &name.to_lowercase());
    let near = known.filter(|name| name.len().abs_diff(text.len()) <= limit).map(|name| (distance(name), name));
    near.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// Adds the nearest known name as help, and as fix where no other is as near; or the list of what is known where it is short.
#[must_use]
pub fn did_you_mean<'k>(found: Diagnostic, span: Span, text: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    match closest(text, known.iter().copied()) {
        Some(near) => {
            let found = found.help(format!("did you mean `{near}`?"));
            let others = known.iter().copied().filter(|name| *name != near && is_as_near(text, name, near));
            match others.into_iter().next() {
                Some(_) => found,
                None => found.fix_with(Fix::safe(format!("write `{near}`")).word(span, near)),
            }
        }
        None if known.is_empty() => found,
        None => found.help(format!("it can be {}", list(&known))),
    }
}

fn is_as_near(text: &str, name: &str, near: &str) -> bool {
    let distance = |name: &str| strsim::damerau_levenshtein(&text.to_lowercase(), &name.to_lowercase());
    name.len().abs_diff(text.len()) <= distance(near) && distance(name) <= distance(near)
}

fn list(known: &[&str]) -> String {
    let shown: Vec<String> = known.iter().take(24).map(|name| format!("`{name}`")).collect();
    let more = if known.len() > 24 { format!(" and {} more", known.len() - 24) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
