//! Entity tags, `If-Match` and `Idempotency-Key`: what makes a repeated or concurrent request safe.

use authority::authority::IdempotencyKey;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::AppendHeaders,
};
use domain::{invalid::Invalid, limits};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Says that an answer repeats one that was lost.
const REPEATED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The entity tag of a record at this revision.
pub fn entity_tag(revision: u64) -> HeaderValue {
    // Digits in quotes are always a header value.
    HeaderValue::from_str(&format!("\"{revision}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The header fields of an answer that shows what was just made: where it is, at which revision, and
/// whether an earlier request had made it.
pub fn created_headers(place: &str, revision: u64, repeated: bool) -> AppendHeaders<Vec<(HeaderName, HeaderValue)>> {
    let location = HeaderValue::from_str(place).ok().map(|place| (header::LOCATION, place));
    let repeated = repeated.then_some((REPEATED, HeaderValue::from_static("true")));
    let tag = Some((header::ETAG, entity_tag(revision)));
    AppendHeaders([tag, location, repeated].into_iter().flatten().collect())
}

/// The revision that `If-Match` demands; none when the header is absent or `*`.
///
/// # Errors
/// Names the header when it is not one entity tag of this API.
pub fn expected_revision(headers: &HeaderMap) -> Result<Option<u64>, Invalid> {
    let Some(text) = single(headers, "If-Match")? else { return Ok(None) };
    if text == "*" {
        return Ok(None);
    }
    let revision = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    revision
        .map(Some)
        .ok_or_else(|| Invalid::field("If-Match", "must be the entity tag of one answer, such as \"3\", or *"))
}

/// The `Idempotency-Key` of a request, bound to what the request asks for.
///
/// # Errors
/// Names the header when it is empty, too long, repeated, or not visible ASCII.
pub fn idempotency_key(
    headers: &HeaderMap,
    asks: &impl Serialize,
    route: &str,
) -> Result<Option<IdempotencyKey>, Invalid> {
    let Some(key) = single(headers, "Idempotency-Key")? else { return Ok(None) };
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if key.is_empty() || key.len() > limits::IDEMPOTENCY_KEY_BYTES || !visible {
        let rule = format!("must be 1 to {} visible ASCII characters", limits::IDEMPOTENCY_KEY_BYTES);
        return Err(Invalid::field("Idempotency-Key", rule));
    }
    let mut hash = Sha256::new();
    hash.update(route.as_bytes());
    hash.update([0]);
    hash.update(
        serde_json::to_vec(asks).map_err(|_| Invalid::field("Idempotency-Key", "cannot be bound to this request"))?,
    );
    let mut request = [0; 16];
    request.copy_from_slice(&hash.finalize()[..16]);
    Ok(Some(IdempotencyKey { key: key.to_owned(), request }))
}

fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Invalid> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Invalid::field(name, "must not be repeated"));
    }
    value.to_str().map(Some).map_err(|_| Invalid::field(name, "must be visible ASCII"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn an_entity_tag_reads_back() {
        assert_eq!(entity_tag(7), "\"7\"");
        assert_eq!(expected_revision(&headers("if-match", "\"7\"")), Ok(Some(7)));
        assert_eq!(expected_revision(&headers("if-match", "*")), Ok(None));
        for wrong in ["7", "\"\"", "W/\"7\"", "\"7\", \"8\"", "\"-1\""] {
            assert!(expected_revision(&headers("if-match", wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_is_bound_to_its_request() {
        let key = |body: &str, route| idempotency_key(&headers("idempotency-key", "k"), &body, route).unwrap().unwrap();
        assert_eq!(key("a", "r"), key("a", "r"));
        assert_ne!(key("a", "r"), key("b", "r"));
        assert_ne!(key("a", "r"), key("a", "s"));
        assert!(idempotency_key(&headers("idempotency-key", &"k".repeat(256)), &"", "r").is_err());
    }
}
