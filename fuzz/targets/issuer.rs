//! What an issuer of tokens answers, and its tokens.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::issuer(bytes));
