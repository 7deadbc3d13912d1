//! Request bodies: what the strict reader takes has one meaning, which the lenient reader shares.
#![no_main]

use domain::time::Timestamp;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use server::{
    api::{
        token_filter::TokenFilterBody,
        token_input::{NewTokenBody, TokenPatchBody},
    },
    json,
};

fuzz_target!(|body: &[u8]| {
    if let Ok(strict) = json::parse::<Value>(body) {
        assert_eq!(serde_json::from_slice::<Value>(body).unwrap(), strict);
    }
    let now = Timestamp::from_milliseconds(1_700_000_000_000);
    if let Ok(new) = json::parse::<NewTokenBody>(body).map(|body| body.check(now)) {
        let _ = new.map_err(|invalid| assert!(!invalid.fields().is_empty()));
    }
    if let Ok(patch) = json::parse::<TokenPatchBody>(body).map(|body| body.check(now)) {
        let _ = patch.map_err(|invalid| assert!(!invalid.fields().is_empty()));
    }
    if let Ok(filter) = json::parse::<TokenFilterBody>(body).map(TokenFilterBody::check_some) {
        assert!(filter.is_err() || filter.is_ok_and(|filter| filter != store::query::TokenFilter::default()));
    }
});
