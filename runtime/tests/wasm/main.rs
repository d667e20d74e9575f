//! Plugins that run: each door with something that passes it and something that does not, each quota with a guest that fills it
//! and a neighbour that serves on. The guests are in `fixtures/guests`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod audit;
mod compile;
mod conformance;
mod counters;
#[cfg(feature = "sqlite")]
mod database;
mod disk;
mod environment;
mod execution;
mod files;
mod hostile;
mod http;
mod interfaces;
mod listen;
mod load;
mod malformed;
mod messages;
mod models;
mod network;
mod output;
mod p1;
mod parts;
mod quotas;
mod reactor;
mod serve;
mod storage;
mod support;
