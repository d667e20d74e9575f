//! An action of this repository, run here. Comes in: `action.yml`, inputs and an event. Goes out: what the steps say, and which one
//! failed. Expressions are looked up, `a || b` and `toJSON(a)` among them; one that is not known fails the test.
#![expect(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use ambit_compiler::diag::Sink;
use ambit_compiler::source::Sources;
use ambit_compiler::{lower, syntax};
use serde_json::Value;

use crate::stage::Stage;

/// The action.
pub(crate) struct Action {
    pub(crate) steps: Vec<Step>,
    /// Their defaults.
    pub(crate) inputs: BTreeMap<String, String>,
}

/// One of its steps.
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) run: String,
    pub(crate) uses: String,
    id: String,
    env: BTreeMap<String, String>,
}

/// What happened on the forge.
pub(crate) struct Event {
    pub(crate) base: String,
    pub(crate) pull: String,
    /// A JSON list.
    pub(crate) labels: String,
    /// Where its interface is.
    pub(crate) api: String,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The step that failed. None after it ran.
    pub(crate) failed: Option<String>,
    pub(crate) code: i32,
    /// What the steps said.
    pub(crate) log: String,
    pub(crate) summary: String,
    /// Of the step that compares.
    pub(crate) outputs: BTreeMap<String, String>,
}

/// A file of this repository.
pub(crate) fn house(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path).canonicalize().unwrap()
}

/// A file of YAML, read by our own front end.
pub(crate) fn yaml(path: &Path) -> Value {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = sources.add("file.yml", fs::read(path).unwrap());
    let tree = syntax::yaml::parse(file, sources.get(file).text(), &mut sink);
    let value = lower::value(tree.root(), &mut sink).unwrap().json();
    assert!(sink.is_empty(), "{:?}", sink.finish());
    value
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    value.as_object().map(|map| map.iter().map(|(key, value)| (key.clone(), text(value))).collect()).unwrap_or_default()
}

impl Action {
    pub(crate) fn read() -> Self {
        let action = yaml(&house("action.yml"));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let step = |step: &Value| Step {
            name: text(&step["name"]),
            run: text(&step["run"]),
            uses: text(&step["uses"]),
            id: text(&step["id"]),
            env: texts(&step["env"]),
        };
        let inputs = action["inputs"].as_object().unwrap().iter();
        Action {
            steps: action["runs"]["steps"].as_array().unwrap().iter().map(step).collect(),
            inputs: inputs.map(|(name, input)| (name.clone(), text(&input["default"]))).collect(),
        }
    }

    /// Runs the steps until one fails, as a runner does.
    pub(crate) fn run(&self, stage: &Stage, with: &[(&str, &str)], event: &Event) -> Ran {
        let runner = tempfile::tempdir().unwrap();
        let file = |name: &str| runner.path().join(name);
        ["env", "output", "summary"].iter().for_each(|name| fs::write(file(name), "").unwrap());
        let known = self.known(with, event);
        let mut ran =
            Ran { failed: None, code: 0, log: String::new(), summary: String::new(), outputs: BTreeMap::new() };
        for step in &self.steps {
            fs::write(file("step.sh"), &step.run).unwrap();
            let mut bash = Command::new("bash");
            bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(file("step.sh"));
            bash.current_dir(stage.path("")).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
            bash.envs([("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "acme/app"), ("GITHUB_API_URL", &event.api)]);
            bash.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")]);
            bash.env("GITHUB_ACTION_PATH", house("")).env("HOME", runner.path()).env("RUNNER_TEMP", runner.path());
            bash.env("GITHUB_ENV", file("env")).env("GITHUB_OUTPUT", file("output"));
            bash.env("GITHUB_STEP_SUMMARY", file("summary"));
            bash.envs(pairs(&fs::read_to_string(file("env")).unwrap()));
            bash.envs(step.env.iter().map(|(name, value)| (name, evaluated(value, &known))));
            let done = bash.output().unwrap();
            ran.log += &(String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap());
            let said = pairs(&fs::read_to_string(file("output")).unwrap());
            assert!(said.is_empty() || self.steps.iter().any(|step| step.id == "compare"));
            ran.outputs = said;
            if !done.status.success() {
                (ran.failed, ran.code) = (Some(step.name.clone()), done.status.code().unwrap());
                break;
            }
        }
        ran.summary = fs::read_to_string(file("summary")).unwrap();
        ran
    }

    /// Everything that an expression may name.
    fn known(&self, with: &[(&str, &str)], event: &Event) -> BTreeMap<String, String> {
        let mut inputs = self.inputs.clone();
        inputs.insert("plugin-check".to_owned(), env!("CARGO_BIN_EXE_plugin-check").to_owned());
        for (name, value) in with {
            assert!(inputs.insert((*name).to_owned(), (*value).to_owned()).is_some(), "there is no input {name}");
        }
        let mut known: BTreeMap<String, String> =
            inputs.into_iter().map(|(name, value)| (format!("inputs.{name}"), value)).collect();
        let pull = |name: &str| format!("github.event.pull_request.{name}");
        known.insert(pull("base.sha"), event.base.clone());
        known.insert("github.event.before".to_owned(), String::new());
        known.insert(pull("number"), event.pull.clone());
        known.insert(pull("labels.*.name"), event.labels.clone());
        known
    }
}

/// A value of an environment, which is a text or one expression.
fn evaluated(value: &str, known: &BTreeMap<String, String>) -> String {
    let Some(expression) = value.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")) else {
        assert!(!value.contains("${{"), "{value}");
        return value.to_owned();
    };
    let one = |name: &str| {
        let name = name.strip_prefix("toJSON(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(name);
        assert!(known.contains_key(name), "there is no {name}");
        known[name].clone()
    };
    expression.split(" || ").map(one).find(|value| !value.is_empty()).unwrap_or_default()
}

/// Lines of `name=value`.
fn pairs(text: &str) -> BTreeMap<String, String> {
    let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    text.lines().filter_map(pair).collect()
}
