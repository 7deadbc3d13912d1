//! Pages of organisations, users and service accounts, and parts of their lists in any order with how many there are.

use super::{
    conditions::{Conditions, blob, number},
    failure::Result,
    list::rows,
    owner_row,
    range::Range,
    search,
};
use crate::query::{
    Cursor, FactIs, ListedOwner, NamedOrganisation, OrganisationFilter, OrganisationKey, OwnerFilter, OwnerKey, Page,
    PageRequest, Sort, search::Found,
};
use domain::{
    caller::Reach,
    name::Name,
    owner::{Organisation, Owner},
};
use rusqlite::{Connection, Row, params};

/// A page of organisations, by number.
pub(crate) fn organisations(
    connection: &Connection,
    reach: Reach,
    filter: &OrganisationFilter,
    page: &PageRequest,
) -> Result<Page<Organisation>> {
    let mut conditions = organisation_conditions(reach, filter);
    conditions.and_some("o.number > ?", page.after.as_ref().map(|cursor| number(cursor.number)));
    let sql = format!(
        "SELECT {} WHERE {} ORDER BY o.number LIMIT {}",
        owner_row::organisation_columns(),
        conditions.sql(),
        page.limit + 1
    );
    let cursor = |organisation: &Organisation| Cursor { key: None, number: organisation.number.0.into() };
    rows(connection, &sql, &conditions, page.limit, owner_row::read_organisation, cursor)
}

/// A part of the list of organisations, and how many the filter selects.
pub(crate) fn organisations_part(
    connection: &Connection,
    reach: Reach,
    filter: &OrganisationFilter,
    sort: Sort<OrganisationKey>,
    offset: u64,
    limit: usize,
) -> Result<Found<Organisation>> {
    let conditions = organisation_conditions(reach, filter);
    let numbers = |sort| organisation_numbers(&conditions, sort);
    let one = format!("SELECT {} WHERE o.number = ?1", owner_row::organisation_columns());
    let (from, read) = ("organisation AS o", owner_row::read_organisation);
    part(connection, from, &conditions, (numbers, sort), (offset, limit), &one, read)
}

/// The query of the numbers of a part of it; limit and offset follow.
pub(super) fn organisation_numbers(conditions: &Conditions, sort: Sort<OrganisationKey>) -> String {
    let direction = direction(sort.descending);
    let key = match sort.key {
        OrganisationKey::Created => String::new(),
        OrganisationKey::Name => format!("o.name COLLATE NOCASE {direction}, "),
    };
    format!("SELECT o.number FROM organisation AS o WHERE {} ORDER BY {key}o.number {direction}", conditions.sql())
}

/// What a filter selects within reach.
pub(super) fn organisation_conditions(reach: Reach, filter: &OrganisationFilter) -> Conditions {
    let mut conditions = Conditions::new();
    match reach {
        Reach::Everything => {}
        Reach::Organisation(number) => conditions.and_value("o.number = ?", number.0),
        Reach::Own(number) => {
            conditions.and_value("o.number = (SELECT organisation FROM owner WHERE number = ?)", number.0);
        }
    }
    conditions.and_some("o.id = ?", filter.id.map(|id| blob(id.bytes())));
    conditions.and_some("o.number = ?", filter.number.map(|number| number.0));
    conditions.and_some("o.active = ?", filter.active);
    conditions.and_some("contains_folded(o.name, ?)", filter.name_contains.as_ref().map(|part| part.to_lowercase()));
    conditions
}

/// A page of users and service accounts, by number.
pub(crate) fn owners(
    connection: &Connection,
    reach: Reach,
    filter: &OwnerFilter,
    page: &PageRequest,
) -> Result<Page<Owner>> {
    let mut conditions = owner_conditions(reach, filter);
    conditions.and_some("w.number > ?", page.after.as_ref().map(|cursor| number(cursor.number)));
    let sql = format!(
        "SELECT {} WHERE {} ORDER BY w.number LIMIT {}",
        owner_row::OWNER_COLUMNS,
        conditions.sql(),
        page.limit + 1
    );
    let cursor = |owner: &Owner| Cursor { key: None, number: owner.number.0.into() };
    rows(connection, &sql, &conditions, page.limit, |row| Ok(owner_row::read(row)?.owner), cursor)
}

/// A part of the list of users and service accounts with the names of their organisations, and how many the
/// filter selects.
pub(crate) fn owners_part(
    connection: &Connection,
    reach: Reach,
    filter: &OwnerFilter,
    sort: Sort<OwnerKey>,
    offset: u64,
    limit: usize,
) -> Result<Found<ListedOwner>> {
    let conditions = owner_conditions(reach, filter);
    let numbers = |sort| owner_numbers(&conditions, sort);
    let one = format!("SELECT {} WHERE w.number = ?1", owner_row::OWNER_COLUMNS);
    let mut name = connection.prepare_cached("SELECT name FROM organisation WHERE number = ?1")?;
    part(connection, "owner AS w", &conditions, (numbers, sort), (offset, limit), &one, |row| {
        let facts = owner_row::read(row)?;
        let number = facts.owner.organisation;
        let name = name.query_row(params![number.0], |row| row.get(0).map(Name::stored))?;
        let organisation = NamedOrganisation { number, name, active: facts.organisation_active };
        Ok(ListedOwner { owner: facts.owner, organisation })
    })
}

/// The query of the numbers of a part of it; limit and offset follow.
pub(super) fn owner_numbers(conditions: &Conditions, sort: Sort<OwnerKey>) -> String {
    let direction = direction(sort.descending);
    let key = match sort.key {
        OwnerKey::Created => "",
        OwnerKey::Name => "w.name COLLATE NOCASE",
        OwnerKey::Role => {
            "CASE w.role WHEN 'member' THEN 0 WHEN 'organisation_administrator' THEN 1 \
             WHEN 'application_administrator' THEN 2 END"
        }
        OwnerKey::Organisation => "(SELECT name FROM organisation WHERE number = w.organisation) COLLATE NOCASE",
    };
    let key = if key.is_empty() { String::new() } else { format!("{key} {direction}, ") };
    format!("SELECT w.number FROM owner AS w WHERE {} ORDER BY {key}w.number {direction}", conditions.sql())
}

/// What a filter selects within reach.
pub(super) fn owner_conditions(reach: Reach, filter: &OwnerFilter) -> Conditions {
    let mut conditions = Conditions::new();
    match reach {
        Reach::Everything => {}
        Reach::Organisation(number) => conditions.and_value("w.organisation = ?", number.0),
        Reach::Own(number) => conditions.and_value("w.number = ?", number.0),
    }
    conditions.and_some("w.id = ?", filter.id.map(|id| blob(id.bytes())));
    conditions.and_some("w.number = ?", filter.number.map(|number| number.0));
    conditions.and_some("w.slot = ?", filter.slot.clone());
    conditions.and_some("w.kind = ?", filter.kind.map(|kind| kind.as_str().to_owned()));
    let organisation = filter.organisation.map(|id| blob(id.bytes()));
    conditions.and_some("w.organisation = (SELECT number FROM organisation WHERE id = ?)", organisation);
    conditions.and_some("w.role = ?", filter.role.map(|role| role.as_str().to_owned()));
    conditions.and_some("w.active = ?", filter.active);
    conditions.and_some("w.email = ?", filter.email.as_ref().map(|email| email.to_lowercase()));
    conditions.and_some("contains_folded(w.name, ?)", filter.name_contains.as_ref().map(|part| part.to_lowercase()));
    let text = filter.text.as_ref().map(|part| part.to_lowercase());
    // No name and no address holds a line feed, so no text is found across both.
    conditions.and_some("contains_folded(w.name || char(10) || coalesce(w.email, ''), ?)", text);
    for FactIs { fact, text, is } in &filter.facts {
        let condition = if *is {
            "(w.facts IS NOT NULL AND json_extract(w.facts, ?) = ?)"
        } else {
            "(w.facts IS NULL OR json_extract(w.facts, ?) IS NOT ?)"
        };
        conditions.and_value(condition, search::fact_path(*fact));
        conditions.value(text.clone());
    }
    conditions
}

/// The rows are found first, by their numbers alone, so that nothing else is read of those that are left out; and from
/// the nearer end, so that as few as possible are.
fn part<Key, T>(
    connection: &Connection,
    from: &str,
    conditions: &Conditions,
    (numbers, sort): (impl Fn(Sort<Key>) -> String, Sort<Key>),
    (offset, limit): (u64, usize),
    one: &str,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Found<T>> {
    let count = format!("SELECT count(*) FROM {from} WHERE {}", conditions.sql());
    let total = connection.prepare_cached(&count)?.query_row(conditions.values(), |row| row.get(0))?;
    let mut items = Vec::new();
    if limit > 0 && offset < total {
        let range = Range::nearer(offset, limit, total);
        let sort = Sort { descending: sort.descending != range.backwards, ..sort };
        let mut ranged = conditions.clone();
        ranged.value(number(range.limit));
        ranged.value(number(range.offset));
        let mut statement = connection.prepare_cached(&format!("{} LIMIT ? OFFSET ?", numbers(sort)))?;
        let found = statement.query_map(ranged.values(), |row| row.get::<_, u32>(0))?;
        let found = range.in_order(found.collect::<rusqlite::Result<Vec<_>>>()?);
        let mut statement = connection.prepare_cached(one)?;
        for number in found {
            let mut rows = statement.query(params![number])?;
            items.extend(rows.next()?.map(&mut read).transpose()?);
        }
    }
    Ok(Found { items, total, more: false })
}

fn direction(descending: bool) -> &'static str {
    if descending { "DESC" } else { "ASC" }
}
