//! Templates and files of inputs that others write.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::tosca(bytes));
