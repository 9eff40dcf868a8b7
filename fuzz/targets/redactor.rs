//! Text in which a secret may stand.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::redactor(bytes));
