//! The cursor of a list: whatever comes in, it names a place or is refused by name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::api::page::cursor_of;

fuzz_target!(|text: &str| {
    if let Err(invalid) = cursor_of(text, "-created") {
        assert_eq!(invalid.fields()[0].field, "cursor");
    }
});
