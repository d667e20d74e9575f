//! Any bytes as the file that a plugin runs.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ambit_fuzz::artifact(data));
