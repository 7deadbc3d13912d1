//! What the proofs of isolation have in common at every door: who asks for what, whose it is, and what comes of it.

use crate::world::{Answer, Call, Company, Person, World, document::Operation};
use authority::permissions::PermissionDraft;
use domain::{
    caller::{Access, Caller},
    format::{self, Kind},
    id::{DeletionId, OrganisationId, OwnerId, PermissionId, TokenId},
    name::Name,
    permission::Bearer,
    scope::Scopes,
};
use std::collections::BTreeMap;
use store::{
    change::{Change, StartDeletion, Verb},
    query::TokenFilter,
};

/// A surface as its clients reach it.
pub(crate) trait Door {
    /// Makes the door work, where it does not from the start.
    async fn open(&self, _world: &World) {}
    /// Every operation of its document.
    fn operations(&self) -> Vec<Operation>;
    /// Who may call an operation; every operation has its rule.
    fn rule(&self, operation: &str) -> Rule;
    /// A good request about something, without a credential.
    fn good<'a>(&self, world: &'a World, operation: &Operation, named: &str) -> Call<'a>;
    /// The same request with this credential, in the form of this door.
    async fn shown<'a>(&self, call: Call<'a>, credential: &str) -> Call<'a>;
    /// Something of this kind, made anew where requests use it up, by the name that it has at this door.
    async fn subject(&self, world: &World, kind: Subject, whose: Whose) -> String;
    /// The name of something of this kind that does not exist.
    fn unknown(&self, world: &World, kind: Subject) -> String;
    /// Fails when a refusal is not one of this door, or says more than it should.
    fn check_denied(&self, answer: &Answer, context: &str);
    /// The same for a credential that is not accepted.
    fn check_unauthenticated(&self, answer: &Answer, context: &str);
}

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Nothing in particular.
    Nothing,
    Token,
    /// One that was switched off.
    DisabledToken,
    /// The entry of the journal about a new token, by its position.
    Entry,
    /// The secret of a token.
    Secret,
    /// A user, by his identifier.
    User,
    ServiceAccount,
    Organisation,
    /// A deletion in steps, which somebody of this kind began.
    Deletion,
    /// A permission that nobody has.
    Permission,
    /// That somebody has a permission, behind the permission and a slash.
    Assignment,
}

/// What comes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
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
pub(crate) type Outcomes = [Outcome; 3];

pub(crate) const ALL_DONE: Outcomes = [Done; 3];
pub(crate) const ALL_DENIED: Outcomes = [Denied; 3];

/// What each role may do with an operation.
pub(crate) struct Row {
    pub(crate) subject: Subject,
    /// An administrator of the application.
    pub(crate) root: Outcomes,
    /// The administrator of the organisation.
    pub(crate) administrator: Outcomes,
    /// A member of it.
    pub(crate) member: Outcomes,
    /// Its verifier, whose credential has the scope `tokens:verify` and no other.
    pub(crate) verifier: Outcomes,
    /// The verifier of all organisations.
    pub(crate) gateway: Outcomes,
}

/// Who may call an operation at all.
pub(crate) enum Rule {
    /// Whoever shows a token, as the row says. Nobody else.
    Token(Row),
    /// Whoever shows a session's cookie; tokens are refused.
    Session,
    /// Whoever shows a token, with a proof beside it: tests of its own say which (`v1::actions`).
    Proof,
    /// Anybody.
    Open,
}

impl Rule {
    /// True when nothing needs to be shown.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}

pub(crate) fn row(subject: Subject, administrator: Outcomes, member: Outcomes) -> Rule {
    let root = ALL_DONE;
    Rule::Token(Row { subject, root, administrator, member, verifier: ALL_DENIED, gateway: ALL_DENIED })
}

/// Whose things a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Own,
    Colleagues,
    Foreign,
}

impl World {
    /// Something of this kind, made anew where requests use it up.
    pub(crate) async fn subject(&self, kind: Subject, whose: Whose) -> String {
        let (company, person) = match whose {
            Whose::Own => (&self.acme, &self.acme.member),
            Whose::Colleagues => (&self.acme, &self.acme.colleague),
            Whose::Foreign => (&self.globex, &self.globex.member),
        };
        match (kind, whose) {
            (Subject::Nothing, _) => String::new(),
            (Subject::Token, _) => self.token(person).await.0,
            (Subject::DisabledToken, _) => self.disabled_token(person).await,
            (Subject::Entry, _) => {
                self.token(person).await;
                self.position().await.to_string()
            }
            (Subject::Secret, _) => self.token(person).await.1,
            (Subject::User, _) => person.id.clone(),
            (Subject::ServiceAccount, Whose::Colleagues) => self.acme.verifier.id.clone(),
            (Subject::ServiceAccount, _) => company.robot.id.clone(),
            (Subject::Organisation, _) => company.id.clone(),
            (Subject::Deletion, _) => self.deletion(person).await,
            (Subject::Permission, _) => self.permission(company).await.to_string(),
            (Subject::Assignment, _) => {
                let permission = self.permission(company).await;
                let bearer = Bearer::Owner(OwnerId::parse("id", &person.id).unwrap());
                let given = self.authority().assign_permission(&self.caller, permission, bearer).await.unwrap();
                format!("{permission}/{}", given.id)
            }
        }
    }

    /// Something of this kind that does not exist.
    pub(crate) fn unknown(&self, kind: Subject) -> String {
        let secret = || self.authority().generate(Kind::Token).expose().to_owned();
        match kind {
            Subject::Nothing => String::new(),
            Subject::Secret => secret(),
            _ => TokenId::new(self.authority().now(), &authority::clock::SystemRandomness).to_string(),
        }
    }

    async fn permission(&self, company: &Company) -> PermissionId {
        let id = PermissionId::new(self.authority().now(), &authority::clock::SystemRandomness);
        let draft = PermissionDraft {
            organisation: Some(OrganisationId::parse("id", &company.id).unwrap()),
            name: Name::parse("name", &id.to_string()).unwrap(),
            scopes: Scopes::stored("reports:read"),
            immutable: false,
        };
        self.authority().create_permission(&self.caller, draft, None).await.unwrap().record.id
    }

    async fn disabled_token(&self, person: &Person) -> String {
        let id = self.token(person).await.0;
        let token = TokenId::parse("id", &id).unwrap();
        self.authority().disable(&self.caller, token, None).await.unwrap();
        id
    }

    async fn caller(&self, person: &Person) -> Caller {
        self.authority().authenticate(&person.token, &domain::origin::Origin::default()).await.unwrap()
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
    pub(crate) async fn foreign_traces(&self) -> Vec<String> {
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

/// Sends a request and looks at what comes of it.
async fn try_it<D: Door>(
    (world, door): (&World, &D),
    operation: &Operation,
    (kind, whose): (Subject, Whose),
    token: &str,
    expected: Outcome,
) {
    let context = format!("{} on {whose:?} as {expected:?}", operation.id);
    let send = |named: String| async move { door.shown(door.good(world, operation, &named), token).await.await };
    let answer = send(door.subject(world, kind, whose).await).await;
    match expected {
        Done => assert!((200..300).contains(&answer.status), "{context}: {} {}", answer.status, answer.text()),
        Denied => {
            assert_eq!(answer.status, 403, "{context}: {}", answer.text());
            door.check_denied(&answer, &context);
        }
        Hidden | Unnamed | Empty => {
            let status = match expected {
                Hidden => 404,
                Unnamed => 400,
                Done | Empty | Denied => 200,
            };
            assert_eq!(answer.status, status, "{context}: {}", answer.text());
            assert_alike(&answer, &send(door.unknown(world, kind)).await, &context);
        }
    }
    if expected == Done && whose != Whose::Foreign && shows_something(kind) {
        // Otherwise the row would pass for an operation that finds nothing at all.
        let unknown = send(door.unknown(world, kind)).await;
        assert_ne!(answer.comparable(), unknown.comparable(), "{context}");
    }
}

fn shows_something(kind: Subject) -> bool {
    kind != Subject::Nothing
}

const CASES: [Whose; 3] = [Whose::Own, Whose::Colleagues, Whose::Foreign];

/// Tries every operation of a door in every role, on everybody's things; gives the number of rows.
pub(crate) async fn every_role<D: Door>(world: &World, door: &D) -> usize {
    let mut rows = 0;
    for operation in door.operations() {
        let Rule::Token(row) = door.rule(&operation.id) else { continue };
        rows += 1;
        let roles: [(&str, &Outcomes); 5] = [
            (&world.root.token, &row.root),
            (&world.acme.administrator.token, &row.administrator),
            (&world.acme.member.token, &row.member),
            (&world.acme.verifier.token, &row.verifier),
            (&world.verifier.token, &row.gateway),
        ];
        for (token, outcomes) in roles {
            for (whose, outcome) in CASES.into_iter().zip(outcomes) {
                try_it((world, door), &operation, (row.subject, whose), token, *outcome).await;
            }
        }
    }
    rows
}

/// Tries every operation that takes a token with whatever is none, or is one without power.
pub(crate) async fn without_power<D: Door>(world: &World, door: &D) {
    let powerless = powerless(world).await;
    let position = world.position().await;
    for operation in door.operations() {
        let Rule::Token(row) = door.rule(&operation.id) else { continue };
        let subject = door.unknown(world, row.subject);
        for (what, token) in &powerless {
            let call = door.good(world, &operation, &subject);
            let answer = match token {
                Some(token) => door.shown(call, token).await.await,
                None => call.await,
            };
            let context = format!("{} with {what}", operation.id);
            assert_eq!(answer.status, 401, "{context}: {}", answer.text());
            door.check_unauthenticated(&answer, &context);
        }
    }
    assert_eq!(world.position().await, position);
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
