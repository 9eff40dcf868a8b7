//! A policy and a request as the emulated Keypass reads them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::pdp(bytes));
