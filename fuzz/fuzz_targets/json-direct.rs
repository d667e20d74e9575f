//! Any bytes as a text in JSON that is read straight from its bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ambit_fuzz::json_directly(data));
