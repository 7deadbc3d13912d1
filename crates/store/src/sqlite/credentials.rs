//! Passwords and one-time links of users.

use super::{
    failure::Result,
    owner_row::OwnerFacts,
    owners::{self, find},
    sessions,
    transaction::Transaction,
};
use crate::{
    change::{InviteOwner, SetPassword, SwitchHolder},
    error::Refusal,
};
use domain::{
    caller::Reach,
    id::{OrganisationNumber, OwnerId, OwnerNumber},
    owner::{Owner, OwnerKind},
};
use rusqlite::params;
use std::sync::Arc;

/// Makes every earlier link of a user void. Answers with the revision that a new link must carry.
pub(crate) fn invite(transaction: &mut Transaction<'_>, wanted: &InviteOwner) -> Result<(Owner, u64)> {
    let facts = find(transaction, wanted.access.reach, wanted.owner, OwnerKind::User)?;
    // A link is worth all that the user may do.
    wanted.access.may_hand_out(facts.owner.role, &facts.ceiling)?;
    if !facts.has_power() {
        return Err(Refusal::OwnerInactive.into());
    }
    let revision = facts.credential_revision + 1;
    set(transaction, facts.owner.number, None, revision)?;
    let mut owner = facts.owner.clone();
    owners::write(transaction, &mut owner, &["invitation"])?;
    Ok((owner, revision))
}

/// Sets a user's password, voids his links and ends his sessions.
pub(crate) fn set_password(transaction: &mut Transaction<'_>, wanted: &SetPassword) -> Result<Owner> {
    let facts = with_power(transaction, wanted.owner, wanted.expects)?;
    change_password(transaction, &facts, &wanted.password_hash)
}

/// A user with power whose credentials are at the revision that was checked.
pub(crate) fn with_power(transaction: &mut Transaction<'_>, id: OwnerId, expects: u64) -> Result<Arc<OwnerFacts>> {
    let facts = find(transaction, Reach::Everything, id, OwnerKind::User)?;
    if facts.credential_revision != expects {
        return Err(Refusal::Consumed.into());
    }
    if facts.has_power() { Ok(facts) } else { Err(Refusal::OwnerInactive.into()) }
}

/// Lets the user in a seat in, or shuts him out with his password and his sessions. Whoever has a password
/// was let in: if he is inactive all the same, an administrator has decided that.
pub(crate) fn switch_holder(transaction: &mut Transaction<'_>, wanted: &SwitchHolder) -> Result<Owner> {
    let facts = find(transaction, Reach::Everything, wanted.owner, OwnerKind::User)?;
    if facts.owner.slot.is_none() {
        return Err(Refusal::NotFound.into());
    }
    if facts.credential_revision != wanted.expects {
        return Err(Refusal::Consumed.into());
    }
    if wanted.password_hash.is_some() && facts.owner.has_password {
        return Err(Refusal::AlreadySetUp.into());
    }
    let active = wanted.password_hash.is_some();
    transaction
        .connection
        .prepare_cached("UPDATE owner SET password_hash = ?2, credential_revision = ?3 WHERE number = ?1")?
        .execute(params![facts.owner.number.0, wanted.password_hash, facts.credential_revision + 1])?;
    let mut owner = Owner { active, has_password: active, ..facts.owner.clone() };
    owners::write(transaction, &mut owner, &["password", "active"])?;
    sessions::close_all(transaction, &owner)?;
    Ok(owner)
}

/// Gives a user a new password, whatever the old one was.
pub(crate) fn change_password(transaction: &mut Transaction<'_>, facts: &OwnerFacts, hash: &str) -> Result<Owner> {
    set(transaction, facts.owner.number, Some(hash), facts.credential_revision + 1)?;
    let mut owner = Owner { has_password: true, ..facts.owner.clone() };
    owners::write(transaction, &mut owner, &["password"])?;
    sessions::close_all(transaction, &owner)?;
    Ok(owner)
}

/// Makes every link of a user void, whose credentials are at this revision.
pub(crate) fn void_links(transaction: &mut Transaction<'_>, user: OwnerNumber, revision: u64) -> Result<()> {
    set(transaction, user, None, revision + 1)
}

/// Takes a user his password and makes every link of his void.
pub(crate) fn forget_password(transaction: &mut Transaction<'_>, user: OwnerNumber, revision: u64) -> Result<()> {
    transaction
        .connection
        .prepare_cached("UPDATE owner SET password_hash = NULL, credential_revision = ?2 WHERE number = ?1")?
        .execute(params![user.0, revision + 1])?;
    transaction.owners_changed();
    Ok(())
}

/// Makes every link of every user of an organisation void.
pub(crate) fn void_all_links(transaction: &mut Transaction<'_>, organisation: OrganisationNumber) -> Result<()> {
    transaction
        .connection
        .prepare_cached("UPDATE owner SET credential_revision = credential_revision + 1 WHERE organisation = ?1")?
        .execute(params![organisation.0])?;
    transaction.owners_changed();
    Ok(())
}

fn set(transaction: &mut Transaction<'_>, user: OwnerNumber, hash: Option<&str>, revision: u64) -> Result<()> {
    transaction
        .connection
        .prepare_cached(
            "UPDATE owner SET password_hash = coalesce(?2, password_hash), credential_revision = ?3 WHERE number = ?1",
        )?
        .execute(params![user.0, hash, revision])?;
    transaction.owners_changed();
    Ok(())
}
