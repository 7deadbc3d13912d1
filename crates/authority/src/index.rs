//! Every live token of the store in memory, in a compact form: what verdicts are made of.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `tokens` | one shard of the table from digests to tokens |
//! | `table` | the entries of a shard by their digests |
//! | `lines` | the memory of a table, in large pages |
//! | `entry` | what is kept of one secret |
//! | `grants` | scopes and networks, kept once for all tokens of a shard that share them |
//! | `ceilings` | the most that owners' tokens may do, kept once for all that share it |
//! | `owners` | organisations, users and service accounts |
//! | `numbered` | values by dense numbers, read without a lock |
//! | `apply` | what each journal event changes |
//!
//! Every token remembers the journal position that was last applied to it, so a late or repeated
//! entry cannot bring a deleted token back. A look-up takes one read lock for less than a
//! microsecond, allocates nothing, and cannot hold a lock across an await because it is no future.

mod apply;
mod ceilings;
mod entry;
mod grants;
mod lines;
mod numbered;
mod owners;
mod table;
mod tokens;

use domain::{
    address::Networks,
    id::{OwnerNumber, Position, TokenId},
    journal,
    scope::Scopes,
    secret::Digest,
    time::Timestamp,
    token::has_passed,
};
use entry::{DELETED, DISABLED, Entry};
use owners::Owners;
pub use owners::{Ceiling, IndexedOwner, Power};
use parking_lot::{Mutex, RwLock};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use tokens::Tokens;

/// How many locks the tokens are spread over; a power of two.
const SHARDS: usize = 64;

/// The index.
pub struct Index {
    shards: Box<[RwLock<Tokens>]>,
    owners: Owners,
    position: AtomicU64,
    state: AtomicU8,
    /// What was committed while the index is being loaded: it is applied afterwards, because a change
    /// of a token that is not there yet would be lost.
    held: Mutex<Option<Vec<journal::Entry>>>,
}

/// The index does not answer yet.
const LOADING: u8 = 0;
/// It answers.
const OPEN: u8 = 1;
/// It may differ from the store and does not answer any more.
const CLOSED: u8 = 2;

/// What the index knows of a secret at one instant.
pub struct Found<'a> {
    entry: &'a Entry,
    owners: &'a Owners,
    /// What the owner may do.
    pub power: Power,
    /// What the token may do, as granted.
    pub granted: &'a Scopes,
    /// The networks it may be used from.
    pub networks: Option<&'a Networks>,
    /// How it stands.
    pub standing: Standing,
    /// True when accepting this secret ends the older ones of its token.
    pub ends_others: bool,
}

impl<'a> Found<'a> {
    /// The token.
    #[inline]
    pub fn token(&self) -> TokenId {
        self.entry.token()
    }

    /// The number of its owner.
    #[inline]
    pub fn owner_number(&self) -> OwnerNumber {
        self.entry.owner()
    }

    /// Its owner, of whom a verdict that nobody writes down needs no more than the power. There
    /// always is one.
    pub fn owner(&self) -> Option<&'a IndexedOwner> {
        self.owners.get(self.entry.owner())
    }

    /// When it stops working.
    #[inline]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.entry.expires_at()
    }
}

/// How a token stands at one instant, before address and scope are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It works.
    Active,
    /// It was deleted.
    Deleted,
    /// It was disabled.
    Disabled,
    /// Its time is over.
    Expired,
    /// This secret was rotated out, and its time is over.
    Rotated,
    /// Its owner, or the owner's organisation, is not active.
    OwnerInactive,
}

/// How large the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Secrets of live and deleted tokens.
    pub secrets: usize,
    /// Bytes of memory set aside for them.
    pub bytes: usize,
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    /// An empty index, closed until [`Index::open`].
    pub fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            owners: Owners::default(),
            position: AtomicU64::new(0),
            state: AtomicU8::new(LOADING),
            held: Mutex::new(None),
        }
    }

    /// Holds back what is committed from now on until [`Index::finish_load`].
    pub fn begin_load(&self) {
        self.held.lock().get_or_insert_default();
    }

    /// Applies what was committed since [`Index::begin_load`].
    pub fn finish_load(&self) {
        let mut held = self.held.lock();
        for entry in held.take().into_iter().flatten() {
            self.apply(&entry);
        }
    }

    /// Takes in what was committed, in journal order.
    pub fn follow(&self, entries: &[journal::Entry]) {
        match &mut *self.held.lock() {
            Some(held) => held.extend_from_slice(entries),
            None => entries.iter().for_each(|entry| self.apply(entry)),
        }
    }

    /// Lets the index answer, now that it holds everything up to `position`; one that was closed
    /// stays closed.
    pub fn open(&self, position: Position) {
        self.position.fetch_max(position.0, Ordering::AcqRel);
        // An index that is open or closed stays so.
        let _ = self.state.compare_exchange(LOADING, OPEN, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Ends all answers for good, because the store and the index may differ.
    pub fn close(&self) {
        self.state.store(CLOSED, Ordering::Release);
    }

    /// False while loading, in quarantine, and after a commit of unknown outcome.
    pub fn is_open(&self) -> bool {
        self.state.load(Ordering::Acquire) == OPEN
    }

    /// The journal position that has been applied.
    pub fn position(&self) -> Position {
        Position(self.position.load(Ordering::Acquire))
    }

    /// Looks a digest up and hands what is known to `read`, which must be quick: the entry stays
    /// locked for changes meanwhile. None when no token, live or deleted, has this digest. The time
    /// is asked for only when something about the token depends on it.
    #[inline]
    pub fn find<R>(
        &self,
        digest: Digest,
        now: impl Fn() -> Timestamp,
        read: impl FnOnce(&Found<'_>) -> R,
    ) -> Option<R> {
        let shard = self.shard(digest).read();
        let entry = shard.get(digest)?;
        let power = self.owners.power(entry.owner())?;
        let rotation = shard.rotation(digest, entry);
        let standing = if entry.has(DELETED) {
            Standing::Deleted
        } else if !power.is_active() {
            Standing::OwnerInactive
        } else if entry.has(DISABLED) {
            Standing::Disabled
        } else if entry.expires_at().is_some_and(|expiry| has_passed(expiry, now())) {
            Standing::Expired
        } else if rotation.ends_at.is_some_and(|end| has_passed(end, now())) {
            Standing::Rotated
        } else {
            Standing::Active
        };
        let (granted, networks) = shard.grant(entry);
        let (owners, ends_others) = (&self.owners, rotation.ends_others);
        Some(read(&Found { entry, owners, power, granted, networks, standing, ends_others }))
    }

    /// A user or service account as the index knows it, and what it may do now.
    pub fn owner(&self, number: OwnerNumber) -> Option<(&IndexedOwner, Power)> {
        let power = self.owners.power(number)?;
        Some((self.owners.get(number)?, power))
    }

    /// How large the index is at the moment.
    pub fn size(&self) -> Size {
        let mut size = Size { secrets: 0, bytes: 0 };
        for shard in &self.shards {
            let shard = shard.read();
            size.secrets += shard.len();
            size.bytes += shard.bytes();
        }
        size
    }

    fn shard(&self, digest: Digest) -> &RwLock<Tokens> {
        // The table inside a shard places by the first bytes; the last one picks the shard.
        &self.shards[usize::from(digest.bytes()[15]) % SHARDS]
    }
}
