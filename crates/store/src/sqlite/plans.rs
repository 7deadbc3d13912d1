//! Pages are found by walking an index in the order of the list, however large the store is.

use super::{
    conditions::Conditions, journal, list::tokens_query, listed, people, prune, search, token_filter::Selection,
    token_row::Rows,
};
use crate::{
    migration::{SQLITE, migrate},
    query::{
        Cursor, JournalFilter, OrganisationFilter, OwnerFilter, OwnerKey, PageRequest, Sort, TokenFilter,
        search::{Comparison, Condition, Field, Operand, Search, Value},
    },
};
use domain::{
    caller::Reach,
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, TokenId},
    owner::OwnerKind,
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
fn parts_of_lists_of_people_in_the_order_of_their_numbers_walk_an_index() {
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
    let kind = OwnerFilter { kind: Some(OwnerKind::User), ..OwnerFilter::default() };
    for (reach, expected) in [(Reach::Everything, "SCAN w"), (organisation, "SEARCH w USING INDEX owner_organisation")]
    {
        let conditions = people::owner_conditions(reach, &kind);
        check(&plan(&connection, &people::owner_numbers(&conditions, Sort::default()), &conditions), expected);
        // No index is in the order of names: what fits is gathered, and sorted once.
        let by_name = Sort { key: OwnerKey::Name, descending: false };
        let plan = plan(&connection, &people::owner_numbers(&conditions, by_name), &conditions);
        assert!(plan.starts_with(expected) && plan.ends_with("USE TEMP B-TREE FOR ORDER BY"), "{plan}");
    }
    let conditions = people::organisation_conditions(Reach::Everything, &OrganisationFilter::default());
    check(&plan(&connection, &people::organisation_numbers(&conditions, Sort::default()), &conditions), "SCAN o");
}

#[test]
fn parts_of_the_journal_are_found_by_their_positions_alone() {
    let connection = store();
    let organisation = Reach::Organisation(OrganisationNumber(1));
    let token = JournalFilter { token: Some(TokenId::from_bytes([1; 16])), ..JournalFilter::default() };
    let started = JournalFilter { after: Some(Timestamp::from_milliseconds(5)), ..JournalFilter::default() };
    let from = PageRequest { after: None, limit: 50 };
    let actor = JournalFilter { actor: Some(OwnerId::from_bytes([1; 16])), ..JournalFilter::default() };
    for (reach, filter) in [(Reach::Own(OwnerNumber(1)), JournalFilter::default()), (Reach::Everything, actor)] {
        let mut conditions = journal::conditions(&connection, reach, &filter, &from, u64::MAX).unwrap();
        let sql = journal::count_query(&conditions);
        conditions.value(100_001);
        // What an owner did is counted without a look at what others did.
        let plan = plan(&connection, &sql, &conditions);
        assert!(
            plan.contains("USING COVERING INDEX journal_actor") || plan.contains("USING INDEX journal_actor"),
            "{plan}"
        );
        assert!(!plan.contains("SCAN j") && !plan.contains("j USING INTEGER PRIMARY KEY"), "{plan}");
    }
    for (reach, filter, expected) in [
        (organisation, JournalFilter::default(), "SEARCH j USING COVERING INDEX journal_organisation"),
        (Reach::Everything, token, "SEARCH j USING COVERING INDEX journal_token"),
        (Reach::Everything, started, "SCAN j"),
    ] {
        let mut conditions = journal::conditions(&connection, reach, &filter, &from, 100_000).unwrap();
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
        let conditions = journal::conditions(&connection, reach, &filter, &page(), 2_000).unwrap();
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
