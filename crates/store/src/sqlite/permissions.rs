//! Creating and changing permissions; what a change takes or gives reaches every bearer with it.

use super::{
    assignments,
    failure::{Result, taken_in},
    owner_row, permission_row,
    transaction::Transaction,
    update::replace,
};
use crate::{
    change::{CreatePermission, UpdatePermission},
    error::Refusal,
};
use domain::{
    caller::Access,
    id::{PermissionId, PermissionNumber},
    journal::{Event, PermissionChanged},
    owner::Role,
    permission::Permission,
};
use rusqlite::params;

/// What another permission may have already.
const TAKEN: [(&str, Refusal); 1] = [("permission.name", Refusal::NameTaken)];

/// Creates a permission. Nobody puts into one what he has not: whoever gives it to somebody later may not
/// know what is in it.
pub(crate) fn create(transaction: &mut Transaction<'_>, wanted: &CreatePermission) -> Result<Permission> {
    let organisation = owner_row::organisation(transaction.connection, wanted.organisation)?;
    let organisation = organisation.filter(|organisation| wanted.access.reach.covers_organisation(organisation.number));
    let organisation = organisation.ok_or(Refusal::OrganisationNotFound)?;
    wanted.access.may_hand_out(Role::Member, &wanted.scopes)?;
    let inserted = transaction
        .connection
        .prepare_cached(
            "INSERT INTO permission (id, organisation, name, scopes, immutable, archived, created_at, updated_at, revision)
             VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?6, 1) RETURNING number",
        )?
        .query_row(
            params![
                wanted.id.bytes(),
                organisation.number.0,
                wanted.name.as_str(),
                wanted.scopes.to_string(),
                wanted.immutable,
                transaction.at.milliseconds(),
            ],
            |row| row.get(0),
        );
    let permission = Permission {
        id: wanted.id,
        number: PermissionNumber(taken_in(inserted, &TAKEN, Refusal::Consumed)?),
        organisation: organisation.number,
        organisation_id: organisation.id,
        name: wanted.name.clone(),
        scopes: wanted.scopes.clone(),
        immutable: wanted.immutable,
        archived: false,
        created_at: transaction.at,
        updated_at: transaction.at,
        revision: 1,
    };
    tell(transaction, &permission, &[], Event::PermissionCreated)?;
    Ok(permission)
}

/// Changes, archives or takes back a permission; without effect when nothing differs.
pub(crate) fn update(transaction: &mut Transaction<'_>, wanted: &UpdatePermission) -> Result<Permission> {
    let before = find(transaction, &wanted.access, wanted.permission)?;
    if wanted.expects.is_some_and(|revision| revision != before.revision) {
        return Err(Refusal::RevisionChanged { revision: before.revision }.into());
    }
    let mut permission = before.clone();
    let mut changed = Vec::new();
    replace(&mut permission.name, wanted.name.as_ref(), "name", &mut changed);
    replace(&mut permission.scopes, wanted.scopes.as_ref(), "scopes", &mut changed);
    replace(&mut permission.archived, wanted.archived.as_ref(), "archived", &mut changed);
    if changed.is_empty() {
        return Ok(permission);
    }
    if permission.immutable {
        return Err(Refusal::Immutable.into());
    }
    wanted.access.may_hand_out(Role::Member, &permission.scopes.without(&before.scopes))?;
    permission.revision += 1;
    permission.updated_at = transaction.at;
    write(transaction, &permission)?;
    tell(transaction, &permission, &changed, Event::PermissionUpdated)?;
    assignments::follow(transaction, &wanted.access, &before, &permission)?;
    Ok(permission)
}

/// A permission of an organisation within reach.
pub(crate) fn find(transaction: &Transaction<'_>, access: &Access, id: PermissionId) -> Result<Permission> {
    let found = permission_row::by_id(transaction.connection, id)?;
    let found = found.filter(|permission| access.reach.covers_organisation(permission.organisation));
    Ok(found.ok_or(Refusal::NotFound)?)
}

fn write(transaction: &Transaction<'_>, permission: &Permission) -> Result<()> {
    let updated = transaction
        .connection
        .prepare_cached(
            "UPDATE permission SET name = ?2, scopes = ?3, archived = ?4, updated_at = ?5, revision = ?6
             WHERE number = ?1",
        )?
        .execute(params![
            permission.number.0,
            permission.name.as_str(),
            permission.scopes.to_string(),
            permission.archived,
            permission.updated_at.milliseconds(),
            permission.revision,
        ]);
    taken_in(updated, &TAKEN, Refusal::NameTaken)?;
    Ok(())
}

fn tell(
    transaction: &mut Transaction<'_>,
    permission: &Permission,
    changed: &[&'static str],
    event: fn(PermissionChanged) -> Event,
) -> Result<()> {
    let content = PermissionChanged {
        permission: permission.id,
        scopes: permission.scopes.clone(),
        archived: permission.archived,
        changed: changed.iter().map(|&word| word.to_owned()).collect(),
    };
    transaction.append(Some(permission.organisation), None, event(content))
}
