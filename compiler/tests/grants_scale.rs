//! Grants about many plugins, and many lines about each plugin: all of them count, and each plugin is decided.

#![cfg(test)]

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::diag::{Code, Edit};
use ambit_compiler::fix::apply;
use ambit_compiler::source::Sources;
use ambit_compiler::{Compilation, Inputs, compile};
use ambit_schema::capability::{Kind, Member};
use ambit_schema::set::paths::Path;
use ambit_schema::wire;

const HOST: &str = r#"
host "demo"
version "1.0.0"
tiers "wasm"
folders { plugin.data "/data/${plugin.id}" }
capabilities { fs.read "/notes/"; fs.write "${plugin.data}/" }
"#;

/// As many as fit into one text of grants.
const PLUGINS: usize = 4_000;

/// What comes of so many plugins and these grants.
fn compiled(plugins: usize, request: impl Fn(usize) -> String, grants: (&str, &str)) -> Compilation {
    compiled_of((0..plugins).map(|at| (format!("p{at:04}"), request(at))), grants)
}

/// The same of plugins with ids and requests.
fn compiled_of(plugins: impl Iterator<Item = (String, String)>, grants: (&str, &str)) -> Compilation {
    compiled_in(HOST, plugins, grants)
}

/// The same in a host.
fn compiled_in(
    host: &str,
    plugins: impl Iterator<Item = (String, String)>,
    (name, grants): (&str, &str),
) -> Compilation {
    let mut sources = Sources::default();
    let profile = Some(sources.add("host.kdl", host.as_bytes()));
    let grants = vec![sources.add(name, grants.as_bytes())];
    let plugin = |(at, (id, request)): (usize, (String, String))| {
        let text = format!("id \"{id}\"\nversion \"1.0.0\"\ncapabilities {{ {request} }}\n");
        sources.add(format!("plugins/{at:04}/plugin.kdl"), text.as_bytes())
    };
    let manifests = plugins.enumerate().map(plugin).collect();
    compile(&Inputs { profile, grants, manifests, ..Inputs::new(sources, &NoArtifacts) })
}

#[test]
fn every_plugin_gets_its_line_in_a_large_text() {
    let of = |line: fn(usize) -> String, joint: &str| (0..PLUGINS).map(line).collect::<Vec<_>>().join(joint);
    let texts = [
        ("grants.kdl", of(|at| format!("allow \"p{at:04}\" {{ env.read \"A\" }}"), "\n")),
        ("grants.yaml", format!("allow:\n{}\n", of(|at| format!("  p{at:04}: {{env.read: [A]}}"), "\n"))),
        (
            "grants.json",
            format!("{{\"allow\": {{{}}}}}", of(|at| format!("\"p{at:04}\": {{\"env.read\": [\"A\"]}}"), ",\n")),
        ),
    ];
    for (name, text) in texts {
        let done = compiled(PLUGINS, |at| format!("fs.read \"/notes/{at}/\""), (name, &text));
        let found = done.diagnostics.into_iter().filter(|found| found.code == Code::NotGranted);
        let all: Vec<Vec<Edit>> = found.filter_map(|found| found.fix).map(|fix| fix.edits).collect();
        assert_eq!(all.len(), PLUGINS, "{name}");
        let last = apply(&text, all.last().unwrap());
        let line = last.lines().find(|line| line.contains("p3999")).unwrap_or_default();
        assert!(line.contains("/notes/3999/"), "{name}: {line}");
    }
}

#[test]
fn many_folders_are_denied_to_everyone() {
    let denied: String = (0..400).map(|at| format!("deny \"*\" {{ fs.read \"/notes/{at}/\" }}\n")).collect();
    let grants = format!("allow \"*\" {{ fs.read \"/notes/\" }}\n{denied}");
    let done = compiled(40, |_| "fs.read \"/notes/\" optional=#true".to_owned(), ("grants.kdl", &grants));
    let plan = done.plan.unwrap_or_else(|| panic!("{:?}", done.diagnostics));
    assert_eq!(plan.content().plugins.len(), 40);
    for plugin in &plan.content().plugins {
        let set = &plugin.granted(Kind::FsRead).unwrap().set;
        let has = |path: &str| set.contains(&Member::Path(Path::parse(path).unwrap()));
        assert!(has("/notes/x") && has("/notes/400/x") && !has("/notes/7/x") && !has("/notes/399/x"));
    }
}

#[test]
fn many_plugins_with_one_id_are_told_each() {
    let plugins = (0..PLUGINS).map(|_| ("same".to_owned(), "fs.write \"${plugin.data}/\"".to_owned()));
    let grants = ("grants.kdl", "allow \"*\" { fs.write \"${plugin.data}/\" }\n");
    let found = compiled_of(plugins, grants).diagnostics;
    assert_eq!(found.iter().filter(|found| found.code == Code::DuplicatePlugin).count(), PLUGINS - 1);
}

#[test]
fn a_host_offers_much_one_by_one() {
    let offered: String = (0..2_000).map(|at| format!(" \"/offered/{at}/\"")).collect();
    let host = HOST.replace("fs.read \"/notes/\"", &format!("fs.read{offered}"));
    let request = |at: usize| (format!("p{at:04}"), format!("fs.read \"/offered/{at}/\""));
    let done = compiled_in(&host, (0..20).map(request), ("grants.kdl", "allow \"*\" { fs.read \"/offered/**\" }\n"));
    let plan = done.plan.unwrap_or_else(|| panic!("{:?}", done.diagnostics));
    assert!(plan.content().plugins.iter().all(|plugin| plugin.granted(Kind::FsRead).is_some()));
}

/// More lines than one set may have patterns.
const LINES: usize = 3_000;

fn hosts(name: &str) -> String {
    (0..LINES).map(|at| format!(" \"https://{name}{at}.example.com\"")).collect()
}

#[test]
fn lines_that_are_not_near_a_request_do_not_count() {
    let host = HOST.replace("fs.read \"/notes/\"", &format!("net.connect \"https://n1.example.com\"{}", hosts("a")));
    let [allowed, denied] = [hosts("a"), hosts("n")];
    let request = |at: usize| (format!("p{at:04}"), format!("net.connect \"https://a{at}.example.com\""));
    let grants = format!(
        "allow \"*\" {{ net.connect \"https://n1.example.com\"{allowed} }}\ndeny \"*\" {{ net.connect{denied} }}\n"
    );
    let done = compiled_in(&host, (0..20).map(request), ("grants.kdl", &grants));
    let plan = done.plan.unwrap_or_else(|| panic!("{:?}", done.diagnostics));
    for (at, plugin) in plan.content().plugins.iter().enumerate() {
        let set = &plugin.granted(Kind::NetConnect).unwrap().set;
        assert_eq!(set.to_string(), format!("https://a{at}.example.com"));
    }

    let request = "net.connect \"https://a1.example.com\" \"https://n1.example.com\" optional=#true".to_owned();
    let done = compiled_in(&host, std::iter::once(("p".to_owned(), request)), ("grants.kdl", &grants));
    let plan = done.plan.unwrap_or_else(|| panic!("{:?}", done.diagnostics));
    let set = &plan.content().plugins[0].granted(Kind::NetConnect).unwrap().set;
    assert_eq!(set.to_string(), "https://a1.example.com", "what is denied is taken, among however many lines");
}

#[test]
fn lines_that_are_asked_about_are_asked_about_however_many_there_are() {
    let host = HOST.replace("fs.read \"/notes/\"", &format!("net.connect{}", hosts("a")));
    let grants = format!("ask \"*\" {{ net.connect{} }}\n", hosts("a"));
    let request = "net.connect \"https://a7.example.com\" optional=#true".to_owned();
    let done = compiled_in(&host, std::iter::once(("p".to_owned(), request)), ("grants.kdl", &grants));
    let plan = done.plan.unwrap_or_else(|| panic!("{:?}", done.diagnostics));
    let pending = &plan.content().plugins[0].pending;
    assert_eq!(pending.iter().map(|waits| waits.set.to_string()).collect::<Vec<_>>(), ["https://a7.example.com"]);
}

#[test]
fn what_is_withheld_is_read_as_it_was_written_however_lines_overlap() {
    let words = |letter: char, count: usize| (0..count).map(|at| format!(" \"*{letter}{at}*\"")).collect::<String>();
    let host = HOST.replace("fs.read \"/notes/\"", "interface.use \"**\"");
    let grants = format!("allow \"p\" {{ interface.use \"**\" }}\ndeny \"p\" {{ interface.use{} }}\n", words('d', 7));
    let request = format!("interface.use{} optional=#true", words('c', 11));
    let done = compiled_in(&host, std::iter::once(("p".to_owned(), request)), ("grants.kdl", &grants));
    let plan = done.plan.unwrap_or_else(|| panic!("{:?}", done.diagnostics));
    let read = wire::decode(&wire::encode(&plan)).unwrap();
    for (interface, keeper) in
        [("c1", None), ("c1d2", Some("grants.kdl")), ("e", Some("host.kdl")), ("d6", Some("grants.kdl"))]
    {
        for plan in [&plan, &read] {
            let kept = plan.content().plugins[0].withholds(interface).map(|kept| kept.place.path.as_ref());
            assert_eq!(kept, keeper, "{interface}");
        }
    }
}
