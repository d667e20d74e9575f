//! The rooms of `plugin-check`, for its own binary and for other hosts' command lines: loading a folder, fixing it, rendering
//! diagnostics and answers, printing, locks, and the page of every rule. Deliberately absent: wasmtime; nothing here runs a plugin.

pub mod load;
pub mod fix;
pub mod write;
pub mod render;
pub mod baseline;
pub mod suppress;
pub mod levels;
pub mod config;
pub mod leave;
pub mod picture;
pub mod print;
pub mod side;
pub mod locked;
pub mod observed;
pub mod propose;
pub mod pages;
pub mod reference;
pub mod lex;
pub mod format;
pub mod schemas;
pub mod lsp;
