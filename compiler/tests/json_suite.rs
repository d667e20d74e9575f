//! JSONTestSuite: `y_` is accepted, `n_` is refused, `i_` is either.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests read their corpus")]

#[path = "syntax_support/corpora.rs"]
mod corpora;
#[path = "syntax_support/value.rs"]
mod value;

use std::collections::BTreeMap;
use std::path::Path;

use value::{Value, parse};

/// JSON that is valid, and that we refuse for a reason of our own.
const REFUSED: &[(&str, &str, &str)] = &[
    ("object_duplicated_key", "S006", "one key means one thing"),
    ("object_duplicated_key_and_value", "S006", "one key means one thing"),
    ("object_empty", "S009", "a file says something"),
    ("object_escaped_null_in_key", "S007", "U+0000 is a control character"),
    ("string_allowed_escapes", "S007", "U+0008 and U+000C are control characters"),
    ("string_escaped_control_character", "S007", "U+0012 is a control character"),
    ("string_null_escape", "S007", "U+0000 is a control character"),
    ("string_u+2028_line_sep", "S007", "a line break that few programs show"),
    ("string_u+2029_par_sep", "S007", "a line break that few programs show"),
    ("string_unescaped_char_delete", "S007", "U+007F is a control character"),
    ("string_unicode_U+200B_ZERO_WIDTH_SPACE", "S007", "takes no room"),
    ("string_unicode_U+2064_invisible_plus", "S007", "takes no room"),
    ("string_with_del_character", "S007", "U+007F is a control character"),
];

const OURS: &str = "y_ refused by a rule of ours";

/// Every other valid file is a map, or is no map and therefore no file of ours: `M003`.
#[test]
fn suite() {
    let Some(folder) = corpora::find("JSONTestSuite/test_parsing") else { return };
    let (mut counts, mut wrong) = (BTreeMap::new(), Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match judge(&path) {
            Ok(verdict) => *counts.entry(verdict).or_insert(0) += 1,
            Err(why) => wrong.push(format!("{}: {why}", path.display())),
        }
    }
    println!("{counts:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let ours = REFUSED.len();
    let expected =
        [("i_ accepted", 10), ("i_ refused", 25), ("n_ refused", 188), ("y_ accepted", 95 - ours), (OURS, ours)];
    assert_eq!(counts, BTreeMap::from(expected));
}

/// What a case turned out as, or why it is wrong.
fn judge(path: &Path) -> Result<&'static str, String> {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let parsed = parse("case.json", std::fs::read(path).unwrap());
    let codes: Vec<_> = parsed.codes().iter().map(|code| code.id()).collect();
    let accepted = codes.is_empty() || codes == ["M003"];
    let ours = REFUSED.iter().find(|(case, _, _)| name.strip_prefix("y_") == Some(case));
    match (name.get(..2), ours) {
        (Some("y_"), Some((_, code, _))) if codes.iter().all(|found| found == code) && !accepted => Ok(OURS),
        (Some("y_"), None) if accepted && (parsed.value != Value::Map(vec![])) => Ok("y_ accepted"),
        (Some("n_"), _) if !accepted => Ok("n_ refused"),
        (Some("i_"), _) => Ok(if accepted { "i_ accepted" } else { "i_ refused" }),
        _ => Err(format!("{:?} {:?}", parsed.lines(), parsed.value)),
    }
}
