//! Texts that want to break the front ends, made and found: no panic, spans within the text, few findings, little time.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests read their corpus")]

#[path = "syntax_support/corpora.rs"]
mod corpora;
#[path = "syntax_support/value.rs"]
mod value;

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use value::{Value, parse};

/// Ample for a build without optimisation on a busy machine; what is not linear takes minutes.
const PATIENCE: Duration = Duration::from_secs(10);

const BOTH: [&str; 2] = ["a.json", "a.yaml"];

#[test]
fn hostile_texts_are_refused_in_linear_time() {
    let n = 100_000;
    let indented = (0..1400).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>();
    let texts = [
        "[".repeat(n),
        "{\"a\":".repeat(n),
        "{a: ".repeat(n),
        "\"".repeat(n + 1),
        "a: \"\n".repeat(n),
        "'".repeat(n + 1),
        "\\\"\n".repeat(n) + "\"",
        "\"\\\"\n".repeat(n),
        "- ".repeat(1 << 19),
        "? ".repeat(1 << 19),
        ": ".repeat(1 << 19),
        "[,".repeat(1 << 19),
        format!("[{}]", "1,".repeat(500_000)),
        format!("{{\"a\":[{}]}}", "[],".repeat(300_000)),
        "/*".repeat(n),
        "#".repeat(1 << 20),
        "!!".repeat(n),
        "&a ".repeat(n),
        format!("a: &a 1\nb: [{}]\n", "*a,".repeat(n)),
        "\u{202E}".repeat(n),
        format!("{{\"a\": \"{}{}\\n\"}}", "a".repeat(1 << 19), "\u{202E}".repeat(n)),
        "x".repeat(1 << 20),
        "a: |\n".to_owned() + &"  x\n".repeat(n),
        (0..40_000).map(|at| format!("k{at}: {at}\n")).collect(),
        indented,
    ];
    for text in texts {
        for name in BOTH {
            let start = Instant::now();
            let parsed = parse(name, &text[..text.floor_char_boundary(1 << 20)]);
            let head = text.get(..10);
            assert!(parsed.found.len() <= 36, "{name} {head:?}: {}", parsed.found.len());
            assert!(start.elapsed() < PATIENCE, "{name} {head:?}: {:?}", start.elapsed());
        }
    }
}

#[test]
fn alias_bomb() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (before, after) in ('a'..='y').zip('b'..='z') {
        text += &format!("{after}: &{after} [{}]\n", vec![format!("*{before}"); 9].join(", "));
    }
    let parsed = parse("bomb.yaml", &text);
    assert!(parsed.codes().iter().all(|code| code.id() == "S008"));
    assert_eq!(parsed.found.len(), 20);
}

#[test]
fn manifests_of_other_systems() {
    let Some(folder) = corpora::find("manifests") else { return };
    let (mut clean, mut refused) = (0, 0);
    let mut left = vec![folder];
    while let Some(folder) = left.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.to_str().unwrap().to_owned();
            if path.is_dir() {
                left.push(path);
            } else if [".json", ".yaml", ".yml"].iter().any(|end| name.ends_with(end)) {
                let parsed = parse(&name, std::fs::read(&path).unwrap());
                let count = if parsed.found.is_empty() { &mut clean } else { &mut refused };
                *count += 1;
                parsed.lines().iter().for_each(|line| println!("{name}: {line}"));
            }
        }
    }
    println!("manifests: {clean} without findings, {refused} with");
    assert!(clean > refused);
}

fn values() -> impl Strategy<Value = Value> {
    let words =
        prop_oneof![Just("<"), Just("yes"), Just("~"), Just("1e3"), Just("- x"), Just("a: b"), Just("# c"), Just("*a")];
    let texts = prop_oneof![words.prop_map(str::to_owned), "[ -~é💻\\n\\t\"\\\\]{0,12}".prop_map(|text| text)];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "-?(0|[1-9][0-9]{0,9})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?".prop_map(Value::Number),
        texts.clone().prop_map(Value::Text),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let members = vec((texts.clone(), inner.clone()), 0..6).prop_map(|mut members| {
            let mut seen = std::collections::BTreeSet::new();
            members.retain(|(key, _)| seen.insert(key.clone()));
            Value::Map(members)
        });
        prop_oneof![vec(inner, 0..6).prop_map(Value::List), members]
    })
}

/// A value as JSON, with a choice of white space.
fn write(value: &Value, gap: &str) -> String {
    let joined = |parts: Vec<String>| parts.join(&format!(",{gap}"));
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(spelling) => spelling.clone(),
        Value::Text(text) => quoted(text),
        Value::List(items) => format!("[{gap}{}{gap}]", joined(items.iter().map(|item| write(item, gap)).collect())),
        Value::Map(members) => {
            let member = |(key, value): &(String, Value)| format!("{}: {}", quoted(key), write(value, gap));
            format!("{{{gap}{}{gap}}}", joined(members.iter().map(member).collect()))
        }
    }
}

fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        '\n' => "\\n".into(),
        '\t' => "\\t".into(),
        'é' => "\\u00e9".into(),
        '💻' => "\\ud83d\\udcbb".into(),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed(text in any::<String>()) {
        BOTH.iter().for_each(|name| drop(parse(name, &text)));
    }

    #[test]
    fn any_bytes_are_parsed(bytes in vec(any::<u8>(), 0..60)) {
        BOTH.iter().for_each(|name| drop(parse(name, &bytes)));
    }

    #[test]
    fn any_punctuation_is_parsed(text in "[\\[\\]{}:,\"'\\\\/*#&!|>?%@`~<=. \\n\\t\\r0-9aebtrufnls+\\-\u{FEFF}\u{202E}é💻]{0,60}") {
        BOTH.iter().for_each(|name| drop(parse(name, &text)));
    }

    #[test]
    fn a_broken_manifest_is_parsed(value in values(), cut in any::<usize>(), at in any::<usize>(), what in any::<char>()) {
        let mut text: Vec<char> = write(&value, "\n ").chars().collect();
        let position = at % (text.len() + 1);
        text.insert(position, what);
        text.remove(cut % text.len());
        let text: String = text.into_iter().collect();
        BOTH.iter().for_each(|name| drop(parse(name, &text)));
    }

    #[test]
    fn json_is_yaml(value in values(), gap in prop_oneof![Just(""), Just(" "), Just("\n  ")]) {
        let text = format!("{{\"x\": {}}}", write(&value, gap));
        let expected = Value::Map(vec![("x".into(), value)]);
        for name in BOTH {
            let parsed = parse(name, &text);
            assert!(parsed.found.is_empty(), "{name} {text:?} {:#?}", parsed.found);
            assert_eq!(parsed.value, expected, "{name} {text:?}");
        }
    }
}
