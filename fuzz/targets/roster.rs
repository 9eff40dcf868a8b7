//! A roster of members, as CSV or TOML.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::roster(bytes));
