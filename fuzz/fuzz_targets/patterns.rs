//! Any bytes as patterns of every kind.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ambit_fuzz::patterns(data));
