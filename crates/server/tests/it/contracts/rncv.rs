//! What holds at RNCV's door.

use crate::{
    isolation::door::{Door, Rule, Subject, Whose},
    world::{
        Answer, Call, World,
        document::{self, Operation},
    },
};
use server::config::Contract;

/// The door, as its clients reach it.
pub(super) struct AtRncv;

impl Door for AtRncv {
    fn operations(&self) -> Vec<Operation> {
        document::operations_of(document::of_contract(Contract::Rncv))
    }

    fn rule(&self, operation: &str) -> Rule {
        match operation {
            "show_rncv_document" => Rule::Open,
            other => panic!("the operation {other} has no row: say who may call it"),
        }
    }

    fn good<'a>(&self, world: &'a World, operation: &Operation, named: &str) -> Call<'a> {
        world.call(operation.method.clone(), operation.at(named))
    }

    fn shown<'a>(&self, call: Call<'a>, credential: &str) -> Call<'a> {
        call.token(credential)
    }

    async fn subject(&self, world: &World, kind: Subject, whose: Whose) -> String {
        world.subject(kind, whose).await
    }

    fn unknown(&self, world: &World, kind: Subject) -> String {
        world.unknown(kind)
    }

    fn check_denied(&self, answer: &Answer, context: &str) {
        assert!(answer.expect(403)["detail"].is_string(), "{context}: {}", answer.text());
    }

    fn check_unauthenticated(&self, answer: &Answer, context: &str) {
        assert_eq!(answer.field("www-authenticate"), Some("Token"), "{context}");
        assert!(answer.expect(401)["detail"].is_string(), "{context}: {}", answer.text());
    }
}
