//! Nobody sees or touches what lies outside his reach (S-36, S-37, S-38, S-41): every operation, by every role,
//! on his own, on a colleague's and on another organisation's things. What is out of reach is answered exactly
//! as what does not exist. An operation without a row fails.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `door` | what these proofs have in common at every door |

pub(crate) mod door;

use crate::world::{
    Answer, Call, World,
    document::{self, Operation},
    requests,
};
use door::{
    ALL_DENIED, ALL_DONE, Door,
    Outcome::{Done, Empty, Hidden, Unnamed},
    Row, Rule, Subject, Whose, row,
};
use serde_json::Value;

/// The native API.
pub(crate) struct Native;

impl Door for Native {
    fn operations(&self) -> Vec<Operation> {
        document::operations()
    }

    fn rule(&self, operation: &str) -> Rule {
        rule(operation)
    }

    fn good<'a>(&self, world: &'a World, operation: &Operation, named: &str) -> Call<'a> {
        requests::good(world, operation, named)
    }

    async fn shown<'a>(&self, call: Call<'a>, credential: &str) -> Call<'a> {
        call.bearer(credential)
    }

    async fn subject(&self, world: &World, kind: Subject, whose: Whose) -> String {
        world.subject(kind, whose).await
    }

    fn unknown(&self, world: &World, kind: Subject) -> String {
        world.unknown(kind)
    }

    fn check_denied(&self, answer: &Answer, context: &str) {
        let problem = answer.expect(403);
        assert!(["forbidden", "insufficient-scope"].contains(&slug(&problem)), "{context}: {problem}");
    }

    fn check_unauthenticated(&self, answer: &Answer, context: &str) {
        let problem = answer.problem(401, "unauthenticated");
        assert!(answer.field("www-authenticate").unwrap().starts_with("Bearer"), "{context}");
        assert!(problem.get("detail").is_none(), "{context} says why: {problem}");
    }
}

fn rule(operation: &str) -> Rule {
    let hidden = [Done, Done, Hidden];
    let own = [Done, Hidden, Hidden];
    match operation {
        "show_token" | "update_token" | "disable_token" | "enable_token" | "rotate_token" | "delete_token"
        | "show_token_usage" => row(Subject::Token, hidden, own),
        "issue_token" => row(Subject::User, [Done, Done, Unnamed], [Done, Unnamed, Unnamed]),
        "list_tokens" | "delete_tokens" => row(Subject::User, [Done, Done, Empty], [Done, Empty, Empty]),
        "show_deletion" => row(Subject::Deletion, hidden, own),
        "verify_tokens" | "introspect" => Rule::Token(Row {
            subject: Subject::Secret,
            root: ALL_DONE,
            administrator: [Done, Done, Empty],
            member: ALL_DENIED,
            verifier: [Done, Done, Empty],
            gateway: ALL_DONE,
        }),
        "whoami" => anybodys(),
        "show_user" => row(Subject::User, hidden, own),
        "update_user" | "invite_user" => row(Subject::User, hidden, ALL_DENIED),
        "show_service_account" => row(Subject::ServiceAccount, hidden, [Hidden; 3]),
        "update_service_account" => row(Subject::ServiceAccount, hidden, ALL_DENIED),
        "create_user" | "create_service_account" => row(Subject::Organisation, [Done, Done, Unnamed], ALL_DENIED),
        "list_users" | "list_journal" => row(Subject::Organisation, [Done, Done, Empty], [Done, Done, Empty]),
        "list_service_accounts" => row(Subject::Organisation, [Done, Done, Empty], [Empty; 3]),
        "challenge_action" | "challenge_signer" => anybodys(),
        // A list that is not empty takes a signer, which takes a proof.
        "sign_action" | "list_signers" | "add_signer" | "update_signer" | "remove_signer" => Rule::Proof,
        "list_organisations" => row(Subject::Nothing, ALL_DONE, ALL_DONE),
        "show_organisation" => row(Subject::Organisation, hidden, hidden),
        "create_organisation" => row(Subject::Nothing, ALL_DENIED, ALL_DENIED),
        "update_organisation" => row(Subject::Organisation, ALL_DENIED, ALL_DENIED),
        "list_sessions" | "sign_out_everywhere" | "end_session" | "issue_token_in_session" | "change_password" => {
            Rule::Session
        }
        "sign_in"
        | "challenge_sign_in"
        | "sign_in_with_passkey"
        | "inspect_link"
        | "redeem_link"
        | "revoke"
        | "revoke_token_by_secret"
        | "health"
        | "readiness"
        | "show_document"
        | "list_problems"
        | "show_problem" => Rule::Open,
        other => panic!("the operation {other} has no row: say who may call it"),
    }
}

/// What every token may do.
fn anybodys() -> Rule {
    Rule::Token(Row {
        subject: Subject::Nothing,
        root: ALL_DONE,
        administrator: ALL_DONE,
        member: ALL_DONE,
        verifier: ALL_DONE,
        gateway: ALL_DONE,
    })
}

fn slug(problem: &Value) -> &str {
    problem["type"].as_str().unwrap_or_default().trim_start_matches("/problems/")
}

#[tokio::test]
async fn every_role_reaches_its_own_and_nothing_else() {
    let world = World::new().await;
    let rows = door::every_role(&world, &Native).await;
    assert!(rows > 25, "{rows} rows were tried");
}

#[tokio::test]
async fn nobody_without_power_gets_past_the_door() {
    let world = World::new().await;
    door::without_power(&world, &Native).await;
    let position = world.position().await;
    for operation in document::operations() {
        let subject = world.unknown(Subject::Token);
        let call = || requests::good(&world, &operation, &subject);
        match rule(&operation.id) {
            Rule::Token(_) => {}
            Rule::Proof => drop(call().await.problem(401, "unauthenticated")),
            Rule::Session => refuse_tokens_for_sessions(&world, &operation, call).await,
            Rule::Open => {
                let anonymous = call().await.status;
                assert_ne!(anonymous, 404, "{}", operation.id);
                assert_eq!(call().bearer(&world.root.token).await.status, anonymous, "{}", operation.id);
            }
        }
    }
    // What was open has revoked nothing, signed nobody in, and redeemed no link.
    assert_eq!(world.position().await, position);
}

async fn refuse_tokens_for_sessions<'a>(world: &World, operation: &Operation, call: impl Fn() -> Call<'a>) {
    let id = &operation.id;
    assert_eq!(call().field("x-jeton-request", "1").await.status, 401, "{id}");
    for token in [&world.root.token, &world.acme.member.token] {
        let answer = call().field("x-jeton-request", "1").bearer(token).await;
        assert_eq!(answer.refused(), ["Authorization"], "{id}");
    }
}

#[tokio::test]
async fn no_answer_holds_a_trace_of_another_organisation() {
    let world = World::new().await;
    let traces = world.foreign_traces().await;
    for operation in document::operations().into_iter().filter(|operation| operation.method == http::Method::GET) {
        let Rule::Token(row) = rule(&operation.id) else { continue };
        let subject = world.subject(row.subject, Whose::Own).await;
        for person in [&world.acme.administrator, &world.acme.member] {
            let answer = requests::good(&world, &operation, &subject).bearer(&person.token).await;
            let bare = world.get(operation.at(&subject)).bearer(&person.token).await;
            for text in [answer.text(), bare.text()] {
                assert!(!traces.iter().any(|trace| text.contains(trace)), "{}: {text}", operation.id);
            }
        }
    }
}

#[tokio::test]
async fn a_scope_is_needed_wherever_a_token_is() {
    let world = World::new().await;
    // As mighty an owner as there is, and a token that may do nothing of Jeton's own.
    let (_, powerless) = world.token_with(&world.root, "reports:read").await;
    for operation in document::operations() {
        let Rule::Token(row) = rule(&operation.id) else { continue };
        let subject = world.subject(row.subject, Whose::Own).await;
        let answer = requests::good(&world, &operation, &subject).bearer(&powerless).await;
        if ["whoami", "challenge_action", "challenge_signer"].contains(&operation.id.as_str()) {
            assert!(answer.status < 300, "{}", answer.text());
            continue;
        }
        let problem = answer.problem(403, "insufficient-scope");
        let scope = problem["scope"].as_str().unwrap();
        assert!(answer.field("www-authenticate").unwrap().contains(scope), "{}", operation.id);
        // With that one scope alone, it works.
        let (_, enough) = world.token_with(&world.root, scope).await;
        let subject = world.subject(row.subject, Whose::Own).await;
        let answer = requests::good(&world, &operation, &subject).bearer(&enough).await;
        let hands_out = ["issue_token", "rotate_token", "invite_user", "create_user"].contains(&operation.id.as_str());
        if hands_out {
            // What comes out is worth more than this credential, and nobody hands out what he has not.
            assert!([200, 201, 403].contains(&answer.status), "{}: {}", operation.id, answer.text());
        } else {
            assert!(answer.status < 300, "{} with {scope}: {}", operation.id, answer.text());
        }
    }
}
