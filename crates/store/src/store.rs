//! The promise that every engine keeps: one way in, and about a dozen queries.

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
use std::sync::Arc;

/// Follows the journal as it grows. The engine calls it from its writer, in journal order, after
/// the commit is durable and before anybody learns of it; so it must be quick and must not wait.
pub trait Follower: Send + Sync {
    /// These entries are durable.
    fn committed(&self, entries: &[Entry]);
    /// The engine cannot know whether its last commit was kept. Nothing may be accepted any more.
    fn outcome_unknown(&self);
}

/// What is kept. Every answer reflects every commit that was answered before the question.
#[async_trait]
pub trait Store: Send + Sync {
    /// Sets who follows the journal; once, before the first commit.
    fn follow(&self, follower: Arc<dyn Follower>);

    /// What the writer has done since the store was opened.
    fn writer_figures(&self) -> WriterFigures;

    /// Makes a change durable, or none of it. Changes that wait together share one durable commit,
    /// each behind a savepoint of its own; a change whose caller went away is made all the same.
    async fn commit(&self, change: Change) -> Result<Committed, CommitError>;

    /// One token, or its tombstone when `deleted` is true.
    async fn token(&self, reach: Reach, id: TokenId, deleted: bool) -> Result<Option<Token>, ReadError>;

    /// A page of tokens; tombstones only where the filter asks for the deleted state.
    async fn tokens(
        &self,
        reach: Reach,
        filter: TokenFilter,
        sort: Sort,
        page: PageRequest,
        now: Timestamp,
    ) -> Result<Page<Token>, ReadError>;

    /// A part of the tokens in an order, after this many of them, with the names of those that each tells
    /// of, and how many the filter selects in all.
    async fn tokens_part(
        &self,
        reach: Reach,
        filter: TokenFilter,
        sort: Sort,
        offset: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Found<ListedToken>, ReadError>;

    /// One token with the names of those that it tells of, or its tombstone when `deleted` is true.
    async fn listed_token(&self, reach: Reach, id: TokenId, deleted: bool) -> Result<Option<ListedToken>, ReadError>;

    /// How many tokens the filter selects.
    async fn count_tokens(&self, reach: Reach, filter: TokenFilter, now: Timestamp) -> Result<u64, ReadError>;

    /// A part of the tokens that fit a condition, in any order, and how many fit in all.
    async fn search(&self, reach: Reach, search: Search, now: Timestamp) -> Result<Found<FoundToken>, ReadError>;

    /// The numbers of what [`Store::search`] finds.
    async fn search_numbers(&self, reach: Reach, search: Search, now: Timestamp)
    -> Result<Vec<TokenNumber>, ReadError>;

    /// What a deletion with this filter would delete.
    async fn preview(&self, reach: Reach, filter: TokenFilter, now: Timestamp) -> Result<Preview, ReadError>;

    /// How often a token within reach was used, day by day, oldest first; none when it is not found.
    async fn usage(&self, reach: Reach, id: TokenId) -> Result<Option<Vec<UsageDay>>, ReadError>;

    /// The latest callers of a token within reach, the last one first; none when it is not found.
    async fn token_callers(&self, reach: Reach, id: TokenId) -> Result<Option<Vec<TokenCaller>>, ReadError>;

    /// A deletion in steps, for its author or whoever reaches the author's organisation.
    async fn deletion(&self, reach: Reach, id: DeletionId) -> Result<Option<Deletion>, ReadError>;

    /// The deletions in steps that have not ended.
    async fn unfinished_deletions(&self) -> Result<Vec<DeletionId>, ReadError>;

    /// A page of organisations, by number.
    async fn organisations(
        &self,
        reach: Reach,
        filter: OrganisationFilter,
        page: PageRequest,
    ) -> Result<Page<Organisation>, ReadError>;

    /// A page of users and service accounts, by number.
    async fn owners(&self, reach: Reach, filter: OwnerFilter, page: PageRequest) -> Result<Page<Owner>, ReadError>;

    /// A part of the organisations after this many, and how many the filter selects in all.
    async fn organisations_part(
        &self,
        reach: Reach,
        filter: OrganisationFilter,
        sort: Sort<OrganisationKey>,
        offset: u64,
        limit: usize,
    ) -> Result<Found<Organisation>, ReadError>;

    /// A part of the users and service accounts after this many, and how many the filter selects in all.
    async fn owners_part(
        &self,
        reach: Reach,
        filter: OwnerFilter,
        sort: Sort<OwnerKey>,
        offset: u64,
        limit: usize,
    ) -> Result<Found<ListedOwner>, ReadError>;

    /// A page of permissions, by number. `Reach::Own` sees those that its owner or one of its tokens has.
    async fn permissions(
        &self,
        reach: Reach,
        filter: PermissionFilter,
        page: PageRequest,
    ) -> Result<Page<Permission>, ReadError>;

    /// A page of assignments, by number. `Reach::Own` sees those of its owner and of its tokens.
    async fn assignments(
        &self,
        reach: Reach,
        filter: AssignmentFilter,
        page: PageRequest,
    ) -> Result<Page<Assignment>, ReadError>;

    /// What is needed to check a user's password or link.
    async fn sign_in(&self, user: UserKey) -> Result<Option<SignIn>, ReadError>;

    /// The keys and passkeys within reach, the oldest first.
    async fn signers(&self, reach: Reach, of: SignersOf) -> Result<Vec<Signer>, ReadError>;

    /// The session with this digest.
    async fn session(&self, digest: Digest) -> Result<Option<Session>, ReadError>;

    /// The sessions of a user, newest first.
    async fn sessions(&self, owner: OwnerId) -> Result<Vec<Session>, ReadError>;

    /// A page of the journal. `Reach::Own` sees what its owner did and what concerns its tokens.
    async fn journal(
        &self,
        reach: Reach,
        filter: JournalFilter,
        page: PageRequest,
    ) -> Result<Page<JournalRow>, ReadError>;

    /// A part of the journal after this many entries, and how many the filter selects in all; those beyond `most`
    /// need not be counted.
    async fn journal_part(
        &self,
        reach: Reach,
        filter: JournalFilter,
        offset: u64,
        limit: usize,
        most: u64,
    ) -> Result<Found<JournalRow>, ReadError>;

    /// True when there is no user or service account yet.
    async fn is_empty(&self) -> Result<bool, ReadError>;

    /// Where the journal ends.
    async fn tail(&self) -> Result<Tail, ReadError>;

    /// Gives everything that verification must know to `sink`, as of one journal position, which is
    /// returned. Calls of `sink` may come from several threads at once.
    async fn load(&self, sink: Arc<dyn Fn(Loaded) + Send + Sync>) -> Result<Tail, ReadError>;

    /// Makes what waits durable and ends; every later change is refused as unavailable. Dropping the
    /// last handle does the same.
    async fn close(&self);
}
