//! Why a change was refused, and why a store could not answer.

use crate::keys::KeyMismatch;
use domain::caller::Beyond;
use std::error::Error;

/// The inside cause of a failure: for the log, never for an answer.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why a change was not made. Nothing of it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// What the change names does not exist within reach.
    NotFound,
    /// The owner that the new token names does not exist within reach.
    OwnerNotFound,
    /// The organisation that the new owner names does not exist within reach.
    OrganisationNotFound,
    /// The permission that the new token names does not exist in the organisation of its owner.
    PermissionNotFound,
    /// Nobody to whom the permission could be given has this identifier within reach.
    BearerNotFound,
    /// The permission, or the assignment, cannot be changed.
    Immutable,
    /// The permission is archived, so nobody can be given it.
    PermissionArchived,
    /// Whoever is to be given the permission has it already.
    AlreadyAssigned,
    /// The permission has as many bearers as one change can follow.
    TooManyBearers,
    /// A bearer would have more scopes than one may have.
    TooManyScopes,
    /// The caller tried to hand out what he has not.
    Beyond(Beyond),
    /// The record is at another revision than the caller expected.
    RevisionChanged {
        /// The revision it is at.
        revision: u64,
    },
    /// The selection is no longer the one that was previewed.
    PreviewChanged,
    /// The selection holds more tokens than one commit deletes.
    TooManyTokens,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
    /// The repeated request's token has been rotated or deleted since.
    IdempotencyKeyOutdated,
    /// What was to be consumed once has been consumed, or has changed since it was handed out.
    Consumed,
    /// The credential of whoever asked for the change has ended since, or is worth less than it was.
    CredentialEnded,
    /// A token that has a key of its own asked for what would outlive it.
    OwnKey,
    /// What the caller wants has to be signed, and no signed action came with it.
    ActionRequired,
    /// The signed action that came with the change was used before.
    ActionSpent,
    /// The signer of the action that came with the change is gone, or was switched since it was challenged.
    ActionVoid,
    /// The signer is gone or switched off, was switched since it was challenged, or counts backwards as a
    /// copy of it would.
    SignerEnded,
    /// Another signer of the owner is offered under the same name.
    SignerTaken,
    /// The owner has as many signers as are allowed.
    TooManySigners,
    /// The owner, or its organisation, is not active.
    OwnerInactive,
    /// The token has expired, and what has expired stays expired.
    TokenExpired,
    /// The token has as many accepted secrets as are allowed.
    TooManySecrets,
    /// Another user signs in with this address.
    EmailTaken,
    /// Another token of the owner, or another owner of the organisation, holds the slot.
    SlotTaken,
    /// Another token, or another permission, has this name where names are unique.
    NameTaken,
    /// The change would leave no application administrator who can sign in.
    LastAdministrator,
    /// The installation has its first administrator.
    AlreadySetUp,
}

/// Why a commit did not answer with an outcome.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The change was refused, and nothing of it was kept.
    #[error("the change was refused: {0:?}")]
    Refused(Refusal),
    /// The store could not make the change, and nothing of it was kept.
    #[error("the store is not available")]
    Unavailable(#[source] Cause),
    /// The change may or may not have been kept. Whatever it touches must be denied.
    #[error("the outcome of the commit is unknown")]
    Unknown(#[source] Cause),
}

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
#[error("the store is not available")]
pub struct ReadError(#[source] pub Cause);

/// Why a store was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process serves this store.
    #[error("{path} is in use by another process; one process serves a store at a time")]
    InUse {
        /// The store's file.
        path: String,
    },
    /// The store was written by a newer version of Jeton.
    #[error(
        "{path} is at migration {found}, and this version of Jeton knows migrations up to {known}; start the newer version"
    )]
    Newer {
        /// The store's file.
        path: String,
        /// The store's migration.
        found: i64,
        /// The newest migration of this binary.
        known: i64,
    },
    /// A migration was changed after it had been applied.
    #[error("{path} was made by another text of migration {migration}; this binary does not belong to this store")]
    Altered {
        /// The store's file.
        path: String,
        /// The migration that differs.
        migration: i64,
    },
    /// The file is damaged, or no store at all.
    #[error("{path} is damaged or not a Jeton store: {finding}; restore a backup with `jeton restore`")]
    Damaged {
        /// The store's file.
        path: String,
        /// What the check found.
        finding: String,
    },
    /// The server keys are not those of the store, so no token would be known.
    #[error("{path} needs another server key: {mismatch}; put the right one back, or run `jeton key restore`")]
    WrongKey {
        /// The store's file.
        path: String,
        /// What differs.
        mismatch: KeyMismatch,
    },
    /// There is no file, but the denials file beside its place shows that there was one.
    #[error(
        "{path} is missing, but {denials} shows that a store was here; restore a backup with `jeton restore`, \
         or move {denials} away to begin with an empty store"
    )]
    Lost {
        /// The store's file.
        path: String,
        /// The denials file beside it.
        denials: String,
    },
    /// The file lies on a network file system.
    #[error(
        "{path} lies on a network file system ({kind}), whose locks and flushes are not reliable; use a local disk"
    )]
    OnNetwork {
        /// The store's file.
        path: String,
        /// The kind of the file system.
        kind: String,
    },
    /// The disk has no room left.
    #[error("the disk of {path} is full; make room and start again")]
    DiskFull {
        /// The store's file.
        path: String,
    },
    /// The linked SQLite library is older than the durability rules allow.
    #[error("the linked SQLite is {found}; Jeton needs {needed} or newer")]
    SqliteTooOld {
        /// The linked version.
        found: String,
        /// The oldest version allowed.
        needed: String,
    },
    /// Anything else.
    #[error("{path} could not be opened")]
    Failed {
        /// The store's file.
        path: String,
        /// The inside cause.
        #[source]
        cause: Cause,
    },
}
