//! What can be asked of a store: filters, sorting, pages, and the rows of the answers.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `listed` | tokens with the names that a list shows |
//! | `people` | organisations, users and service accounts, and what they sign in and sign with |
//! | `permission` | permissions, and whom they are assigned to |
//! | `search` | conditions on tokens that contracts let their clients write |

mod listed;
mod people;
pub mod permission;
pub mod search;

pub use listed::{ListedToken, NamedOrganisation};
pub use people::{
    FactIs, ListedOwner, OrganisationFilter, OrganisationKey, OwnerFilter, OwnerKey, Session, SignIn, SignersOf,
    UserKey,
};

use domain::{
    id::{DeletionId, OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, Position, TokenId, TokenNumber},
    journal::Entry,
    name::{LabelFilter, Name},
    origin::Origin,
    owner::{OwnerKind, Role},
    scope::Scopes,
    secret::Digest,
    time::Timestamp,
    token::{State, Token},
};
use serde::{Deserialize, Serialize};

/// Which tokens. A part left out selects every token; parts together select what fits them all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenFilter {
    /// With this number.
    pub number: Option<TokenNumber>,
    /// One of these.
    pub ids: Option<Vec<TokenId>>,
    /// In this state, at the instant the query names as now.
    #[serde(with = "state_word")]
    pub state: Option<State>,
    /// Of this owner.
    pub owner: Option<OwnerId>,
    /// Created by this author.
    pub author: Option<OwnerId>,
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Granted exactly this scope.
    pub scope: Option<String>,
    /// Carrying all of these labels.
    pub labels: Vec<LabelFilter>,
    /// Created before this instant.
    pub created_before: Option<Timestamp>,
    /// Created at this instant or later.
    pub created_after: Option<Timestamp>,
    /// Expiring before this instant; tokens without an expiry do not.
    pub expires_before: Option<Timestamp>,
    /// Expiring at this instant or later, or never.
    pub expires_after: Option<Timestamp>,
    /// Last used before this instant, or created before it and never used.
    pub last_used_before: Option<Timestamp>,
    /// Last used at this instant or later.
    pub last_used_after: Option<Timestamp>,
    /// With this text in the name, whatever its case.
    pub name_contains: Option<String>,
    /// With a secret whose text begins so; eight characters are known of each.
    pub secret_prefix: Option<String>,
    /// With this text in the name or the description, or as the identifier, the number, or the beginning or
    /// the end of a secret as far as it is known; whatever its case.
    pub text: Option<String>,
}

mod state_word {
    use domain::token::State;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    // Serde's `with` hands over a reference.
    #[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref)]
    pub(super) fn serialize<S: Serializer>(state: &Option<State>, serializer: S) -> Result<S::Ok, S::Error> {
        state.map(State::as_str).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<State>, D::Error> {
        let Some(word) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        [State::Active, State::Disabled, State::Expired, State::Deleted]
            .into_iter()
            .find(|state| state.as_str() == word)
            .map(Some)
            .ok_or_else(|| serde::de::Error::custom("unknown state"))
    }
}

/// What a list of tokens is sorted by. Ties go by the token's number in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// When they were created.
    #[default]
    Created,
    /// Their names, by Unicode code point.
    Name,
    /// When they expire; those that never do come last in ascending order.
    Expires,
    /// When they were last used; those never used come first in ascending order.
    LastUsed,
}

/// The order of a list; of tokens, where no other is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort<Key = SortKey> {
    /// By what.
    pub key: Key,
    /// True for the largest first.
    pub descending: bool,
}

/// The key that is usual, the largest first: what was created last, in each list there is.
impl<Key: Default> Default for Sort<Key> {
    fn default() -> Self {
        Self { key: Key::default(), descending: true }
    }
}

/// Where a page of a list ended: the sort value and the number of its last row. A row keeps its
/// place whatever is inserted or deleted around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The sort value as text or number; none for lists sorted by number alone.
    pub key: Option<CursorKey>,
    /// The row's number.
    pub number: u64,
}

/// A sort value in a [`Cursor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CursorKey {
    /// A time in milliseconds.
    Milliseconds(i64),
    /// A name.
    Text(String),
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows after this place.
    pub after: Option<Cursor>,
    /// At most this many, and at least one.
    pub limit: usize,
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next part begins; none when this was the last.
    pub next: Option<Cursor>,
}

/// SHA-256 over the identifiers of the selected tokens in the order of their numbers.
pub type PreviewDigest = [u8; 32];

/// What a deletion by filter would delete.
#[derive(Debug, Clone)]
pub struct Preview {
    /// How many tokens.
    pub count: u64,
    /// Names exactly this set of tokens.
    pub digest: PreviewDigest,
    /// Some of them, the newest first.
    pub sample: Vec<Token>,
    /// Those used most recently, the latest first.
    pub recently_used: Vec<Token>,
}

/// A deletion in steps, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Its identifier.
    pub id: DeletionId,
    /// Who asked for it.
    pub author: Option<OwnerId>,
    /// Why, when a reason was given.
    pub reason: Option<String>,
    /// How many tokens it covered when it began.
    pub total: u64,
    /// How many it has deleted.
    pub deleted: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none while it runs.
    pub finished_at: Option<Timestamp>,
}

/// Which journal entries. Parts together select what fits them all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalFilter {
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Made by this user or service account.
    pub actor: Option<OwnerId>,
    /// About this token.
    pub token: Option<TokenId>,
    /// Of this kind, such as `token.deleted`.
    pub kind: Option<String>,
    /// At this place.
    pub position: Option<Position>,
    /// Made before this instant.
    pub before: Option<Timestamp>,
    /// Made at this instant or later.
    pub after: Option<Timestamp>,
    /// Not of organisations of which this text is known.
    pub hidden: Option<(search::Fact, &'static str)>,
    /// True for the oldest first.
    pub ascending: bool,
}

/// A journal entry with the identifiers behind its numbers.
#[derive(Debug, Clone)]
pub struct JournalRow {
    /// The entry.
    pub entry: Entry,
    /// The organisation it concerns.
    pub organisation: Option<OrganisationId>,
    /// The user or service account that made it.
    pub actor: Option<OwnerId>,
    /// Where the request for it came from, as far as whoever asks may know that.
    pub origin: Origin,
    /// The names of those that it is about, as they are now.
    pub names: JournalNames,
}

/// The names of those that a journal entry is about, as they are now: the entry itself holds numbers only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalNames {
    /// Of the organisation.
    pub organisation: Option<Name>,
    /// Of the user or service account that made it.
    pub actor: Option<search::Person>,
    /// Of the token, live or deleted, with its number; no name outside the reach of whoever asks.
    pub token: Option<(TokenNumber, Option<Name>)>,
}

/// How often a token was used on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageDay {
    /// Days since 1970 began, in UTC.
    pub day: i64,
    /// How often.
    pub count: u64,
}

/// What the index loads at start, in this order: what to expect, organisations, owners, then tokens.
#[derive(Debug, Clone)]
pub enum Loaded {
    /// What follows, so that there is room for it at once.
    Expected {
        /// How many tokens, live and deleted; some have more than one secret.
        tokens: usize,
    },
    /// An organisation.
    Organisation {
        /// Its number.
        number: OrganisationNumber,
        /// Its identifier.
        id: OrganisationId,
        /// False when its tokens are without power.
        active: bool,
    },
    /// A user or service account.
    Owner {
        /// Its number.
        number: OwnerNumber,
        /// Its identifier.
        id: OwnerId,
        /// Person or program.
        kind: OwnerKind,
        /// Its organisation.
        organisation: OrganisationNumber,
        /// Its role.
        role: Role,
        /// The scopes granted to it.
        scopes: Scopes,
        /// False when its tokens are without power.
        active: bool,
    },
    /// A secret of a live token, also one whose time is over.
    Secret {
        /// Its digest.
        digest: Digest,
        /// Its token.
        token: TokenId,
        /// The token's owner.
        owner: OwnerNumber,
        /// What verification must know of the token; the same value for many tokens is shared.
        grant: std::sync::Arc<(Scopes, Option<domain::address::Networks>)>,
        /// When the token stops working.
        expires_at: Option<Timestamp>,
        /// True when the token was disabled.
        disabled: bool,
        /// When this secret ends, when it was rotated out.
        ends_at: Option<Timestamp>,
        /// True when its first use ends the older secrets.
        ends_others: bool,
    },
    /// A secret of a deleted token.
    Tombstone {
        /// Its digest.
        digest: Digest,
        /// The token.
        token: TokenId,
        /// Its owner.
        owner: OwnerNumber,
    },
}

/// What the writer has done since the store was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriterFigures {
    /// Changes that wait for their turn now.
    pub waiting: usize,
    /// Changes that were made.
    pub changes: u64,
    /// Durable commits; each carries what waited together.
    pub commits: u64,
    /// The time that all these commits took to become durable.
    pub commit_time: std::time::Duration,
    /// Denials that are durable in the store but not yet in the denials file.
    pub denials_unwritten: u64,
}
