//! Reading manifests of about 1 KB: our front ends beside the libraries that people use for the same syntax.

use std::sync::Arc;

use ambit_benches::generate::manifest;
use ambit_benches::{Effort, Task, compare};
use ambit_compiler::diag::Sink;
use ambit_compiler::source::{FileId, Sources};
use ambit_compiler::syntax::{json, kdl, yaml};

fn main() {
    let kdl_text: Arc<str> = manifest(7).into();
    let json_text: Arc<str> = JSON.into();
    let yaml_text: Arc<str> = YAML.into();
    let file = Sources::default().add("plugin", Vec::new());
    kdl_bench(file, &kdl_text);
    let tasks = vec![
        Task::new("ours, with spans and recovery", || read(json::parse, file, &json_text)),
        Task::new("serde_json value, no spans", || serde_json::from_str::<serde_json::Value>(&json_text)),
    ];
    compare("JSON", json_text.len(), Effort::default(), tasks);
    let tasks = vec![
        Task::new("ours, with spans and recovery", || read(yaml::parse, file, &yaml_text)),
        Task::new("serde_yaml value (yaml_serde), no spans", || yaml_serde::from_str::<yaml_serde::Value>(&yaml_text)),
    ];
    compare("YAML", yaml_text.len(), Effort::default(), tasks);
}

fn kdl_bench(file: FileId, text: &Arc<str>) {
    let tasks = vec![
        Task::new("ours, with spans and recovery", || read(kdl::parse, file, text)),
        Task::new("kdl crate, with spans", || text.parse::<::kdl::KdlDocument>()),
    ];
    compare("KDL 2", text.len(), Effort::default(), tasks);
}

type Parse = fn(FileId, &Arc<str>, &mut Sink) -> ambit_compiler::syntax::Tree;

fn read(parse: Parse, file: FileId, text: &Arc<str>) -> ambit_compiler::syntax::Tree {
    let mut sink = Sink::default();
    let tree = parse(file, text, &mut sink);
    assert!(sink.is_empty(), "the text is correct");
    tree
}

const YAML: &str = include_str!("../data/plugin.yaml");
const JSON: &str = include_str!("../data/plugin.json");
