//! `unrequested-symbol`, `weak-library`, `library-search-path` and `runs-at-load`: what a shared library would do in the process
//! of its host, where nothing stands between it and the system.

use ambit_schema::advice::quoted;
use ambit_schema::capability::Kind;
use ambit_schema::interface::{Symbol, symbol};

use super::{About, contents, listed};
use crate::binary::Library;
use crate::diag::{Code, Sink};

/// Functions that run at load and come with every compiler: `_init`, the first entry of C's start code, and Rust's own.
const USUAL: u64 = 3;

pub(super) fn check(about: &About<'_>, library: &Library, sink: &mut Sink) {
    unrequested(about, library, sink);
    beyond(about, library, sink);
    contents::secrets(about, &library.secrets, sink);
    for why in &library.weak {
        let message = format!("`{}` is easier to attack than it has to be: {why}", about.file());
        sink.add(
            about.found(Code::WeakLibrary, message).help("link it with `-z noexecstack`, `-z text` and `-z relro`"),
        );
    }
    let unsafe_path = |path: &&String| !is_fixed(path);
    for path in library.search.iter().filter(unsafe_path) {
        let message = format!(
            "`{}` has libraries looked for in `{}`, which others may write to",
            about.file(),
            path.escape_debug()
        );
        let found = about.found(Code::LibrarySearchPath, message);
        sink.add(found.help("link it without `-rpath`, or with a folder of the system, or with `$ORIGIN`"));
    }
    for name in library.needed.iter().filter(|name| name.contains('/') && !name.starts_with('/')) {
        let message = format!(
            "`{}` needs `{}`, which is looked for where the host was started",
            about.file(),
            name.escape_debug()
        );
        let found = about.found(Code::LibrarySearchPath, message);
        sink.add(found.help("link it to the library by its name alone"));
    }
    if library.constructors > USUAL {
        let message = format!("`{}` runs {} functions as soon as it is loaded", about.file(), library.constructors);
        let found = about.found(Code::RunsAtLoad, message);
        let found =
            found.note(format!("up to {USUAL} come with every compiler; nothing can be asked of them before they run"));
        sink.add(found.help("do what they do in a function that the host calls"));
    }
}

/// Folders that only the system's owner writes to, and the folder of the library itself.
fn is_fixed(path: &str) -> bool {
    const SYSTEM: [&str; 6] = ["/lib", "/lib64", "/usr", "/opt", "/nix", "/gnu"];
    let climbs = path.split('/').any(|part| part == "..");
    let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    !climbs && (below("$ORIGIN") || below("${ORIGIN}") || SYSTEM.iter().any(|folder| below(folder)))
}

/// Symbols for rights that the manifest does not ask for, by the right.
fn unrequested(about: &About<'_>, library: &Library, sink: &mut Sink) {
    let asks = |kind: &Kind| about.plugin.claims.iter().any(|claim| claim.line.kind == *kind);
    for kind in Kind::ALL {
        let first = |name: &&str| match symbol(name) {
            Some(Symbol::Needs(kinds, false)) => kinds.first() == Some(kind) && !kinds.iter().any(asks),
            _ => false,
        };
        let names: Vec<&str> = library.symbols.iter().map(String::as_str).filter(first).collect();
        if names.is_empty() {
            continue;
        }
        let message = format!(
            "`{}` binds {}, and its manifest does not ask for `{kind}`",
            about.file(),
            listed(names.into_iter())
        );
        let line = format!("{kind} {}", quoted(kind.domain().example()));
        let found = about.found(Code::UnrequestedSymbol, message);
        sink.add(found.help(format!("if the plugin needs it, request it: `capabilities {{ {line} }}`")));
    }
}

/// Symbols for what no right covers.
fn beyond(about: &About<'_>, library: &Library, sink: &mut Sink) {
    for name in &library.symbols {
        if let Some(Symbol::Beyond(what)) = symbol(name) {
            let message = format!("`{}` binds `{name}`, which {what}: no right covers that", about.file());
            let found = about.found(Code::UnrequestedSymbol, message);
            sink.add(found.help("build the library without it"));
        }
    }
}
