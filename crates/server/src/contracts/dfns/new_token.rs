//! What is issued for whoever wants a token at this door: a JSON Web Token that signs with a key of its own.

use super::{
    CONTRACT,
    bearer::{self, BearerKind, Bearing},
    given_key::GivenKey,
    identifier,
    pat_shapes::TokenFacts,
};
use crate::state::Server;
use authority::issue::{NewToken, OwnKey};
use domain::{
    facts::ContractFacts,
    form::SecretForm,
    id::{OrganisationId, OwnerId, PermissionId},
    name::{Labels, Name},
    token::Terms,
};
use std::time::Duration;

/// What the names of the keys of tokens begin with.
const CREDENTIAL: &str = "cr-";
/// What the place of a token begins with that its user calls by a name of his own.
const PLACE: &str = "dfns:";

/// A token that somebody wants.
pub struct Wanted<'a> {
    /// What it is.
    pub kind: BearerKind,
    /// The organisation of its owner.
    pub organisation: OrganisationId,
    /// Its owner.
    pub owner: OwnerId,
    /// What its owner is called by whoever reads its bearer.
    pub username: &'a str,
    /// Its name, which is its own among the tokens of its owner.
    pub name: Name,
    /// The key that signs for it.
    pub key: GivenKey,
    /// Its owner's own name for it, which is its own too.
    pub external_id: Option<Name>,
    /// How long it works.
    pub lifetime: Duration,
    /// The permission that bounds it.
    pub permission: Option<PermissionId>,
}

/// What is issued for it.
pub fn new_token(server: &Server, wanted: Wanted<'_>) -> NewToken {
    let id = server.authority.new_token_id();
    let cred_id = identifier::write(CREDENTIAL, id.bytes());
    let bearing = Bearing {
        issuer: &server.public_url.to_string(),
        organisation: wanted.organisation,
        user: wanted.owner,
        username: wanted.username,
        kind: wanted.kind,
        token: Some(id),
    };
    let external_id = wanted.external_id.as_ref().map(ToString::to_string);
    let kept = TokenFacts { cred_id: cred_id.clone(), public_key: wanted.key.text, external_id };
    NewToken {
        name: wanted.name,
        description: String::new(),
        owner: Some(wanted.owner),
        scopes: None,
        networks: None,
        labels: Labels::default(),
        expires_at: Some(server.authority.now().after(wanted.lifetime)),
        terms: Terms {
            slot: wanted.external_id.as_ref().map(place),
            unique_in: Some(identifier::user(wanted.owner)),
            form: Some(SecretForm::Signed(bearer::claims(&bearing))),
            facts: facts(kept).into(),
        },
        permission: wanted.permission,
        key: Some(OwnKey { token: id, credential: cred_id, pem: wanted.key.pem }),
    }
}

/// The place of a token that its owner calls so: two cannot have it.
pub fn place(external_id: &Name) -> String {
    format!("{PLACE}{external_id}")
}

/// True for a place that this door gave.
pub fn is_place(slot: &str) -> bool {
    slot.starts_with(PLACE)
}

/// What is kept beside a token.
pub fn facts(facts: TokenFacts) -> ContractFacts {
    // Texts always have a JSON form.
    ContractFacts { contract: CONTRACT, facts: serde_json::to_value(facts).unwrap_or_default() }
}
