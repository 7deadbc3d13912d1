//! Creating and changing users and service accounts.

use super::{
    administrators, credentials,
    delete::{Cause, bury},
    failure::{Result, taken, taken_in},
    owner_row::{self, OwnerFacts},
    retire, sessions,
    token_row::facts_text,
    transaction::Transaction,
    update::{replace, replace_facts},
};
use crate::{
    change::{CreateOwner, NewOwner, UpdateOwner},
    error::Refusal,
};
use domain::{
    caller::{Access, Beyond, Reach},
    id::{OwnerId, OwnerNumber},
    journal::{Event, OwnerChanged},
    owner::{Organisation, Owner, OwnerKind, Role},
    scope::Scopes,
};
use rusqlite::params;
use std::sync::Arc;

/// Why tokens are deleted with a change of their owner, as their tombstones say.
const DEACTIVATED: &str = "its owner was deactivated";

/// Creates a user or service account.
pub(crate) fn create(transaction: &mut Transaction<'_>, wanted: &CreateOwner) -> Result<Owner> {
    let organisation = owner_row::organisation(transaction.connection, wanted.organisation)?;
    let organisation = organisation.filter(|organisation| wanted.access.reach.covers_organisation(organisation.number));
    let organisation = organisation.ok_or(Refusal::OrganisationNotFound)?;
    let new = &wanted.owner;
    check_granted(&wanted.access, None, new.role, &new.scopes)?;
    if !wanted.invited {
        return insert(transaction, &organisation, new, &[]);
    }
    wanted.access.may_hand_out(new.role, &new.role.ceiling(&new.scopes))?;
    if !organisation.active {
        return Err(Refusal::OwnerInactive.into());
    }
    insert(transaction, &organisation, new, &["invitation"])
}

/// Adds a user or service account to an organisation, whoever asks; `with` names what comes with it.
pub(crate) fn insert(
    transaction: &mut Transaction<'_>,
    organisation: &Organisation,
    new: &NewOwner,
    with: &[&'static str],
) -> Result<Owner> {
    let owner = Owner {
        id: new.id,
        number: OwnerNumber(transaction.memory.sequences.owner + 1),
        kind: new.kind,
        organisation: organisation.number,
        organisation_id: organisation.id,
        name: new.name.clone(),
        email: new.email.clone(),
        role: new.role,
        scopes: new.scopes.clone(),
        active: true,
        has_password: new.password_hash.is_some(),
        created_at: transaction.at,
        revision: 1,
        slot: new.slot.clone(),
        facts: new.facts.clone(),
    };
    transaction.memory.sequences.owner = owner.number.0;
    let inserted = transaction
        .connection
        .prepare_cached(
            "INSERT INTO owner (number, id, kind, organisation, name, email, role, scopes, active, password_hash,
                credential_revision, created_at, revision, slot, facts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, 1, ?10, 1, ?11, ?12)",
        )?
        .execute(params![
            owner.number.0,
            owner.id.bytes(),
            owner.kind.as_str(),
            owner.organisation.0,
            owner.name.as_str(),
            owner.email.as_ref().map(domain::name::Email::as_str),
            owner.role.as_str(),
            owner.scopes.to_string(),
            new.password_hash,
            owner.created_at.milliseconds(),
            owner.slot,
            facts_text(&owner.facts)?,
        ]);
    taken_in(inserted, &[("owner.slot", Refusal::SlotTaken)], Refusal::EmailTaken)?;
    tell(transaction, &owner, with, Event::OwnerCreated)?;
    Ok(owner)
}

/// Changes, deactivates or reactivates a user or service account. When nothing differs, only tokens that are to be
/// deleted with the change are.
pub(crate) fn update(transaction: &mut Transaction<'_>, wanted: &UpdateOwner) -> Result<Owner> {
    let facts = find(transaction, wanted.access.reach, wanted.owner, wanted.kind)?;
    let mut owner = facts.owner.clone();
    if wanted.expects.is_some_and(|revision| revision != owner.revision) {
        return Err(Refusal::RevisionChanged { revision: owner.revision }.into());
    }
    if owner.role > wanted.access.role {
        return Err(Beyond::Role(owner.role).into());
    }
    let mut changed = Vec::new();
    replace(&mut owner.name, wanted.name.as_ref(), "name", &mut changed);
    replace(&mut owner.email, wanted.email.clone().map(Some).as_ref(), "email", &mut changed);
    replace(&mut owner.role, wanted.role.as_ref(), "role", &mut changed);
    replace(&mut owner.scopes, wanted.scopes.as_ref(), "scopes", &mut changed);
    replace(&mut owner.active, wanted.active.as_ref(), "active", &mut changed);
    replace_facts(&mut owner.facts, wanted.facts.as_ref(), &mut changed);
    // Before the tokens go: one of them may be the only way in.
    let administrators = administrators::count(transaction.connection, transaction.at)?;
    if wanted.deletes_tokens {
        for token in retire::tokens(transaction, owner.number)? {
            bury(transaction, token, Cause { reason: Some(DEACTIVATED), deletion: None })?;
        }
    }
    check_granted(&wanted.access, Some(&facts.ceiling), owner.role, &owner.scopes)?;
    if owner.active && !facts.owner.active {
        // His tokens work again, so all that they may do is handed out.
        wanted.access.may_hand_out(owner.role, &owner.ceiling())?;
    }
    if !changed.is_empty() {
        write(transaction, &mut owner, &changed)?;
    }
    administrators::check(transaction.connection, administrators, transaction.at)?;
    if facts.owner.active && !owner.active {
        sessions::close_all(transaction, &owner)?;
        credentials::void_links(transaction, facts.owner.number, facts.credential_revision)?;
    }
    Ok(owner)
}

/// A user or service account of this kind within reach.
pub(crate) fn find(
    transaction: &mut Transaction<'_>,
    reach: Reach,
    id: OwnerId,
    kind: OwnerKind,
) -> Result<Arc<OwnerFacts>> {
    let within = |facts: &Arc<OwnerFacts>| {
        facts.owner.kind == kind && reach.covers(facts.owner.organisation, facts.owner.number)
    };
    Ok(transaction.owner(id)?.filter(within).ok_or(Refusal::NotFound)?)
}

/// Nobody grants what he has not: neither a role above his own, nor a scope that his credential does
/// not cover. What every member has, and what the owner had before, is not granted anew.
fn check_granted(access: &Access, before: Option<&Scopes>, role: Role, granted: &Scopes) -> Result<()> {
    if role > access.role {
        return Err(Beyond::Role(role).into());
    }
    let common = Role::Member.ceiling(&Scopes::default());
    let ceiling = role.ceiling(granted);
    let had = |scope: &str| common.cover(scope) || before.is_some_and(|before| before.cover(scope));
    let beyond = ceiling.iter().find(|scope| !had(scope.as_str()) && !access.scopes.cover(scope.as_str()));
    beyond.map_or(Ok(()), |scope| Err(Beyond::Scope(scope.clone()).into()))
}

/// Writes the changed fields of a user or service account, and tells the journal.
pub(crate) fn write(transaction: &mut Transaction<'_>, owner: &mut Owner, changed: &[&'static str]) -> Result<()> {
    owner.revision += 1;
    let updated = transaction
        .connection
        .prepare_cached(
            "UPDATE owner SET name = ?2, email = ?3, role = ?4, scopes = ?5, active = ?6, revision = ?7,
                facts = ?8
             WHERE number = ?1",
        )?
        .execute(params![
            owner.number.0,
            owner.name.as_str(),
            owner.email.as_ref().map(domain::name::Email::as_str),
            owner.role.as_str(),
            owner.scopes.to_string(),
            owner.active,
            owner.revision,
            facts_text(&owner.facts)?,
        ]);
    taken(updated, Refusal::EmailTaken)?;
    transaction.owners_changed();
    tell(transaction, owner, changed, Event::OwnerUpdated)
}

fn tell(
    transaction: &mut Transaction<'_>,
    owner: &Owner,
    changed: &[&'static str],
    event: fn(OwnerChanged) -> Event,
) -> Result<()> {
    let content = OwnerChanged {
        owner: owner.id,
        number: owner.number,
        kind: owner.kind,
        role: owner.role,
        scopes: owner.scopes.clone(),
        active: owner.active,
        changed: changed.iter().map(|&word| word.to_owned()).collect(),
    };
    transaction.append(Some(owner.organisation), None, event(content))
}
