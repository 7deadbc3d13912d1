//! For tests of this and the upper floors: a store whose commits fail on purpose, and repeatable
//! randomness.

mod seeded;

use crate::{
    change::{Change, Committed},
    error::{CommitError, ReadError},
    query::{
        Deletion, JournalFilter, JournalRow, ListedOwner, ListedToken, Loaded, OrganisationFilter, OrganisationKey,
        OwnerFilter, OwnerKey, Page, PageRequest, Preview, Session, SignIn, SignersOf, Sort, TokenFilter, UsageDay,
        UserKey, WriterFigures,
        permission::{AssignmentFilter, PermissionFilter},
        search::{Found, FoundToken, Search},
    },
    store::{Follower, Store},
};
use async_trait::async_trait;
use domain::{
    caller::Reach,
    id::{DeletionId, OwnerId, TokenId, TokenNumber},
    journal::{Entry, Tail},
    owner::{Organisation, Owner},
    permission::{Assignment, Permission},
    secret::Digest,
    signer::Signer,
    time::Timestamp,
    token::{Token, TokenCaller},
};
pub use seeded::Seeded;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
};

/// How often which fault happens, out of a thousand commits.
#[derive(Debug, Clone, Copy)]
pub struct FaultPlan {
    /// Decides when; print it with every failure.
    pub seed: u64,
    /// Commits that are refused as unavailable before anything is made.
    pub unavailable: u64,
    /// Commits whose outcome stays unknown; half of them are kept.
    pub unknown: u64,
}

/// A store over another one, whose commits fail as planned. After an unknown outcome it refuses every
/// commit, as a real engine does, until [`FaultyStore::reopened`].
pub struct FaultyStore {
    inner: Arc<dyn Store>,
    gate: Arc<Gate>,
    plan: FaultPlan,
    randomness: Seeded,
    armed: AtomicBool,
    broken: AtomicBool,
    faults: AtomicU64,
    sight: AtomicU8,
    readers: tokio::sync::RwLock<()>,
    held: AtomicU64,
}

/// A search finds what it should.
const SEES: u8 = 0;
/// It will fail once a change has been made.
const BLIND_AFTER_COMMIT: u8 = 1;
/// It fails.
const BLIND: u8 = 2;

impl FaultyStore {
    /// Wraps a store that nobody follows yet. Faults happen once it is armed.
    pub fn new(inner: Arc<dyn Store>, plan: FaultPlan) -> Arc<Self> {
        let gate = Arc::new(Gate::default());
        inner.follow(Arc::clone(&gate) as Arc<dyn Follower>);
        Self::over(inner, gate, plan)
    }

    /// The same store after a restart: it accepts commits again, and has no follower yet. The seed
    /// goes on where it was.
    pub fn reopened(&self) -> Arc<Self> {
        *self.gate.follower() = None;
        let plan = FaultPlan { seed: self.randomness.next(), ..self.plan };
        Self::over(Arc::clone(&self.inner), Arc::clone(&self.gate), plan)
    }

    /// Lets faults happen, or not.
    pub fn arm(&self, armed: bool) {
        self.armed.store(armed, Ordering::Release);
    }

    /// Lets every search fail once the next change is made, or lets them succeed again.
    pub fn blind_after_commit(&self, blinded: bool) {
        self.sight.store(if blinded { BLIND_AFTER_COMMIT } else { SEES }, Ordering::Release);
    }

    /// Holds back what is read of tokens, after it was read, until the guard is dropped.
    pub async fn hold_reads(&self) -> tokio::sync::RwLockWriteGuard<'_, ()> {
        self.readers.write().await
    }

    /// How many reads of tokens have come as far as to be held.
    pub fn held_reads(&self) -> u64 {
        self.held.load(Ordering::Acquire)
    }

    async fn hold<T>(&self, read: impl Future<Output = T>) -> T {
        let read = read.await;
        self.held.fetch_add(1, Ordering::AcqRel);
        let _guard = self.readers.read().await;
        read
    }

    /// True after an unknown outcome.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// How many faults have happened.
    pub fn faults(&self) -> u64 {
        self.faults.load(Ordering::Acquire)
    }

    fn over(inner: Arc<dyn Store>, gate: Arc<Gate>, plan: FaultPlan) -> Arc<Self> {
        let (armed, broken, faults) = (AtomicBool::new(false), AtomicBool::new(false), AtomicU64::new(0));
        Arc::new(Self {
            inner,
            gate,
            plan,
            randomness: Seeded::new(plan.seed),
            armed,
            broken,
            faults,
            sight: AtomicU8::new(SEES),
            readers: tokio::sync::RwLock::default(),
            held: AtomicU64::new(0),
        })
    }

    /// The engine would tell its follower nothing of the commit but that its outcome is unknown.
    async fn unknown(&self, change: Change) -> CommitError {
        self.broken.store(true, Ordering::Release);
        let follower = self.gate.follower().take();
        if self.randomness.below(2) == 0 {
            // Whatever comes of it, the caller does not learn it.
            let _ = self.inner.commit(change).await;
        }
        if let Some(follower) = follower {
            follower.outcome_unknown();
        }
        CommitError::Unknown("a fault on purpose".into())
    }
}

/// Passes on what the inner store tells, to whoever follows at the moment.
#[derive(Default)]
struct Gate(Mutex<Option<Arc<dyn Follower>>>);

impl Gate {
    fn follower(&self) -> std::sync::MutexGuard<'_, Option<Arc<dyn Follower>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for Gate {
    fn committed(&self, entries: &[Entry]) {
        if let Some(follower) = &*self.follower() {
            follower.committed(entries);
        }
    }

    fn outcome_unknown(&self) {
        if let Some(follower) = &*self.follower() {
            follower.outcome_unknown();
        }
    }
}

#[async_trait]
impl Store for FaultyStore {
    fn follow(&self, follower: Arc<dyn Follower>) {
        *self.gate.follower() = Some(follower);
    }

    fn writer_figures(&self) -> WriterFigures {
        self.inner.writer_figures()
    }

    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        if self.is_broken() {
            return Err(CommitError::Unavailable("an earlier outcome is unknown".into()));
        }
        if !self.armed.load(Ordering::Acquire) {
            let committed = self.inner.commit(change).await?;
            // Only a store that shall be blind from now on is.
            let _ = self.sight.compare_exchange(BLIND_AFTER_COMMIT, BLIND, Ordering::AcqRel, Ordering::Acquire);
            return Ok(committed);
        }
        let lot = self.randomness.below(1_000);
        if lot < self.plan.unavailable {
            self.faults.fetch_add(1, Ordering::AcqRel);
            return Err(CommitError::Unavailable("a fault on purpose".into()));
        }
        if lot < self.plan.unavailable + self.plan.unknown {
            self.faults.fetch_add(1, Ordering::AcqRel);
            return Err(self.unknown(change).await);
        }
        self.inner.commit(change).await
    }

    async fn token(&self, reach: Reach, id: TokenId, deleted: bool) -> Result<Option<Token>, ReadError> {
        self.hold(self.inner.token(reach, id, deleted)).await
    }

    async fn tokens(
        &self,
        reach: Reach,
        filter: TokenFilter,
        sort: Sort,
        page: PageRequest,
        now: Timestamp,
    ) -> Result<Page<Token>, ReadError> {
        self.hold(self.inner.tokens(reach, filter, sort, page, now)).await
    }

    async fn tokens_part(
        &self,
        reach: Reach,
        filter: TokenFilter,
        sort: Sort,
        offset: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Found<ListedToken>, ReadError> {
        self.hold(self.inner.tokens_part(reach, filter, sort, offset, limit, now)).await
    }

    async fn listed_token(&self, reach: Reach, id: TokenId, deleted: bool) -> Result<Option<ListedToken>, ReadError> {
        self.hold(self.inner.listed_token(reach, id, deleted)).await
    }

    async fn count_tokens(&self, reach: Reach, filter: TokenFilter, now: Timestamp) -> Result<u64, ReadError> {
        self.inner.count_tokens(reach, filter, now).await
    }

    async fn search(&self, reach: Reach, search: Search, now: Timestamp) -> Result<Found<FoundToken>, ReadError> {
        if self.sight.load(Ordering::Acquire) == BLIND {
            return Err(ReadError("a fault on purpose".into()));
        }
        self.hold(self.inner.search(reach, search, now)).await
    }

    async fn search_numbers(
        &self,
        reach: Reach,
        search: Search,
        now: Timestamp,
    ) -> Result<Vec<TokenNumber>, ReadError> {
        self.inner.search_numbers(reach, search, now).await
    }

    async fn preview(&self, reach: Reach, filter: TokenFilter, now: Timestamp) -> Result<Preview, ReadError> {
        self.inner.preview(reach, filter, now).await
    }

    async fn usage(&self, reach: Reach, id: TokenId) -> Result<Option<Vec<UsageDay>>, ReadError> {
        self.hold(self.inner.usage(reach, id)).await
    }

    async fn token_callers(&self, reach: Reach, id: TokenId) -> Result<Option<Vec<TokenCaller>>, ReadError> {
        self.hold(self.inner.token_callers(reach, id)).await
    }

    async fn deletion(&self, reach: Reach, id: DeletionId) -> Result<Option<Deletion>, ReadError> {
        self.inner.deletion(reach, id).await
    }

    async fn unfinished_deletions(&self) -> Result<Vec<DeletionId>, ReadError> {
        self.inner.unfinished_deletions().await
    }

    async fn organisations(
        &self,
        reach: Reach,
        filter: OrganisationFilter,
        page: PageRequest,
    ) -> Result<Page<Organisation>, ReadError> {
        self.inner.organisations(reach, filter, page).await
    }

    async fn owners(&self, reach: Reach, filter: OwnerFilter, page: PageRequest) -> Result<Page<Owner>, ReadError> {
        self.inner.owners(reach, filter, page).await
    }

    async fn organisations_part(
        &self,
        reach: Reach,
        filter: OrganisationFilter,
        sort: Sort<OrganisationKey>,
        offset: u64,
        limit: usize,
    ) -> Result<Found<Organisation>, ReadError> {
        self.inner.organisations_part(reach, filter, sort, offset, limit).await
    }

    async fn owners_part(
        &self,
        reach: Reach,
        filter: OwnerFilter,
        sort: Sort<OwnerKey>,
        offset: u64,
        limit: usize,
    ) -> Result<Found<ListedOwner>, ReadError> {
        self.inner.owners_part(reach, filter, sort, offset, limit).await
    }

    async fn permissions(
        &self,
        reach: Reach,
        filter: PermissionFilter,
        page: PageRequest,
    ) -> Result<Page<Permission>, ReadError> {
        self.inner.permissions(reach, filter, page).await
    }

    async fn assignments(
        &self,
        reach: Reach,
        filter: AssignmentFilter,
        page: PageRequest,
    ) -> Result<Page<Assignment>, ReadError> {
        self.inner.assignments(reach, filter, page).await
    }

    async fn sign_in(&self, user: UserKey) -> Result<Option<SignIn>, ReadError> {
        self.inner.sign_in(user).await
    }

    async fn signers(&self, reach: Reach, of: SignersOf) -> Result<Vec<Signer>, ReadError> {
        self.inner.signers(reach, of).await
    }

    async fn session(&self, digest: Digest) -> Result<Option<Session>, ReadError> {
        self.inner.session(digest).await
    }

    async fn sessions(&self, owner: OwnerId) -> Result<Vec<Session>, ReadError> {
        self.inner.sessions(owner).await
    }

    async fn journal(
        &self,
        reach: Reach,
        filter: JournalFilter,
        page: PageRequest,
    ) -> Result<Page<JournalRow>, ReadError> {
        self.inner.journal(reach, filter, page).await
    }

    async fn journal_part(
        &self,
        reach: Reach,
        filter: JournalFilter,
        offset: u64,
        limit: usize,
        most: u64,
    ) -> Result<Found<JournalRow>, ReadError> {
        self.inner.journal_part(reach, filter, offset, limit, most).await
    }

    async fn is_empty(&self) -> Result<bool, ReadError> {
        self.inner.is_empty().await
    }

    async fn tail(&self) -> Result<Tail, ReadError> {
        self.inner.tail().await
    }

    async fn load(&self, sink: Arc<dyn Fn(Loaded) + Send + Sync>) -> Result<Tail, ReadError> {
        self.inner.load(sink).await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
