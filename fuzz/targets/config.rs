//! A configuration file, changed by one setting.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::config(bytes));
