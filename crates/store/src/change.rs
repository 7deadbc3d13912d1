//! What can be committed: each change is a verb with its data, and what it depends on.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `token` | the data of the changes to one token |
//! | `deletion` | the data of deletions: of one token, of some, or of all that a filter selects, in steps |
//! | `people` | the data of the changes to organisations, users and service accounts |
//! | `permission` | the data of the changes to permissions and to who has them |
//! | `sign_in` | the data of the changes to passwords, sessions and the links that set them up |
//! | `signer` | the data of the changes to signers, and of answers to challenges |
//! | `upkeep` | the data of what the server does by itself, and of what follows a restore |

mod deletion;
mod people;
mod permission;
mod sign_in;
mod signer;
mod token;
mod upkeep;

pub use deletion::{DeleteTokens, DeletionTarget, StartDeletion};
pub use people::{CreateOwner, NewOrganisation, NewOwner, RetireOwner, SeatSwitch, UpdateOrganisation, UpdateOwner};
pub use permission::{AssignPermission, CreatePermission, FirstPermission, RevokeAssignment, UpdatePermission};
pub use sign_in::{CloseSessions, InviteOwner, OpenSession, RecoverAdministrator, SetPassword, SetUp, SwitchHolder};
pub use signer::{
    AddSigner, CreateServiceAccount, NewSigner, RegisterOwner, SignerSwitch, SpendChallenge, SwitchSigner,
};
pub use token::{
    DisableTokens, IssueToken, NewSecret, RotateToken, SecretOfNumber, SwitchToken, UpdateToken, WantedScopes,
};
pub use upkeep::{LiftQuarantine, RehashSecrets, TokenUse, Uses};

use crate::query::Deletion;
use domain::{
    caller::{Actor, Caller},
    id::{DeletionId, OwnerNumber, Position},
    origin::Origin,
    owner::{Organisation, Owner},
    permission::{Assignment, Permission},
    secret::Digest,
    signer::Signer,
    time::Timestamp,
    token::Token,
};

/// One change: a verb with its data and, optionally, what it consumes and its idempotency key.
#[derive(Clone)]
pub struct Change {
    /// When, by the server's clock; it becomes the time of the journal entry.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The caller who asked for it, as he was when his request began: the change is refused when his
    /// credential has ended since, or is worth less.
    pub caller: Option<Caller>,
    /// Where the request for it came from; the server's own work and commands on its host have no origin.
    pub origin: Origin,
    /// What.
    pub verb: Verb,
    /// What must not have been consumed before and is consumed with this change.
    pub consumes: Option<Nonce>,
    /// Makes a repetition of the same request find the first one's result.
    pub idempotency: Option<Idempotency>,
}

impl Change {
    /// A change that no caller's credential stands for, such as the server's own. It consumes nothing
    /// and has neither an origin nor an idempotency key.
    pub fn new(at: Timestamp, actor: Actor, verb: Verb) -> Self {
        Self { at, actor, caller: None, origin: Origin::default(), verb, consumes: None, idempotency: None }
    }

    /// A change that a caller asks for: his credential must still stand when it is made.
    pub fn by(at: Timestamp, caller: &Caller, verb: Verb) -> Self {
        let origin = caller.origin.clone();
        Self { caller: Some(caller.clone()), origin, ..Self::new(at, caller.into(), verb) }
    }

    /// The same change, asked for from there.
    #[must_use]
    pub fn from(self, origin: &Origin) -> Self {
        Self { origin: origin.clone(), ..self }
    }
}

/// Something that works once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce {
    /// Its value.
    pub value: [u8; 16],
    /// Until when it is remembered: it must be refused for another reason from then on.
    pub until: Timestamp,
}

/// An `Idempotency-Key` as a caller sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The user or service account that sent it: keys of different owners never meet.
    pub owner: OwnerNumber,
    /// The key.
    pub key: String,
    /// A hash of the request, so that the key cannot be used for another one.
    pub request: [u8; 16],
}

/// What a change does.
#[derive(Clone)]
pub enum Verb {
    /// Issues a token. Repeated with the same idempotency key, it replaces the lost secret.
    IssueToken(IssueToken),
    /// Changes a token's name, description, labels, scopes, networks, expiry or the facts of a contract.
    UpdateToken(UpdateToken),
    /// Disables or enables a token; without effect when it already is so.
    SwitchToken(SwitchToken),
    /// Disables several tokens at once; those that are disabled already stay so.
    DisableTokens(DisableTokens),
    /// Gives a token a new secret. Repeated with the same idempotency key, it replaces the lost one.
    RotateToken(RotateToken),
    /// Ends the older secrets of a token, because its new one was used; without effect when done.
    FinishRotation(Digest),
    /// Turns tokens into tombstones.
    DeleteTokens(DeleteTokens),
    /// Begins a deletion in steps.
    StartDeletion(StartDeletion),
    /// Deletes the next step of a deletion, and ends it when nothing is left.
    ContinueDeletion(DeletionId),
    /// Creates an organisation.
    CreateOrganisation(NewOrganisation),
    /// Renames, deactivates or reactivates an organisation, or keeps the facts of a contract beside it.
    UpdateOrganisation(UpdateOrganisation),
    /// Creates a user or service account. Repeated with the same idempotency key, a new link takes the
    /// place of the lost one.
    CreateOwner(CreateOwner),
    /// Changes, deactivates or reactivates a user or service account.
    UpdateOwner(UpdateOwner),
    /// Creates a permission. Repeated with the same idempotency key, it finds the one that was created.
    CreatePermission(CreatePermission),
    /// Changes, archives or takes back a permission, and with it the scopes of all its bearers.
    UpdatePermission(UpdatePermission),
    /// Gives a permission to an owner or a token, and with it its scopes.
    AssignPermission(AssignPermission),
    /// Takes a permission from an owner or a token, and with it its scopes.
    RevokeAssignment(RevokeAssignment),
    /// Deletes a user or service account as far as anything is ever deleted: its tokens and signers are gone,
    /// its permissions revoked, its address free; its record stays, inactive.
    RetireOwner(RetireOwner),
    /// Makes every earlier invitation or recovery link of a user void, for a new one.
    InviteOwner(InviteOwner),
    /// Sets a user's password, voids his links and ends his sessions.
    SetPassword(SetPassword),
    /// Lets the user in a seat in with a first password, or shuts him out without any.
    SwitchHolder(SwitchHolder),
    /// Opens a session.
    OpenSession(OpenSession),
    /// Ends one session of a user, or all.
    CloseSessions(CloseSessions),
    /// Registers a key or a passkey.
    AddSigner(AddSigner),
    /// Enables, disables or removes a signer; without effect when it already is so.
    SwitchSigner(SwitchSigner),
    /// Gives a user his first signers, voids his links and ends his sessions.
    RegisterOwner(RegisterOwner),
    /// Consumes the challenge whose answer was checked; that alone writes no journal entry.
    SpendChallenge(SpendChallenge),
    /// Creates a service account with its first token.
    CreateServiceAccount(Box<CreateServiceAccount>),
    /// Makes the first organisation and its application administrator; refused in any other store.
    SetUp(SetUp),
    /// Makes a user an active application administrator with a new password, creating him if need be.
    RecoverAdministrator(RecoverAdministrator),
    /// Adds uses of tokens and sessions to what is known of them. It writes no journal entry.
    RecordUses(Uses),
    /// Replaces digests made with an older server key.
    RehashSecrets(RehashSecrets),
    /// Leads a store that lost history out of quarantine.
    LiftQuarantine(LiftQuarantine),
    /// Forgets what has passed its time: nonces, idempotency keys, sessions, daily use. No journal entry.
    Prune {
        /// The origins of journal entries made before this instant are erased as well.
        origins_before: Option<Timestamp>,
    },
}

/// What came of a change.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The result.
    pub outcome: Outcome,
    /// The last journal entry of the change, or the journal's end when it wrote none.
    pub position: Position,
    /// True when an idempotency key found an earlier request's result.
    pub repeated: bool,
}

/// The result of a change.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The token as it is now.
    Token(Box<Token>),
    /// How many tokens were disabled that were not before.
    Disabled {
        /// How many.
        tokens: u64,
    },
    /// How many tokens were deleted, and the tombstone when the change named one token.
    Deleted {
        /// How many.
        tokens: u64,
        /// The tombstone of the one token that was named.
        tombstone: Option<Box<Token>>,
    },
    /// The deletion in steps as it stands now.
    Deletion(Box<Deletion>),
    /// The organisation as it is now.
    Organisation(Box<Organisation>),
    /// The user or service account as it is now.
    Owner(Box<Owner>),
    /// The permission as it is now.
    Permission(Box<Permission>),
    /// The assignment as it is now, or as it was before it was revoked.
    Assignment(Box<Assignment>),
    /// The user, and the credential revision that a new link must carry.
    Invited {
        /// The user.
        owner: Box<Owner>,
        /// The credential revision.
        credential_revision: u64,
    },
    /// The first administrator and, when asked for, his token.
    SetUp {
        /// The administrator.
        administrator: Box<Owner>,
        /// His token.
        token: Option<Box<Token>>,
    },
    /// The signer as it is now, or was when it was removed.
    Signer(Box<Signer>),
    /// The service account and its first token.
    ServiceAccount {
        /// The service account.
        account: Box<Owner>,
        /// Its token.
        token: Box<Token>,
    },
    /// What has passed its time was forgotten.
    Pruned {
        /// True when more waits to be forgotten than one change forgets.
        more: bool,
    },
    /// Nothing to tell.
    Done,
}
