//! Any bytes as a request of a guest, and as an address that a name led to.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ambit_fuzz::door::http::requests(data));
