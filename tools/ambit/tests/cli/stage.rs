//! A host with one plugin, and the tool run on it. Comes in: texts and a guest. Goes out: exit code and both streams.
#![expect(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A folder that is new at each run of the tests. It stays until the next one, so that a failure can be looked at.
pub(crate) struct Stage(PathBuf);

impl Stage {
    /// An empty folder; `name` is the test's.
    pub(crate) fn empty(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ambit-cli").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        Stage(folder.canonicalize().unwrap())
    }

    /// A host that offers nothing, and a plugin `demo` with the guest at `path` of the repository. `more` stands in its
    /// manifest.
    pub(crate) fn new(name: &str, guest: &str, more: &str) -> Self {
        let stage = Self::empty(name);
        stage.write("host.kdl", "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\" \"process\"\n");
        stage.write("plugins/demo/plugin.kdl", &format!("id \"demo\"\nversion \"0.1.0\"\n{more}\n"));
        fs::copy(repository(guest), stage.path("plugins/demo/demo.wasm")).unwrap();
        stage
    }

    /// A copy of the text tool's workspace.
    pub(crate) fn example(name: &str) -> Self {
        let stage = Self::empty(name);
        let from = repository("examples/text-tool");
        for folder in ["in", "plugins/text-tool"] {
            fs::create_dir_all(stage.path(folder)).unwrap();
            for entry in fs::read_dir(from.join(folder)).unwrap() {
                let file = entry.unwrap().path();
                fs::copy(&file, stage.path(folder).join(file.file_name().unwrap())).unwrap();
            }
        }
        fs::create_dir(stage.path("out")).unwrap();
        for text in ["host.kdl", "grants.kdl"] {
            fs::copy(from.join(text), stage.path(text)).unwrap();
        }
        stage
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.0.join(below)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Adds to the end of a text.
    pub(crate) fn append(&self, path: &str, text: &str) {
        let before = fs::read_to_string(self.path(path)).unwrap_or_default();
        self.write(path, &format!("{before}{text}\n"));
    }

    /// Runs a command of a plugin of this workspace.
    pub(crate) fn run(&self, words: &[&str]) -> Run {
        run(&self.0, &[&["run", "."], words].concat())
    }

    /// The tool in this folder, ready to run.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        command(&self.0, words)
    }

    /// The same, with everything that a terminal would get.
    pub(crate) fn on_a_terminal(&self, words: &[&str]) -> Run {
        let mut command = command(&self.0, &[&["run", "."], words].concat());
        done(command.env("CLICOLOR_FORCE", "1"))
    }
}

/// Runs the tool anywhere.
pub(crate) fn ambit(words: &[&str]) -> Run {
    run(&repository(""), words)
}

pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn run(folder: &Path, words: &[&str]) -> Run {
    done(&mut command(folder, words))
}

pub(crate) fn done(command: &mut Command) -> Run {
    let done = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
}

/// Compiled code is kept beside the stages, so that a guest is compiled once.
fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ambit"));
    command.args(words).current_dir(folder).stdin(Stdio::null());
    command.env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("ambit-cli-cache"));
    // What the user of this machine answered is not what is tested.
    command.env("XDG_DATA_HOME", folder.join("nothing-answered")).env_remove("XDG_RUNTIME_DIR");
    for colours in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"] {
        command.env_remove(colours);
    }
    command
}
