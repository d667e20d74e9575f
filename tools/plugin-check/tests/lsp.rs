//! The language server as an editor meets it: the real program, over its pipe.

#[path = "lsp/bad.rs"]
mod bad;
#[path = "lsp/client.rs"]
mod client;
#[path = "lsp/fuzz.rs"]
mod fuzz;
#[path = "lsp/features.rs"]
mod features;
#[path = "lsp/session.rs"]
mod session;

use client::Client;
