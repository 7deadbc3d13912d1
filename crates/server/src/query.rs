//! Query strings, read strictly: every parameter known, none twice, every refusal named.

use crate::{
    json::rule::{MISSING, Said, UNKNOWN, said},
    problem::{Problem, ProblemKind},
    redact,
};
use axum::extract::FromRequestParts;
use domain::invalid::Checks;
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
    request::Parts,
};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

/// How many parameters one query may have.
const PARAMETERS: usize = 64;
/// The parameters that may stand several times; their values come in one text, parted by [`SEPARATOR`].
const REPEATABLE: [&str; 1] = ["label"];
/// What parts the values of a repeated parameter: no value may hold it.
pub const SEPARATOR: char = '\u{1f}';

/// The parameters of a request.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<S, T> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// Reads a query, without its question mark, into a type whose fields are all optional or have a
/// default; `deny_unknown_fields` on the type makes unknown parameters refused.
///
/// # Errors
/// A problem of kind `invalid-request` with every parameter that was refused.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let mut checks = Checks::new();
    let mut pairs = pairs(query, &mut checks);
    loop {
        match attempt::<T>(&pairs) {
            Ok(typed) => return checks.finish().map(|()| typed).map_err(Problem::from),
            Err((name, rule)) => {
                checks.refuse(redact::name(&name), rule);
                let before = pairs.len();
                pairs.retain(|(given, _)| *given != name);
                // What is missing cannot be put aside, so nothing behind it can be tried.
                if pairs.len() == before {
                    return Err(checks
                        .finish()
                        .map_or_else(Problem::from, |()| Problem::field("query", "is not valid")));
                }
            }
        }
    }
}

/// Makes sure that a body is a form.
///
/// # Errors
/// A problem of kind `unsupported-media-type`.
pub fn expect_form(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") && !headers.contains_key(CONTENT_ENCODING) {
        Ok(())
    } else {
        let detail = "The body must be of type application/x-www-form-urlencoded.";
        Err(Problem::new(ProblemKind::UnsupportedMediaType).detail(detail))
    }
}

fn pairs(query: &str, checks: &mut Checks) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let given = query.split('&').filter(|pair| !pair.is_empty());
    for (place, pair) in given.enumerate() {
        if place == PARAMETERS {
            checks.refuse("query", format!("must not have more than {PARAMETERS} parameters"));
            break;
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(name) = decoded(name) else {
            checks.refuse("query", "has a name that is not UTF-8 or not escaped correctly");
            continue;
        };
        let Some(value) = decoded(value) else {
            checks.refuse(redact::name(&name), "is not UTF-8 or not escaped correctly");
            continue;
        };
        match pairs.iter_mut().find(|(other, _)| *other == name) {
            Some((_, values)) if REPEATABLE.contains(&name.as_str()) => {
                values.push(SEPARATOR);
                values.push_str(&value);
            }
            Some(_) => checks.refuse(redact::name(&name), "must not stand twice"),
            None => pairs.push((name, value)),
        }
    }
    pairs
}

/// Decodes a name or value of a form.
fn decoded(text: &str) -> Option<String> {
    unescaped(&text.replace('+', " "))
}

/// Replaces percent-encoded bytes; `None` when a percent sign has no two digits, or for other text than UTF-8.
pub fn unescaped(text: &str) -> Option<String> {
    let escaped = |rest: &str| rest.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if !text.split('%').skip(1).all(escaped) {
        return None;
    }
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

fn attempt<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, (String, String)> {
    let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(encoded.as_bytes()));
    let mut track = serde_path_to_error::Track::new();
    T::deserialize(serde_path_to_error::Deserializer::new(deserializer, &mut track)).map_err(|error| {
        match said(&error.to_string()) {
            Said::Unknown(name) => (name, UNKNOWN.to_owned()),
            Said::Missing(name) => (name, MISSING.to_owned()),
            Said::Rule(rule) => {
                let path = track.path();
                (if path.iter().len() == 0 { "query".to_owned() } else { path.to_string() }, rule)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default, deny_unknown_fields)]
    struct Filter {
        limit: Option<u8>,
        state: Option<State>,
        name: Option<String>,
        total: bool,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum State {
        Active,
        Disabled,
    }

    fn refused(query: &str) -> Vec<(String, String)> {
        let problem = parse::<Filter>(query).expect_err(query);
        problem.fields().iter().map(|field| (field.field.clone(), field.rule.clone())).collect()
    }

    #[test]
    fn known_parameters_are_read() {
        let filter = parse::<Filter>("limit=5&state=disabled&name=a+b%26%C3%A9&total=true").unwrap();
        let name = Some("a b&é".to_owned());
        assert_eq!(filter, Filter { limit: Some(5), state: Some(State::Disabled), name, total: true });
        assert_eq!(parse::<Filter>("").unwrap(), Filter::default());
        assert_eq!(parse::<Filter>("&limit=5&").unwrap().limit, Some(5));
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let mut names: Vec<_> = refused("limit=500&state=gone&colour=red&total=yes&name=a&name=b&size=1");
        names.sort();
        let expected = [
            ("colour", "is not known here"),
            ("limit", "must be a number within its bounds"),
            ("name", "must not stand twice"),
            ("size", "is not known here"),
            ("state", "must be active or disabled"),
            ("total", "must be true or false"),
        ];
        assert_eq!(names, expected.map(|(name, rule)| (name.to_owned(), rule.to_owned())));
    }

    #[test]
    fn broken_escapes_are_refused() {
        for query in ["name=%", "name=%zz", "name=%f", "name=%ff", "%ff=1", "name=%C3"] {
            assert_eq!(refused(query).len(), 1, "{query}");
        }
        assert_eq!(refused(&"x=1&".repeat(100)).last().unwrap().0, "x");
        let many = (0..100).fold(String::new(), |all, number| all + &format!("x{number}=1&"));
        assert!(refused(&many).contains(&("query".to_owned(), "must not have more than 64 parameters".to_owned())));
    }

    #[test]
    fn secrets_in_names_are_not_repeated() {
        assert_eq!(refused("jtn_0123456789abcdef=1")[0].0, "(not shown)");
    }
}
