//! HTTP messages as the proxy reads them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::wire(bytes));
