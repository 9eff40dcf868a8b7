//! Inputs as they are typed, against every type and constraint.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::inputs(bytes));
