//! Any bytes as a text in KDL that is read straight from its bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ambit_fuzz::kdl_directly(data));
