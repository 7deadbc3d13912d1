//! Instants: what is taken lies in its bounds and reads back.
#![no_main]

use domain::{limits, time::Timestamp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(instant) = Timestamp::parse("at", text) {
        assert!((0..=limits::TIME_LATEST_MILLISECONDS).contains(&instant.milliseconds()));
        assert_eq!(Timestamp::parse("at", &instant.to_string()), Ok(instant));
    }
});
