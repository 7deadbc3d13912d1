//! A token as this contract shows it.

use super::{CONTRACT, identifier};
use domain::{owner::OwnerKind, secret::Secret, token::Token};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is kept beside a token. The key itself, with which signatures are checked, is the authority's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TokenFacts {
    /// The name under which its key is offered to whoever signs.
    pub cred_id: String,
    /// The public key as it was given.
    pub public_key: String,
    /// The caller's own name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}

impl TokenFacts {
    /// Those of a token; a token that was made at another door has none.
    pub fn of(token: &Token) -> Option<Self> {
        token.terms.facts.of(CONTRACT)
    }
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DfnsTokenKind)]
pub enum TokenKind {
    /// A user's.
    Pat,
    /// A service account's.
    ServiceAccount,
}

impl From<OwnerKind> for TokenKind {
    fn from(owner: OwnerKind) -> Self {
        match owner {
            OwnerKind::User => Self::Pat,
            OwnerKind::ServiceAccount => Self::ServiceAccount,
        }
    }
}

/// Access tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = DfnsTokens)]
pub struct PatsShape {
    /// All of them.
    pub items: Vec<PatShape>,
}

/// An access token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsToken)]
pub struct PatShape {
    /// Its secret; in the answer that creates it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access_token: Option<String>,
    /// When it was created.
    #[schema(format = "date-time")]
    date_created: String,
    /// The name under which its key is offered to whoever signs; empty for a token that was made elsewhere.
    cred_id: String,
    /// False when it was deactivated or deleted. One that has expired is refused whatever stands here.
    is_active: bool,
    /// Whether it is a user's or a service account's.
    kind: TokenKind,
    /// Whose it is.
    #[schema(pattern = "^us-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    linked_user_id: String,
    /// The one application of the organisation.
    #[schema(pattern = "^ap-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    linked_app_id: String,
    /// Its name.
    name: String,
    /// Its organisation.
    #[schema(pattern = "^or-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    org_id: String,
    /// What it may do, where permissions say so.
    permission_assignments: Vec<AssignmentShape>,
    /// Its public key as it was given; empty for a token that was made elsewhere.
    public_key: String,
    /// Its identifier.
    #[schema(pattern = "^to-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    token_id: String,
    /// When it stops working.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time", nullable = false)]
    expires_at: Option<String>,
    /// When it was last used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time", nullable = false)]
    last_used_at: Option<String>,
}

/// A permission that somebody has.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsAssignment)]
pub struct AssignmentShape {
    /// The name of the permission.
    pub permission_name: String,
    /// Its identifier.
    #[schema(pattern = "^pm-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    pub permission_id: String,
    /// The identifier of the assignment.
    #[schema(pattern = "^as-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    pub assignment_id: String,
    /// What it allows.
    pub operations: Vec<String>,
}

impl PatShape {
    /// A token, with the permissions that say what it may do.
    pub fn new(token: &Token, permission_assignments: Vec<AssignmentShape>) -> Self {
        let TokenFacts { cred_id, public_key, external_id: _ } = TokenFacts::of(token).unwrap_or_default();
        Self {
            access_token: None,
            date_created: token.created_at.to_string(),
            cred_id,
            is_active: !token.disabled && token.deleted.is_none(),
            kind: token.owner_kind.into(),
            linked_user_id: identifier::user(token.owner),
            linked_app_id: identifier::application(token.organisation),
            name: token.name.to_string(),
            org_id: identifier::organisation(token.organisation),
            permission_assignments,
            public_key,
            token_id: identifier::token(token.id),
            expires_at: token.expires_at.map(|at| at.to_string()),
            last_used_at: token.last_use.as_ref().map(|last| last.at.to_string()),
        }
    }

    /// The same with its new secret.
    #[must_use]
    pub fn showing(self, secret: &Secret) -> Self {
        Self { access_token: Some(secret.expose().to_owned()), ..self }
    }
}
