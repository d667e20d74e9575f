//! Many plugins and hostile registries: the compiler answers, and does the same work each time.

#![cfg(test)]

use std::fmt::Write;

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::diag::{Code, Severity};
use ambit_compiler::source::Sources;
use ambit_compiler::{Compilation, Inputs, compile};

/// Compiles plugins, each a manifest, under a way of choosing, with index files.
fn compiled(resolution: &str, manifests: &[String], index: &[String]) -> Compilation {
    let mut sources = Sources::default();
    let host = format!("host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\nresolution \"{resolution}\"\n");
    let profile = Some(sources.add("host.kdl", host.as_bytes()));
    let add = |(at, text): (usize, &String)| sources.add(format!("plugins/p{at}/plugin.kdl"), text.as_bytes());
    let manifests = manifests.iter().enumerate().map(add).collect();
    let add = |(at, text): (usize, &String)| sources.add(format!("index-{at}.kdl"), text.as_bytes());
    let index = index.iter().enumerate().map(add).collect();
    compile(&Inputs { profile, manifests, index, ..Inputs::new(sources, &NoArtifacts) })
}

fn errors(compiled: &Compilation) -> Vec<Code> {
    let errors = compiled.diagnostics.iter().filter(|found| found.code.severity() == Severity::Error);
    errors.map(|found| found.code).collect()
}

fn plugin(id: &str, version: &str, needs: &[(String, String)]) -> String {
    let mut text = format!("id \"{id}\"\nversion \"{version}\"\n");
    if !needs.is_empty() {
        text.push_str("dependencies {\n");
        needs.iter().for_each(|(id, range)| writeln!(text, "    {id} \"{range}\"").unwrap());
        text.push_str("}\n");
    }
    text
}

#[test]
fn ten_thousand_plain_plugins() {
    let need = |at: usize| (at > 0).then(|| (format!("p{}", at / 2), "^1.0".to_owned()));
    let manifests: Vec<String> =
        (0..10_000).map(|at| plugin(&format!("p{at}"), "1.2.0", &need(at).into_iter().collect::<Vec<_>>())).collect();
    for resolution in ["strict", "latest"] {
        let done = compiled(resolution, &manifests, &[]);
        // The circle of p1, which needs p0, is none: p0 needs nothing.
        assert_eq!(errors(&done), []);
        assert_eq!(done.plan.unwrap().content().stages.len(), 15);
    }
}

/// An index that knows of something else changes nothing but the way in which it is found that there is nothing to choose.
#[test]
fn what_does_not_fit_is_said_whether_or_not_there_is_an_index() {
    let needs =
        |lines: &[(&str, &str)]| lines.iter().map(|(id, range)| ((*id).to_owned(), (*range).to_owned())).collect();
    let needs: Vec<Vec<(String, String)>> = vec![
        vec![],
        needs(&[("p0", "^1.0"), ("q", "^1.0")]),
        needs(&[("p0", "^2.0"), ("p1", "1.2.0"), ("gone", "*")]),
        needs(&[("p1", "<1.0"), ("p2", "^1")]),
    ];
    let manifests: Vec<String> =
        needs.iter().enumerate().rev().map(|(at, needs)| plugin(&format!("p{at}"), "1.2.0", needs)).collect();
    let other = "package \"other\" {\n    version \"1.0.0\" { dependencies { p0 \"*\"; }; }\n}\n".to_owned();
    for resolution in ["strict", "latest"] {
        let alone = compiled(resolution, &manifests, &[]);
        let beside = compiled("strict", &manifests, std::slice::from_ref(&other));
        assert_eq!(alone.diagnostics, beside.diagnostics);
        assert_eq!(errors(&alone).iter().filter(|code| **code == Code::MissingDependency).count(), 2);
        assert_eq!(errors(&alone).iter().filter(|code| **code == Code::DependencyVersion).count(), 2);
    }
}

/// Two thousand plugins that each can use a narrow window of one package, each window another.
#[test]
fn narrow_windows_that_meet() {
    let window = |at: usize| vec![("core".to_owned(), format!(">=1.{at}.0 <2.{}.0", 4_000 - at))];
    let mut manifests: Vec<String> = (0..1_000).map(|at| plugin(&format!("p{at}"), "1.0.0", &window(at))).collect();
    manifests.push(plugin("core", "1.999.0", &[]));
    manifests.push(plugin("core", "1.5.0", &[]));
    let done = compiled("latest", &manifests, &[]);
    assert_eq!(errors(&done), []);
    assert_eq!(done.plan.unwrap().plugin("core").unwrap().version.to_string(), "1.999.0");
}

/// A registry of packages whose versions each can use three versions of the next: windows that overlap and never all meet.
#[test]
fn narrow_windows_that_never_meet() {
    let (packages, versions) = (300_usize, 12_usize);
    let mut index = String::new();
    for package in 0..packages {
        writeln!(index, "package \"q{package}\" {{").unwrap();
        for version in 0..versions {
            let (one, two) = ((package * 7 + 1) % packages, (package * 13 + 5) % packages);
            let (low, high) = ((version + package) % versions, (version + package) % versions + 3);
            writeln!(
                index,
                "version \"1.{version}.0\" {{ dependencies {{ q{one} \">=1.{low}.0 <1.{high}.0\"; q{two} \">=1.{} <1.{}\"; }}; }}",
                version.saturating_sub(1),
                version + 2,
            )
            .unwrap();
        }
        index.push_str("}\n");
    }
    let needs: Vec<(String, String)> = (0..packages).step_by(3).map(|at| (format!("q{at}"), "*".to_owned())).collect();
    let manifests = [plugin("app", "1.0.0", &needs)];
    let first = compiled("latest", &manifests, &[index.clone()]);
    assert!(matches!(errors(&first)[0], Code::ResolutionLimit | Code::VersionConflict | Code::NotInstalled));
    assert_eq!(first.diagnostics, compiled("latest", &manifests, &[index]).diagnostics, "and the same once more");
}
