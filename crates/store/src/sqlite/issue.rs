//! Issuing a token: its number, its row, its first secret and its journal entry.

use super::{
    assignments,
    failure::{Result, taken, taken_in},
    owner_row::OwnerFacts,
    signers,
    token_row::facts_text,
    transaction::Transaction,
};
use crate::{
    change::{IssueToken, NewSecret, WantedScopes},
    error::Refusal,
};
use domain::{
    caller::{Access, Beyond},
    id::{TokenId, TokenNumber},
    journal::{Event, Grant, TokenIssued},
    name::Labels,
    permission::{Permission, care},
    scope::Scopes,
    token::Token,
};
use rusqlite::{Connection, params};

/// What another live token may hold already.
pub(crate) const TAKEN: [(&str, Refusal); 2] =
    [("token.slot", Refusal::SlotTaken), ("token.unique_in", Refusal::NameTaken)];

/// Issues a token.
pub(crate) fn issue(transaction: &mut Transaction<'_>, wanted: &IssueToken) -> Result<Token> {
    transaction.expect_no_own_key()?;
    let owner = transaction.owner(wanted.owner)?;
    let owner = owner
        .filter(|facts| wanted.access.reach.covers(facts.owner.organisation, facts.owner.number))
        .ok_or(Refusal::OwnerNotFound)?;
    if !owner.has_power() {
        return Err(Refusal::OwnerInactive.into());
    }
    let permission = wanted.permission.map(|first| assignments::first(transaction, &owner, &first)).transpose()?;
    let scopes = match &permission {
        Some(permission) => permitted(&wanted.access, &owner, permission)?,
        None => allowed(&wanted.access, &owner, &wanted.scopes)?,
    };
    check_new(transaction.connection, wanted.id)?;
    let number = TokenNumber(transaction.memory.sequences.token + 1);
    let secret = wanted.secret.of(number);
    let token = Token {
        id: wanted.id,
        number,
        name: wanted.name.clone(),
        description: wanted.description.clone(),
        organisation: owner.owner.organisation_id,
        organisation_number: owner.owner.organisation,
        owner: owner.owner.id,
        owner_number: owner.owner.number,
        owner_kind: owner.owner.kind,
        author: transaction.owner_id(wanted.author)?,
        author_number: wanted.author,
        scopes,
        networks: wanted.networks.clone(),
        labels: wanted.labels.clone(),
        created_at: transaction.at,
        updated_at: transaction.at,
        expires_at: wanted.expires_at,
        disabled: false,
        revision: 1,
        hint: secret.hint.clone(),
        last_use: None,
        deleted: None,
        terms: wanted.terms.clone(),
    };
    transaction.memory.sequences.token = token.number.0;
    insert(transaction, &token)?;
    insert_secret(transaction.connection, token.number, 1, &secret, false)?;
    let event = Event::TokenIssued(TokenIssued {
        token: token.id,
        number: token.number,
        owner: token.owner_number,
        grant: grant(&token),
        digest: secret.digest,
        name: token.name.as_str().to_owned(),
    });
    transaction.append(Some(token.organisation_number), Some(token.number), event)?;
    if let Some(signer) = &wanted.signer {
        signers::insert(transaction, &owner.owner, Some(&token), signer)?;
    }
    if let Some((permission, first)) = permission.zip(wanted.permission) {
        assignments::begin(transaction, &permission, owner, &token, first.assignment)?;
    }
    Ok(token)
}

/// The scopes of a token that has a permission from the beginning. The owner may have fewer: every verdict
/// cuts them by what he may do then.
fn permitted(access: &Access, owner: &OwnerFacts, permission: &Permission) -> Result<Scopes> {
    let scopes = permission.gives().union(&care());
    access.may_hand_out(owner.owner.role, &scopes)?;
    Ok(scopes)
}

/// The scopes that the token gets: never beyond the caller's, never beyond the owner's.
fn allowed(access: &Access, owner: &OwnerFacts, wanted: &WantedScopes) -> Result<Scopes> {
    let scopes = match wanted {
        WantedScopes::Exactly(scopes) => scopes.clone(),
        WantedScopes::WhateverOwnerMay => Scopes::everything(),
        WantedScopes::AsMuchAsAllowed => owner.ceiling.intersection(&access.scopes),
    };
    if let WantedScopes::WhateverOwnerMay = wanted {
        access.may_hand_out(owner.owner.role, &owner.ceiling)?;
        // Every verdict cuts this by what the owner may do then.
        return Ok(scopes);
    }
    access.may_hand_out(owner.owner.role, &scopes)?;
    match owner.ceiling.first_uncovered(&scopes) {
        Some(scope) => Err(Beyond::OwnerScope(scope.clone()).into()),
        None => Ok(scopes),
    }
}

fn insert(transaction: &mut Transaction<'_>, token: &Token) -> Result<()> {
    let scope_set = transaction.scope_set(&token.scopes.to_string())?;
    let network_set = match &token.networks {
        Some(networks) => Some(transaction.network_set(&networks.to_string())?),
        None => None,
    };
    let inserted = transaction
        .connection
        .prepare_cached(
            "INSERT INTO token (number, id, owner, scope_set, network_set, expires_at, disabled, organisation, author,
                created_at, revision, name, description, labels, slot, unique_in, form, facts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, 1, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            token.number.0,
            token.id.bytes(),
            token.owner_number.0,
            scope_set,
            network_set,
            token.expires_at.map(domain::time::Timestamp::milliseconds),
            token.organisation_number.0,
            token.author_number.0,
            token.created_at.milliseconds(),
            token.name.as_str(),
            token.description,
            labels_text(&token.labels)?,
            token.terms.slot,
            token.terms.unique_in,
            token.terms.form.as_ref().map(ToString::to_string),
            facts_text(&token.terms.facts)?,
        ]);
    taken_in(inserted, &TAKEN, Refusal::Consumed)?;
    Ok(())
}

/// Refuses an identifier that belonged to a deleted token.
fn check_new(connection: &Connection, id: TokenId) -> Result<()> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM tombstone WHERE id = ?1")?;
    if statement.exists(params![id.bytes()])? { Err(Refusal::Consumed.into()) } else { Ok(()) }
}

/// Keeps a secret. One that ever was kept is refused as consumed.
pub(crate) fn insert_secret(
    connection: &Connection,
    token: TokenNumber,
    serial: i64,
    secret: &NewSecret,
    ends_others: bool,
) -> Result<()> {
    let inserted = connection
        .prepare_cached(
            "INSERT INTO secret (token, serial, digest, key, hint, ends_others) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![token.0, serial, secret.digest.bytes(), secret.key.0, secret.hint, ends_others]);
    taken(inserted, Refusal::Consumed)?;
    Ok(())
}

/// The stored form of labels: none, or canonical JSON, in which a search for `"key":"value"` is exact
/// because no allowed character needs an escape.
pub(crate) fn labels_text(labels: &Labels) -> Result<Option<String>> {
    Ok(if labels.is_empty() { None } else { Some(serde_json::to_string(labels)?) })
}

/// What verification must know of a token.
pub(crate) fn grant(token: &Token) -> Grant {
    Grant { scopes: token.scopes.clone(), networks: token.networks.clone(), expires_at: token.expires_at }
}
