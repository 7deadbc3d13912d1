//! Lengths of time and instants as people write them on the command line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::cli::when;

fuzz_target!(|text: &str| {
    let _ = when::duration(text).map(when::length);
    let _ = when::past(text).map(when::long);
    let _ = when::future(text).map(when::short);
});
