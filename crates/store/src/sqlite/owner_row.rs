//! Rows of organisations, users and service accounts.

use super::{
    failure::{Failure, Result},
    token_row::facts,
};
use domain::{
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber},
    name::{Email, Name},
    owner::{Organisation, Owner, OwnerKind, Role},
    scope::Scopes,
    signer::SignedActions,
    time::Timestamp,
};
use rusqlite::{Connection, Row, ToSql, params};

/// A user or service account with what decides over it.
pub(crate) struct OwnerFacts {
    /// The record.
    pub(crate) owner: Owner,
    /// False when its organisation is deactivated.
    pub(crate) organisation_active: bool,
    /// The most that its tokens may do.
    pub(crate) ceiling: Scopes,
    /// The hash of a user's password.
    pub(crate) password_hash: Option<String>,
    /// Counts a user's passwords and links.
    pub(crate) credential_revision: u64,
}

impl OwnerFacts {
    /// True when its tokens have power.
    pub(crate) fn has_power(&self) -> bool {
        self.owner.active && self.organisation_active
    }
}

/// What every query of owners selects; `read` knows the order.
pub(crate) const OWNER_COLUMNS: &str = "w.number, w.id, w.kind, w.organisation, o.id, w.name, w.email, w.role, \
    w.scopes, w.active, w.password_hash, w.created_at, w.revision, o.active, w.credential_revision, w.slot, w.facts \
    FROM owner AS w JOIN organisation AS o ON o.number = w.organisation";

/// Reads a row of [`OWNER_COLUMNS`].
pub(crate) fn read(row: &Row<'_>) -> Result<OwnerFacts> {
    let password_hash: Option<String> = row.get(10)?;
    let owner = Owner {
        number: OwnerNumber(row.get(0)?),
        id: OwnerId::from_bytes(row.get(1)?),
        kind: kind(row.get_ref(2)?.as_str().map_err(unreadable)?)?,
        organisation: OrganisationNumber(row.get(3)?),
        organisation_id: OrganisationId::from_bytes(row.get(4)?),
        name: Name::stored(row.get(5)?),
        email: row.get::<_, Option<String>>(6)?.map(Email::stored),
        role: role(row.get_ref(7)?.as_str().map_err(unreadable)?)?,
        scopes: Scopes::stored(row.get_ref(8)?.as_str().map_err(unreadable)?),
        active: row.get(9)?,
        has_password: password_hash.is_some(),
        created_at: Timestamp::from_milliseconds(row.get(11)?),
        revision: row.get(12)?,
        slot: row.get(15)?,
        facts: facts(row, 16)?,
    };
    Ok(OwnerFacts {
        ceiling: owner.ceiling(),
        owner,
        organisation_active: row.get(13)?,
        password_hash,
        credential_revision: row.get(14)?,
    })
}

/// The user or service account with this identifier.
pub(crate) fn by_id(connection: &Connection, id: OwnerId) -> Result<Option<OwnerFacts>> {
    one(connection, "w.id = ?1", id.bytes())
}

/// The user or service account with this number.
pub(crate) fn by_number(connection: &Connection, number: OwnerNumber) -> Result<Option<OwnerFacts>> {
    one(connection, "w.number = ?1", number.0)
}

/// The user who signs in with this address.
pub(crate) fn by_email(connection: &Connection, email: &str) -> Result<Option<OwnerFacts>> {
    one(connection, "w.email = ?1", email)
}

fn one(connection: &Connection, condition: &str, value: impl ToSql) -> Result<Option<OwnerFacts>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {OWNER_COLUMNS} WHERE {condition}"))?;
    let mut rows = statement.query(params![value])?;
    rows.next()?.map(read).transpose()
}

/// The values of an organisation; `read_organisation` knows the order.
pub(crate) const ORGANISATION_VALUES: &str = "o.number, o.id, o.name, o.active, o.created_at, o.revision, o.facts, \
    o.signed_actions";
/// How many there are.
pub(crate) const ORGANISATION_VALUE_COUNT: usize = 8;

/// What every query of organisations selects.
pub(crate) fn organisation_columns() -> String {
    format!("{ORGANISATION_VALUES} FROM organisation AS o")
}

/// Reads a row of [`organisation_columns`].
pub(crate) fn read_organisation(row: &Row<'_>) -> Result<Organisation> {
    read_organisation_at(row, 0)
}

/// Reads the values of an organisation from this column on.
pub(crate) fn read_organisation_at(row: &Row<'_>, first: usize) -> Result<Organisation> {
    Ok(Organisation {
        number: OrganisationNumber(row.get(first)?),
        id: OrganisationId::from_bytes(row.get(first + 1)?),
        name: Name::stored(row.get(first + 2)?),
        active: row.get(first + 3)?,
        created_at: Timestamp::from_milliseconds(row.get(first + 4)?),
        revision: row.get(first + 5)?,
        facts: facts(row, first + 6)?,
        signed_actions: signed_actions(row.get_ref(first + 7)?.as_str().map_err(unreadable)?)?,
    })
}

/// The organisation with this identifier.
pub(crate) fn organisation(connection: &Connection, id: OrganisationId) -> Result<Option<Organisation>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {} WHERE o.id = ?1", organisation_columns()))?;
    let mut rows = statement.query(params![id.bytes()])?;
    rows.next()?.map(read_organisation).transpose()
}

/// The kind behind its stored word.
pub(crate) fn kind(word: &str) -> Result<OwnerKind> {
    [OwnerKind::User, OwnerKind::ServiceAccount]
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .ok_or_else(|| unknown_word("kind of owner", word))
}

/// A stored word that stands for none of the things that this binary knows.
pub(crate) fn unknown_word(thing: &str, word: &str) -> Failure {
    Failure::Unreadable(format!("unknown {thing} {word:?}").into())
}

/// The role behind its stored word.
pub(crate) fn role(word: &str) -> Result<Role> {
    Role::parse("role", word).map_err(unreadable)
}

/// What has to be signed, behind its stored word.
pub(crate) fn signed_actions(word: &str) -> Result<SignedActions> {
    SignedActions::parse("signed_actions", word).map_err(unreadable)
}

/// A stored value that is none of those this binary writes.
pub(crate) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::Unreadable(Box::new(error))
}
