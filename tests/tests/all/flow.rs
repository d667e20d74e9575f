//! Authority and who reaches it: it is never inherited, what is meant is proved, and big hosts cost no square.

use std::fmt::Write;

use ambit_compiler::diag::Code;
use ambit_compiler::explain::{self, Asked};
use ambit_compiler::flow::Way;
use ambit_schema::capability::Kind;
use ambit_schema::wire;
use ambit_tests::{case, generate};
use tempfile::TempDir;

const HOST: &str = "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {\n    net.connect \"https://**.example.com\"\n    \
                    message.send \"*\"\n    event.publish \"**\"\n    event.subscribe \"**\"\n    fs.write \"./\"\n    tool.use \"*\"\n}\n";
const NET: &str = "net.connect \"https://api.example.com\"";

fn workspace(texts: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    generate::write(&folder.path().join("host.kdl"), HOST.as_bytes());
    texts.iter().for_each(|(path, text)| generate::write(&folder.path().join(path), text.as_bytes()));
    folder
}

fn plugin(id: &str, rest: &str) -> String {
    format!("id \"{id}\"\nversion \"1.0.0\"\n{rest}\n")
}

/// A plugin that depends on another, sends it messages and answers its events has none of its rights.
#[test]
fn authority_is_never_inherited() {
    let speaks =
        "dependencies {\n    b \"^1.0.0\"\n}\ncapabilities {\n    message.send \"b\"\n    event.publish \"x\"\n}";
    let acts = format!("capabilities {{\n    {NET}\n    event.subscribe \"x\"\n}}");
    let grants = format!(
        "allow \"*\" {{\n    {NET}\n    message.send \"*\"\n    event.publish \"x\"\n    event.subscribe \"x\"\n}}\n"
    );
    let texts = [
        ("plugins/a/plugin.kdl", plugin("a", speaks)),
        ("plugins/b/plugin.kdl", plugin("b", &acts)),
        ("grants.kdl", grants),
    ];
    let folder = workspace(&texts.each_ref().map(|(path, text)| (*path, text.as_str())));
    let plan = case::workspace(folder.path()).compile().plan.unwrap();
    let may = |id: &str| {
        let answer = explain::why(&plan, plan.plugin(id).unwrap(), Kind::NetConnect, "https://api.example.com");
        answer.unwrap().allowed
    };
    assert!(may("b"), "the one that asks for it and is given it");
    assert!(!may("a"), "and not the one that needs it");
    assert!(plan.plugin("a").unwrap().granted(Kind::NetConnect).is_none());
}

/// Who reaches whom by calling tools is told from a plan that was written and read, and nothing else.
#[test]
fn tools_are_ways_in_a_plan_alone() {
    let calls = "capabilities {\n    tool.use \"b:fetch\"\n}";
    let serves = format!("capabilities {{\n    {NET}\n}}\ntools {{\n    fetch \"Fetches\"\n}}");
    let grants = format!("allow \"*\" {{\n    {NET}\n    tool.use \"b:*\"\n}}\n");
    let texts = [
        ("plugins/a/plugin.kdl", plugin("a", calls)),
        ("plugins/b/plugin.kdl", plugin("b", &serves)),
        ("plugins/c/plugin.kdl", plugin("c", "")),
        ("grants.kdl", grants),
    ];
    let folder = workspace(&texts.each_ref().map(|(path, text)| (*path, text.as_str())));
    let compiled = case::workspace(folder.path()).compile();
    let codes: Vec<Code> = compiled.diagnostics.iter().map(|found| found.code).collect();
    assert!(codes.contains(&Code::ConfusedDeputy), "{codes:?}");
    let plan = wire::decode(&wire::encode(&compiled.plan.unwrap())).unwrap();
    let asked = Asked::parse(Kind::NetConnect, "https://api.example.com", false).unwrap();
    let holders = explain::who_can(&plan, Kind::NetConnect, &asked);
    let (through, is_cut) = explain::through(&plan, &holders);
    let ways: Vec<_> = through.iter().map(|it| (it.plugin.id.as_str(), it.way[0].0, it.way[0].1.id.as_str())).collect();
    assert_eq!((ways, is_cut), (vec![("a", Way::Tool, "b")], false));
}

/// Whoever follows the advice of F001 has said what is meant; and is told when it is no longer so.
#[test]
fn the_advice_is_a_flow_that_is_proved() {
    let asks = format!("capabilities {{\n    {NET}\n    fs.write \"./out/\" \"./kept/a b/\"\n}}");
    let grants =
        format!("allow \"*\" {{\n    {NET}\n    fs.write \"./out/\" \"./kept/a b/\"\n    message.send \"*\"\n}}\n");
    let build = |more: &str| {
        let grants = format!("{grants}{more}\n");
        let texts = [
            ("plugins/a/plugin.kdl", plugin("a", "capabilities {\n    message.send \"b\"\n}")),
            ("plugins/b/plugin.kdl", plugin("b", &asks)),
            ("grants.kdl", grants),
        ];
        let folder = workspace(&texts.each_ref().map(|(path, text)| (*path, text.as_str())));
        case::workspace(folder.path()).compile()
    };
    let found = build("").diagnostics;
    let found = found.iter().find(|found| found.code == Code::ConfusedDeputy).unwrap();
    let advice = found.help.as_ref().unwrap().split('`').nth(1).unwrap().to_owned();
    let flow = [Code::ConfusedDeputy, Code::BeyondFlow];
    let codes = |more: &str| {
        let found = build(more).diagnostics.into_iter().map(|found| found.code);
        found.filter(|code| flow.contains(code)).collect::<Vec<_>>()
    };
    assert_eq!(codes(&advice), [], "{advice}");
    assert_eq!(codes(&advice.replace(" \"./out/\"", "")), [Code::BeyondFlow], "{advice}");
    assert_eq!(codes(&advice.replace("\"a\" \"b\"", "\"b\" \"a\"")), [Code::ConfusedDeputy]);
    let yaml = "flow: {a: {b: {net.connect: [\"https://api.example.com\"], fs.write: [\"./out/\", \"./kept/\"]}}}";
    let mut loaded = case::workspace(build_yaml(&asks, &grants, yaml).path());
    let named: Vec<_> = loaded.sources.iter().map(|(id, source)| (id, source.path().to_owned())).collect();
    loaded.grants = named.into_iter().filter(|(_, path)| path.contains("grants")).map(|(id, _)| id).collect();
    let compiled = loaded.compile();
    assert!(compiled.diagnostics.iter().all(|found| !flow.contains(&found.code)), "{:?}", compiled.diagnostics);
    assert!(compiled.plan.is_some());
}

fn build_yaml(asks: &str, grants: &str, yaml: &str) -> TempDir {
    let texts = [
        ("plugins/a/plugin.kdl", plugin("a", "capabilities {\n    message.send \"b\"\n}")),
        ("plugins/b/plugin.kdl", plugin("b", asks)),
        ("grants.kdl", grants.to_owned()),
        ("grants.system.yaml", yaml.to_owned()),
    ];
    workspace(&texts.each_ref().map(|(path, text)| (*path, text.as_str())))
}

/// Thousands of plugins that may all send to all: a bounded number of findings, the last of which says what it leaves out.
#[test]
fn dense_hosts_are_reported_within_bounds() {
    let mut list = String::from("plugins:\n");
    for at in 0..3000 {
        let right = if at % 2 == 0 { "net.connect: [\"https://api.example.com\"]" } else { "event.publish: [x]" };
        writeln!(
            list,
            "  - {{id: p{at:04}, version: 1.0.0, path: p.wasm, capabilities: {{message.send: [\"*\"], {right}}}}}"
        )
        .unwrap();
    }
    let grants = format!("allow \"*\" {{\n    {NET}\n    message.send \"*\"\n    event.publish \"x\"\n}}\n");
    let folder = workspace(&[("plugins/plugin.yaml", &list), ("grants.kdl", &grants)]);
    let found = case::workspace(folder.path()).compile();
    let of = |code: Code| found.diagnostics.iter().filter(|found| found.code == code).collect::<Vec<_>>();
    let (deputies, circles) = (of(Code::ConfusedDeputy), of(Code::MessageCycle));
    assert!(!deputies.is_empty() && deputies.len() <= 100, "{} {:?}", deputies.len(), found.diagnostics.first());
    assert!(deputies.iter().any(|found| found.notes.iter().any(|note| note.contains("were not looked at"))));
    assert_eq!(circles.len(), 1);
    assert!(circles[0].notes.iter().any(|note| note.starts_with("2998 more plugins")), "{:?}", circles[0]);
}
