//! YAML, and JSON that is none.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::yaml(bytes));
