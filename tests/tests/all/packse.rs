//! Scenarios of another ecosystem's resolver. Comes in: the folder that `AMBIT_CORPORA` names. Each becomes a plugin that needs
//! what the scenario needs, and an index of its packages; whether anything fits, and which versions are taken, has to agree. What
//! has no counterpart here is listed by name and reason, so that a scenario that is new is either asked or makes this fail.

use std::collections::{BTreeMap, BTreeSet};

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::diag::{Code, Severity};
use ambit_compiler::source::Sources;
use ambit_compiler::{Compilation, Inputs, compile};
use ambit_tests::house;

use crate::corpora::corpus;
use crate::snapshot;

#[path = "packse/scenario.rs"]
mod scenario;

use scenario::{ALL_PREVIEWS, EXTRAS, FILES, LOCAL, MARKERS, POST, PYTHON, Scenario, Versions};

/// Scenarios that cannot be asked here, by reason.
const LEFT_OUT: [(&str, &str); 7] = [
    (
        PYTHON,
        "requires_python/compatible-python-incompatible-override \
         requires_python/incompatible-python-compatible-override \
         requires_python/python-greater-than-current-backtrack \
         requires_python/python-greater-than-current-excluded \
         requires_python/python-greater-than-current-many requires_python/python-greater-than-current-patch \
         requires_python/python-greater-than-current requires_python/python-less-than-current \
         requires_python/python-patch-override-no-patch \
         requires_python/python-patch-override-patch-compatible requires_python/python-version-does-not-exist",
    ),
    (
        MARKERS,
        "fork/allows-non-conflicting-non-overlapping-dependencies fork/basic fork/conflict-in-fork \
         fork/filter-sibling-dependencies fork/fork-upgrade fork/incomplete-markers fork/marker-accrue \
         fork/marker-disjoint fork/marker-inherit-combined-allowed fork/marker-inherit-combined-disallowed \
         fork/marker-inherit-combined fork/marker-inherit-isolated fork/marker-inherit-transitive \
         fork/marker-inherit fork/marker-limited-inherit fork/marker-selection fork/marker-track \
         fork/non-fork-marker-transitive fork/non-local-fork-marker-direct \
         fork/non-local-fork-marker-transitive fork/overlapping-markers-basic \
         fork/preferences-dependent-forking-bistable fork/preferences-dependent-forking-conflicting \
         fork/preferences-dependent-forking-tristable fork/preferences-dependent-forking \
         fork/remaining-universe-partitioning fork/requires-python-full-prerelease fork/requires-python-full \
         fork/requires-python-patch-overlap fork/requires-python tag_and_markers/unreachable-package \
         tag_and_markers/unreachable-wheels tag_and_markers/virtual-package-extra-priorities \
         tag_and_markers/virtual-package-marker-priorities wheels/requires-python-subset \
         wheels/specific-architecture",
    ),
    (
        EXTRAS,
        "extras/all-extras-required extras/extra-does-not-exist-backtrack \
         extras/extra-incompatible-with-extra-not-requested extras/extra-incompatible-with-extra \
         extras/extra-incompatible-with-root extras/extra-required extras/missing-extra \
         extras/multiple-extras-required",
    ),
    (
        FILES,
        "local/local-not-latest local/local-not-used-with-sdist local/local-transitive-confounding \
         local/local-used-without-sdist \
         requires_python/incompatible-python-compatible-override-available-no-wheels \
         requires_python/incompatible-python-compatible-override-no-compatible-wheels \
         requires_python/incompatible-python-compatible-override-other-wheel \
         requires_python/incompatible-python-compatible-override-unavailable-no-wheels \
         tag_and_markers/requires-python-wheels wheels/no-binary wheels/no-build \
         wheels/no-sdist-no-wheels-with-matching-abi wheels/no-sdist-no-wheels-with-matching-platform \
         wheels/no-sdist-no-wheels-with-matching-python wheels/no-wheels-no-build \
         wheels/no-wheels-with-matching-platform wheels/no-wheels wheels/only-wheels-no-binary \
         wheels/only-wheels wheels/specific-tag-and-default",
    ),
    (
        LOCAL,
        "local/local-greater-than-or-equal local/local-greater-than local/local-less-than-or-equal \
         local/local-less-than local/local-simple local/local-transitive-backtrack \
         local/local-transitive-conflicting local/local-transitive-greater-than-or-equal \
         local/local-transitive-greater-than local/local-transitive-less-than-or-equal \
         local/local-transitive-less-than local/local-transitive post/post-local-greater-than-post \
         post/post-local-greater-than",
    ),
    (
        POST,
        "post/post-equal-available post/post-equal-not-available post/post-greater-than-or-equal-post \
         post/post-greater-than-or-equal post/post-greater-than-post-not-available \
         post/post-greater-than-post post/post-greater-than post/post-less-than-or-equal post/post-less-than \
         post/post-simple",
    ),
    (
        ALL_PREVIEWS,
        "prereleases/package-prereleases-boundary prereleases/package-prereleases-global-boundary \
         prereleases/requires-package-only-prereleases-in-range-global-opt-in",
    ),
];

/// Scenarios that end otherwise by npm's rules, which ours are, and why.
const DIFFERENT: [(&str, &str); 9] = [
    ("backtracking/wrong-backtracking-basic", BY_ID),
    ("prereleases/package-only-prereleases", NAMED_PREVIEWS),
    ("prereleases/package-only-prereleases-boundary", NAMED_PREVIEWS),
    ("prereleases/package-prerelease-specified-mixed-available", SAME_RELEASE),
    ("prereleases/package-prerelease-specified-only-prerelease-available", SAME_RELEASE),
    ("prereleases/package-prereleases-specifier-boundary", "a preview of the index is taken where nothing else fits"),
    ("prereleases/transitive-package-only-prereleases", NAMED_PREVIEWS),
    ("prereleases/transitive-package-only-prereleases-in-range-opt-in", SAME_RELEASE),
    ("prereleases/transitive-prerelease-and-stable-dependency-opt-in", SAME_RELEASE),
];

const BY_ID: &str = "of two that cannot both be the highest, the one that is first by id is";
const NAMED_PREVIEWS: &str = "that there are only previews lets none into a range that names none";
const SAME_RELEASE: &str = "a preview in a range lets in previews of the same release, for that range alone";

/// The same scenario as one in TOML, in a syntax that is not read here.
const TWIN: &str = "examples/example.yaml";

#[test]
fn scenarios_of_another_resolver() {
    let Some(folder) = corpus("resolver/packse/scenarios") else { return };
    let (mut failures, mut asked, mut seen) = (vec![], 0, BTreeSet::new());
    let left_out: BTreeMap<&str, &str> =
        LEFT_OUT.iter().flat_map(|(why, names)| names.split_whitespace().map(move |name| (name, *why))).collect();
    for path in house::files(&folder) {
        let file = path.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
        if file == TWIN {
            continue;
        }
        let (name, _) = file.rsplit_once('.').unwrap();
        seen.insert(file.replace(".toml", ""));
        let scenario = Scenario::read(&path);
        let reasons = scenario.reasons();
        match left_out.get(name) {
            Some(why) if reasons.contains(why) => {}
            Some(why) => failures.push(format!("{name}: is left out for {why}, and {reasons:?} are found")),
            None if !reasons.is_empty() => failures.push(format!("{name}: cannot be asked: {reasons:?}")),
            None => {
                asked += 1;
                failures.extend(judged(name, &scenario));
            }
        }
    }
    let known = left_out.keys().copied().chain(DIFFERENT.map(|(name, _)| name));
    failures.extend(known.filter(|name| !seen.contains(*name)).map(|name| format!("{name}: is not there")));
    println!("{asked} scenarios were asked, {} left out", left_out.len());
    snapshot::all(&failures);
    assert!(asked > 40, "{asked} scenarios were asked");
}

/// What does not agree, and what agrees though it is listed as different.
fn judged(name: &str, scenario: &Scenario) -> Option<String> {
    let listed = DIFFERENT.iter().find(|(different, _)| *different == name);
    match (listed, difference(scenario)) {
        (None, found) => found.map(|found| format!("{name}: {found}")),
        (Some(_), Some(_)) => None,
        (Some((_, why)), None) => Some(format!("{name}: agrees, and is listed as different: {why}")),
    }
}

fn difference(scenario: &Scenario) -> Option<String> {
    let found = compiled(scenario, &Versions::new());
    let errors: Vec<_> = found.diagnostics.iter().filter(|found| found.code.severity() == Severity::Error).collect();
    let fits = errors.iter().all(|found| found.code == Code::NotInstalled);
    if scenario.satisfiable() != fits {
        let found: Vec<&str> = errors.iter().map(|found| found.message.as_str()).collect();
        return Some(format!("satisfiable is {}, and found is {found:?}", scenario.satisfiable()));
    }
    if !fits {
        let conflicts = |code| matches!(code, Code::VersionConflict | Code::MissingDependency | Code::YankedVersion);
        let other = errors.iter().find(|found| !conflicts(found.code));
        let found: Vec<_> = errors.iter().map(|found| &found.message).collect();
        return other.map(|_| format!("nothing fits for another reason: {found:?}"));
    }
    let chosen: Versions = errors.iter().map(|found| chosen(&found.message)).collect();
    match scenario.expected().filter(|expected| *expected != chosen) {
        Some(expected) => Some(format!("expected {expected:?}, and chosen is {chosen:?}")),
        None => unsettled(scenario, &chosen),
    }
}

/// Package and version of a message that says what to install.
fn chosen(message: &str) -> (String, String) {
    let (name, rest) = message.strip_prefix('`').and_then(|rest| rest.split_once("` ")).unwrap();
    (name.to_owned(), rest.split(' ').next().unwrap().to_owned())
}

/// Once what was chosen is installed, that is what the plan has.
fn unsettled(scenario: &Scenario, chosen: &Versions) -> Option<String> {
    let compiled = compiled(scenario, chosen);
    let Some(plan) = compiled.plan else {
        let found: Vec<&str> = compiled.diagnostics.iter().map(|found| found.message.as_str()).collect();
        return Some(format!("{chosen:?} is installed, and there is no plan: {found:?}"));
    };
    let entries =
        plan.content().plugins.iter().map(|plugin| (plugin.id.as_str().to_owned(), plugin.version.to_string()));
    let planned: Versions = entries.filter(|(id, _)| id != "the-root").collect();
    (planned != *chosen).then(|| format!("{chosen:?} is installed, and planned is {planned:?}"))
}

fn compiled(scenario: &Scenario, installed: &Versions) -> Compilation {
    let mut sources = Sources::default();
    let host = "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\nresolution \"latest\"\n";
    let profile = Some(sources.add("host.kdl", host.as_bytes()));
    let mut manifests = vec![sources.add("plugins/the-root/plugin.kdl", scenario.root().as_bytes())];
    for (name, version) in installed {
        let text = scenario.manifest(name, version);
        manifests.push(sources.add(format!("plugins/{name}/plugin.kdl"), text.as_bytes()));
    }
    let mut unless_empty =
        |name, text: String| (!text.is_empty()).then(|| sources.add(name, text.as_bytes())).into_iter().collect();
    let index = unless_empty("index.kdl", scenario.index());
    let grants = unless_empty("grants.kdl", scenario.pins());
    let artifacts = &NoArtifacts;
    compile(&Inputs { profile, grants, manifests, index, ..Inputs::new(sources, artifacts) })
}
