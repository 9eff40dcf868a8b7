//! A template, a file of inputs, and the decorations of a dashboard.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::tosca(bytes));
