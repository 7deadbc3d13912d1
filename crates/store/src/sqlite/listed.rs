//! Parts of lists of tokens with the names that a row tells of: the rows are found first, by their
//! numbers alone, so that names are looked up for the rows that are shown and for no others.

use super::{
    conditions::{Conditions, blob, number},
    failure::{Failure, Result},
    list,
    search::{PERSON_VALUES, person},
    token_filter::{Selection, count},
    token_row::{self, Rows, within},
};
use crate::query::{ListedToken, NamedOrganisation, Sort, search::Found};
use domain::{
    caller::Reach,
    id::{TokenId, TokenNumber},
    name::Name,
};
use rusqlite::{Connection, Row, params};

/// The part that was asked for, and how many tokens the selection holds.
pub(crate) fn part(
    connection: &Connection,
    reach: Reach,
    mut selection: Selection,
    sort: Sort,
    offset: u64,
    limit: usize,
) -> Result<Found<ListedToken>> {
    let counted = selection.clone();
    let numbers = numbers(connection, &mut selection, sort, offset, limit)?;
    // Where the list ends within the part, everything has been looked through already.
    let total = if !numbers.is_empty() && numbers.len() < limit {
        offset + numbers.len() as u64
    } else {
        count(connection, &counted)?
    };
    let mut statement =
        connection.prepare_cached(&format!("SELECT {} WHERE t.number = ?1", columns(selection.from)))?;
    let mut items = Vec::with_capacity(numbers.len());
    for number in numbers {
        let mut rows = statement.query(params![number.0])?;
        items.extend(rows.next()?.map(|row| read(row, reach)).transpose()?);
    }
    Ok(Found { items, total, more: false })
}

fn numbers(
    connection: &Connection,
    selection: &mut Selection,
    sort: Sort,
    offset: u64,
    limit: usize,
) -> Result<Vec<TokenNumber>> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let sql = numbers_query(selection, sort, offset, limit);
    let mut statement = connection.prepare_cached(&sql)?;
    let numbers = statement.query_map(selection.conditions.values(), |row| row.get(0).map(TokenNumber))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}

/// The query of the numbers of a part.
pub(super) fn numbers_query(selection: &mut Selection, sort: Sort, offset: u64, limit: usize) -> String {
    let (_, order) = list::order(sort);
    let sql = format!(
        "SELECT t.number {} WHERE {} ORDER BY {order} LIMIT ? OFFSET ?",
        token_row::tables(selection.from),
        selection.conditions.sql()
    );
    selection.conditions.value(number(limit as u64));
    selection.conditions.value(number(offset));
    sql
}

/// One token within reach, or its tombstone when `deleted` is true.
pub(crate) fn find(connection: &Connection, reach: Reach, id: TokenId, deleted: bool) -> Result<Option<ListedToken>> {
    let mut conditions = Conditions::new();
    conditions.and_value("t.id = ?", blob(id.bytes()));
    within(reach, &mut conditions);
    let places: &[Rows] = if deleted { &[Rows::Live, Rows::Deleted] } else { &[Rows::Live] };
    for from in places {
        let sql = format!("SELECT {} WHERE {}", columns(*from), conditions.sql());
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(conditions.values())?;
        if let Some(row) = rows.next()? {
            return read(row, reach).map(Some);
        }
    }
    Ok(None)
}

/// A token with those that it names; [`read`] knows the order.
fn columns(from: Rows) -> String {
    format!(
        "{}, o.name, w.number, w.name, w.kind, w.organisation, a.number, a.name, a.kind, a.organisation, \
         w.active, o.active {}",
        token_row::values(from),
        token_row::tables(from)
    )
}

fn read(row: &Row<'_>, reach: Reach) -> Result<ListedToken> {
    let token = token_row::read(row)?;
    let behind_people = token_row::VALUES + 1 + 2 * PERSON_VALUES;
    let organisation = NamedOrganisation {
        number: token.organisation_number,
        name: Name::stored(row.get(token_row::VALUES)?),
        active: row.get(behind_people + 1)?,
    };
    let somebody = |first, who| {
        person(row, first, reach)?.ok_or_else(|| Failure::Unreadable(format!("a token without an {who}").into()))
    };
    let owner = somebody(token_row::VALUES + 1, "owner")?;
    let author = somebody(token_row::VALUES + 1 + PERSON_VALUES, "author")?;
    Ok(ListedToken { token, organisation, owner, owner_active: row.get(behind_people)?, author })
}
