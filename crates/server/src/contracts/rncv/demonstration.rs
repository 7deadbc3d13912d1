//! What the demonstration has at RNCV's door: a key for an administrator of each kind and for members.

use super::key;
use authority::{Authority, Error, issue::NewToken};
use domain::{
    caller::Caller,
    id::OwnerId,
    name::{Labels, Name},
};
use serde_json::{Value, json};
use store::query::{OwnerFilter, PageRequest};

/// Users of the demonstration.
pub struct Users {
    /// An administrator of the application.
    pub application_administrator: OwnerId,
    /// An administrator of the first organisation.
    pub organisation_administrator: OwnerId,
    /// A member of the first organisation.
    pub member: OwnerId,
    /// A member of another organisation.
    pub stranger: OwnerId,
}

/// Makes their keys, and says what scripts need to know.
///
/// # Errors
/// What the authority refuses.
pub async fn make(authority: &Authority, caller: &Caller, users: &Users) -> Result<Value, Error> {
    let filter = OwnerFilter { id: Some(users.member), ..OwnerFilter::default() };
    let member = authority.owners(caller, filter, PageRequest { after: None, limit: 1 }).await?.items;
    Ok(json!({
        "application_administrator_token": key_of(authority, caller, users.application_administrator).await?,
        "organisation_administrator_token": key_of(authority, caller, users.organisation_administrator).await?,
        "member_user_id": member.first().ok_or(Error::NotFound)?.number,
        "member_token": key_of(authority, caller, users.member).await?,
        "other_organisation_token": key_of(authority, caller, users.stranger).await?,
    }))
}

async fn key_of(authority: &Authority, caller: &Caller, owner: OwnerId) -> Result<String, Error> {
    let new = NewToken {
        key: None,
        name: Name::stored("Demonstration at RNCV".to_owned()),
        description: "Made for the demonstration.".to_owned(),
        owner: Some(owner),
        scopes: None,
        networks: None,
        labels: Labels::default(),
        expires_at: None,
        terms: key::terms(),
        permission: None,
    };
    Ok(authority.issue(caller, new, None).await?.secret.expose().to_owned())
}
