//! `cargo +nightly fuzz run strategic_merge`: see `bodies.rs`.
#![no_main]

#[path = "../bodies.rs"]
#[allow(dead_code)]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::strategic_merge(bytes));
