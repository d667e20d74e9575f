//! `look-alike`: two ids that a reader cannot tell apart. Ids are ASCII, so what is left are letters and digits of one shape
//! and marks that people overlook.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let mut seen: BTreeMap<String, &Plugin> = BTreeMap::new();
    for plugin in &model.plugins {
        let shape = shape(plugin.id());
        match seen.get(&shape) {
            Some(other) if other.id() != plugin.id() => {
                let message = format!("`{}` looks like `{}`", plugin.id(), other.id());
                let found = Diagnostic::new(Code::LookAlike, plugin.span(), message);
                let found = found.because(other.span(), "the plugin it can be mistaken for");
                sink.add(found.help("rename one of them so that a reader of a prompt can tell them apart"));
            }
            Some(_) => {}
            None => drop(seen.insert(shape, plugin)),
        }
    }
}

/// What is left of an id when letters that look alike are one, and marks are none.
pub(super) fn shape(id: &str) -> String {
    let mut folded = skeleton(id);
    for (pair, letter) in [("rn", "m"), ("vv", "w")] {
        if folded.as_bytes().windows(2).any(|two| two == pair.as_bytes()) {
            folded = folded.replace(pair, letter);
        }
    }
    let mut shape = String::with_capacity(folded.len());
    shape.extend(folded.chars().filter(|c| !matches!(c, '-' | '_' | '.')).map(same));
    shape
}

/// The skeleton of UTS 39 in lower case: of ASCII, those of its letters one after another.
fn skeleton(id: &str) -> String {
    static ASCII: LazyLock<Vec<String>> = LazyLock::new(|| {
        let of = |byte| unicode_security::skeleton(&char::from(byte).to_string()).collect::<String>();
        (0..128_u8).map(|byte| of(byte).to_lowercase()).collect()
    });
    if !id.is_ascii() {
        return unicode_security::skeleton(id).collect::<String>().to_lowercase();
    }
    let mut skeleton = String::with_capacity(id.len() + 4);
    skeleton.extend(id.bytes().filter_map(|byte| ASCII.get(usize::from(byte))).map(String::as_str));
    skeleton
}

fn same(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'i' | '|' => 'l',
        '5' => 's',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::skeleton;

    #[test]
    fn the_skeleton_of_ascii_is_that_of_its_letters() {
        let all: String = (0..128_u8).map(char::from).collect();
        for text in [&all, "", "org.example.tool-0", "Il1|mrn", "\u{430}bc1"] {
            let whole: String = unicode_security::skeleton(text).collect();
            assert_eq!(skeleton(text), whole.to_lowercase(), "{text:?}");
        }
    }
}
