//! The first administrator of a new store, and the way back in when all are lost.

use super::{
    credentials, failure::Result, issue::issue, organisations, owner_row, owners, signers, transaction::Transaction,
};
use crate::{
    change::{IssueToken, NewOwner, RecoverAdministrator, SetUp, WantedScopes},
    error::Refusal,
};
use domain::{
    caller::Access,
    facts::Facts,
    name::Labels,
    owner::{Organisation, Owner, OwnerKind, Role},
    scope::Scopes,
    token::{Terms, Token},
};

/// Makes the first organisation, its administrator and, when asked for, his token.
pub(crate) fn set_up(transaction: &mut Transaction<'_>, wanted: &SetUp) -> Result<(Owner, Option<Token>)> {
    let sql = "SELECT EXISTS (SELECT 1 FROM owner) OR EXISTS (SELECT 1 FROM organisation)";
    if transaction.connection.query_row(sql, [], |row| row.get(0))? {
        return Err(Refusal::AlreadySetUp.into());
    }
    let organisation = organisations::create(transaction, &wanted.organisation)?;
    let administrator =
        NewOwner { kind: OwnerKind::User, role: Role::ApplicationAdministrator, ..wanted.administrator.clone() };
    let administrator = owners::insert(transaction, &organisation, &administrator, &[])?;
    let Some((id, name, secret)) = &wanted.token else { return Ok((administrator, None)) };
    let token = IssueToken {
        access: Access::unlimited(),
        id: *id,
        owner: administrator.id,
        author: administrator.number,
        name: name.clone(),
        description: String::new(),
        scopes: WantedScopes::Exactly(Scopes::everything()),
        networks: None,
        labels: Labels::default(),
        expires_at: None,
        secret: secret.clone().into(),
        terms: Terms::default(),
        signer: None,
        permission: None,
    };
    let token = issue(transaction, &token)?;
    Ok((administrator, Some(token)))
}

/// Makes a user an active application administrator with a new password, creating him if need be.
/// His organisation is reactivated when it has to be: without it he could do nothing.
pub(crate) fn recover(transaction: &mut Transaction<'_>, wanted: &RecoverAdministrator) -> Result<Owner> {
    let Some(facts) = owner_row::by_email(transaction.connection, wanted.email.as_str())? else {
        let mut first = first_organisation(transaction)?.ok_or(Refusal::OrganisationNotFound)?;
        reactivate(transaction, &mut first)?;
        return owners::insert(transaction, &first, &administrator(wanted), &[]);
    };
    let organisation = owner_row::organisation(transaction.connection, facts.owner.organisation_id)?;
    let mut organisation = organisation.ok_or(Refusal::OrganisationNotFound)?;
    reactivate(transaction, &mut organisation)?;
    let mut owner = facts.owner.clone();
    let mut changed = Vec::new();
    super::update::replace(&mut owner.role, Some(&Role::ApplicationAdministrator), "role", &mut changed);
    super::update::replace(&mut owner.active, Some(&true), "active", &mut changed);
    if !changed.is_empty() {
        owners::write(transaction, &mut owner, &changed)?;
    }
    let facts = owner_row::by_number(transaction.connection, owner.number)?.ok_or(Refusal::NotFound)?;
    // Whoever took over the account may have left a key behind.
    signers::disable_all(transaction, &owner)?;
    credentials::change_password(transaction, &facts, &wanted.password_hash)
}

fn administrator(wanted: &RecoverAdministrator) -> NewOwner {
    NewOwner {
        id: wanted.id,
        kind: OwnerKind::User,
        name: wanted.name.clone(),
        email: Some(wanted.email.clone()),
        role: Role::ApplicationAdministrator,
        scopes: Scopes::default(),
        password_hash: Some(wanted.password_hash.clone()),
        slot: None,
        facts: Facts::default(),
    }
}

fn first_organisation(transaction: &Transaction<'_>) -> Result<Option<Organisation>> {
    let sql = format!("SELECT {} ORDER BY o.number LIMIT 1", owner_row::organisation_columns());
    let mut statement = transaction.connection.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    rows.next()?.map(owner_row::read_organisation).transpose()
}

fn reactivate(transaction: &mut Transaction<'_>, organisation: &mut Organisation) -> Result<()> {
    if organisation.active {
        return Ok(());
    }
    organisation.active = true;
    organisations::write(transaction, organisation, &["active"])
}
