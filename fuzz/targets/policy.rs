//! A policy, a listing of some, and a pattern.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::policy(bytes));
