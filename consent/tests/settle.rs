//! From questions to a plan: who is asked what, and how often.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::sync::Arc;

use ambit_compiler::ask::Question;
use ambit_compiler::binary::{Artifacts, Unread};
use ambit_compiler::consent::Standing;
use ambit_compiler::source::Sources;
use ambit_compiler::{Compilation, Inputs, compile};
use ambit_consent::{Agreements, Reply, Site, Store, Text, settle};
use ambit_schema::capability::Kind;
use tempfile::TempDir;

/// What a plugin runs: a component with nothing in it but a name, which makes it one file or another.
struct File(&'static [u8]);

const FIRST: &[u8] = b"\0asm\x0d\0\x01\0";
const OTHER: &[u8] = b"\0asm\x0d\0\x01\0\0\x02\x01a";

impl Artifacts for File {
    fn read(&self, _path: &str) -> Result<Arc<[u8]>, Unread> {
        Ok(self.0.into())
    }
}

const HOST: &str = "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {\n env.read \"*\"\n}\n";
const GRANTS: &str = "ask \"probe\" {\n env.read \"*\"\n}\n";

struct Desk {
    root: TempDir,
    agreements: Agreements,
    site: Site,
    version: &'static str,
    file: &'static [u8],
    wants: &'static str,
}

impl Desk {
    fn new() -> Desk {
        let root = tempfile::tempdir().unwrap();
        let store = |name: &str| Some(Store::open(&root.path().join(name)).unwrap());
        let agreements = Agreements { always: store("always"), session: store("session") };
        let site = Site::new("host.kdl", root.path()).unwrap();
        Desk { root, agreements, site, version: "1.0.0", file: FIRST, wants: "env.read \"A\"" }
    }

    fn compiled(&self, texts: &[Text]) -> Compilation {
        let mut sources = Sources::default();
        let wants = self.wants;
        let head = format!("id \"probe\"\nversion \"{}\"\nwasm \"probe.wasm\"\n", self.version);
        let manifest = format!("{head}capabilities {{\n {wants} why=\"to greet\"\n}}\n");
        let profile = Some(sources.add("host.kdl", HOST.as_bytes()));
        let manifests = vec![sources.add("plugins/probe/plugin.kdl", manifest.into_bytes())];
        let grants = vec![sources.add("grants.kdl", GRANTS.as_bytes())];
        let consents = texts.iter().map(|text| sources.add(text.path.as_str(), text.bytes.clone())).collect();
        compile(&Inputs { profile, grants, manifests, consents, ..Inputs::new(sources, &File(self.file)) })
    }

    /// What the plugin may read, if there is a plan, and what was asked.
    fn run(&self, reply: Reply) -> (Option<String>, Vec<Question>) {
        let mut asked = vec![];
        let mut ask = |question: &Question| {
            asked.push(question.clone());
            reply
        };
        let done = settle(&self.agreements, &self.site, &mut |texts| self.compiled(texts), &mut ask).unwrap();
        let right = done.plan.as_ref().and_then(|plan| plan.plugin("probe")?.granted(Kind::EnvRead));
        (right.map(|right| right.set.show(Kind::EnvRead)), asked)
    }

    fn gives(&self, reply: Reply) -> (Option<String>, usize) {
        let (given, asked) = self.run(reply);
        (given, asked.len())
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn each_reply_holds_as_long_as_it_says() {
    let desk = Desk::new();
    assert_eq!(desk.gives(Reply::No), (None, 1), "a no is asked once in a run");
    assert_eq!(desk.gives(Reply::Once), (some("A"), 1), "and again in the next");
    assert_eq!(desk.gives(Reply::Session), (some("A"), 1), "once did not last");
    assert_eq!(desk.gives(Reply::No), (some("A"), 0), "the session lasts");
    std::fs::remove_dir_all(desk.root.path().join("session")).unwrap();
    let desk = Desk { agreements: Agreements { session: None, ..desk.agreements }, ..desk };
    assert_eq!(desk.gives(Reply::Session), (some("A"), 1), "without a session it is once");
    assert_eq!(desk.gives(Reply::Always), (some("A"), 1));
    assert_eq!(desk.gives(Reply::No), (some("A"), 0));

    let desk = Desk::new();
    assert_eq!(desk.gives(Reply::Never), (None, 1));
    assert_eq!(desk.gives(Reply::Always), (None, 0), "never is not asked again");
    let desk = Desk { file: OTHER, version: "2.0.0", ..desk };
    assert_eq!(desk.gives(Reply::Always), (None, 0), "whatever the plugin becomes");
}

#[test]
fn a_question_says_what_somebody_has_to_know() {
    let desk = Desk::new();
    let (_, asked) = desk.run(Reply::No);
    let question = &asked[0];
    assert!(question.required && question.standing == Standing::New);
    assert_eq!(question.claims[0].reason.as_deref(), Some("to greet"));
    assert_eq!(question.claims[0].place.to_string(), "plugins/probe/plugin.kdl:5:11");
    assert_eq!(question.asks[0].0.to_string(), "grants.kdl:2:11");
    let desk = Desk { wants: "env.read \"A\" optional=#true", ..desk };
    assert!(!desk.run(Reply::No).1[0].required);
}

#[test]
fn an_update_is_asked_about_what_is_new_and_a_changed_file_about_everything() {
    let desk = Desk::new();
    desk.run(Reply::Always);
    let desk = Desk { version: "1.1.0", file: OTHER, ..desk };
    assert_eq!(desk.gives(Reply::No), (some("A"), 0), "an update that wants no more asks nothing");
    let desk = Desk { version: "1.2.0", file: FIRST, wants: "env.read \"A\" \"B\"", ..desk };
    let (given, asked) = desk.run(Reply::No);
    assert_eq!((given, asked[0].set.show(Kind::EnvRead)), (None, "B".to_owned()), "only what is new is asked");
    assert_eq!(desk.gives(Reply::Always), (some("A, B"), 1));
    let desk = Desk { file: OTHER, ..desk };
    let (given, asked) = desk.run(Reply::No);
    let known = "this file was agreed to as 1.1.0, and B was not";
    assert_eq!((given, asked[0].set.show(Kind::EnvRead)), (None, "B".to_owned()), "{known}");
}

#[test]
fn the_same_version_of_another_file_is_asked_about_again() {
    let desk = Desk::new();
    desk.run(Reply::Always);
    let desk = Desk { file: OTHER, ..desk };
    let (given, asked) = desk.run(Reply::No);
    assert_eq!(given, None);
    assert_eq!(asked[0].standing, Standing::Changed("1.0.0".parse().unwrap()));
    // What an update keeps is kept for the update's file alone.
    let desk = Desk { version: "1.1.0", ..desk };
    assert_eq!(desk.gives(Reply::No), (some("A"), 0));
    let desk = Desk { file: b"\0asm\x0d\0\x01\0\0\x02\x01b", ..desk };
    assert_eq!(desk.gives(Reply::No), (None, 1));
}
