//! The pages of the rules, run. What stands under `## Example` fires the page's rule; what stands under `## Fix`, over the
//! example, does not. A block's title is its file; `wat` is compiled to the plugin's `demo.wasm`, `elf` becomes its
//! `demo.so`; other blocks that are
//! `(generated)` are for people.

use std::collections::BTreeMap;

use ambit_compiler::diag::Code;
use ambit_tests::case::{compiled, observe, workspace};
use ambit_tests::generate::write;
use ambit_tests::{elf, house};
use tempfile::TempDir;

use crate::snapshot;

const HOST: &str = r#"host "demo"
version "1.0.0"
tiers "wasm"
folders {
    home "/home/user"
}
capabilities {
    fs.read "./"
    fs.write "./"
    env.read "**"
}
"#;

type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn examples_fire_and_fixes_do_not() {
    let (mut failures, mut run) = (vec![], 0);
    for code in Code::ALL {
        let page = house::at("docs/rules").join(format!("{}.md", code.id()));
        if !page.is_file() {
            failures.push(format!("{} has no page", code.id()));
            continue;
        }
        let text = house::read(&page);
        let (example, fix) = (files(&section(&text, "## Example")), files(&section(&text, "## Fix")));
        if example.is_empty() {
            // Files that are too large or not text, and command lines, cannot stand on a page.
            assert!(section(&text, "## Example").contains("(generated)"), "{} has no example", code.id());
            continue;
        }
        run += 1;
        if !found(&example, *code).contains(code) {
            failures.push(format!("{}: its example does not fire it: {:?}", code.id(), found(&example, *code)));
        }
        let fixed: Files = example.into_iter().chain(fix.clone()).collect();
        if !fix.is_empty() && found(&fixed, *code).contains(code) {
            failures.push(format!("{}: its fix fires it", code.id()));
        }
    }
    assert!(run * 10 > Code::ALL.len() * 8, "most examples run: {run} of {}", Code::ALL.len());
    snapshot::all(&failures);
}

/// The codes that a workspace of these files has, for the page of a rule.
fn found(files: &Files, of: Code) -> Vec<Code> {
    let folder = TempDir::new().unwrap();
    write(&folder.path().join("host.kdl"), HOST.as_bytes());
    for (name, bytes) in files {
        write(&folder.path().join(name), bytes);
    }
    let mut workspace = workspace(folder.path());
    observe(&mut workspace, folder.path());
    let done = compiled(&mut workspace, of.is_of_lock());
    let mut codes: Vec<Code> = done.diagnostics.iter().map(|found| found.code).collect();
    codes.dedup();
    codes
}

/// The text below a heading, up to the next of its level.
fn section(text: &str, heading: &str) -> String {
    let lines = text.lines().skip_while(|line| *line != heading).skip(1);
    lines.take_while(|line| !line.starts_with("## ")).collect::<Vec<_>>().join("\n")
}

/// The blocks of a section, by the files that they are.
fn files(section: &str) -> Files {
    let mut files = Files::new();
    for block in section.split("\n```").skip(1).step_by(2) {
        let (head, body) = block.split_once('\n').unwrap_or((block, ""));
        let title = head.split_once("title=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(title, _)| title);
        let title = title.unwrap_or_else(|| panic!("a block without a title: {head}"));
        match (head.starts_with("wat"), title) {
            (true, _) => drop(files.insert("plugins/demo/demo.wasm".into(), wat::parse_str(body).unwrap())),
            (false, _) if head.starts_with("elf") => {
                drop(files.insert("plugins/demo/demo.so".into(), elf::build(body)));
            }
            (false, "(generated)") => {}
            (false, _) => drop(files.insert(path(title), format!("{body}\n").into_bytes())),
        }
    }
    files
}

/// A lone manifest is the plugin `demo`.
fn path(title: &str) -> String {
    if title.starts_with("plugin.") { format!("plugins/demo/{title}") } else { title.to_owned() }
}
