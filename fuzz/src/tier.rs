//! What of the tiers reads files of plugins.

pub mod wasm;
