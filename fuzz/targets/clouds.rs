//! A `clouds.yaml`, an `openrc` and a line of words.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::clouds(bytes));
