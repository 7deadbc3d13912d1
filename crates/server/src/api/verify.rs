//! `/v1/tokens/verify`: the verdict on one secret, or on many.
//!
//! The hot door hands these requests over before they reach the router; both come to [`verdicts`].

use super::{TOKENS, token_shapes::OwnerKindShape};
use crate::{
    auth,
    json::Object,
    problem::{Problem, ProblemKind},
    state::Server,
};
use authority::verify::{Active, Question, Verdict};
use axum::{
    body::Bytes,
    extract::{Request, State},
};
use domain::{caller::Reach, invalid::Invalid, limits};
use http::{HeaderMap, HeaderValue, Response, header};
use serde::{
    Deserialize, Serialize, Serializer,
    ser::{Error, SerializeMap},
};
use std::{borrow::Cow, net::IpAddr};
use utoipa::ToSchema;

/// A text that is not copied unless it holds escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A question about one secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Question)]
struct QuestionBody<'a> {
    /// The secret that somebody showed.
    #[serde(borrow)]
    #[schema(value_type = String, min_length = 1, max_length = 4096)]
    token: Text<'a>,
    /// A scope that the token must have.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    scope: Option<Text<'a>>,
    /// The address that it was shown from; a token with an allow-list is refused without one.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>)]
    address: Option<Text<'a>>,
    /// The user agent that showed it, for the record of its last use.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>)]
    user_agent: Option<Text<'a>>,
}

/// What a request holds: the fields of one question, or a list of questions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyBody<'a> {
    #[serde(borrow, default)]
    token: Option<Text<'a>>,
    #[serde(borrow, default)]
    scope: Option<Text<'a>>,
    #[serde(borrow, default)]
    address: Option<Text<'a>>,
    #[serde(borrow, default)]
    user_agent: Option<Text<'a>>,
    #[serde(borrow, default)]
    tokens: Option<Vec<Object<QuestionBody<'a>>>>,
}

/// One question, or many.
enum Asked<'a> {
    One(QuestionBody<'a>),
    Many(Vec<Object<QuestionBody<'a>>>),
}

impl<'a> VerifyBody<'a> {
    fn check(self) -> Result<Asked<'a>, Invalid> {
        let Self { token, scope, address, user_agent, tokens } = self;
        match (token, tokens) {
            (Some(token), None) => Ok(Asked::One(QuestionBody { token, scope, address, user_agent })),
            (None, Some(_)) if scope.is_some() || address.is_some() || user_agent.is_some() => {
                Err(Invalid::field("tokens", "must hold scope, address and user_agent inside each question"))
            }
            (None, Some(tokens)) if tokens.len() > limits::VERIFY_BATCH => {
                Err(Invalid::field("tokens", format!("must not hold more than {} questions", limits::VERIFY_BATCH)))
            }
            (None, Some(tokens)) => Ok(Asked::Many(tokens)),
            (Some(_), Some(_)) => Err(Invalid::field("tokens", "must not be given together with token")),
            (None, None) => Err(Invalid::field("token", "must be given")),
        }
    }
}

impl QuestionBody<'_> {
    fn check(&self, place: Option<usize>) -> Result<Question<'_>, Invalid> {
        let field = |name: &str| place.map_or_else(|| name.to_owned(), |place| format!("tokens[{place}].{name}"));
        let bounded = |name: &str, text: &str, bytes: usize| match text.len() {
            length if (1..=bytes).contains(&length) => Ok(()),
            _ => Err(Invalid::field(field(name), format!("must have 1 to {bytes} bytes"))),
        };
        bounded("token", &self.token.0, limits::SECRET_BYTES)?;
        let scope = self.scope.as_ref().map(|scope| &*scope.0);
        scope.map_or(Ok(()), |scope| bounded("scope", scope, limits::SCOPE_BYTES))?;
        let address = self.address.as_ref().map(|text| text.0.parse::<IpAddr>());
        let address =
            address.transpose().map_err(|_| Invalid::field(field("address"), "must be an IPv4 or IPv6 address"))?;
        Ok(Question {
            secret: &self.token.0,
            scope,
            address,
            user_agent: self.user_agent.as_ref().map(|agent| &*agent.0),
        })
    }
}

/// Verify a token, or many
///
/// Needs the scope `tokens:verify`. A token outside the verifier's reach is unknown to it. With
/// `tokens`, the verdicts come in the order of the questions.
#[utoipa::path(
    post, path = "/v1/tokens/verify", tag = TOKENS, operation_id = "verify_tokens",
    request_body = VerifyDocument,
    responses((status = 200, description = "The verdict, or the verdicts", body = VerdictsDocument))
)]
pub async fn verify(
    State(server): State<Server>,
    auth::ClientAddress(address): auth::ClientAddress,
    request: Request,
) -> Result<axum::response::Response, Problem> {
    let headers = request.headers().clone();
    // Who asks is found out before the body is read, and again behind it: a credential may have died.
    reach(&server, &headers, address).await?;
    let body = crate::json::read(request, &server).await?;
    let reach = reach(&server, &headers, address).await?;
    let verdicts = verdicts(&server, reach, &headers, &body).await?;
    Ok(answer(verdicts).map(axum::body::Body::from))
}

/// The answer that holds verdicts; nobody may store it, and nothing in it helps to do so.
pub fn answer(verdicts: Bytes) -> Response<Bytes> {
    let mut response = Response::new(verdicts);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// How far the verifier sees who sent these headers from this address.
///
/// # Errors
/// The problem to answer with.
pub async fn reach(server: &Server, headers: &HeaderMap, address: Option<IpAddr>) -> Result<Reach, Problem> {
    let credential = auth::bearer(headers)?;
    Ok(server.authority.verifier_reach(credential, address, auth::user_agent(headers)).await?)
}

/// The verdicts that a body asks for, for a verifier with this reach.
///
/// # Errors
/// The problem to answer with.
pub async fn verdicts(server: &Server, reach: Reach, headers: &HeaderMap, body: &[u8]) -> Result<Bytes, Problem> {
    crate::json::expect_json(headers)?;
    let Object(body): Object<VerifyBody<'_>> =
        serde_json::from_slice(body).map_err(|_| crate::json::problem_of::<Object<VerifyBody<'_>>>(body))?;
    let mut out = Vec::with_capacity(512);
    match body.check()? {
        Asked::One(question) => write_verdict(server, reach, question.check(None)?, &mut out).await?,
        Asked::Many(questions) => {
            let questions = questions.iter().enumerate().map(|(place, Object(question))| question.check(Some(place)));
            let questions = questions.collect::<Result<Vec<_>, _>>()?;
            out.extend_from_slice(b"{\"verdicts\":[");
            for (place, question) in questions.into_iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write_verdict(server, reach, question, &mut out).await?;
            }
            out.extend_from_slice(b"]}");
        }
    }
    Ok(out.into())
}

async fn write_verdict(
    server: &Server,
    reach: Reach,
    question: Question<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Problem> {
    let written = server.authority.verify(reach, &question, |verdict| {
        server.metrics.verdict(&verdict);
        serde_json::to_writer(&mut *out, &VerdictShape(verdict))
    });
    written.await?.map_err(|_| Problem::new(ProblemKind::Internal))
}

/// One question, or many.
#[derive(ToSchema)]
#[schema(as = Verify)]
#[serde(untagged)]
#[allow(dead_code)]
enum VerifyDocument {
    One(QuestionBody<'static>),
    Many(QuestionsDocument),
}

/// Questions about many secrets.
#[derive(ToSchema)]
#[schema(as = Questions)]
#[allow(dead_code)]
struct QuestionsDocument {
    /// The questions, 1,000 at most.
    #[schema(max_items = 1000)]
    tokens: Vec<QuestionBody<'static>>,
}

/// One verdict, or one for each question in their order.
#[derive(ToSchema)]
#[schema(as = VerdictOrVerdicts)]
#[serde(untagged)]
#[allow(dead_code)]
enum VerdictsDocument {
    One(VerdictDocument),
    Many(VerdictListDocument),
}

/// One verdict for each question, in their order.
#[derive(ToSchema)]
#[schema(as = Verdicts)]
#[allow(dead_code)]
struct VerdictListDocument {
    /// The verdicts.
    verdicts: Vec<VerdictDocument>,
}

/// The verdict on one secret: `active` with what may be known of the token, or not and why.
#[derive(ToSchema)]
#[schema(as = Verdict)]
#[allow(dead_code)]
struct VerdictDocument {
    /// True when the token works.
    active: bool,
    /// The token.
    #[schema(format = "uuid", nullable = false)]
    token_id: Option<String>,
    /// Whom it speaks for.
    #[schema(format = "uuid", nullable = false)]
    subject: Option<String>,
    /// Whether that is a person or a program.
    #[schema(nullable = false)]
    subject_kind: Option<OwnerKindShape>,
    /// The organisation of the subject.
    #[schema(format = "uuid", nullable = false)]
    organisation: Option<String>,
    /// What the token may do now.
    #[schema(nullable = false)]
    scopes: Option<Vec<String>>,
    /// When it stops working; null means never.
    #[schema(format = "date-time")]
    expires_at: Option<String>,
    /// Why it is refused; a token outside the verifier's reach is unknown.
    #[schema(nullable = false)]
    reason: Option<RefusedDocument>,
}

/// Why a secret is refused.
#[derive(ToSchema)]
#[schema(as = Refused, rename_all = "snake_case")]
#[allow(dead_code)]
enum RefusedDocument {
    Unknown,
    Deleted,
    Disabled,
    Expired,
    Rotated,
    OwnerInactive,
    Address,
    Scope,
}

/// A verdict on its way into JSON, without a copy of anything.
struct VerdictShape<'a>(Verdict<'a>);

impl Serialize for VerdictShape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut text = [0; 36];
        match &self.0 {
            Verdict::Active(active) => {
                let owner = active.owner().ok_or_else(|| S::Error::custom("a token has no owner"))?;
                map.serialize_entry("active", &true)?;
                map.serialize_entry("token_id", active.token().encode(&mut text))?;
                map.serialize_entry("subject", owner.id.encode(&mut text))?;
                map.serialize_entry("subject_kind", owner.kind.as_str())?;
                map.serialize_entry("organisation", owner.organisation.encode(&mut text))?;
                map.serialize_entry("scopes", &ScopeSequence(active))?;
                map.serialize_entry("expires_at", &active.expires_at())?;
            }
            Verdict::Refused(refused) => {
                map.serialize_entry("active", &false)?;
                map.serialize_entry("reason", refused.as_str())?;
            }
        }
        map.end()
    }
}

struct ScopeSequence<'a>(&'a Active<'a>);

impl Serialize for ScopeSequence<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.scopes().map(domain::scope::Scope::as_str))
    }
}
