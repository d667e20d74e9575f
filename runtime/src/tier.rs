//! Where plugins run: one room per tier. This version runs the wasm tier; a plan that names another is refused when it is loaded.

pub mod wasm;
