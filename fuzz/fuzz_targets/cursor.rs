//! The cursor of a list: whatever comes in, it names a place or is refused by name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::cursor;

fuzz_target!(|text: &str| {
    if let Err(invalid) = cursor::parse(text, "-created") {
        assert_eq!(invalid.fields()[0].field, "cursor");
    }
});
