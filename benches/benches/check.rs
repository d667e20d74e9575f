//! The linter as people start it: a cold process over a folder of manifests in all three syntaxes, with grants and a host
//! profile, to a sealed plan. Beside it, in the same rounds, the libraries that only parse the same files, and other linters
//! over texts of theirs. Tells MB/s, processor time, peak memory, and how time grows with the number of plugins.
//!
//! `cargo bench -p ambit-benches --no-default-features --bench check`, and `-- --huge` for 100,000 plugins. Other linters read
//! other languages: `-- --ruff FOLDER` has `ruff` check the Python below a folder, `-- --taplo FOLDER` has `taplo` check TOML.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io};

use ambit_benches::generate::Workspace;
use wait4::Wait4;

fn main() -> io::Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    if let [word, folder] = &words[..]
        && word == PEER
    {
        return parse_all(Path::new(folder));
    }
    let linter = linter()?;
    let mut sizes = vec![(1, 21), (1_000, 11), (10_000, 7)];
    sizes.extend(words.iter().any(|word| word == "--huge").then_some((100_000, 3)));
    // Ours is quiet too: what is compared is finding, not printing.
    let others =
        [other(&words, "ruff", &["--isolated", "--no-cache", "--silent"], "py")?, other(&words, "taplo", &[], "toml")?];
    let one = |run: &Run| is_there("taskset").then(|| run.on_one_core(&format!("{}, one core", run.name)));
    let both = |run: Run| [Some(run.clone()), one(&run)].into_iter().flatten();
    let others: Vec<Run> = others.into_iter().flatten().flat_map(both).collect();
    let mut base = None;
    for (plugins, rounds) in sizes {
        let each = measure(&linter, plugins, rounds, &others)?;
        if plugins == 1_000 {
            base = Some(each);
        }
        if let Some(base) = base.filter(|_| plugins > 1_000) {
            println!("  a plugin takes {:.2} × what it takes among 1,000", each / base);
        }
    }
    Ok(())
}

const PEER: &str = "--parse-with-peers";

/// The linter as it is shipped, beside this program.
fn linter() -> io::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built =
        Command::new(cargo).args(["build", "--profile", "dist", "--quiet", "--package", "plugin-check"]).status()?;
    let here = env::current_exe()?;
    let folder = here.ancestors().nth(3).filter(|_| built.success());
    folder.map(|folder| folder.join("dist/plugin-check")).ok_or_else(|| io::Error::other("the linter was not built"))
}

/// Runs everything in turn and prints a table; the seconds that ours takes for a plugin.
fn measure(linter: &Path, plugins: usize, rounds: usize, others: &[Run]) -> io::Result<f64> {
    let workspace = Workspace::mixed(plugins);
    let folder = tempfile::tempdir()?;
    write(&workspace, folder.path())?;
    let bytes = workspace.bytes();
    let mut runs = runs(linter, &workspace, folder.path())?;
    runs.extend(others.iter().filter(|_| plugins == WITH_OTHERS).cloned());
    let mut samples: Vec<Vec<Sample>> = vec![vec![]; runs.len()];
    for _ in 0..rounds {
        for (run, samples) in runs.iter().zip(&mut samples) {
            samples.push(once(run)?);
        }
    }
    println!("\n{plugins} plugins, {bytes} bytes of text (median of {rounds} cold processes, and the best)");
    println!(
        "  {:<44} {:>10} {:>10} {:>10} {:>10} {:>9} {:>8}",
        "", "median", "best", "MB/s", "processor", "peak", "÷ input"
    );
    let medians = runs.iter().zip(samples).map(|(run, samples)| told(run, samples));
    let medians: Vec<f64> = medians.collect();
    Ok(medians[0] / plugins as f64)
}

fn write(workspace: &Workspace, folder: &Path) -> io::Result<()> {
    for (path, text) in workspace.texts() {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// Beside how many plugins other linters are measured.
const WITH_OTHERS: usize = 10_000;

/// A command line to start again and again.
#[derive(Clone)]
struct Run {
    name: String,
    program: OsString,
    arguments: Vec<OsString>,
    /// How much text it reads.
    bytes: usize,
    /// Whether it may have findings, and end with 1.
    may_find: bool,
}

impl Run {
    fn new(name: &str, program: &Path, arguments: impl IntoIterator<Item = OsString>, bytes: usize) -> Self {
        let (program, arguments) = (program.into(), arguments.into_iter().collect());
        Run { name: name.to_owned(), program, arguments, bytes, may_find: false }
    }

    /// The same, kept to one core.
    fn on_one_core(&self, name: &str) -> Self {
        let words = ["-c".into(), "0".into(), self.program.clone()].into_iter();
        let arguments = words.chain(self.arguments.iter().cloned()).collect();
        Run { name: name.to_owned(), program: "taskset".into(), arguments, ..self.clone() }
    }
}

/// Another linter, over the folder that the command line names for it.
fn other(words: &[String], program: &str, options: &[&str], end: &str) -> io::Result<Option<Run>> {
    let asked = format!("--{program}");
    let Some(folder) = words.iter().position(|word| *word == asked).and_then(|at| words.get(at + 1)) else {
        return Ok(None);
    };
    if !is_there(program) {
        return Err(io::Error::other(format!("no `{program}` on this machine")));
    }
    let bytes = text_below(Path::new(folder), end)?;
    let words = ["check"].iter().chain(options).chain([&folder.as_str()]).map(OsString::from).collect::<Vec<_>>();
    let name = format!("{program}, {:.1} MB of its own", bytes as f64 / 1e6);
    Ok(Some(Run { may_find: true, ..Run::new(&name, Path::new(program), words, bytes) }))
}

/// How many bytes the files of a name that ends so have together.
fn text_below(folder: &Path, end: &str) -> io::Result<usize> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let (entry, path) = entry.map(|entry| (entry.metadata(), entry.path()))?;
        let about = entry?;
        if about.is_dir() {
            bytes += text_below(&path, end)?;
        } else if path.extension().is_some_and(|other| other == end) {
            bytes += usize::try_from(about.len()).unwrap_or(usize::MAX);
        }
    }
    Ok(bytes)
}

fn runs(linter: &Path, workspace: &Workspace, folder: &Path) -> io::Result<Vec<Run>> {
    let mut lint: Vec<OsString> = vec!["--quiet".into(), folder.into()];
    if workspace.grants.len() > 1 {
        lint.extend(workspace.grants.iter().flat_map(|(path, _)| ["--grants".into(), folder.join(path).into()]));
    }
    let bytes = workspace.bytes();
    let mut runs = vec![Run::new("plugin-check, all cores", linter, lint, bytes)];
    match is_there("taskset") {
        true => runs.push(runs[0].on_one_core("plugin-check, one core")),
        false => println!("no `taskset` on this machine: one core is not measured"),
    }
    let peers = [PEER.into(), folder.into()];
    runs.push(Run::new("kdl, serde_json, yaml_serde: parsing alone", &env::current_exe()?, peers, bytes));
    Ok(runs)
}

fn is_there(program: &str) -> bool {
    let quiet = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

/// What one process took.
#[derive(Clone, Copy)]
struct Sample {
    wall: Duration,
    processor: Duration,
    /// In bytes.
    peak: u64,
}

fn once(run: &Run) -> io::Result<Sample> {
    let mut command = Command::new(&run.program);
    command.args(&run.arguments).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let used = command.spawn()?.wait4()?;
    let wall = start.elapsed();
    let found = run.may_find && used.status.code() == Some(1);
    if !used.status.success() && !found {
        return Err(io::Error::other(format!("`{}` ended with {}", run.name, used.status)));
    }
    let processor = used.rusage.utime + used.rusage.stime;
    Ok(Sample { wall, processor, peak: used.rusage.maxrss })
}

/// Prints a line of the table; the median in seconds.
fn told(run: &Run, mut samples: Vec<Sample>) -> f64 {
    let bytes = run.bytes;
    samples.sort_by_key(|sample| sample.wall);
    let (best, median) = (samples[0], samples[samples.len() / 2]);
    let seconds = median.wall.as_secs_f64();
    println!(
        "  {:<44} {:>7.1} ms {:>7.1} ms {:>10.1} {:>7.1} ms {:>6.1} MB {:>8.1}",
        run.name,
        seconds * 1e3,
        best.wall.as_secs_f64() * 1e3,
        bytes as f64 / 1e6 / seconds,
        median.processor.as_secs_f64() * 1e3,
        median.peak as f64 / 1e6,
        median.peak as f64 / bytes as f64,
    );
    seconds
}

/// What the peers do: read the same files and parse each with the library of its syntax.
fn parse_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder.join("plugins"))? {
        for file in fs::read_dir(entry?.path())? {
            let path = file?.path();
            let text = fs::read_to_string(&path)?;
            let parsed = match path.extension().and_then(|end| end.to_str()) {
                Some("kdl") => text.parse::<kdl::KdlDocument>().is_ok(),
                Some("json") => serde_json::from_str::<serde_json::Value>(&text).is_ok(),
                _ => yaml_serde::from_str::<yaml_serde::Value>(&text).is_ok(),
            };
            if !parsed {
                return Err(io::Error::other(format!("{} is not read", path.display())));
            }
        }
    }
    Ok(())
}
