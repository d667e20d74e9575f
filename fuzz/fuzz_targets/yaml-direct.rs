//! Any bytes as a text in YAML that is read straight from its bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ambit_fuzz::yaml_directly(data));
