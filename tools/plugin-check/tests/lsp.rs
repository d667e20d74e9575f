//! The language server as an editor meets it: the real program, over its pipe.

#[path = "lsp/client.rs"]
mod client;
#[path = "lsp/bad.rs"]
mod bad;

use client::Client;
