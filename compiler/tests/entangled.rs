//! Patterns that overlap in every way. What they come to is proved, and is read as it was written, though no set of them is short.

#![cfg(test)]

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::diag::Code;
use ambit_compiler::source::Sources;
use ambit_compiler::{Compilation, Inputs, compile};
use ambit_schema::wire;

/// What comes of a plugin that asks for some things of a kind.
fn compiled(kind: &str, offered: &str, grants: [(&str, &str); 3], request: &str) -> Compilation {
    let mut sources = Sources::default();
    let host = format!("host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {{ {kind} {offered} }}\n");
    let profile = Some(sources.add("host.kdl", host.as_bytes()));
    let line =
        |(effect, targets): (&str, &str)| format!("{effect} \"p\" {{ {kind} {} }}\n", targets.replace('\n', " "));
    let said: String = grants.into_iter().filter(|(_, targets)| !targets.is_empty()).map(line).collect();
    let grants = vec![sources.add("grants.kdl", said.as_bytes())];
    let manifest = format!("id \"p\"\nversion \"1.0.0\"\ncapabilities {{ {kind} {request} optional=#true }}\n");
    let manifests = vec![sources.add("plugins/p/plugin.kdl", manifest.as_bytes())];
    let done = compile(&Inputs { profile, grants, manifests, ..Inputs::new(sources, &NoArtifacts) });
    let about_nothing = done.diagnostics.iter().find(|found| found.message.contains("`nothing`"));
    assert!(about_nothing.is_none(), "{about_nothing:?}");
    done
}

/// Compiles, and reads the plan.
fn round(kind: &str, offered: &str, grants: [(&str, &str); 3], request: &str) {
    let done = compiled(kind, offered, grants, request);
    let plan = done.plan.unwrap_or_else(|| panic!("{:?}: {:?}", done.unsealed, done.diagnostics));
    assert!(!plan.content().plugins[0].pending.is_empty(), "something waits");
    let bytes = wire::encode(&plan);
    let read = wire::decode(&bytes).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(wire::encode(&read), bytes, "what was read is written as it was");
}

#[test]
fn what_waits_is_proved_part_by_part() {
    let grants = [
        ("allow", r#""*f8*.*b*" "*f1*.**" "*d3*.**" "*e3*.**""#),
        ("deny", r#""*c0*" "*f4*.*b*""#),
        ("ask", r#""*f6*" "*e1*.*b*" "*c4*.**" "*e1*.**" "*d8*" "*f4*.**""#),
    ];
    round("env.read", r#""**""#, grants, r#""*d5*" "*c5*.**" "*c6*" "*f3*" "*c4*""#);
}

#[test]
fn a_set_that_was_not_brought_in_its_shortest_form_is_read_as_it_is() {
    let offered = r#""GET /*c8*" "* /*c8*" "GET /*c6*/**" "GET /*c1*/**" "GET /*c3*" "* /*c3*" "GET /*d6*" "GET /*d8*" "GET /*c5*"
        "GET /*c9*" "* /*d5*/**""#;
    let grants = [
        ("allow", ""),
        ("deny", r#""GET /*c1*" "GET /*c3*" "* /*c4*/**" "GET /*c6*/**" "* /*c8*" "* /*d6*/**" "* /*c7*/**""#),
        (
            "ask",
            r#""* /*c8*" "* /*c4*/**" "GET /*d3*/**" "GET /*c3*/**" "GET /*c8*/**" "* /*c0*/**" "* /*d3*/**" "* /*d5*"
            "GET /*c3*/**""#,
        ),
    ];
    let request = r#""GET /*d5*" "GET /*c0*" "GET /*d3*" "GET /*d3*/**" "GET /*d4*/**" "GET /*c5*/**" "* /*c8*" "GET /*d2*" "GET /*c2*/**"
        "GET /*c5*/**" "GET /*c3*""#;
    round("http.serve", &offered.replace('\n', " "), grants, &request.replace('\n', " "));
}

#[test]
fn what_both_have_is_found_to_be_nothing() {
    let grants = [
        ("allow", r#""*d1*.**" "*c1*" "*c0*.**" "*e0*.*b*" "*f4*" "*d8*.**" "*e4*" "*f3*.*b*" "*c5*.**""#),
        ("deny", ""),
        ("ask", r#""*f2*" "*f5*" "*e9*" "*e7*" "*d4*.*b*" "*e5*.*b*" "*e3*" "*e3*" "*c4*.*b*" "*f3*.**""#),
    ];
    round("env.read", r#""*c2*.*b*" "*e3*""#, grants, r#""*d4*.**" "*f2*" "*e3*.*b*""#);
}

#[test]
fn what_no_search_proves_is_told_at_the_request() {
    let offered =
        r#""*c8*" "*c6*.*b*" "*f9*.**" "*c1*" "*e5*.**" "*f4*" "*e3*.**" "*e5*.*b*" "*d0*.**" "*f0*.*b*" "*c3*.*b*""#;
    let allowed = r#""*f5*" "*e4*.**" "*f7*" "*d7*.*b*" "*e2*" "*d9*" "*e5*" "*d0*.*b*" "*c3*.*b*""#;
    let asked = r#""*e2*.*b*" "*f5*" "*c3*.**" "*f7*" "*c9*.**""#;
    let grants = [("allow", allowed), ("deny", ""), ("ask", asked)];
    let done = compiled("env.read", offered, grants, r#""*f6*.**" "*f6*" "*d3*.**" "*c4*.*b*" "*c5*.*b*" "*e2*.**""#);
    assert!(done.plan.is_none() && done.unsealed.is_none(), "{:?}", done.unsealed);
    let found: Vec<_> = done.diagnostics.iter().filter(|found| found.code == Code::TooManyPatterns).collect();
    let [found] = found[..] else { panic!("{:?}", done.diagnostics) };
    assert!(found.message.contains("`p` may read the environment variable"), "{}", found.message);
    let before = "id \"p\"\nversion \"1.0.0\"\ncapabilities { env.read ";
    assert_eq!(found.primary.span.start as usize, before.len());
    assert!(done.diagnostics.is_sorted_by_key(|found| found.primary.span), "{:?}", done.diagnostics);
}
