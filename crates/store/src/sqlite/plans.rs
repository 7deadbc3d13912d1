//! Pages are found by walking an index in the order of the list, however large the store is.

use super::{
    conditions::Conditions, journal, list::tokens_query, listed, people, prune, search, token_filter::Selection,
    token_row::Rows,
};
use crate::{
    migration::{SQLITE, migrate},
    query::{
        Cursor, JournalFilter, OrganisationFilter, OwnerFilter, PageRequest, Sort, TokenFilter,
        search::{Comparison, Condition, Field, Operand, Search, Value},
    },
};
use domain::{
    caller::Reach,
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, TokenId},
    time::Timestamp,
    token::State,
};
use rusqlite::Connection;

fn store() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection, SQLITE).unwrap();
    connection
}

fn page() -> PageRequest {
    PageRequest { after: Some(Cursor { key: None, number: 9 }), limit: 50 }
}

fn plan(connection: &Connection, sql: &str, conditions: &Conditions) -> String {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let steps = statement.query_map(conditions.values(), |row| row.get::<_, String>(3)).unwrap();
    steps.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

fn check(plan: &str, expected: &str) {
    assert!(plan.starts_with(expected) && !plan.contains("TEMP B-TREE"), "{expected}\n{plan}");
}

#[test]
fn lists_of_tokens_walk_an_index() {
    let connection = store();
    let own = TokenFilter { owner: Some(OwnerId::from_bytes([1; 16])), ..TokenFilter::default() };
    let active = TokenFilter { state: Some(State::Active), ..TokenFilter::default() };
    let deleted = TokenFilter { state: Some(State::Deleted), ..TokenFilter::default() };
    let organisation = Reach::Organisation(OrganisationNumber(1));
    for (reach, filter, expected) in [
        (Reach::Everything, TokenFilter::default(), "SEARCH t USING INTEGER PRIMARY KEY"),
        (Reach::Everything, active.clone(), "SEARCH t USING INTEGER PRIMARY KEY"),
        (Reach::Everything, own, "SEARCH t USING INDEX token_owner"),
        (organisation, TokenFilter::default(), "SEARCH t USING INDEX token_organisation"),
        (organisation, active, "SEARCH t USING INDEX token_organisation"),
        (organisation, deleted.clone(), "SEARCH t USING INDEX tombstone_organisation"),
        (Reach::Own(OwnerNumber(1)), TokenFilter::default(), "SEARCH t USING INDEX token_owner"),
        (Reach::Own(OwnerNumber(1)), deleted, "SEARCH t USING INDEX tombstone_owner"),
    ] {
        let mut selection = Selection::new(reach, &filter, Timestamp::from_milliseconds(5));
        let sql = tokens_query(&mut selection, Sort::default(), &page());
        check(&plan(&connection, &sql, &selection.conditions), expected);
    }
}

#[test]
fn parts_of_lists_of_tokens_walk_an_index() {
    let connection = store();
    let deleted = TokenFilter { state: Some(State::Deleted), ..TokenFilter::default() };
    let organisation = Reach::Organisation(OrganisationNumber(1));
    for (reach, filter, expected) in [
        (Reach::Everything, TokenFilter::default(), "SCAN t"),
        (organisation, TokenFilter::default(), "SEARCH t USING INDEX token_organisation"),
        (Reach::Own(OwnerNumber(1)), TokenFilter::default(), "SEARCH t USING INDEX token_owner"),
        (organisation, deleted, "SEARCH t USING INDEX tombstone_organisation"),
    ] {
        let mut selection = Selection::new(reach, &filter, Timestamp::from_milliseconds(5));
        let sql = listed::numbers_query(&mut selection, Sort::default(), 200, 100);
        let plan = plan(&connection, &sql, &selection.conditions);
        check(&plan, expected);
        // Names are looked up for the rows of the part alone.
        assert_eq!(plan.lines().count(), 1, "{plan}");
    }
}

#[test]
fn parts_of_lists_of_people_walk_an_index() {
    let connection = store();
    let organisation = Reach::Organisation(OrganisationNumber(1));
    let of = OwnerFilter { organisation: Some(OrganisationId::from_bytes([1; 16])), ..OwnerFilter::default() };
    for (reach, filter, expected) in [
        (Reach::Everything, OwnerFilter::default(), "SCAN w"),
        (organisation, OwnerFilter::default(), "SEARCH w USING COVERING INDEX owner_organisation"),
        (Reach::Everything, of, "SEARCH w USING COVERING INDEX owner_organisation"),
        (Reach::Own(OwnerNumber(1)), OwnerFilter::default(), "SEARCH w USING INTEGER PRIMARY KEY"),
    ] {
        let conditions = people::owner_conditions(reach, &filter);
        check(&plan(&connection, &people::owner_numbers(&conditions, Sort::default()), &conditions), expected);
    }
    let conditions = people::organisation_conditions(Reach::Everything, &OrganisationFilter::default());
    check(&plan(&connection, &people::organisation_numbers(&conditions, Sort::default()), &conditions), "SCAN o");
}

#[test]
fn parts_of_the_journal_walk_an_index_and_nothing_else() {
    let connection = store();
    let organisation = Reach::Organisation(OrganisationNumber(1));
    let token = JournalFilter { token: Some(TokenId::from_bytes([1; 16])), ..JournalFilter::default() };
    let started = JournalFilter { after: Some(Timestamp::from_milliseconds(5)), ..JournalFilter::default() };
    let from = PageRequest { after: None, limit: 50 };
    for (reach, filter, expected) in [
        (organisation, JournalFilter::default(), "SEARCH j USING COVERING INDEX journal_organisation"),
        (Reach::Everything, token, "SEARCH j USING COVERING INDEX journal_token"),
        (Reach::Everything, started, "SCAN j"),
    ] {
        let mut conditions = journal::conditions(&connection, reach, &filter, &from).unwrap();
        let sql = journal::positions_query(&conditions, &filter);
        conditions.value(50);
        conditions.value(100);
        let plan = plan(&connection, &sql, &conditions);
        check(&plan, expected);
        // Names and contents are read for the entries of the part alone.
        assert!(!plan.contains(" a ") && !plan.contains(" o "), "{plan}");
    }
}

#[test]
fn searches_walk_an_index() {
    let connection = store();
    let seventh = Condition::Compare(Field::Number, Comparison::Equal, Operand::Value(Value::Number(7)));
    let some = Condition::OneOf(Field::Number, vec![Value::Number(7), Value::Number(9)]);
    let organisation = Reach::Organisation(OrganisationNumber(1));
    for (reach, condition, expected) in [
        (Reach::Everything, Condition::All(vec![]), "SCAN t"),
        (organisation, Condition::All(vec![]), "SEARCH t USING INDEX token_organisation"),
        (Reach::Everything, Condition::All(vec![seventh.clone()]), "SEARCH t USING INTEGER PRIMARY KEY"),
        (Reach::Everything, some, "SEARCH t USING INTEGER PRIMARY KEY"),
        (organisation, Condition::All(vec![seventh]), "SEARCH t USING INTEGER PRIMARY KEY"),
    ] {
        let search = Search { condition, order: vec![], offset: 0, limit: 100, deleted: false };
        let (sql, conditions) =
            search::query(&search::columns(Rows::Live), reach, &search, Timestamp::from_milliseconds(5));
        check(&plan(&connection, &sql, &conditions), expected);
    }
}

#[test]
fn pages_of_the_journal_walk_an_index() {
    let connection = store();
    let token = JournalFilter { token: Some(TokenId::from_bytes([1; 16])), ..JournalFilter::default() };
    let kind = |kind: &str| JournalFilter { kind: Some(kind.into()), ..JournalFilter::default() };
    let organisation = Reach::Organisation(OrganisationNumber(1));
    let both = JournalFilter { kind: Some("token.updated".to_owned()), ..token.clone() };
    for (reach, filter, expected) in [
        (Reach::Everything, JournalFilter::default(), "SEARCH j USING INTEGER PRIMARY KEY"),
        (organisation, JournalFilter::default(), "SEARCH j USING INDEX journal_organisation"),
        (Reach::Everything, both.clone(), "SEARCH j USING INDEX journal_token"),
        (organisation, both.clone(), "SEARCH j USING INDEX journal_token"),
        (Reach::Own(OwnerNumber(1)), both, "SEARCH j USING INDEX journal_token"),
        (Reach::Everything, token, "SEARCH j USING INDEX journal_token"),
        (Reach::Everything, kind("token.deleted"), "SEARCH j USING INDEX journal_kind"),
        (Reach::Everything, kind("token.issued"), "SEARCH j USING INTEGER PRIMARY KEY"),
    ] {
        let conditions = journal::conditions(&connection, reach, &filter, &page()).unwrap();
        let sql = journal::page_query(&conditions, &filter, &page());
        check(&plan(&connection, &sql, &conditions), expected);
    }
}

#[test]
fn callers_are_forgotten_without_a_look_at_all_of_them() {
    let connection = store();
    let mut conditions = Conditions::new();
    conditions.value(5);
    conditions.value(6);
    check(&plan(&connection, &prune::callers_before(), &conditions), "SEARCH token_caller USING PRIMARY KEY (token=?)");
    let last = prune::last_callers_before();
    check(&plan(&connection, &last, &conditions), "SEARCH usage USING INTEGER PRIMARY KEY (rowid=?)");
}
