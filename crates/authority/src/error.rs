//! Why a verb did not do what was asked. Each surface maps this with an exhaustive match.

use domain::{caller::Beyond, invalid::Invalid, limits, token::Token};
use std::time::Duration;
use store::error::{Cause, CommitError, ReadError, Refusal};

/// Why a verb did not do what was asked. `Display` is for the log; surfaces say it in their own words.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input broke a rule.
    #[error("the input is invalid: {0}")]
    Invalid(#[from] Invalid),
    /// No credential was shown, or the one shown is not active.
    #[error("the credential is missing or not active")]
    Unauthenticated,
    /// The caller may not do this.
    #[error("the caller may not do this: {0:?}")]
    Denied(Denied),
    /// What was named does not exist within reach.
    #[error("not found")]
    NotFound,
    /// The token was deleted; these are the facts of its tombstone.
    #[error("the token was deleted")]
    Gone(Box<Token>),
    /// The change does not fit what is there.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// The record is at another revision than expected.
    #[error("the record is at revision {revision}")]
    RevisionChanged {
        /// The revision it is at.
        revision: u64,
    },
    /// The selection is no longer the one that was previewed.
    #[error("the selection has changed since its preview")]
    PreviewChanged,
    /// Something that should have been signed was not, or not rightly.
    #[error("the signature is not accepted: {0:?}")]
    Unproven(Unproven),
    /// Email address and password do not belong together, or the user may not sign in.
    #[error("the sign-in failed")]
    SignInFailed,
    /// Too many attempts; the next is allowed after a while.
    #[error("too many attempts")]
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The store, or the index, cannot answer at the moment.
    #[error("not available: {0}")]
    Unavailable(Cause),
    /// The change may or may not have been made; until that is known, nothing is accepted.
    #[error("the outcome is unknown: {0}")]
    OutcomeUnknown(Cause),
}

/// Why a caller may not do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// The credential lacks this scope.
    MissingScope(&'static str),
    /// The role of the owner does not include this.
    Role,
    /// The caller tried to hand out what he has not.
    Beyond(Beyond),
    /// A token with a key of its own asked for what would outlive it.
    OwnKey,
}

/// Why something does not count as signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproven {
    /// The challenge was not made here, or not for this, or its time is over.
    Challenge,
    /// The challenge was answered before.
    ChallengeSpent,
    /// There is no such signer among those that were offered, or it may not sign.
    Signer,
    /// The signature is not one of the challenge by the signer.
    Signature,
    /// A signed action is demanded, and none came with the request.
    ActionMissing,
    /// The signed action was not made here, or its time is over.
    Action,
    /// The signed action is for another request, or was signed by somebody else.
    ActionOfAnother,
    /// The signed action was used before.
    ActionSpent,
    /// The signer of the action is gone, or was switched since it was challenged.
    ActionVoid,
}

/// How a change does not fit what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
    /// The token of the repeated request was rotated or deleted since.
    IdempotencyKeyOutdated,
    /// The one-time link has been used, replaced or is too old.
    LinkVoid,
    /// The owner or its organisation is not active.
    OwnerInactive,
    /// The token has expired.
    TokenExpired,
    /// The token has as many accepted secrets as are allowed.
    TooManySecrets,
    /// Another signer of the owner is offered under the same name.
    SignerTaken,
    /// The owner has as many signers as are allowed.
    TooManySigners,
    /// Another user has this email address.
    EmailTaken,
    /// Another token of the owner, or another owner of the organisation, holds the slot.
    SlotTaken,
    /// Another token, or another permission, has this name where names are unique.
    NameTaken,
    /// The permission, or the assignment, cannot be changed.
    Immutable,
    /// The permission is archived, so nobody can be given it.
    PermissionArchived,
    /// Whoever is to be given the permission has it already.
    AlreadyAssigned,
    /// The change would leave no application administrator.
    LastAdministrator,
    /// The installation has its first administrator.
    AlreadySetUp,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::NotFound,
            Refusal::OwnerNotFound => {
                Invalid::field("owner", "must be a user or service account within your reach").into()
            }
            Refusal::OrganisationNotFound => {
                Invalid::field("organisation", "must be an organisation within your reach").into()
            }
            Refusal::PermissionNotFound => {
                Invalid::field("permission", "must be a permission of the organisation of the token's owner").into()
            }
            Refusal::BearerNotFound => {
                Invalid::field("bearer", "must be a user, service account or token of the permission's organisation")
                    .into()
            }
            Refusal::TooManyBearers => {
                let most = limits::PERMISSION_BEARERS;
                Invalid::field("bearer", format!("must not be more than {most} for one permission")).into()
            }
            Refusal::TooManyScopes => {
                let most = limits::BEARER_SCOPES;
                Invalid::field("scopes", format!("must not give anybody more than {most} scopes in all")).into()
            }
            Refusal::Immutable => Self::Conflict(Conflict::Immutable),
            Refusal::PermissionArchived => Self::Conflict(Conflict::PermissionArchived),
            Refusal::AlreadyAssigned => Self::Conflict(Conflict::AlreadyAssigned),
            Refusal::Beyond(beyond) => Self::Denied(Denied::Beyond(beyond)),
            Refusal::RevisionChanged { revision } => Self::RevisionChanged { revision },
            Refusal::PreviewChanged => Self::PreviewChanged,
            Refusal::TooManyTokens => Invalid::field("filter", "selects more tokens than one commit deletes").into(),
            Refusal::IdempotencyKeyReused => Self::Conflict(Conflict::IdempotencyKeyReused),
            Refusal::IdempotencyKeyOutdated => Self::Conflict(Conflict::IdempotencyKeyOutdated),
            Refusal::CredentialEnded => Self::Unauthenticated,
            Refusal::Consumed => Self::Conflict(Conflict::LinkVoid),
            Refusal::OwnKey => Self::Denied(Denied::OwnKey),
            Refusal::ActionRequired => Self::Unproven(Unproven::ActionMissing),
            Refusal::ActionSpent => Self::Unproven(Unproven::ActionSpent),
            Refusal::ActionVoid => Self::Unproven(Unproven::ActionVoid),
            Refusal::SignerEnded => Self::Unproven(Unproven::Signer),
            Refusal::SignerTaken => Self::Conflict(Conflict::SignerTaken),
            Refusal::TooManySigners => Self::Conflict(Conflict::TooManySigners),
            Refusal::OwnerInactive => Self::Conflict(Conflict::OwnerInactive),
            Refusal::TokenExpired => Self::Conflict(Conflict::TokenExpired),
            Refusal::TooManySecrets => Self::Conflict(Conflict::TooManySecrets),
            Refusal::SlotTaken => Self::Conflict(Conflict::SlotTaken),
            Refusal::NameTaken => Self::Conflict(Conflict::NameTaken),
            Refusal::EmailTaken => Self::Conflict(Conflict::EmailTaken),
            Refusal::LastAdministrator => Self::Conflict(Conflict::LastAdministrator),
            Refusal::AlreadySetUp => Self::Conflict(Conflict::AlreadySetUp),
        }
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Refused(refusal) => refusal.into(),
            CommitError::Unavailable(cause) => Self::Unavailable(cause),
            CommitError::Unknown(cause) => Self::OutcomeUnknown(cause),
        }
    }
}

impl From<ReadError> for Error {
    fn from(ReadError(cause): ReadError) -> Self {
        Self::Unavailable(cause)
    }
}

/// An outcome of another verb than the one committed: a defect of an engine, told as unavailable.
pub(crate) fn unexpected_outcome() -> Error {
    Error::Unavailable("the store answered with the outcome of another verb".into())
}
