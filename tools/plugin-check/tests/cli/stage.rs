//! A folder to check, and the tool run on it. Comes in: texts by path. Goes out: exit code and both streams.
#![expect(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A host that offers the files of its folder.
pub(crate) const HOST: &str =
    "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {\n    fs.read \"./\"\n}\n";

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A folder of its own, gone after the test.
pub(crate) struct Stage(TempDir);

impl Stage {
    /// A host and, where `texts` tell of no plugin, one that asks for nothing.
    pub(crate) fn new(texts: &[(&str, &str)]) -> Self {
        let stage = Stage(tempfile::tempdir().unwrap());
        stage.write("host.kdl", HOST);
        if !texts.iter().any(|(path, _)| path.starts_with("plugins/") && !path.starts_with("plugins/plugin.kdl")) {
            stage.write("plugins/demo/plugin.kdl", "id \"demo\"\nversion \"0.1.0\"\n");
        }
        texts.iter().for_each(|(path, text)| stage.write(path, text));
        stage
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// Runs the tool in the folder.
    pub(crate) fn check(&self, words: &[&str]) -> Run {
        run(self.0.path(), words)
    }

    /// Runs git in the folder.
    pub(crate) fn git(&self, words: &[&str]) {
        let mut git = Command::new("git");
        // What a user has configured is not what is tested.
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let done = git.args(words).current_dir(self.path("")).output().unwrap();
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Commits everything.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", message]);
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Runs the tool anywhere.
pub(crate) fn check(words: &[&str]) -> Run {
    run(Path::new(env!("CARGO_MANIFEST_DIR")), words)
}

/// The folder of the text tool.
pub(crate) fn example() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/text-tool").to_string_lossy().into_owned()
}

/// Runs the tool with an output that nobody reads.
pub(crate) fn unread(words: &[&str]) -> Run {
    let mut child = command(Path::new("."), words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    Run { code: child.wait().unwrap().code().unwrap(), out: String::new(), err }
}

fn run(folder: &Path, words: &[&str]) -> Run {
    let done = command(folder, words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
}

pub(crate) fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plugin-check"));
    command.args(words).current_dir(folder).stdin(Stdio::null());
    for colours in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"] {
        command.env_remove(colours);
    }
    command
}
