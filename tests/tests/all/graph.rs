//! Plans drawn: the seeds as lists and pictures, and texts that try to leave their quotes.

use ambit_compiler::flow::Way;
use ambit_tests::case::{Case, cases};
use ambit_tests::generate;
use plugin_check::picture::Picture;

use crate::snapshot;

#[test]
fn the_seeds_are_drawn() {
    let mut failures = vec![];
    for case in cases("seeds").iter().map(|path| Case::load(path)) {
        let plan = case.compiled.plan.as_ref().unwrap();
        let picture = Picture::new(plan, Way::ALL);
        failures.extend(snapshot::check(&case.folder, "graph", &picture.text()));
        failures.extend(snapshot::check(&case.folder, "graph-svg", &picture.svg()));
        assert_well_formed(&picture.svg());
        assert_balanced(&picture.dot());
        let order = Picture::new(plan, &[Way::Dependency]).text();
        assert!(!order.contains("messages") && !order.contains("events"), "{order}");
    }
    snapshot::all(&failures);
}

/// Ids cannot be hostile; versions and names of hosts come as near to it as the language lets them. Many plugins are counted.
#[test]
fn many_plugins_are_drawn_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let host = "host \"demo\"\nversion \"1.0.0-a.b+c\"\ntiers \"wasm\"\ncapabilities {\n    message.send \"*\"\n}\n";
    generate::write(&folder.path().join("host.kdl"), host.as_bytes());
    generate::write(&folder.path().join("grants.kdl"), b"allow \"*\" {\n    message.send \"*\"\n}\n");
    for at in 0..600 {
        let text = format!(
            "id \"@scope/p{at:03}\"\nversion \"1.0.0\"\ncapabilities {{\n    message.send \"**\" optional=#true\n}}\n"
        );
        generate::write(&folder.path().join(format!("plugins/p{at:03}/plugin.kdl")), text.as_bytes());
    }
    let compiled = ambit_tests::case::workspace(folder.path()).compile();
    let picture = Picture::new(compiled.plan.as_ref().unwrap(), Way::ALL);
    assert!(picture.text().contains("\n100 plugins and "), "the rest is counted");
    assert!(picture.svg().len() < 2_000_000 && picture.svg().contains("100 plugins and "));
    assert_well_formed(&picture.svg());
    assert_balanced(&picture.dot());
}

/// Quotes and braces close, and nothing stands behind the last brace.
fn assert_balanced(dot: &str) {
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for (at, c) in dot.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => {
                depth -= 1;
                assert!(depth > 0 || dot[at + 1..].trim().is_empty(), "{dot}");
            }
            '\n' => assert!(!quoted, "a line ends in quotes: {dot}"),
            _ => {}
        }
    }
    assert!(depth == 0 && !quoted && dot.starts_with("digraph \""), "{dot}");
}

/// Elements close in their order, values are quoted, and entities are those of XML.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = vec![];
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        assert_text(before);
        let end = tag.find('>').expect("a tag ends");
        let (inside, after) = (&tag[1..end], &tag[end + 1..]);
        assert_eq!(inside.matches('"').count() % 2, 0, "{inside}");
        assert!(!inside.contains('<'), "{inside}");
        match (inside.strip_prefix('/'), inside.ends_with('/')) {
            (Some(name), _) => assert_eq!(open.pop(), Some(name)),
            (None, false) => open.push(inside.split_whitespace().next().unwrap()),
            (None, true) => {}
        }
        assert!(!open.is_empty() || after.trim().is_empty(), "one root");
        rest = after;
    }
    assert!(open.is_empty() && svg.starts_with("<svg xmlns="), "{open:?}");
}

fn assert_text(text: &str) {
    for entity in text.split('&').skip(1) {
        let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
        assert!(known.iter().any(|known| entity.starts_with(known)), "{entity}");
    }
}

#[test]
fn the_checks_can_fail() {
    let fails = |check: fn(&str), text: &'static str| std::panic::catch_unwind(move || check(text)).is_err();
    for text in
        ["<svg xmlns=\"\"><g></svg></g>", "<svg xmlns=\"\">&x;</svg>", "<svg xmlns=\"\"><g>", "<svg xmlns=\"a></svg>"]
    {
        assert!(fails(assert_well_formed, text), "{text}");
    }
    for text in ["digraph \"a {}", "digraph \"a\" {", "digraph \"a\" {} x", "digraph \"a\n\" {}"] {
        assert!(fails(assert_balanced, text), "{text}");
    }
}
