//! Compiling where it can be stopped: in a child process with a bound on its time and its memory. Comes in: the bytes of an
//! artifact whose imports were checked. Goes out: native code, or the bound that was hit; the host lives either way. What is
//! run is a program that the host's author names, whose `main` is [`serve_compiler`]. Deliberately absent: a sandbox around
//! the child; it has no variables of the host's and no files, and is otherwise a process like any other.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use ambit_schema::limits::{MAX_ARTIFACT, Unit};
use rustix::process::{Resource, Rlimit, setrlimit};
use wasmtime::Engine;

use super::component::{Prepared, Unfit, prepare};
use super::engine::settings;
use crate::host::LoadError;

/// What the child says first, and what follows it: native code, or a text.
const COMPILED: u8 = b'C';
const MALFORMED: u8 = b'M';
const IMPORT: u8 = b'I';
const REFUSED: u8 = b'E';

/// How much of the child's last words is read, in bytes.
const LAST_WORDS: u64 = 4 << 10;
/// How often a child that has said everything is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// What an allocation says that the system refused, by Rust's standard library, by the engine's, and by the system.
const OUT_OF_MEMORY: [&str; 3] =
    ["memory allocation of", "out of memory (failed to allocate", "Cannot allocate memory"];
/// The signal of a process that used its CPU time up.
const SIGXCPU: i32 = 24;

/// A program that compiles artifacts for a host, each in a process of its own.
#[derive(Debug, Clone)]
pub struct Compiler {
    program: PathBuf,
    arguments: Vec<OsString>,
    time: Duration,
    memory: u64,
}

/// What a compilation may not take more of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompileLimit {
    /// Time from start to end.
    Time(Duration),
    /// Memory, in bytes.
    Memory(u64),
}

impl Compiler {
    /// A program whose `main` is [`serve_compiler`], such as `ambit-compile`, of the same build as the host. An artifact may
    /// take a minute and 1 GiB unless other bounds are set.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Compiler { program: program.into(), arguments: vec![], time: Duration::from_secs(60), memory: 1 << 30 }
    }

    /// One more argument for the program: for applications that are their own compiler.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// How long one artifact may take, waiting for a processor included.
    #[must_use]
    pub fn time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// How much memory one artifact may take, in bytes.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Compiles an artifact to native code.
    pub(super) fn compile(&self, artifact: &[u8]) -> Result<Vec<u8>, LoadError> {
        let failed = |error: io::Error| LoadError::Compiler(format!("`{}`: {error}", self.program.display()));
        let mut child = self.start().map_err(failed)?;
        let until = Instant::now() + self.time;
        let (said, words, status) = std::thread::scope(|scope| {
            let stdin = child.stdin.take();
            // A child that was killed does not read to the end, which is told by how it ended.
            scope.spawn(|| stdin.map(|mut stdin| self.feed(&mut stdin, artifact)));
            let said = receive(scope, child.stdout.take(), self.memory);
            let words = receive(scope, child.stderr.take(), LAST_WORDS);
            let said = said.recv_timeout(until.saturating_duration_since(Instant::now()));
            let status = ended(&mut child, if said.is_ok() { until } else { Instant::now() });
            (said.unwrap_or_default(), words.recv().unwrap_or_default(), status)
        });
        match status.map_err(failed)? {
            None => Err(LoadError::CompileLimit(CompileLimit::Time(self.time))),
            Some(status) => self.read(said, &String::from_utf8_lossy(&words), status),
        }
    }

    fn start(&self) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear().current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
    }

    /// The bounds, which the child takes on before it reads anything else, and the artifact.
    fn feed(&self, stdin: &mut impl Write, artifact: &[u8]) -> io::Result<()> {
        stdin.write_all(&self.memory.to_le_bytes())?;
        stdin.write_all(&self.time.as_secs().saturating_add(1).to_le_bytes())?;
        stdin.write_all(artifact)
    }

    fn read(&self, mut said: Vec<u8>, words: &str, status: ExitStatus) -> Result<Vec<u8>, LoadError> {
        let text = |said: &[u8]| String::from_utf8_lossy(said.get(1..).unwrap_or_default()).into_owned();
        let is_full = |text: &str| OUT_OF_MEMORY.iter().any(|end| text.contains(end));
        if status.signal() == Some(SIGXCPU) {
            return Err(LoadError::CompileLimit(CompileLimit::Time(self.time)));
        }
        match said.first() {
            Some(&COMPILED) if status.success() => Ok(said.split_off(1)),
            _ if is_full(words) || is_full(&text(&said)) => {
                Err(LoadError::CompileLimit(CompileLimit::Memory(self.memory)))
            }
            Some(&MALFORMED) => Err(LoadError::Malformed(text(&said))),
            Some(&IMPORT) => Err(LoadError::Import(text(&said))),
            Some(&REFUSED) => Err(LoadError::Compile(text(&said))),
            _ => {
                Err(LoadError::Compiler(format!("`{}` ended with {status}: {}", self.program.display(), words.trim())))
            }
        }
    }
}

/// Reads to the end in a thread of its own, at most `most` bytes.
fn receive<'s>(
    scope: &'s std::thread::Scope<'s, '_>,
    from: Option<impl Read + Send + 's>,
    most: u64,
) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    scope.spawn(move || {
        let mut bytes = Vec::new();
        let read = from.map(|from| from.take(most).read_to_end(&mut bytes));
        drop((read, sender.send(bytes)));
    });
    receiver
}

/// Waits for the child until then, and ends it. `None`: it had to be ended.
fn ended(child: &mut Child, until: Instant) -> io::Result<Option<ExitStatus>> {
    while Instant::now() < until {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(LOOK);
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// The child's side: reads bounds and an artifact from standard input, takes the bounds on, and writes what came of it to
/// standard output. For the `main` of a program that [`Compiler`] names, before anything else is done in it.
#[must_use]
pub fn serve_compiler() -> ExitCode {
    let served = bounded().and_then(|()| {
        let mut artifact = Vec::new();
        io::stdin().take(MAX_ARTIFACT + 1).read_to_end(&mut artifact)?;
        let (tag, said) = compiled(&artifact);
        let mut out = io::stdout().lock();
        out.write_all(&[tag]).and_then(|()| out.write_all(&said)).and_then(|()| out.flush())
    });
    if served.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Takes on the bounds. What the processes of a user share, such as files, needs none: this one opens nothing.
fn bounded() -> io::Result<()> {
    let mut bounds = [[0; 8]; 2];
    for bound in &mut bounds {
        io::stdin().read_exact(bound)?;
    }
    let [memory, seconds] = bounds.map(u64::from_le_bytes);
    let set = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    set(Resource::Data, memory)?;
    set(Resource::Cpu, seconds)?;
    set(Resource::Core, 0)?;
    Ok(())
}

fn compiled(artifact: &[u8]) -> (u8, Vec<u8>) {
    let prepared = match prepare(artifact) {
        Ok(prepared) => prepared,
        Err(Unfit::Import(import)) => return (IMPORT, import.into_bytes()),
        Err(Unfit::Malformed(why)) => return (MALFORMED, why.into_bytes()),
    };
    let compiled = Engine::new(&settings()).and_then(|engine| match prepared {
        Prepared::Component(component) => engine.precompile_component(&component),
        Prepared::Program(module) => engine.precompile_module(module),
    });
    match compiled {
        Ok(code) => (COMPILED, code),
        Err(error) => (REFUSED, format!("{error:#}").into_bytes()),
    }
}

impl fmt::Display for CompileLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileLimit::Time(time) => write!(f, "takes longer than {} ms", time.as_millis()),
            CompileLimit::Memory(bytes) => write!(f, "takes more memory than {}", Unit::Bytes.show(*bytes)),
        }
    }
}
