//! The embedded engine: one SQLite file, one writing thread, a pool of readers.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `connection`, `checkpoint` | connections, durability, the write-ahead log |
//! | `writer`, `transaction`, `apply` | the thread that commits, what a change works with, the table of verbs |
//! | `issue`, `update`, `rotate`, `delete`, `deletion` | the verbs of tokens |
//! | `organisations`, `owners`, `administrators`, `credentials`, `sessions`, `signers`, `set_up` | the verbs of people |
//! | `permissions`, `assignments` | the verbs of permissions |
//! | `usage`, `callers`, `rehash`, `prune`, `quarantine` | the verbs of upkeep |
//! | `nonce`, `idempotency`, `standing`, `signed_actions` | what works once, what may be repeated, who still may, and what must be signed |
//! | `readers`, `list`, `listed`, `people`, `search`, `review`, `preview`, `journal`, `range`, `rare`, `load` | the queries |
//! | `conditions`, `token_filter` | filters and reach as `WHERE` clauses |
//! | `token_row`, `owner_row`, `permission_row`, `dictionary`, `body` | rows |
//! | `failure` | what stops a change or a query |
//! | `figures` | what the writer has done, for whoever measures |

mod administrators;
mod apply;
mod assignments;
mod body;
mod callers;
mod checkpoint;
mod conditions;
pub(crate) mod connection;
mod credentials;
mod delete;
mod deletion;
mod dictionary;
pub(crate) mod failure;
mod figures;
mod idempotency;
mod issue;
pub(crate) mod journal;
mod list;
mod listed;
mod load;
mod nonce;
mod organisations;
mod owner_row;
mod owners;
mod people;
mod permission_row;
mod permissions;
#[cfg(test)]
mod plans;
mod preview;
mod prune;
mod quarantine;
mod range;
mod rare;
mod readers;
mod rehash;
mod retire;
mod review;
mod rotate;
mod search;
mod service_accounts;
mod sessions;
mod set_up;
mod signed_actions;
mod signers;
mod standing;
mod token_filter;
mod token_row;
pub(crate) mod transaction;
mod update;
mod usage;
pub(crate) mod writer;

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
    journal::Tail,
    owner::{Organisation, Owner, OwnerKind},
    permission::{Assignment, Permission},
    secret::Digest,
    signer::Signer,
    time::Timestamp,
    token::{Token, TokenCaller},
};
use readers::Readers;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use token_filter::Selection;
use writer::Writer;

/// A store in a SQLite file.
pub(crate) struct SqliteStore {
    path: PathBuf,
    readers: Readers,
    writer: Arc<Writer>,
}

impl SqliteStore {
    pub(crate) fn new(path: &Path, readers: usize, writer: Writer) -> Self {
        Self { path: path.to_owned(), readers: Readers::new(path, readers), writer: Arc::new(writer) }
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn follow(&self, follower: Arc<dyn Follower>) {
        self.writer.follow(follower);
    }

    fn writer_figures(&self) -> WriterFigures {
        self.writer.figures()
    }

    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        let review = match review::of(&change.verb, change.at) {
            Some(selection) => {
                let reviewed = self.readers.read(move |connection| review::review(connection, &selection)).await;
                Some(reviewed.map_err(|ReadError(cause)| CommitError::Unavailable(cause))?)
            }
            None => None,
        };
        self.writer.commit(change, review).await
    }

    async fn token(&self, reach: Reach, id: TokenId, deleted: bool) -> Result<Option<Token>, ReadError> {
        self.readers
            .read(move |connection| {
                let live = token_row::find(connection, token_row::Rows::Live, reach, id)?;
                if live.is_some() || !deleted {
                    return Ok(live);
                }
                token_row::find(connection, token_row::Rows::Deleted, reach, id)
            })
            .await
    }

    async fn tokens(
        &self,
        reach: Reach,
        filter: TokenFilter,
        sort: Sort,
        page: PageRequest,
        now: Timestamp,
    ) -> Result<Page<Token>, ReadError> {
        let selection = Selection::new(reach, &filter, now);
        self.readers.read(move |connection| list::tokens(connection, selection, sort, &page)).await
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
        let selection = Selection::new(reach, &filter, now);
        self.readers.read(move |connection| listed::part(connection, reach, selection, sort, offset, limit)).await
    }

    async fn listed_token(&self, reach: Reach, id: TokenId, deleted: bool) -> Result<Option<ListedToken>, ReadError> {
        self.readers.read(move |connection| listed::find(connection, reach, id, deleted)).await
    }

    async fn count_tokens(&self, reach: Reach, filter: TokenFilter, now: Timestamp) -> Result<u64, ReadError> {
        let selection = Selection::new(reach, &filter, now);
        self.readers.read(move |connection| token_filter::count(connection, &selection)).await
    }

    async fn search(&self, reach: Reach, search: Search, now: Timestamp) -> Result<Found<FoundToken>, ReadError> {
        self.readers.read(move |connection| search::search(connection, reach, &search, now)).await
    }

    async fn search_numbers(
        &self,
        reach: Reach,
        search: Search,
        now: Timestamp,
    ) -> Result<Vec<TokenNumber>, ReadError> {
        self.readers.read(move |connection| search::numbers(connection, reach, &search, now)).await
    }

    async fn preview(&self, reach: Reach, filter: TokenFilter, now: Timestamp) -> Result<Preview, ReadError> {
        let selection = Selection::new(reach, &filter, now);
        self.readers.read(move |connection| preview::preview(connection, &selection)).await
    }

    async fn usage(&self, reach: Reach, id: TokenId) -> Result<Option<Vec<UsageDay>>, ReadError> {
        self.readers.read(move |connection| usage::days(connection, reach, id)).await
    }

    async fn token_callers(&self, reach: Reach, id: TokenId) -> Result<Option<Vec<TokenCaller>>, ReadError> {
        self.readers.read(move |connection| callers::list(connection, reach, id)).await
    }

    async fn deletion(&self, reach: Reach, id: DeletionId) -> Result<Option<Deletion>, ReadError> {
        self.readers.read(move |connection| deletion::find(connection, reach, id)).await
    }

    async fn unfinished_deletions(&self) -> Result<Vec<DeletionId>, ReadError> {
        self.readers.read(deletion::unfinished).await
    }

    async fn organisations(
        &self,
        reach: Reach,
        filter: OrganisationFilter,
        page: PageRequest,
    ) -> Result<Page<Organisation>, ReadError> {
        self.readers.read(move |connection| people::organisations(connection, reach, &filter, &page)).await
    }

    async fn owners(&self, reach: Reach, filter: OwnerFilter, page: PageRequest) -> Result<Page<Owner>, ReadError> {
        self.readers.read(move |connection| people::owners(connection, reach, &filter, &page)).await
    }

    async fn organisations_part(
        &self,
        reach: Reach,
        filter: OrganisationFilter,
        sort: Sort<OrganisationKey>,
        offset: u64,
        limit: usize,
    ) -> Result<Found<Organisation>, ReadError> {
        let read = move |connection: &_| people::organisations_part(connection, reach, &filter, sort, offset, limit);
        self.readers.read(read).await
    }

    async fn owners_part(
        &self,
        reach: Reach,
        filter: OwnerFilter,
        sort: Sort<OwnerKey>,
        offset: u64,
        limit: usize,
    ) -> Result<Found<ListedOwner>, ReadError> {
        let read = move |connection: &_| people::owners_part(connection, reach, &filter, sort, offset, limit);
        self.readers.read(read).await
    }

    async fn permissions(
        &self,
        reach: Reach,
        filter: PermissionFilter,
        page: PageRequest,
    ) -> Result<Page<Permission>, ReadError> {
        self.readers.read(move |connection| permission_row::page(connection, reach, &filter, &page)).await
    }

    async fn assignments(
        &self,
        reach: Reach,
        filter: AssignmentFilter,
        page: PageRequest,
    ) -> Result<Page<Assignment>, ReadError> {
        self.readers.read(move |connection| permission_row::assignments(connection, reach, &filter, &page)).await
    }

    async fn sign_in(&self, user: UserKey) -> Result<Option<SignIn>, ReadError> {
        self.readers
            .read(move |connection| {
                let facts = match user {
                    UserKey::Email(email) => owner_row::by_email(connection, &email.to_lowercase())?,
                    UserKey::Id(id) => owner_row::by_id(connection, id)?,
                };
                let user = facts.filter(|facts| facts.owner.kind == OwnerKind::User);
                Ok(user.map(|facts| SignIn {
                    owner: facts.owner,
                    organisation_active: facts.organisation_active,
                    password_hash: facts.password_hash,
                    credential_revision: facts.credential_revision,
                }))
            })
            .await
    }

    async fn signers(&self, reach: Reach, of: SignersOf) -> Result<Vec<Signer>, ReadError> {
        self.readers.read(move |connection| signers::list(connection, reach, of)).await
    }

    async fn session(&self, digest: Digest) -> Result<Option<Session>, ReadError> {
        self.readers.read(move |connection| sessions::by_digest(connection, digest)).await
    }

    async fn sessions(&self, owner: OwnerId) -> Result<Vec<Session>, ReadError> {
        self.readers.read(move |connection| sessions::of_owner(connection, owner)).await
    }

    async fn journal(
        &self,
        reach: Reach,
        filter: JournalFilter,
        page: PageRequest,
    ) -> Result<Page<JournalRow>, ReadError> {
        self.readers.read(move |connection| journal::page(connection, reach, &filter, &page)).await
    }

    async fn journal_part(
        &self,
        reach: Reach,
        filter: JournalFilter,
        offset: u64,
        limit: usize,
        most: u64,
    ) -> Result<Found<JournalRow>, ReadError> {
        self.readers.read(move |connection| journal::part(connection, reach, &filter, (offset, limit), most)).await
    }

    async fn is_empty(&self) -> Result<bool, ReadError> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM owner)";
        self.readers.read(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?)).await
    }

    async fn tail(&self) -> Result<Tail, ReadError> {
        self.readers.read(journal::tail).await
    }

    async fn load(&self, sink: Arc<dyn Fn(Loaded) + Send + Sync>) -> Result<Tail, ReadError> {
        let path = self.path.clone();
        let loaded = tokio::task::spawn_blocking(move || load::load(&path, &sink)).await;
        Ok(loaded.map_err(|error| ReadError(error.into()))??)
    }

    async fn close(&self) {
        self.readers.close();
        let writer = Arc::clone(&self.writer);
        if tokio::task::spawn_blocking(move || writer.close()).await.is_err() {
            tracing::error!("the store's writer was not closed in order");
        }
    }
}
