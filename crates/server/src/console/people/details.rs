//! `…/{id}`, `…/{id}/tokens` and `…/{id}/signers`: what one user or service account is, and has.

use super::{
    Room, find,
    head::{Head, Tab},
};
use crate::{
    console::{
        addresses,
        holdings::Holdings,
        moment::Moment,
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
    owner::Role,
    signer::{Signer, SignerKind},
};
use store::query::TokenFilter;

/// *General*: everything but what has a tab of its own.
#[derive(Template)]
#[template(path = "console/people/general.html")]
struct General {
    page: Page,
    t: &'static People,
    room: Room,
    head: Head,
    role_includes_all: bool,
    /// The scopes granted beyond those of the role.
    scopes: Vec<String>,
    /// The most that an API token of the account may do.
    ceiling: Vec<String>,
    has_password: bool,
}

/// *API tokens*: the last used ones.
#[derive(Template)]
#[template(path = "console/people/tokens.html")]
struct TokensTab {
    page: Page,
    head: Head,
    holdings: Holdings,
}

/// *Passkeys and keys*: what the account signs with.
#[derive(Template)]
#[template(path = "console/people/signers.html")]
struct SignersTab {
    page: Page,
    t: &'static People,
    room: Room,
    head: Head,
    signers: Vec<KeyOrPasskey>,
}

/// A passkey or key as it is listed.
struct KeyOrPasskey {
    id: String,
    name: String,
    kind: &'static Phrase,
    active: bool,
    added: Moment,
}

impl KeyOrPasskey {
    fn new(signer: &Signer) -> Self {
        let t = &ENGLISH.people;
        let kind = match signer.kind {
            SignerKind::Key => &t.signer_key,
            SignerKind::Passkey => &t.signer_passkey,
        };
        Self {
            id: signer.id.to_string(),
            name: signer.name.to_string(),
            kind,
            active: signer.active,
            added: signer.created_at.into(),
        }
    }
}

/// Shows *General*.
pub async fn show(room: Room, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let owner = find(&visitor, room, &id).await?;
    Ok(send(&General {
        page: visitor.page(&owner.name, room.place()),
        t: &ENGLISH.people,
        room,
        head: Head::new(&visitor, room, &owner, Tab::General).await?,
        role_includes_all: owner.role > Role::Member,
        scopes: owner.scopes.iter().map(ToString::to_string).collect(),
        ceiling: owner.ceiling().iter().map(ToString::to_string).collect(),
        has_password: owner.has_password,
    }))
}

/// Shows *API tokens*.
pub async fn tokens(room: Room, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let owner = find(&visitor, room, &id).await?;
    let filter = TokenFilter { owner: Some(owner.id), ..TokenFilter::default() };
    let holdings = Holdings::of(&visitor, filter, ("owner", owner.id.to_string())).await?;
    let add = owner.active.then(|| addresses::with(&format!("{}/add", addresses::TOKENS), [("owner", &id)]));
    Ok(send(&TokensTab {
        page: visitor.page(&owner.name, room.place()),
        head: Head::new(&visitor, room, &owner, Tab::Tokens).await?,
        holdings: Holdings { add, ..holdings },
    }))
}

/// Shows *Passkeys and keys*.
pub async fn signers(room: Room, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let owner = find(&visitor, room, &id).await?;
    let signers = visitor.server.authority.signers(&visitor.caller, Some(owner.id)).await?;
    Ok(send(&SignersTab {
        page: visitor.page(&owner.name, room.place()),
        t: &ENGLISH.people,
        room,
        head: Head::new(&visitor, room, &owner, Tab::Signers).await?,
        signers: signers.iter().map(KeyOrPasskey::new).collect(),
    }))
}
