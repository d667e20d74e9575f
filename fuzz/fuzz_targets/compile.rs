//! Any bytes as a manifest, a host profile, grants and an artifact.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ambit_fuzz::compile(data));
