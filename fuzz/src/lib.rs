//! What holds for every input. Comes in: any bytes. Goes out: nothing, or a panic that says what does not hold.

use std::sync::Arc;

pub mod door;
pub mod tier;

use ambit_compiler::binary::{Artifacts, Unread};
use ambit_compiler::diag::{Diagnostic, Sink};
use ambit_compiler::source::{FileId, Sources, Span};
use ambit_compiler::syntax::{self, MAX_BYTES, Tree, json, kdl, yaml};
use ambit_compiler::{Compilation, Inputs, grant, manifest, profile};
use ambit_schema::capability::{CapSet, DomainKind, Kind, Kinds, Member};
use ambit_schema::wire;

/// What stands between the texts of one input of [`compile`].
const BETWEEN: u8 = 0;

/// What a set is shown as when its members are not known.
const TOO_COMPLEX: &str = "more than can be decided";

const ONE_OF_EACH_DOMAIN: [Kind; 5] =
    [Kind::FsRead, Kind::EnvRead, Kind::NetConnect, Kind::HttpServe, Kind::ProcessSpawn];

const HOST: &str = include_str!("host.kdl");
const GRANTS: &str = include_str!("grants.kdl");

/// A text in one syntax becomes a tree, and the tree a manifest, grants and a profile; each finding points into the text.
pub fn text(syntax: &str, bytes: &[u8]) {
    let mut sources = Sources::default();
    let file = sources.add(format!("plugin.{syntax}"), bytes);
    let mut sink = Sink::default();
    let tree = syntax::parse(&sources, file, &mut sink);
    let own = profile::kinds(&tree, &mut sink);
    let kinds = Kinds::new(own.iter().map(|kind| kind.value));
    let _ = manifest::lower(&tree, &kinds, &mut sink);
    let _ = grant::lower(&tree, &kinds, "grants.kdl", &mut sink);
    let _ = profile::lower(&tree, own, &mut sink);
    point_into(&sources, &sink.finish());
}

/// A text in KDL that is read straight from its bytes is the same tree by the parser, which reports nothing.
pub fn kdl_directly(bytes: &[u8]) {
    directly(bytes, kdl::parse_directly, kdl::parse_in_full);
}

/// A text in YAML that is read straight from its bytes is the same tree by the library's events, which report nothing.
pub fn yaml_directly(bytes: &[u8]) {
    directly(bytes, yaml::parse_directly, yaml::parse_by_events);
}

/// A text in JSON that is read straight from its bytes is the same tree by its tokens, which report nothing.
pub fn json_directly(bytes: &[u8]) {
    directly(bytes, json::parse_directly, json::parse_by_tokens);
}

type Direct = fn(FileId, &Arc<str>) -> Option<Tree>;
type Thorough = fn(FileId, &Arc<str>, &mut Sink) -> Tree;

fn directly(bytes: &[u8], direct: Direct, thorough: Thorough) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let text: Arc<str> = text.into();
    let file = Sources::default().add("plugin", Vec::new());
    let Some(direct) = direct(file, &text) else { return };
    let mut sink = Sink::default();
    let tree = thorough(file, &text, &mut sink);
    assert!(sink.is_empty(), "what is read directly is correct: {:?}", sink.finish());
    assert_eq!(direct, tree, "what is read directly is what is read in full");
}

/// A manifest, then a host profile, grants and an artifact where the bytes hold them, compile to the same twice; what is
/// sealed can be written and read.
pub fn compile(bytes: &[u8]) {
    let mut parts = bytes.splitn(4, |byte| *byte == BETWEEN);
    let written = parts.next().unwrap_or_default();
    let (host, grants) = (parts.next().unwrap_or(HOST.as_bytes()), parts.next().unwrap_or(GRANTS.as_bytes()));
    compiles(written, host, grants, &Given(parts.next().map(Arc::from)));
}

/// Any file is the artifact of a manifest that asks for and declares something of each sort, in the wasm tier and as a library.
pub fn artifact(bytes: &[u8]) {
    let given = Given(Some(Arc::from(bytes)));
    for tier in ["wasm", "native"] {
        let written = format!("id \"p\"\nversion \"1.0.0\"\n{tier} \"p.bin\"\n{DECLARED}");
        compiles(written.as_bytes(), HOST.as_bytes(), GRANTS.as_bytes(), &given);
    }
}

/// What a manifest may ask for and declare.
const DECLARED: &str = r#"commands { go "Goes" }
tools { find "Finds" }
hooks "note.saved"
capabilities {
    fs.read "./" optional=#true
    net.connect "https://api.example.com" optional=#true
    env.read "LANG" optional=#true
    event.publish "note.saved" optional=#true
    process.spawn "tool" optional=#true
}
"#;

fn compiles(written: &[u8], host: &[u8], grants: &[u8], artifact: &Given) {
    let compiled = || {
        let mut sources = Sources::default();
        let host = sources.add(format!("host.{}", ending(host)), host);
        let grants = sources.add(format!("grants.{}", ending(grants)), grants);
        let manifest = sources.add(format!("plugins/p/plugin.{}", ending(written)), written);
        let (profile, grants, manifests) = (Some(host), vec![grants], vec![manifest]);
        let inputs = Inputs { profile, grants, manifests, ..Inputs::new(sources.clone(), artifact) };
        (sources, ambit_compiler::compile(&inputs))
    };
    let (sources, Compilation { plan, diagnostics, unsealed, .. }) = compiled();
    point_into(&sources, &diagnostics);
    assert!(unsealed.is_none(), "a plan that the compiler made did not pass its own proof: {unsealed:?}");
    let Some(plan) = plan else { return };
    let bytes = wire::encode(&plan);
    assert_eq!(wire::decode(&bytes).as_ref().ok(), Some(&plan), "what was written is read");
    let again = compiled().1.plan.as_ref().map(wire::encode);
    assert_eq!(again.as_deref(), Some(bytes.as_slice()), "the same texts give the same bytes");
}

/// Bytes are no plan, or are one that is written as it was read.
pub fn plan(bytes: &[u8]) {
    let Ok(plan) = wire::decode(bytes) else { return };
    let written = wire::encode(&plan);
    assert_eq!(wire::decode(&written).as_ref().ok(), Some(&plan), "what was written is read");
}

/// Bytes are no recording, or are one that is written as exactly those bytes.
pub fn recording(bytes: &[u8]) {
    let Ok(recording) = wire::decode_recording(bytes) else { return };
    assert_eq!(wire::encode_recording(&recording), bytes, "what was read is written");
}

/// Up to three lines as patterns of every kind: what is shown can be read, and the algebra agrees with its members.
pub fn patterns(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for kind in Kind::ALL {
        let sets: Vec<CapSet> = text.lines().take(3).filter_map(|line| pattern(*kind, line)).collect();
        // Kinds of one domain have one algebra.
        if ONE_OF_EACH_DOMAIN.contains(kind) {
            sets.iter()
                .enumerate()
                .for_each(|(at, set)| sets[at..].iter().for_each(|other| algebra(*kind, set, other)));
        }
    }
}

fn pattern(kind: Kind, text: &str) -> Option<CapSet> {
    if let Err(error) = Member::parse(kind, text) {
        assert!(error.at <= text.len(), "{kind} `{text}`: {error:?}");
    }
    match CapSet::parse(kind, text) {
        Ok(set) => {
            let shown = set.show(kind);
            assert_eq!(CapSet::parse(kind, &shown).as_ref(), Ok(&set), "{kind} `{text}` is shown as `{shown}`");
            Some(set)
        }
        Err(error) => {
            assert!(error.at <= text.len(), "{kind} `{text}`: {error:?}");
            None
        }
    }
}

fn algebra(kind: Kind, a: &CapSet, b: &CapSet) {
    let (both, either, rest) = (a.intersect(b), a.union(b), a.difference(b));
    let known = [&both, &either, &rest].iter().all(|set| set.show(kind) != TOO_COMPLEX);
    for set in [a, b, &both, &either, &rest] {
        let _ = (set.whole_folders(), set.folders());
        let simple = set.simplify();
        let Some(text) = set.witness(kind).filter(|text| kind.domain() != DomainKind::Routes || is_route(text)) else {
            continue;
        };
        let Ok(member) = Member::parse(kind, &text) else { panic!("{kind}: the witness `{text}` is no member") };
        assert!(set.contains(&member), "{kind}: `{text}` is no member of `{}`", set.show(kind));
        assert!(simple.contains(&member), "{kind}: `{text}` is gone from `{}`", set.show(kind));
        if known {
            let (in_a, in_b) = (a.contains(&member), b.contains(&member));
            let are = (both.contains(&member), either.contains(&member), rest.contains(&member));
            assert_eq!(are, (in_a && in_b, in_a || in_b, in_a && !in_b), "{kind}: `{text}`, {a}, {b}");
            assert!(!(a.is_subset(b) && in_a && !in_b), "{kind}: `{text}` is in `{a}`, not in `{b}`");
            assert!(!(a.is_disjoint(b) && in_a && in_b), "{kind}: `{text}` is in `{a}` and `{b}`");
        }
        assert!(!set.is_empty(), "{kind}: `{text}` is in `{}`", set.show(kind));
    }
}

/// Whether a route that stands for others can be written: methods are in capitals, and the shortest word is not.
fn is_route(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(method, _)| method.bytes().all(|byte| byte.is_ascii_uppercase()))
}

/// One file for every name, or none.
struct Given(Option<Arc<[u8]>>);

impl Artifacts for Given {
    fn read(&self, _path: &str) -> Result<Arc<[u8]>, Unread> {
        self.0.clone().ok_or(Unread::Missing)
    }
}

/// The syntax that a text looks like.
fn ending(text: &[u8]) -> &'static str {
    let first = text.split(|byte| *byte == b'\n').find(|line| !line.is_empty()).unwrap_or_default();
    match text.first() {
        Some(b'{' | b'[') => "json",
        Some(b'#' | b'-') => "yaml",
        _ if first.contains(&b':') && !first.starts_with(b"//") => "yaml",
        _ => "kdl",
    }
}

fn point_into(sources: &Sources, found: &[Diagnostic]) {
    for found in found {
        let labels = found.secondary.iter().map(|label| label.span);
        let spans = [found.primary.span].into_iter().chain(labels).chain(found.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span));
        spans.for_each(|span| points_into(sources, span, found));
    }
}

/// What is too large is not parsed, and its places saturate.
fn points_into(sources: &Sources, span: Span, found: &Diagnostic) {
    let text = sources.get(span.file).text();
    let is_inside = text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize);
    assert!(span.start <= span.end && is_inside || text.len() > MAX_BYTES, "{span:?} of {}: {found:?}", text.len());
}
