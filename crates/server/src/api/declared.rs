//! What an operation of the native API declares is all it answers with.

use crate::{
    problem::ProblemKind,
    surface::document::{is_protected, operations_mut, parameters},
};
use http::header;
use std::collections::BTreeMap;
use utoipa::openapi::{
    Content, HeaderBuilder, ObjectBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema, Type,
    path::{Operation, ParameterBuilder, ParameterIn},
    response,
};

/// Operations that need no credential, and yet refuse wrong ones.
const SIGNS_IN: &[&str] = &["sign_in", "sign_in_with_passkey"];
/// Operations that anybody's credential of the right kind may call, whatever its scopes and his role.
const NEEDS_NO_SCOPE: &[&str] = &[
    "challenge_action",
    "challenge_signer",
    "change_password",
    "end_session",
    "list_sessions",
    "sign_action",
    "sign_out_everywhere",
    "whoami",
];
/// Operations that slow down guessing, or wait for their turn at hashing a password.
const SLOWS_DOWN: &[&str] = &["change_password", "redeem_link", "sign_in", "sign_in_with_passkey"];
/// Operations that may contradict what is kept.
const CONFLICTS: &[&str] = &[
    "add_signer",
    "change_password",
    "create_organisation",
    "create_service_account",
    "create_user",
    "delete_tokens",
    "enable_token",
    "inspect_link",
    "invite_user",
    "issue_token",
    "issue_token_in_session",
    "redeem_link",
    "rotate_token",
    "update_organisation",
    "update_service_account",
    "update_token",
    "update_user",
];

/// Adds to each operation the problems that it may answer with.
pub fn add_problems(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (_, operation) in operations_mut(item) {
            let kinds = kinds(path, operation);
            operation.responses.responses.extend(answers(&kinds));
        }
    }
}

/// Operations that change nothing that an organisation could demand to be signed.
const NEVER_SIGNED: &[&str] = &[
    "challenge_action",
    "challenge_signer",
    "change_password",
    "end_session",
    "introspect",
    "sign_action",
    "sign_out_everywhere",
    "verify_tokens",
];

/// Adds the field of the signed action to each operation that an organisation may demand to be signed.
pub fn add_actions(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations_mut(item) {
            let name = operation.operation_id.as_deref().unwrap_or_default();
            if method.is_safe() || !is_protected(operation) || NEVER_SIGNED.contains(&name) {
                continue;
            }
            let description = "An action token about exactly this request, where one is demanded";
            let parameter = ParameterBuilder::new()
                .name("X-Jeton-Action")
                .parameter_in(ParameterIn::Header)
                .description(Some(description))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
            operation.parameters.get_or_insert_default().push(parameter.build().into());
        }
    }
}

/// Operations that take the answer to a challenge.
const ANSWERS_CHALLENGES: &[&str] = &["sign_action", "add_signer"];

/// What can go wrong, found from what the operation takes.
fn kinds(path: &str, operation: &Operation) -> Vec<ProblemKind> {
    let name = operation.operation_id.as_deref().unwrap_or_default();
    let takes = |wanted: &str| parameters(operation).any(|parameter| parameter.name == wanted);
    let protected = is_protected(operation);
    let has_body = operation.request_body.is_some();
    let guarded = takes("X-Jeton-Request");
    let asks_for_scope = protected && !NEEDS_NO_SCOPE.contains(&name);
    let possible = |kind: ProblemKind| match kind {
        ProblemKind::InvalidRequest | ProblemKind::SecretInUrl | ProblemKind::Internal | ProblemKind::Unavailable => {
            true
        }
        ProblemKind::Unauthenticated => protected || SIGNS_IN.contains(&name),
        ProblemKind::InsufficientScope => asks_for_scope,
        ProblemKind::Forbidden => asks_for_scope || guarded,
        ProblemKind::ActionRequired | ProblemKind::ActionRefused => takes("X-Jeton-Action"),
        ProblemKind::ChallengeRefused => ANSWERS_CHALLENGES.contains(&name),
        ProblemKind::NotFound => path.contains('{'),
        ProblemKind::Gone => takes("deleted"),
        ProblemKind::PreconditionFailed => takes("If-Match"),
        ProblemKind::IdempotencyConflict => takes("Idempotency-Key"),
        ProblemKind::Conflict => CONFLICTS.contains(&name),
        ProblemKind::PreviewChanged => name == "delete_tokens",
        ProblemKind::MalformedJson
        | ProblemKind::MalformedRequest
        | ProblemKind::RequestTimeout
        | ProblemKind::PayloadTooLarge
        | ProblemKind::UnsupportedMediaType => has_body,
        ProblemKind::OutcomeUnknown => has_body || guarded || takes("If-Match"),
        ProblemKind::TooManyRequests => SLOWS_DOWN.contains(&name),
        // A path with an operation has the method of that operation.
        ProblemKind::MethodNotAllowed => false,
    };
    ProblemKind::ALL.into_iter().filter(|kind| possible(*kind)).collect()
}

fn answers(kinds: &[ProblemKind]) -> BTreeMap<String, RefOr<response::Response>> {
    let mut titles = BTreeMap::<_, Vec<_>>::new();
    for kind in kinds {
        titles.entry(kind.status()).or_default().push(format!("{}.", kind.title()));
    }
    let answer = |status: http::StatusCode, titles: Vec<String>| {
        let content = Content::new(Some(RefOr::<Schema>::Ref(Ref::from_schema_name("Problem"))));
        let response = ResponseBuilder::new().description(titles.join(" "));
        let response = response.content("application/problem+json", content);
        let header = |kind: Type, text: &str| {
            HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(kind))).description(Some(text)).build()
        };
        match status {
            http::StatusCode::UNAUTHORIZED => response
                .header(header::WWW_AUTHENTICATE.as_str(), header(Type::String, "What RFC 6750 asks for."))
                .build(),
            http::StatusCode::TOO_MANY_REQUESTS | http::StatusCode::SERVICE_UNAVAILABLE => response
                .header(header::RETRY_AFTER.as_str(), header(Type::Integer, "After how many seconds to try again."))
                .build(),
            _ => response.build(),
        }
    };
    titles.into_iter().map(|(status, titles)| (status.as_str().to_owned(), answer(status, titles).into())).collect()
}
