//! Bodies: what nothing is said in may be left out, be an empty object, and have any media type.

use super::payload;
use crate::{json, problem::Problem};
use http::HeaderMap;
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::ToSchema;

/// A body in which nothing can be said.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DfnsNothing)]
pub struct Nothing {}

/// Reads a body into a type; a missing or empty one as an empty object.
///
/// # Errors
/// A problem with every refused field, or one of kind `unsupported-media-type` when something is said in a body
/// that is not of type JSON.
pub fn parse<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    if payload::is_empty(body) || payload::canonical(body).is_ok_and(|text| text == "{}") {
        return json::parse(b"{}");
    }
    json::expect_json(headers)?;
    json::parse(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ProblemKind;
    use http::{HeaderValue, header::CONTENT_TYPE};

    #[test]
    fn nothing_may_be_said_in_every_way() {
        let of_type = |media: &'static str| [(CONTENT_TYPE, HeaderValue::from_static(media))].into_iter().collect();
        let json: HeaderMap = of_type("application/json");
        let text: HeaderMap = of_type("text/plain");
        for body in ["", " ", "{}", " {\n}"] {
            for headers in [&HeaderMap::new(), &json, &text] {
                assert!(parse::<Nothing>(headers, body.as_bytes()).is_ok(), "{body}");
            }
        }
        let kind = |headers: &HeaderMap, body: &str| parse::<Nothing>(headers, body.as_bytes()).unwrap_err().kind();
        assert_eq!(kind(&json, r#"{"force":true}"#), ProblemKind::InvalidRequest);
        assert_eq!(kind(&json, "[]"), ProblemKind::InvalidRequest);
        assert_eq!(kind(&json, "{"), ProblemKind::MalformedJson);
        assert_eq!(kind(&text, r#"{"force":true}"#), ProblemKind::UnsupportedMediaType);
    }
}
