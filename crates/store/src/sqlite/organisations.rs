//! Creating and changing organisations.

use super::{administrators, failure::Result, failure::taken, owner_row, transaction::Transaction, update::replace};
use crate::{
    change::{NewOrganisation, UpdateOrganisation},
    error::Refusal,
};
use domain::{
    caller::Reach,
    id::OrganisationNumber,
    journal::{Event, OrganisationChanged},
    owner::Organisation,
};
use rusqlite::params;

/// Creates an organisation.
pub(crate) fn create(transaction: &mut Transaction<'_>, wanted: &NewOrganisation) -> Result<Organisation> {
    let organisation = Organisation {
        id: wanted.id,
        number: OrganisationNumber(transaction.memory.sequences.organisation + 1),
        name: wanted.name.clone(),
        active: true,
        created_at: transaction.at,
        revision: 1,
    };
    transaction.memory.sequences.organisation = organisation.number.0;
    let inserted = transaction
        .connection
        .prepare_cached(
            "INSERT INTO organisation (number, id, name, active, created_at, revision) VALUES (?1, ?2, ?3, 1, ?4, 1)",
        )?
        .execute(params![
            organisation.number.0,
            organisation.id.bytes(),
            organisation.name.as_str(),
            organisation.created_at.milliseconds(),
        ]);
    taken(inserted, Refusal::Consumed)?;
    tell(transaction, &organisation, &[], Event::OrganisationCreated)?;
    Ok(organisation)
}

/// Renames, deactivates or reactivates an organisation; without effect when it already is so.
pub(crate) fn update(transaction: &mut Transaction<'_>, wanted: &UpdateOrganisation) -> Result<Organisation> {
    let found = owner_row::organisation(transaction.connection, wanted.organisation)?;
    let within = |organisation: &Organisation| match wanted.access.reach {
        Reach::Everything => true,
        Reach::Organisation(number) => number == organisation.number,
        Reach::Own(_) => false,
    };
    let mut organisation = found.filter(within).ok_or(Refusal::NotFound)?;
    if wanted.expects.is_some_and(|revision| revision != organisation.revision) {
        return Err(Refusal::RevisionChanged { revision: organisation.revision }.into());
    }
    let mut changed = Vec::new();
    replace(&mut organisation.name, wanted.name.as_ref(), "name", &mut changed);
    replace(&mut organisation.active, wanted.active.as_ref(), "active", &mut changed);
    if changed.is_empty() {
        return Ok(organisation);
    }
    let administrators = administrators::count(transaction.connection)?;
    write(transaction, &mut organisation, &changed)?;
    administrators::check(transaction.connection, administrators)?;
    Ok(organisation)
}

/// Writes the changed fields of an organisation, and tells the journal.
pub(crate) fn write(
    transaction: &mut Transaction<'_>,
    organisation: &mut Organisation,
    changed: &[&'static str],
) -> Result<()> {
    organisation.revision += 1;
    transaction
        .connection
        .prepare_cached("UPDATE organisation SET name = ?2, active = ?3, revision = ?4 WHERE number = ?1")?
        .execute(params![
            organisation.number.0,
            organisation.name.as_str(),
            organisation.active,
            organisation.revision
        ])?;
    transaction.owners_changed();
    tell(transaction, organisation, changed, Event::OrganisationUpdated)
}

fn tell(
    transaction: &mut Transaction<'_>,
    organisation: &Organisation,
    changed: &[&'static str],
    event: fn(OrganisationChanged) -> Event,
) -> Result<()> {
    let content = OrganisationChanged {
        organisation: organisation.id,
        number: organisation.number,
        active: organisation.active,
        changed: changed.iter().map(|&word| word.to_owned()).collect(),
    };
    transaction.append(Some(organisation.number), None, event(content))
}
