//! The language server as an editor meets it: the program as it is shipped, over its pipe, in a workspace of 10,000 plugins. Tells
//! how long it takes from an edit to its diagnostics, from a start to the first ones, to complete, to hover and to find references, and
//! the memory. Beside it taplo's language server on TOML of the same size, where the machine has it.
//!
//! `cargo bench -p ambit-benches --no-default-features --bench lsp`; with `-- PATH` the server of that program instead.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use ambit_benches::generate::Workspace;
use ambit_benches::pipe::Server;
use serde_json::{Value, json};

/// How many plugins there are.
const PLUGINS: usize = 10_000;

/// How many edits are made, and how many at a time before somebody stops to think.
const EDITS: usize = 400;
const BURST: usize = 10;

/// How fast somebody types, and for how long they stop: the server compiles everything while they go on.
const KEY: Duration = Duration::from_millis(60);
const PAUSE: Duration = Duration::from_millis(700);

fn main() -> io::Result<()> {
    let named = env::args().skip(1).find(|word| !word.starts_with("--")).map(PathBuf::from);
    let server = named.map_or_else(shipped, Ok)?;
    let folder = tempfile::tempdir()?;
    write(&Workspace::mixed(PLUGINS), folder.path())?;
    for at in [5_000, 5_001, 5_003] {
        let path = folder.path().join(format!("plugins/{at:06}"));
        let (name, _) = ambit_benches::generate::mixed(at);
        measure("plugin-check lsp", Command::new(&server).arg("lsp"), folder.path(), &path.join(name))?;
    }
    let taplo = Command::new("taplo").args(["lsp", "--help"]).output();
    if !taplo.is_ok_and(|output| output.status.success()) {
        println!("\nno `taplo` with a language server on this machine");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    for at in 0..PLUGINS {
        let path = folder.path().join(format!("plugins/{at:06}"));
        fs::create_dir_all(&path)?;
        fs::write(path.join("plugin.toml"), toml(at))?;
    }
    let file = folder.path().join("plugins/005000/plugin.toml");
    // Some builds of it have the command, and no server behind it.
    let measured = measure("taplo lsp", Command::new("taplo").args(["lsp", "stdio"]), folder.path(), &file);
    measured.or_else(|error| {
        println!("taplo lsp: {error}");
        Ok(())
    })
}

/// The linter as it is shipped, beside this program.
fn shipped() -> io::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built =
        Command::new(cargo).args(["build", "--profile", "dist", "--quiet", "--package", "plugin-check"]).status()?;
    let here = env::current_exe()?;
    let folder = here.ancestors().nth(3).filter(|_| built.success());
    folder.map(|folder| folder.join("dist/plugin-check")).ok_or_else(|| io::Error::other("the server was not built"))
}

/// The grants of a folder are found by their names, a file for each layer.
fn write(workspace: &Workspace, folder: &Path) -> io::Result<()> {
    const LAYERS: [&str; 4] = ["grants.kdl", "grants.workspace.kdl", "grants.organisation.kdl", "grants.system.kdl"];
    let layers = workspace.grants.iter().zip(LAYERS).map(|((_, text), name)| {
        let text = text.lines().filter(|line| name == "grants.kdl" || !line.starts_with("layer "));
        (name.to_owned(), text.collect::<Vec<_>>().join("\n"))
    });
    for (path, text) in layers.chain(workspace.manifests.iter().cloned()).chain([workspace.host.clone()]) {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// A manifest of about the same size, in TOML.
fn toml(at: usize) -> String {
    let lines = (0..24).map(|line| format!("field-{line} = \"what the plugin {at} says of {line}\"\n"));
    format!("id = \"plugin-{at:06}\"\nversion = \"1.0.0\"\n{}", lines.collect::<String>())
}

fn measure(name: &str, command: &mut Command, root: &Path, file: &Path) -> io::Result<()> {
    let (uri, text) = (format!("file://{}", file.display()), fs::read_to_string(file)?);
    let started = Instant::now();
    let mut server = Server::start(command.current_dir(root))?;
    let folders = json!([{ "uri": format!("file://{}", root.display()), "name": "bench" }]);
    let params =
        json!({ "processId": null, "rootUri": folders[0]["uri"], "capabilities": {}, "workspaceFolders": folders });
    let (_, able) = server.ask("initialize", &params)?;
    server.tell("initialized", &json!({}))?;
    let language = file.extension().and_then(|end| end.to_str()).unwrap_or_default();
    let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
    server.tell("textDocument/didOpen", &json!({ "textDocument": document }))?;
    let (first, _) = server.hear(|message| is_told(message, &uri, 1))?;
    println!("\n{name}, {PLUGINS} texts, {} bytes of {language} open", text.len());
    println!("  {:<44} {:>9.1} ms", "start to first diagnostics", milliseconds(first - started));
    server.listen(Duration::from_secs(3))?;
    let (at_rest, _) = server.memory().unwrap_or_default();
    edits(&mut server, &uri)?;
    for (method, provider) in [
        ("textDocument/completion", "completionProvider"),
        ("textDocument/hover", "hoverProvider"),
        ("textDocument/references", "referencesProvider"),
    ] {
        match &able["result"]["capabilities"][provider] {
            Value::Null | Value::Bool(false) => println!("  {method:<44} not served"),
            _ => questions(&mut server, method, &uri, &text)?,
        }
    }
    server.listen(Duration::from_secs(2))?;
    let (rest, most) = server.memory().unwrap_or_default();
    println!("  {:<44} {at_rest} MB once read, {rest} MB in the end, {most} MB at most", "memory");
    Ok(())
}

/// Whether a message tells of a state of a text, or a later one. Servers that name no state tell of the last.
fn is_told(message: &Value, uri: &str, version: i64) -> bool {
    let params = &message["params"];
    let is_it = message["method"] == "textDocument/publishDiagnostics" && params["uri"] == uri;
    is_it && params["version"].as_i64().is_none_or(|told| told >= version)
}

/// Types a line that is wrong, and takes it back, again and again.
fn edits(server: &mut Server, uri: &str) -> io::Result<()> {
    let mut took = vec![];
    for at in 0..EDITS {
        let (place, text) = if at % 2 == 0 { ((0, 0), "\"wrong\n") } else { ((1, 0), "") };
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": place.0, "character": place.1 } });
        let version = at as i64 + 2;
        let changes = json!([{ "range": range, "text": text }]);
        let document = json!({ "uri": uri, "version": version });
        let told =
            server.tell("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }))?;
        let (heard, _) = server.hear(|message| is_told(message, uri, version))?;
        took.push(heard.saturating_duration_since(told));
        thread::sleep(if at % BURST == BURST - 1 { PAUSE } else { KEY });
    }
    told(&format!("{EDITS} edits, to their diagnostics"), took);
    Ok(())
}

/// Asks at places all over the text.
fn questions(server: &mut Server, method: &str, uri: &str, text: &str) -> io::Result<()> {
    let lines: Vec<&str> = text.lines().collect();
    let mut took = vec![];
    for at in 0..EDITS {
        let line = at * 7 % lines.len();
        let place = json!({ "line": line, "character": lines[line].len() * (at % 5) / 4 });
        let mut params = json!({ "textDocument": { "uri": uri }, "position": place });
        if method == "textDocument/references" {
            params["context"] = json!({ "includeDeclaration": true });
        }
        let (time, answer) = server.ask(method, &params)?;
        if let Some(error) = answer.get("error") {
            return Err(io::Error::other(format!("{method}: {error}")));
        }
        took.push(time);
    }
    told(method, took);
    Ok(())
}

fn told(what: &str, mut took: Vec<Duration>) {
    took.sort();
    let of = |share: usize| milliseconds(took[(took.len() - 1) * share / 100]);
    println!("  {what:<44} {:>9.1} ms p50 {:>9.1} ms p99 {:>9.1} ms at most", of(50), of(99), of(100));
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
