//! What holds at RNCV's door; the files mirror its URLs.
//!
//! | file | promise |
//! | --- | --- |
//! | `credentials` | only an administrator's token opens this door, and whoever is refused is told in the framework's words |
//! | `tokens` | a user has one key, which administrators create and find |
//! | `tokens_delete` | a token that was deleted here is dead everywhere, and nobody deletes beyond his reach |
//! | `users` | administrators care for the users of their reach, and an inactive user has no power |
//! | `bad_input` | what is malformed is refused by name in this contract's shape, and nothing is written |
//! | `faults` | a change that fails is a 500 with a message, and the log knows the cause |
//! | `answers` | every documented answer is the one of the snapshot |

mod answers;
mod bad_input;
mod credentials;
mod faults;
mod tokens;
mod tokens_delete;
mod users;

use crate::{
    isolation::door::{ALL_DENIED, Door, Outcome, Rule, Subject, Whose, row},
    world::{
        Answer, Call, Company, Person, World,
        document::{self, Operation},
    },
};
use Outcome::{Done, Empty, Hidden, Unnamed};
use serde_json::{Value, json};
use server::config::Contract;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where the same operations are.
const BASES: [&str; 2] = ["", "/backend/api/v1"];
static MADE: AtomicU32 = AtomicU32::new(0);

/// The number of a user.
async fn number(world: &World, id: &str) -> u64 {
    world.get(format!("/v1/users/{id}")).bearer(&world.root.token).await.expect(200)["number"].as_u64().unwrap()
}

/// The number of a token.
async fn token_number(world: &World, id: &str) -> u64 {
    world.get(format!("/v1/tokens/{id}")).bearer(&world.root.token).await.expect(200)["number"].as_u64().unwrap()
}

/// The number of an organisation.
async fn organisation_number(world: &World, company: &Company) -> u64 {
    let shown = world.get(format!("/v1/organisations/{}", company.id)).bearer(&world.root.token).await;
    shown.expect(200)["number"].as_u64().unwrap()
}

/// Creates a user's key as this person.
fn create<'a>(world: &'a World, user: u64, by: &Person) -> Call<'a> {
    world.post("/admin/tokens", json!({"user_id": user})).token(&by.token)
}

/// The key of a user, which is made for him: its number and its secret.
async fn key_of(world: &World, person: &Person) -> (u64, String) {
    let made = create(world, number(world, &person.id).await, &world.root).await.expect(201);
    (made["token_id"].as_u64().unwrap(), made["key"].as_str().unwrap().to_owned())
}

fn delete<'a>(world: &'a World, body: Value, by: &Person) -> Call<'a> {
    world.delete("/admin/tokens").json(body).token(&by.token)
}

/// A user as `/admin/api-users` takes one.
fn new_user() -> Value {
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    json!({"name": "Ken", "last_name": "Thompson", "email": format!("ken{made}@rncv.example"), "roles": ["Editor"]})
}

/// The door, as its clients reach it.
pub(super) struct AtRncv;

impl Door for AtRncv {
    fn operations(&self) -> Vec<Operation> {
        document::operations_of(document::of_contract(Contract::Rncv))
    }

    fn rule(&self, operation: &str) -> Rule {
        let hidden = [Done, Done, Hidden];
        match operation {
            "list_rncv_tokens" => row(Subject::User, [Done, Done, Empty], ALL_DENIED),
            "create_rncv_token" => row(Subject::User, hidden, ALL_DENIED),
            "delete_rncv_token" => row(Subject::Token, hidden, ALL_DENIED),
            "list_rncv_users" => row(Subject::Organisation, [Done, Done, Empty], ALL_DENIED),
            "create_rncv_user" => row(Subject::Organisation, [Done, Done, Unnamed], ALL_DENIED),
            "show_rncv_user" | "replace_rncv_user" | "update_rncv_user" | "deactivate_rncv_user" => {
                row(Subject::User, hidden, ALL_DENIED)
            }
            "show_rncv_document" => Rule::Open,
            other => panic!("the operation {other} has no row: say who may call it"),
        }
    }

    fn good<'a>(&self, world: &'a World, operation: &Operation, named: &str) -> Call<'a> {
        let call = |path: String| world.call(operation.method.clone(), path);
        let named_user = || {
            let mut user = new_user();
            user["organisation"] = named.parse::<u64>().map_or_else(|_| json!(named), |number| json!(number));
            user
        };
        match operation.id.as_str() {
            "list_rncv_tokens" => call(format!("{}?user_id={named}", operation.path)),
            "list_rncv_users" => call(format!("{}?organisation={named}", operation.path)),
            "create_rncv_token" => call(operation.path.clone()).json(json!({"user_id": named})),
            "delete_rncv_token" => call(operation.path.clone()).json(json!({"token_id": named})),
            "create_rncv_user" => call(operation.path.clone()).json(named_user()),
            "replace_rncv_user" => call(operation.at(named)).json(new_user()),
            "update_rncv_user" => call(operation.at(named)).json(json!({"last_name": "Ritchie"})),
            _ => call(operation.at(named)),
        }
    }

    async fn shown<'a>(&self, call: Call<'a>, credential: &str) -> Call<'a> {
        call.token(credential)
    }

    /// Users are made anew, with a token that is no key: a key can be created once for each, and a deactivated one
    /// is not as he was.
    async fn subject(&self, world: &World, kind: Subject, whose: Whose) -> String {
        let company = match whose {
            Whose::Own | Whose::Colleagues => &world.acme,
            Whose::Foreign => &world.globex,
        };
        match kind {
            Subject::User => {
                let made = world.post("/admin/api-users", new_user()).token(&company.administrator.token).await;
                let made = made.expect(201);
                let path = format!("/v1/users?email={}", made["email"].as_str().unwrap());
                let user = world.get(path).bearer(&world.root.token).await.expect(200)["items"][0].clone();
                let spare = json!({"name": "spare", "owner": user["id"]});
                world.post("/v1/tokens", spare).bearer(&world.root.token).await.expect(201);
                made["id"].to_string()
            }
            Subject::Token => {
                let id = world.subject(kind, whose).await;
                token_number(world, &id).await.to_string()
            }
            Subject::Organisation => organisation_number(world, company).await.to_string(),
            other => world.subject(other, whose).await,
        }
    }

    fn unknown(&self, _: &World, _: Subject) -> String {
        "4000000".to_owned()
    }

    fn check_denied(&self, answer: &Answer, context: &str) {
        let detail = json!({"detail": "You do not have permission to perform this action."});
        assert_eq!(answer.expect(403), detail, "{context}");
    }

    fn check_unauthenticated(&self, answer: &Answer, context: &str) {
        assert_eq!(answer.field("www-authenticate"), Some("Token"), "{context}");
        let allowed = ["Invalid token.", "Authentication credentials were not provided.", "User inactive or deleted."];
        let body = answer.expect(401);
        assert!(allowed.contains(&body["detail"].as_str().unwrap()), "{context}: {body}");
    }
}
