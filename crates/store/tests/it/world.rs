//! What every test stands on: a store with an organisation and its administrator, a clock, repeatable
//! randomness, and a follower that remembers what it was told.

use crate::engine::Engine;
use domain::token::RotationEnd;
use domain::{
    caller::{Access, Actor, Reach},
    id::{OrganisationId, OwnerId, Randomness, TokenId},
    journal::{Entry, Event},
    name::{Labels, Name},
    owner::{Organisation, Owner, OwnerKind, Role},
    scope::Scopes,
    secret::{Digest, KeyId},
    time::Timestamp,
    token::Token,
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};
use store::{
    Store,
    change::{
        Change, Committed, CreateOwner, DeleteTokens, DeletionTarget, IssueToken, NewOrganisation, NewOwner, NewSecret,
        Outcome, RotateToken, SetUp, UpdateOwner, Verb, WantedScopes,
    },
    error::{CommitError, Refusal},
    query::{OrganisationFilter, Page, PageRequest, Sort, TokenFilter},
    store::Follower,
    testing::Seeded,
};

/// Remembers what a follower is told.
#[derive(Default)]
pub(crate) struct Log {
    entries: Mutex<Vec<Entry>>,
    pub(crate) commits: AtomicI64,
    pub(crate) unknown: AtomicBool,
}

impl Log {
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap().clone()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.entries().into_iter().map(|entry| entry.event).collect()
    }

    pub(crate) fn last(&self) -> Entry {
        self.entries().pop().unwrap()
    }
}

impl Follower for Log {
    fn committed(&self, entries: &[Entry]) {
        self.entries.lock().unwrap().extend_from_slice(entries);
        self.commits.fetch_add(1, Ordering::SeqCst);
    }

    fn outcome_unknown(&self) {
        self.unknown.store(true, Ordering::SeqCst);
    }
}

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) log: Arc<Log>,
    pub(crate) randomness: Seeded,
    pub(crate) organisation: Organisation,
    pub(crate) administrator: Owner,
    clock: AtomicI64,
}

/// A token with the digest of its secret.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) token: Token,
    pub(crate) digest: Digest,
}

impl World {
    /// A store with its first organisation and administrator.
    pub(crate) async fn new(engine: Engine) -> Self {
        let randomness = Seeded::new(seed());
        let start = Timestamp::from_milliseconds(1_700_000_000_000);
        let store = engine.open();
        let log = Arc::new(Log::default());
        store.follow(Arc::clone(&log) as Arc<dyn Follower>);
        let verb = Verb::SetUp(SetUp {
            organisation: NewOrganisation { id: OrganisationId::new(start, &randomness), name: name("First") },
            administrator: new_owner(start, &randomness, OwnerKind::User, Role::ApplicationAdministrator),
            token: None,
        });
        let set_up = store.commit(Change::new(start, Actor::System, verb)).await.unwrap();
        let Outcome::SetUp { administrator, .. } = set_up.outcome else { panic!("no administrator") };
        let page = PageRequest { after: None, limit: 1 };
        let organisations = store.organisations(Reach::Everything, OrganisationFilter::default(), page).await.unwrap();
        let organisation = organisations.items[0].clone();
        let clock = AtomicI64::new(start.milliseconds() + 1_000);
        Self { engine, store, log, randomness, organisation, administrator: *administrator, clock }
    }

    /// Closes the store and opens it again, with a follower that knows nothing yet.
    pub(crate) async fn reopen(&mut self) {
        self.store.close().await;
        self.store = self.engine.open();
        self.log = Arc::new(Log::default());
        self.store.follow(Arc::clone(&self.log) as Arc<dyn Follower>);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_milliseconds(self.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn wait(&self, time: Duration) {
        self.clock.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn turn_back(&self, time: Duration) {
        self.clock.fetch_sub(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::Owner { owner: self.administrator.number, token: None }
    }

    pub(crate) fn change(&self, verb: Verb) -> Change {
        Change::new(self.now(), self.actor(), verb)
    }

    /// Commits a verb; each takes a millisecond.
    pub(crate) async fn commit(&self, verb: Verb) -> Result<Committed, CommitError> {
        self.wait(Duration::from_millis(1));
        self.store.commit(self.change(verb)).await
    }

    pub(crate) async fn made(&self, verb: Verb) -> Outcome {
        self.commit(verb).await.unwrap().outcome
    }

    pub(crate) async fn refusal(&self, verb: Verb) -> Refusal {
        refusal(self.commit(verb).await)
    }

    pub(crate) fn secret(&self) -> NewSecret {
        let mut digest = [0; 16];
        self.randomness.fill(&mut digest);
        let hint = format!("jtn_{:04x}…{:04x}", digest[0], digest[1]);
        NewSecret { digest: Digest::from_bytes(digest), key: KeyId(1), hint }
    }

    /// What issuing a token for an owner looks like; fields are changed before it is committed.
    pub(crate) fn issuing(&self, owner: &Owner, text: &str) -> IssueToken {
        IssueToken {
            signer: None,
            access: Access::unlimited(),
            id: TokenId::new(self.now(), &self.randomness),
            owner: owner.id,
            author: self.administrator.number,
            name: name(text),
            description: String::new(),
            scopes: WantedScopes::Exactly(scopes("tokens:read")),
            networks: None,
            labels: Labels::default(),
            expires_at: None,
            secret: self.secret().into(),
            terms: domain::token::Terms::default(),
            permission: None,
        }
    }

    pub(crate) async fn issue(&self, owner: &Owner, text: &str) -> Issued {
        self.issue_as(self.issuing(owner, text)).await
    }

    pub(crate) async fn issue_as(&self, wanted: IssueToken) -> Issued {
        let digest = kept(&wanted).digest;
        Issued { token: token(self.made(Verb::IssueToken(wanted)).await), digest }
    }

    /// Issues many tokens, as many side by side as a commit takes.
    pub(crate) async fn fill(&self, owner: &Owner, count: usize) {
        let mut waiting = tokio::task::JoinSet::new();
        for place in 0..count {
            let change = self.change(Verb::IssueToken(self.issuing(owner, &format!("token {place}"))));
            let store = Arc::clone(&self.store);
            waiting.spawn(async move { store.commit(change).await.map(drop) });
            if waiting.len() >= 1_024 {
                waiting.join_next().await.unwrap().unwrap().unwrap();
            }
        }
        while let Some(issued) = waiting.join_next().await {
            issued.unwrap().unwrap();
        }
    }

    pub(crate) async fn organisation(&self, text: &str) -> Organisation {
        let id = OrganisationId::new(self.now(), &self.randomness);
        match self.made(Verb::CreateOrganisation(NewOrganisation { id, name: name(text) })).await {
            Outcome::Organisation(organisation) => *organisation,
            other => panic!("no organisation: {other:?}"),
        }
    }

    pub(crate) fn new_owner(&self, kind: OwnerKind, role: Role) -> NewOwner {
        new_owner(self.now(), &self.randomness, kind, role)
    }

    pub(crate) async fn owner(&self, organisation: &Organisation, kind: OwnerKind, role: Role) -> Owner {
        let owner = self.new_owner(kind, role);
        let verb = CreateOwner { access: Access::unlimited(), organisation: organisation.id, owner, invited: false };
        owner_of(self.made(Verb::CreateOwner(verb)).await)
    }

    pub(crate) async fn member(&self) -> Owner {
        self.owner(&self.organisation, OwnerKind::User, Role::Member).await
    }

    pub(crate) async fn rotate(&self, token: TokenId, end: RotationEnd) -> Issued {
        let secret = self.secret();
        let digest = secret.digest;
        let verb = RotateToken { access: Access::unlimited(), token, expects: None, secret, end };
        Issued { token: crate::world::token(self.made(Verb::RotateToken(verb)).await), digest }
    }

    pub(crate) async fn delete(&self, id: TokenId) -> Token {
        match self.made(deletion(id)).await {
            Outcome::Deleted { tokens: 1, tombstone: Some(tombstone) } => *tombstone,
            other => panic!("not deleted: {other:?}"),
        }
    }

    pub(crate) async fn find(&self, id: TokenId) -> Option<Token> {
        self.store.token(Reach::Everything, id, false).await.unwrap()
    }

    pub(crate) async fn list(&self, reach: Reach, filter: TokenFilter) -> Vec<Token> {
        self.page(reach, filter, Sort::default(), PageRequest { after: None, limit: 10_000 }).await.items
    }

    pub(crate) async fn page(&self, reach: Reach, filter: TokenFilter, sort: Sort, page: PageRequest) -> Page<Token> {
        self.store.tokens(reach, filter, sort, page, self.now()).await.unwrap()
    }
}

/// The seed of this run: `JETON_TEST_SEED`, or 1. It is shown when a test fails.
pub(crate) fn seed() -> u64 {
    let seed = std::env::var("JETON_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    println!("JETON_TEST_SEED={seed}");
    seed
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse("name", text).unwrap()
}

pub(crate) fn scopes(text: &str) -> Scopes {
    Scopes::parse("scopes", text.split(' ')).unwrap()
}

/// Access within a reach, with every scope of the role.
pub(crate) fn access(reach: Reach, role: Role, text: &str) -> Access {
    Access { reach, role, scopes: scopes(text) }
}

pub(crate) fn deletion(id: TokenId) -> Verb {
    let selection = DeletionTarget::Token { id, expects: None };
    Verb::DeleteTokens(DeleteTokens { access: Access::unlimited(), target: selection, reason: Some("test".into()) })
}

fn new_owner(at: Timestamp, randomness: &Seeded, kind: OwnerKind, role: Role) -> NewOwner {
    let id = OwnerId::new(at, randomness);
    let user = kind == OwnerKind::User;
    NewOwner {
        id,
        kind,
        name: name("Ada"),
        email: user.then(|| domain::name::Email::parse("email", &format!("{id}@example.org")).unwrap()),
        role,
        scopes: Scopes::default(),
        password_hash: None,
        facts: domain::facts::Facts::default(),
        slot: None,
    }
}

pub(crate) fn token(outcome: Outcome) -> Token {
    match outcome {
        Outcome::Token(token) => *token,
        other => panic!("no token: {other:?}"),
    }
}

pub(crate) fn owner_of(outcome: Outcome) -> Owner {
    match outcome {
        Outcome::Owner(owner) => *owner,
        other => panic!("no owner: {other:?}"),
    }
}

pub(crate) fn refusal(answer: Result<Committed, CommitError>) -> Refusal {
    match answer {
        Err(CommitError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// An update of an owner that changes nothing yet.
pub(crate) fn unchanged(owner: &Owner) -> UpdateOwner {
    UpdateOwner {
        access: Access::unlimited(),
        owner: owner.id,
        kind: owner.kind,
        expects: None,
        name: None,
        email: None,
        role: None,
        scopes: None,
        active: None,
        deletes_tokens: false,
        facts: None,
    }
}

/// What an issue keeps of its secret.
pub(crate) fn kept(wanted: &IssueToken) -> NewSecret {
    wanted.secret.of(domain::id::TokenNumber(0))
}
