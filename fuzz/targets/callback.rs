//! What a browser brings back from a login.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::callback(bytes));
