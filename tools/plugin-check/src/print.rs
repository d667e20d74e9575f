//! Standard output and standard error. Comes in: finished text, coloured. Goes out: the text, with its colours only where
//! they are wanted: on terminals, as `NO_COLOR` and `--color` say. A reader that has gone away is no error.

use std::io::{self, ErrorKind, Write};

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// On terminals, unless the environment says otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Decides about colour for the rest of the program's life.
pub fn colour(when: Colour) {
    let choice = match when {
        Colour::Auto => anstream::ColorChoice::Auto,
        Colour::Always => anstream::ColorChoice::AlwaysAnsi,
        Colour::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}

/// Writes to standard output.
///
/// # Errors
/// The text could not be written, for any reason but a reader that closed the pipe.
pub fn out(text: &str) -> io::Result<()> {
    written(anstream::stdout().lock(), text.as_bytes())
}

/// Writes to standard error. There is nobody left to tell where that fails.
pub fn err(text: &str) {
    drop(written(anstream::stderr().lock(), text.as_bytes()));
}

/// Writes bytes to standard output as they are.
///
/// # Errors
/// See [`out`].
pub fn bytes(bytes: &[u8]) -> io::Result<()> {
    written(io::stdout().lock(), bytes)
}

fn written(mut to: impl Write, bytes: &[u8]) -> io::Result<()> {
    match to.write_all(bytes).and_then(|()| to.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
