//! The denials file: damaged bytes never panic, and never make a file longer than it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use store::denials::Denials;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = Denials::decode(bytes) {
        assert!(file.seen.len() + file.denials.len() <= bytes.len());
    }
});
