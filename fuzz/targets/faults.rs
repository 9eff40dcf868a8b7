//! A fault and a pattern.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::faults(bytes));
