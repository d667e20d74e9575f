//! The YAML test suite: what it calls an error is refused; the rest has the value that it says, or uses a feature that
//! we refuse.

#![cfg(test)]
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read and unpack their corpus")]

#[path = "syntax_support/corpora.rs"]
mod corpora;
#[path = "syntax_support/value.rs"]
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use ambit_compiler::diag::Code;
use value::{Value, parse};

/// Features and limits of ours that valid YAML may run into.
const REFUSALS: &[Code] =
    &[Code::YamlFeature, Code::DuplicateKey, Code::TooDeep, Code::EmptyFile, Code::HiddenCharacter];

const NO_VALUE: &str = "accepted, no value to compare";
const SAME: &str = "accepted, same value";
const ERROR: &str = "errors refused";

#[test]
fn suite() {
    let Some(archive) = corpora::find("yaml-test-suite.tar.gz") else { return };
    let mut counts = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases(&unpack(&archive)) {
        match judge(&case) {
            Ok(verdict) => *counts.entry(verdict).or_insert(0) += 1,
            Err(why) => wrong.push(format!("{}: {why}", case.display())),
        }
    }
    println!("{counts:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let refused = [("refused as a feature", 86), ("refused as empty", 6), ("refused for a hidden character", 1)];
    let expected = [(NO_VALUE, 1), (SAME, 214), (ERROR, 94)].into_iter().chain(refused);
    assert_eq!(counts, expected.collect());
}

/// What a case turned out as, or why it is wrong.
fn judge(case: &Path) -> Result<&'static str, String> {
    let parsed = parse("in.yaml", std::fs::read(case.join("in.yaml")).unwrap());
    let codes: Vec<Code> = parsed.codes().into_iter().filter(|code| *code != Code::WrongType).collect();
    if case.join("error").exists() {
        return if codes.is_empty() { Err(format!("accepted as {:?}", parsed.value)) } else { Ok(ERROR) };
    }
    if !codes.is_empty() {
        let ours = codes.iter().all(|code| REFUSALS.contains(code));
        return if ours { Ok(features(codes[0])) } else { Err(format!("{:?}", parsed.lines())) };
    }
    let Ok(json) = std::fs::read(case.join("in.json")) else { return Ok(NO_VALUE) };
    let expected = parse("in.json", json).value;
    let (is, should) = (plain(&parsed.value), plain(&expected));
    if is == should { Ok(SAME) } else { Err(format!("is {is:?}, should be {should:?}")) }
}

/// A value with its numbers evaluated, because the suite spells them as JSON does.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(text) => Value::Number(number(text).to_string()),
        Value::List(items) => Value::List(items.iter().map(plain).collect()),
        Value::Map(members) => {
            let mut members: Vec<_> = members.iter().map(|(key, value)| (key.clone(), plain(value))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Map(members)
        }
        other => other.clone(),
    }
}

fn number(text: &str) -> f64 {
    match text.get(..2) {
        Some("0x") => i64::from_str_radix(&text[2..], 16).unwrap() as f64,
        Some("0o") => i64::from_str_radix(&text[2..], 8).unwrap() as f64,
        _ => text.parse().unwrap_or(f64::NAN),
    }
}

/// What a valid case was refused for, by its first finding.
fn features(code: Code) -> &'static str {
    match code {
        Code::YamlFeature => "refused as a feature",
        Code::EmptyFile => "refused as empty",
        Code::DuplicateKey => "refused for a duplicate key",
        Code::TooDeep => "refused as too deep",
        _ => "refused for a hidden character",
    }
}

fn unpack(archive: &Path) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("yaml-test-suite");
    std::fs::create_dir_all(&target).unwrap();
    let status = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(&target).status().unwrap();
    assert!(status.success(), "tar cannot read {}", archive.display());
    target
}

/// Every folder that has an `in.yaml`.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        if folder.join("in.yaml").exists() {
            found.push(folder.clone());
        }
        let below = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        left.extend(below.filter(|path| path.is_dir() && !path.is_symlink()));
    }
    found.sort();
    found
}
