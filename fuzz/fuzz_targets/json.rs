//! Any bytes as a text in JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ambit_fuzz::text("json", data));
