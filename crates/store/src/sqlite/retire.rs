//! Deleting users and service accounts as far as anything is ever deleted: everything that they could act with
//! is gone for good, and their record stays for whatever names them.

use super::{
    administrators, assignments, credentials,
    delete::{Cause, bury},
    failure::Result,
    owners, sessions, signers,
    transaction::Transaction,
    update::replace_facts,
};
use crate::{change::RetireOwner, error::Refusal};
use domain::{
    caller::Beyond,
    id::{OwnerNumber, TokenNumber},
    limits,
    owner::{Owner, Role},
    scope::Scopes,
};
use rusqlite::params;

/// Why its tokens are deleted, as their tombstones say.
const REASON: &str = "its owner was deleted";

/// Retires a user or service account.
pub(crate) fn retire(transaction: &mut Transaction<'_>, wanted: &RetireOwner) -> Result<Owner> {
    let facts = owners::find(transaction, wanted.access.reach, wanted.owner, wanted.kind)?;
    let before = &facts.owner;
    if before.role > wanted.access.role {
        return Err(Beyond::Role(before.role).into());
    }
    let administrators = administrators::count(transaction.connection, transaction.at)?;
    for token in tokens(transaction, before.number)? {
        bury(transaction, token, Cause { reason: Some(REASON), deletion: None })?;
    }
    signers::end_of_owner(transaction, before)?;
    assignments::end_of_owner(transaction, before)?;
    let mut owner = Owner {
        email: None,
        role: Role::Member,
        scopes: Scopes::default(),
        active: false,
        slot: None,
        has_password: false,
        ..before.clone()
    };
    let mut changed = vec!["email", "role", "scopes", "active", "password"];
    replace_facts(&mut owner.facts, wanted.facts.as_ref(), &mut changed);
    // Nobody finds him in his seat again.
    let mut leave = transaction.connection.prepare_cached("UPDATE owner SET slot = NULL WHERE number = ?1")?;
    leave.execute(params![before.number.0])?;
    sessions::close_all(transaction, before)?;
    credentials::forget_password(transaction, before.number, facts.credential_revision)?;
    owners::write(transaction, &mut owner, &changed)?;
    administrators::check(transaction.connection, administrators, transaction.at)?;
    Ok(owner)
}

/// The live tokens of a user or service account, as many as one commit may delete.
pub(crate) fn tokens(transaction: &Transaction<'_>, owner: OwnerNumber) -> Result<Vec<TokenNumber>> {
    let sql = format!("SELECT number FROM token WHERE owner = ?1 LIMIT {}", limits::DELETE_STEP + 1);
    let mut statement = transaction.connection.prepare_cached(&sql)?;
    let numbers = statement.query_map(params![owner.0], |row| row.get(0).map(TokenNumber))?;
    let numbers = numbers.collect::<rusqlite::Result<Vec<_>>>()?;
    if numbers.len() > limits::DELETE_STEP { Err(Refusal::TooManyTokens.into()) } else { Ok(numbers) }
}
