//! A file of items: names, CSV or JSON lines.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orchester::fuzzing::bulk(bytes));
