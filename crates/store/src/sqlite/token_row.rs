//! Rows of tokens, live or deleted, and of their secrets.

use super::{
    conditions::{Conditions, blob},
    failure::{Failure, Result},
    owner_row::{kind, unreadable},
};
use domain::{
    address::Networks,
    caller::Reach,
    facts::Facts,
    form::SecretForm,
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, TokenId, TokenNumber},
    journal::SecretEnd,
    name::{Labels, Name},
    scope::Scopes,
    secret::{Digest, KeyId},
    time::Timestamp,
    token::{Deleted, LastUse, Terms, Token, has_passed},
};
use rusqlite::{Connection, Row, params};

/// Where a query of tokens looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Among the live tokens.
    Live,
    /// Among the tombstones.
    Deleted,
    /// Among both.
    All,
}

/// The joins are outer joins so that SQLite walks the tokens first, in the order of the list, and leaves
/// out those that a query does not need.
macro_rules! tables {
    ($table:literal $(, $join:literal)?) => {
        concat!(
            "FROM ",
            $table,
            " AS t LEFT JOIN organisation AS o ON o.number = t.organisation",
            " LEFT JOIN owner AS w ON w.number = t.owner LEFT JOIN owner AS a ON a.number = t.author",
            " LEFT JOIN usage AS u ON u.token = t.number"
            $(, $join)?
        )
    };
}

/// The tables behind a query of tokens.
pub(crate) fn tables(from: Rows) -> &'static str {
    match from {
        Rows::Live => tables!("token"),
        Rows::Deleted => tables!("tombstone", " LEFT JOIN owner AS d ON d.number = t.deleted_by"),
        Rows::All => tables!("token_all", " LEFT JOIN owner AS d ON d.number = t.deleted_by"),
    }
}

/// How many values [`read`] takes from the beginning of a row.
pub(crate) const VALUES: usize = 31;

/// The values of every query of tokens; [`read`] knows the order.
pub(crate) fn values(from: Rows) -> &'static str {
    macro_rules! values {
        ($deleted:literal) => {
            concat!(
                "t.number, t.id, t.name, t.description, o.id, t.organisation, w.id, t.owner, w.kind, a.id, t.author, ",
                "(SELECT scopes FROM scope_set WHERE number = t.scope_set), ",
                "(SELECT networks FROM network_set WHERE number = t.network_set), ",
                "t.labels, t.created_at, coalesce(t.updated_at, t.created_at), t.expires_at, t.disabled, t.revision, ",
                "(SELECT hint FROM secret WHERE token = t.number ORDER BY serial DESC LIMIT 1), ",
                "u.last_used_at, u.address, u.user_agent, u.count, t.slot, t.unique_in, t.form, t.facts, ",
                $deleted
            )
        };
    }
    match from {
        Rows::Live => values!("NULL, NULL, NULL"),
        Rows::Deleted | Rows::All => values!("t.deleted_at, d.id, t.reason"),
    }
}

/// What every query of tokens selects.
pub(crate) fn columns(from: Rows) -> String {
    format!("{} {}", values(from), tables(from))
}

/// Reads the first [`VALUES`] of a row.
pub(crate) fn read(row: &Row<'_>) -> Result<Token> {
    let labels = match row.get_ref(13)?.as_str_or_null().map_err(unreadable)? {
        Some(text) => serde_json::from_str(text)?,
        None => Labels::default(),
    };
    let scopes = Scopes::stored(row.get_ref(11)?.as_str().map_err(unreadable)?);
    let networks = row.get_ref(12)?.as_str_or_null().map_err(unreadable)?.map(Networks::stored);
    Ok(Token {
        number: TokenNumber(row.get(0)?),
        id: TokenId::from_bytes(row.get(1)?),
        name: Name::stored(row.get(2)?),
        description: row.get(3)?,
        organisation: OrganisationId::from_bytes(row.get(4)?),
        organisation_number: OrganisationNumber(row.get(5)?),
        owner: OwnerId::from_bytes(row.get(6)?),
        owner_number: OwnerNumber(row.get(7)?),
        owner_kind: kind(row.get_ref(8)?.as_str().map_err(unreadable)?)?,
        author: OwnerId::from_bytes(row.get(9)?),
        author_number: OwnerNumber(row.get(10)?),
        scopes,
        networks,
        labels,
        created_at: Timestamp::from_milliseconds(row.get(14)?),
        updated_at: Timestamp::from_milliseconds(row.get(15)?),
        expires_at: time(row, 16)?,
        disabled: row.get(17)?,
        revision: row.get(18)?,
        hint: row.get(19)?,
        last_use: last_use(row)?,
        terms: terms(row)?,
        deleted: deleted(row)?,
    })
}

fn last_use(row: &Row<'_>) -> Result<Option<LastUse>> {
    let Some(at) = time(row, 20)? else { return Ok(None) };
    let address = row.get_ref(21)?.as_str_or_null().map_err(unreadable)?;
    let address = address.map(|text| text.parse().map_err(unreadable)).transpose()?;
    Ok(Some(LastUse { at, address, user_agent: row.get(22)?, count: row.get(23)? }))
}

fn terms(row: &Row<'_>) -> Result<Terms> {
    let form = row.get_ref(26)?.as_str_or_null().map_err(unreadable)?;
    let unknown = |text: &str| Failure::Unreadable(format!("unknown form of secrets {text:?}").into());
    Ok(Terms {
        slot: row.get(24)?,
        unique_in: row.get(25)?,
        form: form.map(|text| SecretForm::stored(text).ok_or_else(|| unknown(text))).transpose()?,
        facts: facts(row, 27)?,
    })
}

/// The facts of contracts in this column.
pub(crate) fn facts(row: &Row<'_>, column: usize) -> Result<Facts> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(unreadable)?;
    Ok(text.map(serde_json::from_str).transpose()?.unwrap_or_default())
}

/// The stored form of facts: none, or a JSON object.
pub(crate) fn facts_text(facts: &Facts) -> Result<Option<String>> {
    Ok(if facts.is_empty() { None } else { Some(serde_json::to_string(facts)?) })
}

fn deleted(row: &Row<'_>) -> Result<Option<Deleted>> {
    let Some(at) = time(row, 28)? else { return Ok(None) };
    Ok(Some(Deleted { at, by: row.get::<_, Option<_>>(29)?.map(OwnerId::from_bytes), reason: row.get(30)? }))
}

fn time(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_milliseconds))
}

/// Adds the condition that keeps a query within reach.
pub(crate) fn within(reach: Reach, conditions: &mut Conditions) {
    match reach {
        Reach::Everything => {}
        Reach::Organisation(number) => conditions.and_value("t.organisation = ?", number.0),
        Reach::Own(number) => conditions.and_value("t.owner = ?", number.0),
    }
}

/// One token within reach.
pub(crate) fn find(connection: &Connection, from: Rows, reach: Reach, id: TokenId) -> Result<Option<Token>> {
    let mut conditions = Conditions::new();
    conditions.and_value("t.id = ?", blob(id.bytes()));
    within(reach, &mut conditions);
    let sql = format!("SELECT {} WHERE {}", columns(from), conditions.sql());
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(conditions.values())?;
    rows.next()?.map(read).transpose()
}

/// A secret of a token.
#[derive(Debug, Clone)]
pub(crate) struct SecretRow {
    /// Its place among the token's secrets.
    pub(crate) serial: i64,
    /// Its digest.
    pub(crate) digest: Digest,
    /// When it ends.
    pub(crate) ends_at: Option<Timestamp>,
    /// True while its first use is to end the older ones.
    pub(crate) ends_others: bool,
    /// The key of its digest.
    pub(crate) key: KeyId,
}

impl SecretRow {
    /// Its end at an instant, as the journal tells it.
    pub(crate) fn end(&self, at: Timestamp) -> SecretEnd {
        SecretEnd { digest: self.digest, at, key: self.key, serial: self.serial }
    }

    /// True when verification accepts it at `now`.
    pub(crate) fn is_accepted(&self, now: Timestamp) -> bool {
        !self.ends_at.is_some_and(|end| has_passed(end, now))
    }
}

/// Every secret that a token ever had, the oldest first.
pub(crate) fn secrets(connection: &Connection, token: TokenNumber) -> Result<Vec<SecretRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT serial, digest, ends_at, ends_others, key FROM secret WHERE token = ?1 ORDER BY serial",
    )?;
    let mut rows = statement.query(params![token.0])?;
    let mut secrets = Vec::new();
    while let Some(row) = rows.next()? {
        secrets.push(SecretRow {
            serial: row.get(0)?,
            digest: Digest::from_bytes(row.get(1)?),
            ends_at: time(row, 2)?,
            ends_others: row.get(3)?,
            key: KeyId(row.get(4)?),
        });
    }
    Ok(secrets)
}

/// The digests of every secret that a token ever had: one that was rotated out must not be stronger than
/// its token either, whatever the clock says later.
pub(crate) fn digests(connection: &Connection, token: TokenNumber) -> Result<Vec<Digest>> {
    Ok(secrets(connection, token)?.into_iter().map(|secret| secret.digest).collect())
}
