//! A query in the language jq, and a filter.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::query(bytes));
