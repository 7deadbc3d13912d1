//! `…/{id}`: everything about one user or service account.

use super::{Room, find, row::Row, switch::Tokens};
use crate::{
    console::{
        addresses,
        organisations::choice,
        page::{Page, send},
        refused::Refused,
        texts::{ENGLISH, People, Phrase},
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use axum::response::Response;
use domain::{
    owner::{Owner, Role},
    signer::{Signer, SignerKind},
};

#[derive(Template)]
#[template(path = "console/people/details.html")]
struct Details {
    page: Page,
    t: &'static People,
    room: Room,
    row: Row,
    organisation: Option<String>,
    role_includes_all: bool,
    scopes: Vec<String>,
    has_password: bool,
    tokens: Tokens,
    signers: Vec<KeyOrPasskey>,
}

/// A passkey or key as it is listed.
struct KeyOrPasskey {
    name: String,
    kind: &'static Phrase,
    active: bool,
    added: crate::console::moment::Moment,
}

impl KeyOrPasskey {
    fn new(signer: &Signer) -> Self {
        let t = &ENGLISH.people;
        let kind = match signer.kind {
            SignerKind::Key => &t.signer_key,
            SignerKind::Passkey => &t.signer_passkey,
        };
        Self { name: signer.name.to_string(), kind, active: signer.active, added: signer.created_at.into() }
    }
}

/// The page.
pub async fn show(room: Room, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let owner = find(&visitor, room, &id).await?;
    Ok(send(&details(&visitor, room, &owner).await?))
}

async fn details(visitor: &Visitor, room: Room, owner: &Owner) -> Result<Details, Refused> {
    let names = choice::names(visitor, std::iter::once(owner.organisation_id)).await?;
    let organisation = names.get(&owner.organisation_id).cloned().unwrap_or_default();
    let signers = visitor.server.authority.signers(&visitor.caller, Some(owner.id)).await?;
    Ok(Details {
        page: visitor.page(&owner.name, room.place()),
        t: &ENGLISH.people,
        room,
        row: Row::new(visitor, room, owner, organisation),
        organisation: visitor.is_application_administrator().then(|| addresses::organisation(owner.organisation_id)),
        role_includes_all: owner.role > Role::Member,
        scopes: owner.scopes.iter().map(ToString::to_string).collect(),
        has_password: owner.has_password,
        tokens: Tokens::of(visitor, owner).await?,
        signers: signers.iter().map(KeyOrPasskey::new).collect(),
    })
}
