//! Nobody sees or touches what lies outside his reach (S-36, S-37, S-38, S-41): every operation, by every role,
//! on his own, on a colleague's and on another organisation's things. What is out of reach is answered exactly
//! as what does not exist. An operation without a row fails.

use crate::world::{
    Answer, Call, Person, World,
    document::{self, Operation},
    requests,
};
use domain::{
    caller::{Access, Caller},
    format::{self, Kind},
    id::{DeletionId, TokenId},
};
use serde_json::Value;
use std::collections::BTreeMap;
use store::{
    change::{Change, StartDeletion, Verb},
    query::TokenFilter,
};

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// Nothing in particular.
    Nothing,
    Token,
    /// The secret of a token.
    Secret,
    /// A user, by his identifier.
    User,
    ServiceAccount,
    Organisation,
    /// A deletion in steps, which somebody of this kind began.
    Deletion,
}

/// What comes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It is done.
    Done,
    /// It is done, and finds no more than it would find about what does not exist.
    Empty,
    /// 404, as for what does not exist.
    Hidden,
    /// 400, as for what does not exist.
    Unnamed,
    /// 403: neither the role nor the credential allows it, whatever it is about.
    Denied,
}

use Outcome::{Denied, Done, Empty, Hidden, Unnamed};

/// By column: his own, a colleague's, another organisation's.
type Outcomes = [Outcome; 3];

const ALL_DONE: Outcomes = [Done; 3];
const ALL_DENIED: Outcomes = [Denied; 3];

/// What each role may do with an operation.
struct Row {
    subject: Subject,
    /// The administrator of the organisation.
    administrator: Outcomes,
    /// A member of it.
    member: Outcomes,
    /// Its verifier, whose credential has the scope `tokens:verify` and no other.
    verifier: Outcomes,
    /// The verifier of all organisations.
    gateway: Outcomes,
}

/// Who may call an operation at all.
enum Rule {
    /// Whoever shows a token, as the row says. Nobody else.
    Token(Row),
    /// Whoever shows a session's cookie; tokens are refused.
    Session,
    /// Anybody.
    Open,
}

fn row(subject: Subject, administrator: Outcomes, member: Outcomes) -> Rule {
    Rule::Token(Row { subject, administrator, member, verifier: ALL_DENIED, gateway: ALL_DENIED })
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
            administrator: [Done, Done, Empty],
            member: ALL_DENIED,
            verifier: [Done, Done, Empty],
            gateway: ALL_DONE,
        }),
        "whoami" => Rule::Token(Row {
            subject: Subject::Nothing,
            administrator: ALL_DONE,
            member: ALL_DONE,
            verifier: ALL_DONE,
            gateway: ALL_DONE,
        }),
        "show_user" => row(Subject::User, hidden, own),
        "update_user" | "invite_user" => row(Subject::User, hidden, ALL_DENIED),
        "show_service_account" => row(Subject::ServiceAccount, hidden, [Hidden; 3]),
        "update_service_account" => row(Subject::ServiceAccount, hidden, ALL_DENIED),
        "create_user" | "create_service_account" => row(Subject::Organisation, [Done, Done, Unnamed], ALL_DENIED),
        "list_users" | "list_journal" => row(Subject::Organisation, [Done, Done, Empty], [Done, Done, Empty]),
        "list_service_accounts" => row(Subject::Organisation, [Done, Done, Empty], [Empty; 3]),
        "list_organisations" => row(Subject::Nothing, ALL_DONE, ALL_DONE),
        "show_organisation" => row(Subject::Organisation, hidden, hidden),
        "create_organisation" => row(Subject::Nothing, ALL_DENIED, ALL_DENIED),
        "update_organisation" => row(Subject::Organisation, ALL_DENIED, ALL_DENIED),
        "list_sessions" | "sign_out_everywhere" | "end_session" | "issue_token_in_session" | "change_password" => {
            Rule::Session
        }
        "sign_in"
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

/// Whose things a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Own,
    Colleagues,
    Foreign,
}

impl World {
    /// Something of this kind, made anew where requests use it up.
    async fn subject(&self, kind: Subject, whose: Whose) -> String {
        let (company, person) = match whose {
            Whose::Own => (&self.acme, &self.acme.member),
            Whose::Colleagues => (&self.acme, &self.acme.colleague),
            Whose::Foreign => (&self.globex, &self.globex.member),
        };
        match (kind, whose) {
            (Subject::Nothing, _) => String::new(),
            (Subject::Token, _) => self.token(person).await.0,
            (Subject::Secret, _) => self.token(person).await.1,
            (Subject::User, _) => person.id.clone(),
            (Subject::ServiceAccount, Whose::Colleagues) => self.acme.verifier.id.clone(),
            (Subject::ServiceAccount, _) => company.robot.id.clone(),
            (Subject::Organisation, _) => company.id.clone(),
            (Subject::Deletion, _) => self.deletion(person).await,
        }
    }

    /// Something of this kind that does not exist.
    fn unknown(&self, kind: Subject) -> String {
        let secret = || self.authority().generate(Kind::Token).expose().to_owned();
        match kind {
            Subject::Nothing => String::new(),
            Subject::Secret => secret(),
            _ => TokenId::new(self.authority().now(), &authority::clock::SystemRandomness).to_string(),
        }
    }

    async fn caller(&self, person: &Person) -> Caller {
        self.authority().authenticate(&person.token, None, None).await.unwrap()
    }

    /// A deletion in steps that this person began; it selects nothing.
    async fn deletion(&self, person: &Person) -> String {
        let caller = self.caller(person).await;
        let id = DeletionId::new(self.authority().now(), &authority::clock::SystemRandomness);
        let filter = TokenFilter { name_contains: Some("no such name".to_owned()), ..TokenFilter::default() };
        let start = StartDeletion { access: Access::unlimited(), id, filter, expects: None, reason: None };
        let change = Change::by(self.authority().now(), &caller, Verb::StartDeletion(start));
        self.authority().store().commit(change).await.unwrap();
        id.to_string()
    }

    /// Everything that nobody of Acme may see a trace of.
    async fn foreign_traces(&self) -> Vec<String> {
        let globex = &self.globex;
        let people = [&globex.administrator, &globex.member, &globex.colleague, &globex.robot, &globex.verifier];
        let mut traces = vec![globex.id.clone(), "Globex".to_owned()];
        traces.extend(people.iter().flat_map(|person| [person.id.clone(), person.token_id.clone()]));
        traces
    }
}

/// Compares everything that a caller can see of two answers.
fn assert_alike(answer: &Answer, other: &Answer, context: &str) {
    let fields = |answer: &Answer| -> BTreeMap<String, Vec<u8>> {
        let differs = ["date", "x-request-id"];
        let fields = answer.headers.iter().filter(|(name, _)| !differs.contains(&name.as_str()));
        fields.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect()
    };
    // A preview's digest, and an identifier that the request itself carried, are the only differences.
    assert_eq!(answer.comparable(), other.comparable(), "{context}");
    assert_eq!(fields(answer), fields(other), "{context}");
}

fn slug(problem: &Value) -> &str {
    problem["type"].as_str().unwrap_or_default().trim_start_matches("/problems/")
}

/// Sends a request and looks at what comes of it.
async fn try_it(world: &World, operation: &Operation, subject: (Subject, Whose), token: &str, expected: Outcome) {
    let (kind, whose) = subject;
    let context = format!("{} on {whose:?} as {expected:?}", operation.id);
    let send = |named: String| async move { requests::good(world, operation, &named).bearer(token).await };
    let answer = send(world.subject(kind, whose).await).await;
    match expected {
        Done => assert!((200..300).contains(&answer.status), "{context}: {} {}", answer.status, answer.text()),
        Denied => {
            let problem = answer.expect(403);
            assert!(["forbidden", "insufficient-scope"].contains(&slug(&problem)), "{context}: {problem}");
        }
        Hidden | Unnamed | Empty => {
            let status = match expected {
                Hidden => 404,
                Unnamed => 400,
                Done | Empty | Denied => 200,
            };
            assert_eq!(answer.status, status, "{context}: {}", answer.text());
            assert_alike(&answer, &send(world.unknown(kind)).await, &context);
        }
    }
    if expected == Done && whose != Whose::Foreign && shows_something(kind) {
        // Otherwise the row would pass for an operation that finds nothing at all.
        let unknown = send(world.unknown(kind)).await;
        assert_ne!(answer.comparable(), unknown.comparable(), "{context}");
    }
}

fn shows_something(kind: Subject) -> bool {
    kind != Subject::Nothing
}

const CASES: [Whose; 3] = [Whose::Own, Whose::Colleagues, Whose::Foreign];

#[tokio::test]
async fn every_role_reaches_its_own_and_nothing_else() {
    let world = World::new().await;
    let mut rows = 0;
    for operation in document::operations() {
        let Rule::Token(row) = rule(&operation.id) else { continue };
        rows += 1;
        let roles: [(&str, &Outcomes); 5] = [
            (&world.root.token, &ALL_DONE),
            (&world.acme.administrator.token, &row.administrator),
            (&world.acme.member.token, &row.member),
            (&world.acme.verifier.token, &row.verifier),
            (&world.verifier.token, &row.gateway),
        ];
        for (token, outcomes) in roles {
            for (whose, outcome) in CASES.into_iter().zip(outcomes) {
                try_it(&world, &operation, (row.subject, whose), token, *outcome).await;
            }
        }
    }
    assert!(rows > 25, "{rows} rows were tried");
}

/// Somebody without any power: what he shows, and what it is.
async fn powerless(world: &World) -> Vec<(&'static str, Option<String>)> {
    let root = &world.root.token;
    let disabled = world.token(&world.acme.administrator).await;
    world.call(http::Method::POST, format!("/v1/tokens/{}/disable", disabled.0)).bearer(root).await.expect(200);
    let deleted = world.token(&world.root).await;
    world.delete(format!("/v1/tokens/{}", deleted.0)).bearer(root).await.expect(204);
    let inactive = world.token(&world.globex.robot).await;
    let robot = format!("/v1/service-accounts/{}", world.globex.robot.id);
    world.patch(robot, serde_json::json!({"active": false})).bearer(root).await.expect(200);
    let session = format::generate(Kind::Session, &authority::clock::SystemRandomness);
    vec![
        ("nothing", None),
        ("a disabled token", Some(disabled.1)),
        ("a deleted token", Some(deleted.1)),
        ("an inactive owner's token", Some(inactive.1)),
        ("a token that nobody issued", Some(world.authority().generate(Kind::Token).expose().to_owned())),
        ("a session's secret", Some(session.expose().to_owned())),
        ("no token at all", Some("x".to_owned())),
    ]
}

#[tokio::test]
async fn nobody_without_power_gets_past_the_door() {
    let world = World::new().await;
    let powerless = powerless(&world).await;
    let position = world.position().await;
    for operation in document::operations() {
        let subject = world.unknown(Subject::Token);
        let call = || requests::good(&world, &operation, &subject);
        match rule(&operation.id) {
            Rule::Token(_) => {
                let answers = powerless.iter().map(|(what, token)| {
                    let call = token.iter().fold(call(), |call, token| call.bearer(token));
                    async move { (*what, call.await) }
                });
                for answer in answers {
                    let (what, answer) = answer.await;
                    let problem = answer.problem(401, "unauthenticated");
                    assert!(answer.field("www-authenticate").unwrap().starts_with("Bearer"), "{what}");
                    assert!(problem.get("detail").is_none(), "{what}: {} says why: {problem}", operation.id);
                }
            }
            Rule::Session => {
                refuse_tokens_for_sessions(&world, &operation, call).await;
            }
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
        if operation.id == "whoami" {
            answer.expect(200);
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
