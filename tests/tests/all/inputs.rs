//! The JSON Schemas of what people write: what the compiler reads without an error in YAML and JSON fits them, what it finds wrong of
//! fields and types does not, and they know every field that the compiler knows.

use ambit_compiler::diag::{Code, Severity, Sink};
use ambit_compiler::lock;
use ambit_compiler::lower::value;
use ambit_compiler::source::{FileId, Sources};
use ambit_compiler::syntax::{self, Node, Syntax};
use ambit_tests::case::{Case, cases};
use ambit_tests::house;
use jsonschema::Validator;
use plugin_check::load::Workspace;
use plugin_check::schemas::{Of, schema};
use serde_json::{Value, json};

use crate::snapshot;

fn validator(of: Of) -> Validator {
    let schema: Value = serde_json::from_str(&schema(of)).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "{} is a schema", of.key());
    jsonschema::validator_for(&schema).unwrap()
}

/// What a text says, as other readers of YAML and JSON have it. `None`: it is KDL, or cannot be parsed.
fn said(sources: &Sources, file: FileId) -> Option<Value> {
    let mut sink = Sink::default();
    let is_data = matches!(Syntax::of(sources.get(file).path()), Some(Syntax::Yaml | Syntax::Json));
    let tree = is_data.then(|| syntax::parse(sources, file, &mut sink))?;
    let said = value(tree.root(), &mut sink)?.json();
    (!sink.has_errors()).then_some(said)
}

/// The texts of a workspace that have a schema.
fn texts(workspace: &Workspace) -> Vec<(FileId, Of)> {
    let lists = [(&workspace.manifests, Of::Manifest), (&workspace.grants, Of::Grants), (&workspace.index, Of::Index)];
    let all = lists.into_iter().flat_map(|(files, of)| files.iter().map(move |file| (*file, of)));
    all.chain(workspace.profile.map(|file| (file, Of::Profile))).collect()
}

/// What a schema knows as well as the compiler, in texts that can be parsed.
const KNOWN: [Code; 4] = [Code::UnknownField, Code::WrongType, Code::MissingField, Code::UnknownCapability];

#[test]
fn yaml_and_json_fit_where_the_compiler_reads_them() {
    let (mut fitted, mut refused, mut failures) = (0, 0, vec![]);
    let validators = Of::ALL.map(|of| (of, validator(of)));
    for room in ["seeds", "check", "bad"] {
        for case in cases(room).iter().map(|path| Case::load(path)) {
            for (file, of) in texts(&case.workspace) {
                let Some(said) = said(&case.workspace.sources, file) else { continue };
                let (_, validator) = validators.iter().find(|(known, _)| *known == of).unwrap();
                let wrong: Vec<String> =
                    validator.iter_errors(&said).map(|error| format!("{}: {error}", error.instance_path())).collect();
                let found = case.compiled.diagnostics.iter().filter(|found| found.primary.span.file == file);
                let errors: Vec<Code> =
                    found.map(|found| found.code).filter(|code| code.severity() == Severity::Error).collect();
                let name = format!("{}/{}", case.name(), case.workspace.sources.get(file).path());
                match (errors.is_empty(), errors.iter().any(|code| KNOWN.contains(code)), wrong.is_empty()) {
                    (true, _, false) => failures.push(format!("{name}: compiles and does not fit: {wrong:#?}")),
                    (true, _, true) => fitted += 1,
                    (_, true, true) => failures.push(format!("{name}: fits, and has {errors:?}")),
                    (_, true, false) => refused += 1,
                    _ => {}
                }
            }
        }
    }
    snapshot::all(&failures);
    assert!(fitted > 50 && refused > 10, "{fitted} texts fit, {refused} do not");
}

/// The same of locks: their nodes, as a reader of KDL has them.
#[test]
fn locks_fit_as_they_are_written() {
    let (validator, mut fitted, mut failures) = (validator(Of::Lock), 0, vec![]);
    for case in ["seeds", "check"].iter().flat_map(|room| cases(room)).map(|path| Case::load(&path)) {
        let Some(plan) = &case.compiled.plan else { continue };
        let text = lock::text(&[(None, plan)]);
        let wrong = validator.iter_errors(&nodes(text.into_bytes())).map(|error| error.to_string()).next();
        failures.extend(wrong.map(|wrong| format!("{}: {wrong}", case.name())));
        fitted += 1;
    }
    for case in ["another-form", "lines", "no-form", "form-and-more"] {
        let path = house::at("fixtures/check/bad-lock-line").join(case).join(lock::NAME);
        if validator.is_valid(&nodes(std::fs::read(path).unwrap())) {
            failures.push(format!("the lock of {case} fits"));
        }
    }
    snapshot::all(&failures);
    assert!(fitted > 20, "{fitted} locks");
}

fn nodes(text: Vec<u8>) -> Value {
    let mut sources = Sources::default();
    let file = sources.add("lock.kdl", text);
    let tree = syntax::parse(&sources, file, &mut Sink::default());
    tree.root().fields().map(node).collect()
}

fn node(node: Node<'_>) -> Value {
    use ambit_compiler::syntax::Role;
    let scalar = |node: Node<'_>| value(node, &mut Sink::default()).map_or(Value::Null, |value| value.json());
    let of = |role: Role| node.below().filter(move |below| below.role() == role);
    let properties = of(Role::Property).map(|one| (one.key().unwrap().to_owned(), scalar(one)));
    json!({
        "name": node.key(),
        "arguments": of(Role::Argument).map(scalar).collect::<Vec<Value>>(),
        "properties": properties.collect::<serde_json::Map<_, _>>(),
        "children": of(Role::Node).map(self::node).collect::<Vec<Value>>(),
    })
}

/// Field by field: what a schema completes, the compiler knows.
#[test]
fn what_a_schema_completes_is_known() {
    let mut failures = vec![];
    let texts = [
        (Of::Manifest, "plugin.json"),
        (Of::Grants, "grants.json"),
        (Of::Index, "index.json"),
        (Of::Profile, "host.json"),
    ];
    for (of, name) in texts {
        let schema: Value = serde_json::from_str(&schema(of)).unwrap();
        for (at, place) in nested(&schema, &schema, 6) {
            let (mut sources, mut sink) = (Sources::default(), Sink::default());
            let file = sources.add(name, serde_json::to_vec(&place).unwrap());
            let tree = syntax::parse(&sources, file, &mut sink);
            match of {
                Of::Manifest => drop(ambit_compiler::manifest::lower(&tree, &Default::default(), &mut sink)),
                Of::Grants => drop(ambit_compiler::grant::lower(&tree, &Default::default(), name, &mut sink)),
                Of::Profile => drop(ambit_compiler::profile::lower(&tree, vec![], &mut sink)),
                _ => drop(ambit_compiler::index::lower(&tree, &mut sink)),
            }
            let unknown = sink
                .finish()
                .into_iter()
                .find(|found| matches!(found.code, Code::UnknownField | Code::UnknownCapability));
            failures.extend(unknown.map(|found| format!("{name}: {at}: {}", found.message)));
        }
    }
    snapshot::all(&failures);
}

/// A value for every property that a schema names, as deep as `depth`: one with that property alone, and a null in it.
fn nested(whole: &Value, schema: &Value, depth: usize) -> Vec<(String, Value)> {
    let mut found = vec![];
    let Some(depth) = depth.checked_sub(1) else { return found };
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/definitions/")) {
        found.extend(nested(whole, &whole["definitions"][name], depth + 1));
    }
    for part in ["anyOf", "allOf"].iter().filter_map(|key| schema[*key].as_array()).flatten() {
        found.extend(nested(whole, part, depth + 1));
    }
    if schema["else"].is_object() {
        found.extend(nested(whole, &schema["else"], depth + 1));
    }
    for (key, form) in schema["properties"].as_object().into_iter().flatten() {
        found.push((key.clone(), json!({key: null})));
        let below = nested(whole, form, depth);
        found.extend(below.into_iter().map(|(at, value)| (format!("{key}.{at}"), json!({key: value}))));
    }
    if schema["additionalProperties"].is_object() {
        let below = nested(whole, &schema["additionalProperties"], depth);
        found.extend(below.into_iter().map(|(at, value)| (format!("a.{at}"), json!({"a": value}))));
    }
    if schema["items"].is_object() {
        let below = nested(whole, &schema["items"], depth);
        found.extend(below.into_iter().map(|(at, value)| (format!("0.{at}"), json!([value]))));
    }
    found
}
