//! Who may call each operation of SoftwareOne's door, and how to call it.

use crate::{
    isolation::door::{
        ALL_DENIED, ALL_DONE, Door,
        Outcome::{Done, Empty, Hidden, Unnamed},
        Row, Rule, Subject, Whose, row,
    },
    world::{
        Answer, Call, World,
        document::{self, Operation},
    },
};
use domain::id::{OrganisationId, Position, TokenId, TokenNumber};
use serde_json::json;
use server::config::Contract;
use store::query::OrganisationFilter;

/// The door, as its clients reach it.
pub(crate) struct AtSoftwareOne;

impl Door for AtSoftwareOne {
    fn operations(&self) -> Vec<Operation> {
        document::operations_of(document::of_contract(Contract::SoftwareOne))
    }

    fn rule(&self, operation: &str) -> Rule {
        let (theirs, own) = ([Done, Done, Hidden], [Done, Hidden, Hidden]);
        match operation {
            "list_softwareone_tokens" => row(Subject::Organisation, [Done, Done, Empty], [Done, Done, Empty]),
            "create_softwareone_token" => row(Subject::Organisation, [Done, Done, Unnamed], ALL_DENIED),
            "show_softwareone_token"
            | "update_softwareone_token"
            | "disable_softwareone_token"
            | "delete_softwareone_token" => row(Subject::Token, theirs, own),
            "enable_softwareone_token" => row(Subject::DisabledToken, theirs, own),
            "list_softwareone_records" => row(Subject::Token, [Done, Done, Empty], [Done, Empty, Empty]),
            "show_softwareone_record" => row(Subject::Entry, theirs, own),
            // The catalogues are the same for everybody.
            "list_softwareone_modules"
            | "show_softwareone_module"
            | "list_softwareone_event_types"
            | "show_softwareone_event_type" => Rule::Token(Row {
                subject: Subject::Nothing,
                root: ALL_DONE,
                administrator: ALL_DONE,
                member: ALL_DONE,
                verifier: ALL_DONE,
                gateway: ALL_DONE,
            }),
            "show_softwareone_document" => Rule::Open,
            other => panic!("the operation {other} has no row: say who may call it"),
        }
    }

    fn good<'a>(&self, world: &'a World, operation: &Operation, named: &str) -> Call<'a> {
        let call = |path: String| world.call(operation.method.clone(), path);
        match operation.id.as_str() {
            "list_softwareone_tokens" => call(format!("{}?eq(account.id,'{named}')", operation.path)),
            "list_softwareone_records" => call(format!("{}?object.id='{named}'", operation.path)),
            "create_softwareone_token" => {
                call(operation.path.clone()).json(json!({"name": "made", "account": {"id": named}}))
            }
            "update_softwareone_token" => call(operation.at(named)).json(json!({"description": "changed"})),
            "show_softwareone_module" => call(operation.at("MOD-1756")),
            "show_softwareone_event_type" => call(operation.at("AET-0000-0001")),
            _ => call(operation.at(named)),
        }
    }

    async fn shown<'a>(&self, call: Call<'a>, credential: &str) -> Call<'a> {
        call.bearer(credential)
    }

    async fn subject(&self, world: &World, kind: Subject, whose: Whose) -> String {
        let named = world.subject(kind, whose).await;
        match kind {
            Subject::Token | Subject::DisabledToken => token(world, &named).await,
            Subject::Organisation => account(world, &named).await,
            Subject::Entry => record(named.parse().unwrap()),
            _ => named,
        }
    }

    fn unknown(&self, _: &World, kind: Subject) -> String {
        match kind {
            Subject::Token | Subject::DisabledToken => "TKN-9999-9999".to_owned(),
            Subject::Organisation => "ACC-9999-9999".to_owned(),
            Subject::Entry => record(99_999),
            _ => String::new(),
        }
    }

    fn check_denied(&self, answer: &Answer, context: &str) {
        assert!(answer.expect(403)["title"] == "Forbidden", "{context}: {}", answer.text());
    }

    fn check_unauthenticated(&self, answer: &Answer, context: &str) {
        assert_eq!(answer.field("www-authenticate"), Some("Bearer"), "{context}");
        assert!(answer.expect(401)["title"] == "Authentication Failed", "{context}: {}", answer.text());
    }
}

async fn token(world: &World, id: &str) -> String {
    let id = TokenId::parse("id", id).unwrap();
    let token = world.authority().token(&world.caller, id, false).await.unwrap();
    format!("TKN-{}", token.number.grouped())
}

async fn account(world: &World, id: &str) -> String {
    let id = OrganisationId::parse("id", id).unwrap();
    let filter = OrganisationFilter { id: Some(id), ..OrganisationFilter::default() };
    let page = store::query::PageRequest { after: None, limit: 1 };
    let found = world.authority().organisations(&world.caller, filter, page).await.unwrap();
    format!("ACC-{}", found.items[0].number.grouped())
}

fn record(position: u64) -> String {
    format!("AUD-0000-0000-{}", TokenNumber(Position(position).0).grouped())
}
