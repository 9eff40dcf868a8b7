//! The run log.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::runs(bytes));
