//! Bearers: what the JSON Web Tokens of this door say, which its clients read since nothing else tells them who
//! they are. What they are worth is for the index to say.

use super::{CONTRACT, identifier};
use authority::{Authority, Error};
use domain::{
    caller::Caller,
    id::{OrganisationId, OwnerId, TokenId},
    origin::Origin,
};
use serde::{Deserialize, Serialize};

/// What a bearer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BearerKind {
    /// A personal access token.
    Pat,
    /// A token of a service account.
    ServiceAccount,
    /// A login.
    Token,
}

/// Whose bearer it is.
#[derive(Debug, Clone, Copy)]
pub struct Bearing<'a> {
    /// The server's public address.
    pub issuer: &'a str,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The user or service account.
    pub user: OwnerId,
    /// Its address, or its name where it has none.
    pub username: &'a str,
    /// What it is.
    pub kind: BearerKind,
    /// The token; none for a login.
    pub token: Option<TokenId>,
}

/// The claims that all secrets of one token have.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    #[serde(rename = "https://custom/username")]
    username: String,
    #[serde(rename = "https://custom/app_metadata")]
    metadata: Metadata,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    org_id: String,
    user_id: String,
    token_kind: BearerKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_id: Option<String>,
    /// No other contract's bearer is one of this one.
    #[serde(default)]
    contract: String,
}

/// The claims as the text of a JSON object.
pub fn claims(bearing: &Bearing<'_>) -> String {
    let org_id = identifier::organisation(bearing.organisation);
    let claims = Claims {
        iss: bearing.issuer.to_owned(),
        sub: org_id.clone(),
        username: bearing.username.to_owned(),
        metadata: Metadata {
            org_id,
            user_id: identifier::user(bearing.user),
            token_kind: bearing.kind,
            token_id: bearing.token.map(identifier::token),
            contract: CONTRACT.to_owned(),
        },
    };
    // Texts always have a JSON form.
    serde_json::to_string(&claims).unwrap_or_default()
}

/// Who shows this text, when it is a login of this door.
///
/// # Errors
/// [`Error::Unauthenticated`] when it was signed here but has ended.
pub async fn signed_in(authority: &Authority, text: &str, origin: &Origin) -> Result<Option<Caller>, Error> {
    let ours = authority.bearer_keys()?.iter().find_map(|key| key.verify::<Claims>(text));
    match ours.map(|claims| claims.metadata) {
        Some(Metadata { token_kind: BearerKind::Token, contract, .. }) if contract == CONTRACT => {
            authority.authenticate_signed_session(text, origin).await.map(|(caller, _)| Some(caller))
        }
        Some(_) | None => Ok(None),
    }
}
