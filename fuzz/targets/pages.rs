//! The pages of a list, in every style.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::pages(bytes));
