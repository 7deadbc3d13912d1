//! The kinds of problem: a stable name, a status, a title, and a page of documentation each.

use http::StatusCode;

/// Makes the enum and everything that must be said once for each kind from one table.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $slug:literal, $status:ident, $title:literal;)*) => {
        /// What kind of error it is. The name in the `type` never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind {
            $($(#[$doc])* $kind,)*
        }

        impl ProblemKind {
            /// Every kind, by status.
            pub const ALL: [Self; [$($slug),*].len()] = [$(Self::$kind),*];

            /// The last part of the `type`.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug,)* }
            }

            /// The status of the answer.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$kind => StatusCode::$status,)* }
            }

            /// The title, the same for each problem of the kind.
            pub fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)* }
            }

            /// The page of documentation, in Markdown.
            pub fn page(self) -> &'static str {
                match self { $(Self::$kind => include_str!(concat!("../../../../docs/problems/", $slug, ".md")),)* }
            }
        }
    };
}

kinds! {
    /// One or several fields of the request break a rule.
    InvalidRequest = "invalid-request", BAD_REQUEST, "The request is not valid";
    /// The challenge, or the answer to it, is not accepted.
    ChallengeRefused = "challenge-refused", BAD_REQUEST, "The challenge was not answered";
    /// The body is no JSON, or JSON of a form that two parsers could read differently.
    MalformedJson = "malformed-json", BAD_REQUEST, "The body is not strict JSON";
    /// The request line or the header is ambiguous.
    MalformedRequest = "malformed-request", BAD_REQUEST, "The request is malformed";
    /// The address of the request carries a secret.
    SecretInUrl = "secret-in-url", BAD_REQUEST, "The URL carries a secret";
    /// No credential was shown, or a credential that is not accepted.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "A valid credential is needed";
    /// The credential works but lacks a scope.
    InsufficientScope = "insufficient-scope", FORBIDDEN, "The credential lacks a scope";
    /// The caller's role does not allow this.
    Forbidden = "forbidden", FORBIDDEN, "The caller may not do this";
    /// What was asked for has to be signed, and no signed action came with it.
    ActionRequired = "action-required", FORBIDDEN, "A signed action is needed";
    /// The signed action that came with the request is not accepted.
    ActionRefused = "action-refused", FORBIDDEN, "The signed action is not accepted";
    /// Nothing of this name exists within the caller's reach.
    NotFound = "not-found", NOT_FOUND, "Not found";
    /// The path exists, and the method does not.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "The method is not allowed here";
    /// The request did not arrive in time.
    RequestTimeout = "request-timeout", REQUEST_TIMEOUT, "The request took too long to arrive";
    /// The request contradicts what is kept.
    Conflict = "conflict", CONFLICT, "The request conflicts with what is kept";
    /// The selection is not the one that was previewed.
    PreviewChanged = "preview-changed", CONFLICT, "The selection has changed since its preview";
    /// The idempotency key belongs to another request.
    IdempotencyConflict = "idempotency-conflict", CONFLICT, "The idempotency key was used for another request";
    /// It existed, was deleted, and stays deleted.
    Gone = "gone", GONE, "It was deleted";
    /// `If-Match` names another revision than the one that is kept.
    PreconditionFailed = "precondition-failed", PRECONDITION_FAILED, "The revision has changed";
    /// The body is larger than allowed.
    PayloadTooLarge = "payload-too-large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body is not of a media type that is read here.
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The media type is not supported";
    /// The caller must slow down.
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS, "Too many requests";
    /// Something broke inside.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Internal error";
    /// Nobody knows whether the change was made.
    OutcomeUnknown = "outcome-unknown", INTERNAL_SERVER_ERROR, "The outcome is unknown";
    /// The server cannot answer now, and nothing was changed.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Not available now";
}

impl ProblemKind {
    /// The `type` of the problem: a reference relative to the server.
    pub fn uri(self) -> String {
        format!("/problems/{}", self.slug())
    }

    /// The kind of this name, if there is one.
    pub fn of_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// True when the same request may work a little later, so that `Retry-After` is said.
    pub fn is_temporary(self) -> bool {
        [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&self.status())
    }
}
