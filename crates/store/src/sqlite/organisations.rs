//! Creating and changing organisations.

use super::{
    administrators, credentials,
    failure::{Result, taken},
    owner_row, owners, sessions,
    signed_actions::DEMAND,
    token_row::facts_text,
    transaction::Transaction,
    update::{replace, replace_facts},
};
use crate::{
    change::{NewOrganisation, SeatSwitch, UpdateOrganisation, UpdateOwner},
    error::Refusal,
};
use domain::{
    facts::Facts,
    id::{OrganisationNumber, OwnerId},
    journal::{Event, OrganisationChanged},
    owner::{Organisation, Role},
    scope::Scopes,
    signer::SignedActions,
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
        facts: Facts::default(),
        signed_actions: SignedActions::Off,
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
    let found = found.filter(|organisation| wanted.access.reach.covers_organisation(organisation.number));
    let mut organisation = found.ok_or(Refusal::NotFound)?;
    if wanted.expects.is_some_and(|revision| revision != organisation.revision) {
        return Err(Refusal::RevisionChanged { revision: organisation.revision }.into());
    }
    let mut changed = Vec::new();
    replace(&mut organisation.name, wanted.name.as_ref(), "name", &mut changed);
    replace(&mut organisation.active, wanted.active.as_ref(), "active", &mut changed);
    replace_facts(&mut organisation.facts, wanted.facts.as_ref(), &mut changed);
    let demanded = organisation.signed_actions;
    replace(&mut organisation.signed_actions, wanted.signed_actions.as_ref(), DEMAND, &mut changed);
    if changed.is_empty() {
        return Ok(organisation);
    }
    if demanded != organisation.signed_actions && demanded != SignedActions::Off {
        // Otherwise whoever cannot sign would first change the demand.
        transaction.expect_signed()?;
    }
    let switched = changed.contains(&"active");
    if switched && organisation.active {
        // Every token of the organisation works again, whatever it may do and whosever it is.
        wanted.access.may_hand_out(Role::ApplicationAdministrator, &Scopes::everything())?;
    }
    if let Some(seat) = &wanted.seat {
        switch_seat(transaction, wanted, *seat)?;
    }
    let administrators = administrators::count(transaction.connection, transaction.at)?;
    write(transaction, &mut organisation, &changed)?;
    administrators::check(transaction.connection, administrators, transaction.at)?;
    if switched && !organisation.active {
        end_sign_ins(transaction, organisation.number)?;
    }
    Ok(organisation)
}

/// Deactivates or reactivates the holder of a seat as a part of the change of his organisation.
fn switch_seat(transaction: &mut Transaction<'_>, wanted: &UpdateOrganisation, seat: SeatSwitch) -> Result<()> {
    let switch = UpdateOwner {
        access: wanted.access.clone(),
        owner: seat.holder,
        kind: seat.kind,
        expects: None,
        name: None,
        email: None,
        role: None,
        scopes: None,
        active: Some(seat.active),
        deletes_tokens: false,
        facts: None,
    };
    owners::update(transaction, &switch)?;
    Ok(())
}

/// Ends the sessions and links of every user of an organisation: a later reactivation brings back his
/// tokens, and nothing that he was signed in with.
fn end_sign_ins(transaction: &mut Transaction<'_>, organisation: OrganisationNumber) -> Result<()> {
    let mut statement = transaction.connection.prepare_cached(
        "SELECT w.id FROM owner AS w WHERE w.organisation = ?1 AND EXISTS (SELECT 1 FROM session WHERE owner = w.number)",
    )?;
    let signed_in = statement.query_map(params![organisation.0], |row| row.get(0).map(OwnerId::from_bytes))?;
    for user in signed_in.collect::<rusqlite::Result<Vec<_>>>()? {
        let facts = transaction.owner(user)?.ok_or(Refusal::NotFound)?;
        sessions::close_all(transaction, &facts.owner)?;
    }
    credentials::void_all_links(transaction, organisation)
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
        .prepare_cached(
            "UPDATE organisation SET name = ?2, active = ?3, revision = ?4, facts = ?5, signed_actions = ?6
             WHERE number = ?1",
        )?
        .execute(params![
            organisation.number.0,
            organisation.name.as_str(),
            organisation.active,
            organisation.revision,
            facts_text(&organisation.facts)?,
            organisation.signed_actions.as_str(),
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
