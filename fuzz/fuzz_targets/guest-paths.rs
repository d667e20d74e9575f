//! Any bytes as a path that a guest uses.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ambit_fuzz::door::paths(data));
