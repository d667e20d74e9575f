//! The language server: `plugin-check lsp`. Comes in: the language server protocol on standard input. Goes out: the same on
//! standard output, and nothing else. It serves the texts that `plugin-check` checks, as they are on the screen. Deliberately
//! absent: rules; whatever it says, the compiler says.

mod actions;
mod answers;
mod client;
mod decided;
mod declared;
mod diagnostics;
mod dispatch;
mod documents;
mod edits;
mod feature;
mod frozen;
mod greeting;
mod head;
mod incoming;
mod jobs;
mod judged;
mod moved;
mod position;
mod progress;
mod publish;
mod recorded;
mod server;
mod site;
mod view;
mod whole;
mod wire;

use std::io;

use server::Server;
use wire::Wire;

/// Serves one client until it goes. Whether it said that it would, as the protocol wants it to.
///
/// # Errors
/// No thread could be started.
pub fn serve() -> io::Result<bool> {
    let wire = Wire::start()?;
    let ended = match greeting::meet(&wire) {
        Some(client) => Server::serve(&wire, client),
        None => Ok(false),
    };
    wire.end();
    ended
}
