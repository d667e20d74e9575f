//! Any bytes as a text in KDL.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ambit_fuzz::text("kdl", data));
