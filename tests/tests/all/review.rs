//! The action and the hooks say what `docs/review.md` says of them, and take nothing from elsewhere that is not pinned.

use std::collections::BTreeSet;

use ambit_compiler::diag::Sink;
use ambit_compiler::source::Sources;
use ambit_compiler::{lower, syntax};
use ambit_tests::house;
use serde_json::Value;

/// YAML, read by our own front end.
fn yaml(text: &str) -> Value {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = sources.add("file.yaml", text.as_bytes());
    let tree = syntax::yaml::parse(file, sources.get(file).text(), &mut sink);
    let value = lower::value(tree.root(), &mut sink).map(|value| value.json());
    assert!(sink.is_empty(), "{:?}", sink.finish());
    value.unwrap()
}

fn page() -> String {
    house::read(&house::at("docs/review.md"))
}

/// The block of the page with this title.
fn block(title: &str) -> Value {
    let page = page();
    let (_, rest) = page.split_once(&format!("```yaml title=\"{title}\"\n")).unwrap_or_else(|| panic!("no `{title}`"));
    yaml(rest.split("```").next().unwrap_or_default())
}

/// The first cells of a table, without backticks, and the second ones.
fn rows(head: &str) -> Vec<(String, String)> {
    let page = page();
    let (_, rest) = page.split_once(&format!("\n| {head} |")).unwrap_or_else(|| panic!("no table of `{head}`"));
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cell = |cell: &str| cell.trim().trim_matches('`').to_owned();
    rows.map(|row| row.trim_matches('|').split('|').map(cell).collect::<Vec<_>>())
        .map(|cells| (cells[0].clone(), cells[1].clone()))
        .collect()
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

fn action() -> Value {
    yaml(&house::read(&house::at("action.yml")))
}

#[test]
fn the_page_lists_the_inputs_and_steps_of_the_action() {
    let action = action();
    let inputs = &action["inputs"];
    let rows_of = rows("input");
    assert_eq!(rows_of.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>(), keys(inputs));
    for (name, default) in rows_of {
        assert_eq!(inputs[&name]["default"].as_str(), Some(default.as_str()), "{name}");
    }
    let steps = action["runs"]["steps"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(rows("step").into_iter().map(|(name, _)| name).collect::<Vec<_>>(), names);
    let outputs = keys(&action["outputs"]);
    assert!(outputs.iter().all(|output| page().contains(&format!("`{output}`"))), "{outputs:?}");
    for step in steps {
        let run = step["run"].as_str().unwrap();
        let script = run.strip_prefix("\"$GITHUB_ACTION_PATH/").and_then(|rest| rest.strip_suffix('"')).unwrap();
        assert!(house::at(script).is_file(), "{script}");
    }
}

#[test]
fn the_workflow_of_the_page_is_one_of_this_action() {
    let workflow = block(".github/workflows/policy.yml");
    let steps = workflow["jobs"]["policy"]["steps"].as_array().unwrap();
    let (ours, others): (Vec<_>, Vec<_>) =
        steps.iter().partition(|step| step["uses"].as_str().unwrap().starts_with("ambit-dev/ambit@"));
    assert_eq!((ours.len(), others.len()), (1, 1));
    assert!(keys(&ours[0]["with"]).is_subset(&keys(&action()["inputs"])), "{:?}", ours[0]);
    for step in others {
        let (_, pin) = step["uses"].as_str().unwrap().split_once('@').unwrap();
        assert!(pin.len() == 40 && pin.bytes().all(|byte| byte.is_ascii_hexdigit()), "{pin} can be moved");
        assert!(page().contains(&format!("{pin} # v")), "{pin}: which version that is");
    }
    let types = workflow["on"]["pull_request"]["types"].to_string();
    assert!(types.contains("\"labeled\""), "a label is seen when it comes");
}

#[test]
fn the_hooks_of_the_page_are_the_hooks() {
    let hooks = yaml(&house::read(&house::at(".pre-commit-hooks.yaml")));
    let hooks = hooks.as_array().unwrap();
    let run = |hook: &Value| {
        let args = hook["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
        [hook["entry"].as_str().unwrap()].into_iter().chain(args).collect::<Vec<_>>().join(" ")
    };
    let expected: Vec<_> = hooks.iter().map(|hook| (hook["id"].as_str().unwrap().to_owned(), run(hook))).collect();
    assert_eq!(rows("hook"), expected);
    let asked = block(".pre-commit-config.yaml")["repos"][0]["hooks"].clone();
    let asked: Vec<_> = asked.as_array().unwrap().iter().map(|hook| hook["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(asked, expected.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
}

/// Nothing is pasted into a script, and each script can be run.
#[cfg(unix)]
#[test]
fn scripts_are_whole() {
    use std::os::unix::fs::PermissionsExt;
    let scripts = house::files(&house::at("tools/review"));
    assert!(scripts.len() > 5, "{scripts:?}");
    for script in scripts {
        let text = house::read(&script);
        let name = house::shown(&script);
        let mode = script.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o111 != 0, text.starts_with("#!/usr/bin/env bash\n"), "{name}: sourced or run");
        assert!(!text.contains("${{"), "{name}: what users write is pasted into it");
        assert!(
            text.contains("set -euo pipefail\n") || text.contains("/settings.sh\""),
            "{name}: errors are passed over"
        );
    }
}
