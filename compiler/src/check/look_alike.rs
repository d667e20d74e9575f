//! `look-alike`: two ids that a reader cannot tell apart. Ids are ASCII, so what is left are letters and digits of one shape
//! and marks that people overlook.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    if are_apart(model.plugins.iter().map(Plugin::id)) {
        return;
    }
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

/// Whether no two different texts have one shape, as far as a quick look tells: nearly always it does.
pub(super) fn are_apart<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    let Some(mut prints) = texts.map(|text| Some((print(text)?, text))).collect::<Option<Vec<_>>>() else {
        return false;
    };
    prints.sort_unstable_by_key(|(print, _)| *print);
    prints.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].1 == pair[1].1)
}

/// A number that all texts of one shape have, and hardly any other. `None`: the text is not ASCII.
///
/// It is a polynomial over the letters of the shape, in which those that stand for a pair are that pair: so each letter of the text
/// counts by itself.
fn print(text: &str) -> Option<u64> {
    /// What each letter does to the number of what is before it.
    static STEPS: LazyLock<Vec<(u64, u64)>> = LazyLock::new(|| (0..128_u8).map(step).collect());
    text.bytes().try_fold(0_u64, |print, byte| {
        let (factor, more) = STEPS.get(usize::from(byte))?;
        Some(print.wrapping_mul(*factor).wrapping_add(*more))
    })
}

fn step(byte: u8) -> (u64, u64) {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let letters = skeleton(char::from(byte).encode_utf8(&mut [0; 4]));
    let letters = PAIRS.iter().fold(letters, |letters, (pair, letter)| letters.replace(letter, pair));
    letters.chars().filter(|c| !is_mark(*c)).map(same).fold((1, 0), |(factor, more): (u64, u64), c| {
        (factor.wrapping_mul(FACTOR), more.wrapping_mul(FACTOR).wrapping_add(u64::from(u32::from(c))))
    })
}

/// Letters that stand for two others.
const PAIRS: [(&str, &str); 2] = [("rn", "m"), ("vv", "w")];

/// What is left of an id when letters that look alike are one, and marks are none.
pub(super) fn shape(id: &str) -> String {
    let mut folded = skeleton(id);
    for (pair, letter) in PAIRS {
        if folded.as_bytes().windows(2).any(|two| two == pair.as_bytes()) {
            folded = folded.replace(pair, letter);
        }
    }
    let mut shape = String::with_capacity(folded.len());
    shape.extend(folded.chars().filter(|c| !is_mark(*c)).map(same));
    shape
}

/// Marks that people overlook.
fn is_mark(c: char) -> bool {
    matches!(c, '-' | '_' | '.')
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
    use std::collections::{BTreeMap, BTreeSet};

    use super::{are_apart, print, shape, skeleton};

    #[test]
    fn the_skeleton_of_ascii_is_that_of_its_letters() {
        let all: String = (0..128_u8).map(char::from).collect();
        for text in [&all, "", "org.example.tool-0", "Il1|mrn", "\u{430}bc1"] {
            let whole: String = unicode_security::skeleton(text).collect();
            assert_eq!(skeleton(text), whole.to_lowercase(), "{text:?}");
        }
    }

    /// Every text of three letters, which has every pair with something before or after it.
    #[test]
    fn texts_have_one_print_where_they_have_one_shape() {
        let letters: Vec<char> = (32..127_u8).filter(|byte| !byte.is_ascii_uppercase()).map(char::from).collect();
        let pairs = letters.iter().flat_map(|a| letters.iter().map(move |b| format!("{a}{b}")));
        let all: Vec<String> =
            pairs.flat_map(|two| ["", "r", "v-", "n", "1"].map(|one| format!("{two}{one}"))).collect();
        let mut prints: BTreeMap<String, u64> = BTreeMap::new();
        for text in &all {
            let known = *prints.entry(shape(text)).or_insert(print(text).unwrap());
            assert_eq!(known, print(text).unwrap(), "{text:?}");
        }
        let different: BTreeSet<u64> = prints.values().copied().collect();
        let shapes: BTreeSet<String> = prints.keys().map(|shape| shape.replace('m', "rn").replace('w', "vv")).collect();
        assert_eq!(different.len(), shapes.len(), "a print tells as much as a shape does, but for what its pairs are");
    }

    #[test]
    fn texts_of_one_shape_are_not_apart() {
        assert!(are_apart(["org.a", "org.b", "org.a"].into_iter()));
        for (a, b) in [("org.a", "org-a"), ("mail", "rnail"), ("i", "l"), ("wO", "VV0"), ("\u{e4}", "b")] {
            assert!(!are_apart(["c", a, "d", b].into_iter()), "{a} {b}");
        }
    }
}
