//! Any bytes as an artifact that is loaded.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ambit_fuzz::tier::wasm::load(data));
