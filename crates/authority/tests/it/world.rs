//! What every test stands on: a real store in a directory of its own, a clock that the test sets, and
//! repeatable randomness whose seed is printed.

use authority::{
    Authority, Error,
    authority::Options,
    clock::Clock,
    issue::{Issued, NewToken},
    owners::OwnerDraft,
    redeem::Administrator,
    verify::{Question, Refused, Verdict},
};
use domain::{
    caller::{Caller, Reach},
    facts::Facts,
    format::{self, Kind},
    id::{OrganisationId, TokenId},
    name::{Email, Labels, Name},
    origin::Origin,
    owner::{Organisation, Owner, OwnerKind, Role},
    scope::Scopes,
    secret::{Keyring, Secret},
    time::Timestamp,
    token::Terms,
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};
use store::{
    OpenOptions, Opened, Quarantine,
    error::OpenError,
    open_sqlite,
    testing::{FaultPlan, FaultyStore, Seeded},
};
use tempfile::TempDir;
use tokio::task::JoinSet;

/// No origin: the tests of this crate ask from nowhere in particular.
pub(crate) const NOWHERE: Origin = Origin { address: None, user_agent: None };
/// No faults.
pub(crate) const CALM: FaultPlan = FaultPlan { seed: 0, unavailable: 0, unknown: 0 };
/// Every commit is refused as unavailable while the store is armed.
pub(crate) const UNAVAILABLE: FaultPlan = FaultPlan { seed: 0, unavailable: 1_000, unknown: 0 };
/// How many tokens are issued side by side.
const SIDE_BY_SIDE: usize = 512;

/// A clock that stands still until the test moves it.
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(crate) fn advance(&self, time: Duration) {
        self.0.fetch_add(milliseconds(time), Ordering::SeqCst);
    }

    pub(crate) fn step_back(&self, time: Duration) {
        self.0.fetch_sub(milliseconds(time), Ordering::SeqCst);
    }

    pub(crate) fn set(&self, now: Timestamp) {
        self.0.store(now.milliseconds(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_milliseconds(self.0.load(Ordering::SeqCst))
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap()
}

/// A verdict that outlives its question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Active { token: TokenId, scopes: Scopes },
    Refused(Refused),
}

impl Answer {
    pub(crate) fn is_active(&self) -> bool {
        matches!(self, Self::Active { .. })
    }
}

impl From<Verdict<'_>> for Answer {
    fn from(verdict: Verdict<'_>) -> Self {
        match verdict {
            Verdict::Active(active) => {
                let scopes = active.scopes().map(|scope| scope.as_str());
                Self::Active { token: active.token(), scopes: Scopes::parse("scopes", scopes).unwrap() }
            }
            Verdict::Refused(refused) => Self::Refused(refused),
        }
    }
}

/// One installation, which a test may stop and start again.
pub(crate) struct World {
    directory: TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) random: Arc<Seeded>,
    /// The server keys of the next start.
    pub(crate) keyring: Keyring,
    /// The options of the next start.
    pub(crate) options: Options,
    /// The faults of the next start.
    pub(crate) plan: FaultPlan,
    /// Why the last start found the store in quarantine.
    pub(crate) quarantine: Option<Quarantine>,
    /// The first application administrator, with every scope.
    pub(crate) root: Caller,
    running: Option<(Arc<Authority>, Arc<FaultyStore>)>,
    made: AtomicU64,
}

impl World {
    /// An installation with its first administrator.
    pub(crate) async fn new(seed: u64) -> Self {
        Self::with(seed, Options::default(), CALM).await
    }

    /// The same, with options and planned faults; the store is not armed yet.
    pub(crate) async fn with(seed: u64, options: Options, plan: FaultPlan) -> Self {
        let mut world = Self::empty(seed, options, plan).await;
        let secret = format::generate(Kind::Token, &*world.random);
        world.authority().set_up_with_token(administrator("root@example.org"), &secret).await.unwrap().unwrap();
        world.root = world.authority().authenticate(secret.expose(), &Origin::default()).await.unwrap();
        world
    }

    /// An installation that nobody has set up.
    pub(crate) async fn empty(seed: u64, options: Options, plan: FaultPlan) -> Self {
        println!("seed {seed}");
        let random = Arc::new(Seeded::new(seed));
        let mut world = Self {
            directory: TempDir::new().unwrap(),
            clock: Arc::new(ManualClock(AtomicI64::new(1_800_000_000_000))),
            keyring: Keyring::generate(&*random),
            random,
            options,
            plan,
            quarantine: None,
            root: nobody(),
            running: None,
            made: AtomicU64::new(0),
        };
        world.start().await;
        world
    }

    pub(crate) fn authority(&self) -> &Arc<Authority> {
        &self.running.as_ref().expect("the installation is stopped").0
    }

    pub(crate) fn store(&self) -> &Arc<FaultyStore> {
        &self.running.as_ref().expect("the installation is stopped").1
    }

    /// The store's file.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("jeton.sqlite")
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Opens the store and loads the index.
    pub(crate) async fn start(&mut self) {
        let Opened { store, quarantine } = self.open().await;
        self.options.quarantined = quarantine.is_some();
        self.quarantine = quarantine;
        let store = FaultyStore::new(store, self.plan);
        let authority = Authority::new(
            Arc::clone(&store) as Arc<dyn store::Store>,
            self.keyring.clone(),
            Arc::clone(&self.clock) as Arc<dyn Clock>,
            Arc::clone(&self.random) as Arc<dyn domain::id::Randomness>,
            self.options,
        );
        authority.load().await.unwrap();
        self.running = Some((authority, store));
    }

    /// Stops in good order.
    pub(crate) async fn stop(&mut self) {
        if let Some((authority, _)) = self.running.take() {
            authority.store().close().await;
        }
    }

    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    /// The lock goes with the last handle, which a task that is being dropped may hold for a moment.
    async fn open(&self) -> Opened {
        for _ in 0..500 {
            match open_sqlite(&self.path(), &OpenOptions::default()) {
                Err(OpenError::InUse { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
                opened => return opened.unwrap(),
            }
        }
        panic!("the store stayed in use");
    }

    /// A number that no other call got, for names.
    pub(crate) fn unique(&self) -> u64 {
        self.made.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) async fn organisation(&self) -> Organisation {
        let name = name(&format!("organisation {}", self.unique()));
        self.authority().create_organisation(&self.root, name, None).await.unwrap().record
    }

    pub(crate) async fn owner(
        &self,
        kind: OwnerKind,
        organisation: OrganisationId,
        role: Role,
        granted: &str,
    ) -> Owner {
        let draft = self.draft(kind, Some(organisation), role, granted);
        self.authority().create_owner(&self.root, draft, None).await.unwrap().record
    }

    pub(crate) async fn member(&self, organisation: OrganisationId, granted: &str) -> Owner {
        self.owner(OwnerKind::User, organisation, Role::Member, granted).await
    }

    pub(crate) fn draft(
        &self,
        kind: OwnerKind,
        organisation: Option<OrganisationId>,
        role: Role,
        granted: &str,
    ) -> OwnerDraft {
        let number = self.unique();
        let address = || Email::parse("email", &format!("user{number}@example.org")).unwrap();
        OwnerDraft {
            kind,
            organisation,
            name: name(&format!("owner {number}")),
            email: (kind == OwnerKind::User).then(address),
            role,
            scopes: scopes(granted),
            facts: Facts::default(),
        }
    }

    /// A caller with a new token that has all the owner may do.
    pub(crate) async fn caller(&self, owner: &Owner) -> Caller {
        let issued = self.issue(NewToken { owner: Some(owner.id), ..new_token() }).await;
        self.authority().authenticate(issued.secret.expose(), &Origin::default()).await.unwrap()
    }

    /// Issues a token in the name of the first administrator.
    pub(crate) async fn issue(&self, new: NewToken) -> Issued {
        self.authority().issue(&self.root, new, None).await.unwrap()
    }

    /// Issues many tokens side by side, so that they share commits.
    pub(crate) async fn issue_many(&self, new: &NewToken, count: usize) -> Vec<Issued> {
        let mut issued = Vec::with_capacity(count);
        while issued.len() < count {
            let mut running = JoinSet::new();
            for _ in 0..SIDE_BY_SIDE.min(count - issued.len()) {
                let (authority, root, new) = (Arc::clone(self.authority()), self.root.clone(), new.clone());
                running.spawn(async move { authority.issue(&root, new, None).await.unwrap() });
            }
            issued.extend(running.join_all().await);
        }
        issued
    }

    /// The verdict for a verifier that sees everything.
    pub(crate) async fn ask(&self, secret: &str) -> Answer {
        self.try_ask(secret).await.unwrap()
    }

    pub(crate) async fn try_ask(&self, secret: &str) -> Result<Answer, Error> {
        ask(self.authority(), Reach::Everything, question(secret)).await
    }

    /// Checks one verdict.
    #[track_caller]
    pub(crate) fn refused(&self, secret: &Secret, reason: Refused) -> impl Future<Output = ()> {
        let place = std::panic::Location::caller();
        let (authority, secret) = (Arc::clone(self.authority()), secret.clone());
        async move {
            let answer = ask(&authority, Reach::Everything, question(secret.expose())).await.unwrap();
            assert_eq!(answer, Answer::Refused(reason), "at {place}");
        }
    }

    /// Checks one verdict.
    #[track_caller]
    pub(crate) fn active(&self, secret: &Secret) -> impl Future<Output = ()> {
        let place = std::panic::Location::caller();
        let (authority, secret) = (Arc::clone(self.authority()), secret.clone());
        async move {
            let answer = ask(&authority, Reach::Everything, question(secret.expose())).await.unwrap();
            assert!(answer.is_active(), "{answer:?} at {place}");
        }
    }
}

pub(crate) async fn ask(authority: &Authority, reach: Reach, question: Question<'_>) -> Result<Answer, Error> {
    authority.verify(reach, &question, |verdict| Answer::from(verdict)).await
}

pub(crate) fn question(secret: &str) -> Question<'_> {
    Question { secret, scope: None, address: None, user_agent: None }
}

pub(crate) fn administrator(email: &str) -> Administrator {
    Administrator {
        email: Email::parse("email", email).unwrap(),
        name: name("Root"),
        organisation: name("First organisation"),
    }
}

/// A token of the caller itself, with as much as it may have.
pub(crate) fn new_token() -> NewToken {
    NewToken {
        key: None,
        name: name("token"),
        description: String::new(),
        owner: None,
        scopes: None,
        networks: None,
        labels: Labels::default(),
        expires_at: None,
        terms: Terms::default(),
        permission: None,
    }
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse("name", text).unwrap()
}

/// Scopes separated by blanks; none from an empty text.
pub(crate) fn scopes(text: &str) -> Scopes {
    Scopes::parse("scopes", text.split_whitespace()).unwrap()
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// What stands for the first administrator until there is one.
fn nobody() -> Caller {
    use domain::{
        caller::Credential,
        id::{OrganisationNumber, OwnerId, OwnerNumber},
    };
    Caller {
        owner: OwnerId::from_bytes([0; 16]),
        owner_number: OwnerNumber(0),
        organisation: OrganisationId::from_bytes([0; 16]),
        organisation_number: OrganisationNumber(0),
        role: Role::Member,
        scopes: Scopes::default(),
        credential: Credential::Token(TokenId::from_bytes([0; 16])),
        secrets: Vec::new(),
        hands_out: Scopes::default(),
        implied: Scopes::default(),
        action: None,
        origin: NOWHERE,
    }
}
