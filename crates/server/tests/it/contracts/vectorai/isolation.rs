//! Who may call each operation of VectorAI's door, and how to call it.

use super::database;
use crate::{
    isolation::door::{
        ALL_DENIED, ALL_DONE, Door,
        Outcome::{Done, Hidden},
        Outcomes, Row, Rule, Subject, Whose,
    },
    world::{
        Answer, Call, Person, World,
        document::{self, Operation},
    },
};
use serde_json::json;
use server::config::Contract;
use std::sync::atomic::{AtomicU32, Ordering};

static MADE: AtomicU32 = AtomicU32::new(0);

/// The door, as its clients reach it.
pub(crate) struct AtVectorAi;

impl Door for AtVectorAi {
    async fn open(&self, world: &World) {
        database::switch_on(world).await;
    }

    fn operations(&self) -> Vec<Operation> {
        document::operations_of(document::of_contract(Contract::VectorAi))
    }

    fn rule(&self, operation: &str) -> Rule {
        match operation {
            "list_access_tokens" | "list_api_keys" | "create_access_token" | "create_api_key" => {
                of_one_organisation(Subject::Nothing, ALL_DONE)
            }
            "rotate_access_token" | "rotate_api_key" | "delete_access_token" | "delete_api_key" => {
                of_one_organisation(Subject::Token, [Done, Done, Hidden])
            }
            // These take the admin's sign-in, and no token at all.
            "is_auth_enabled" | "set_auth_enabled" | "delete_admin" => {
                of_one_organisation(Subject::Nothing, ALL_DENIED)
            }
            "admin_exists" | "create_admin" | "sign_admin_in" | "reset_admin_password" | "show_vectorai_document" => {
                Rule::Open
            }
            other => panic!("the operation {other} has no row: say who may call it"),
        }
    }

    fn good<'a>(&self, world: &'a World, operation: &Operation, named: &str) -> Call<'a> {
        let call = world.call(operation.method.clone(), operation.at(named).replace("{token_id}", named));
        match operation.id.as_str() {
            "create_access_token" | "create_api_key" => {
                let name = format!("made {}", MADE.fetch_add(1, Ordering::Relaxed));
                call.json(json!({"name": name, "permission": "read"}))
            }
            "set_auth_enabled" => call.json(json!({"enabled": true})),
            _ => call,
        }
    }

    async fn shown<'a>(&self, call: Call<'a>, credential: &str) -> Call<'a> {
        call.bearer(credential)
    }

    async fn subject(&self, world: &World, kind: Subject, whose: Whose) -> String {
        match (kind, whose) {
            (Subject::Token, Whose::Own) => token(world, &world.acme.member).await,
            (Subject::Token, Whose::Colleagues) => token(world, &world.acme.colleague).await,
            (Subject::Token, Whose::Foreign) => token(world, &world.globex.member).await,
            (_, _) => String::new(),
        }
    }

    fn unknown(&self, _: &World, kind: Subject) -> String {
        if kind == Subject::Token { "4711".to_owned() } else { String::new() }
    }

    fn check_denied(&self, answer: &Answer, context: &str) {
        assert!(answer.expect(403)["status"] == "error", "{context}: {}", answer.text());
    }

    fn check_unauthenticated(&self, answer: &Answer, context: &str) {
        assert_eq!(answer.field("www-authenticate"), Some("Bearer"), "{context}");
        let message = &answer.expect(401)["message"];
        assert_eq!(message, "Invalid or missing authorization token", "{context}");
    }
}

/// The contract is about one organisation, whoever asks.
fn of_one_organisation(subject: Subject, administrators: Outcomes) -> Rule {
    let (root, administrator) = (administrators, administrators);
    let (member, verifier, gateway) = (ALL_DENIED, ALL_DENIED, ALL_DENIED);
    Rule::Token(Row { subject, root, administrator, member, verifier, gateway })
}

/// The number of a new token of this owner, in the form that this door rotates.
async fn token(world: &World, owner: &Person) -> String {
    database::token_of(world, owner, &format!("spare {}", MADE.fetch_add(1, Ordering::Relaxed))).await.to_string()
}
