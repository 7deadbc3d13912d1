//! The header fields that Jeton reads itself: `Authorization`, `If-Match`, `Idempotency-Key`.
#![no_main]

use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use server::{api::preconditions, auth};

const NAMES: [HeaderName; 3] =
    [http::header::AUTHORIZATION, http::header::IF_MATCH, HeaderName::from_static("idempotency-key")];

fuzz_target!(|values: Vec<(u8, &[u8])>| {
    let mut headers = HeaderMap::new();
    for (name, value) in values {
        let Ok(value) = HeaderValue::from_bytes(value) else { continue };
        headers.append(&NAMES[usize::from(name) % NAMES.len()], value);
    }
    if let Ok(token) = auth::bearer(&headers) {
        assert!(!token.is_empty() && token == token.trim());
    }
    if let Ok(Some(revision)) = preconditions::expected_revision(&headers) {
        assert_eq!(preconditions::expected_revision(&tagged(revision)), Ok(Some(revision)));
    }
    if let Ok(Some(key)) = preconditions::idempotency_key(&headers, &(), "POST /v1/tokens") {
        assert!((1..=domain::limits::IDEMPOTENCY_KEY_BYTES).contains(&key.key.len()));
    }
});

fn tagged(revision: u64) -> HeaderMap {
    HeaderMap::from_iter([(http::header::IF_MATCH, preconditions::entity_tag(revision))])
}
