//! What is typed behind `-p NAME=`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::inputs(bytes));
