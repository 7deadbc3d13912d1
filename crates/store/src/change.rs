//! What can be committed: each change is a verb with its data, and what it depends on.

use domain::{
    address::Networks,
    caller::{Access, Actor, Caller},
    id::{DeletionId, OrganisationId, OwnerId, OwnerNumber, Position, SessionId, TokenId},
    journal::SecretEnd,
    name::{Email, Labels, Name},
    owner::{Organisation, Owner, OwnerKind, Role},
    scope::Scopes,
    secret::{Digest, KeyId},
    time::Timestamp,
    token::{LastUse, RotationEnd, Token},
};
use std::net::IpAddr;

use crate::query::{Deletion, PreviewDigest, TokenFilter};

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
    /// What.
    pub verb: Verb,
    /// What must not have been consumed before and is consumed with this change.
    pub consumes: Option<Nonce>,
    /// Makes a repetition of the same request find the first one's result.
    pub idempotency: Option<Idempotency>,
}

impl Change {
    /// A change that no caller's credential stands for, such as the server's own. It consumes nothing
    /// and has no idempotency key.
    pub fn new(at: Timestamp, actor: Actor, verb: Verb) -> Self {
        Self { at, actor, caller: None, verb, consumes: None, idempotency: None }
    }

    /// A change that a caller asks for: his credential must still stand when it is made.
    pub fn by(at: Timestamp, caller: &Caller, verb: Verb) -> Self {
        Self { caller: Some(caller.clone()), ..Self::new(at, caller.into(), verb) }
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
    /// Changes a token's name, description, labels, scopes, networks or expiry.
    UpdateToken(UpdateToken),
    /// Disables or enables a token; without effect when it already is so.
    SwitchToken(SwitchToken),
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
    /// Renames, deactivates or reactivates an organisation.
    UpdateOrganisation(UpdateOrganisation),
    /// Creates a user or service account. Repeated with the same idempotency key, a new link takes the
    /// place of the lost one.
    CreateOwner(CreateOwner),
    /// Changes, deactivates or reactivates a user or service account.
    UpdateOwner(UpdateOwner),
    /// Makes every earlier invitation or recovery link of a user void, for a new one.
    InviteOwner(InviteOwner),
    /// Sets a user's password, voids his links and ends his sessions.
    SetPassword(SetPassword),
    /// Opens a session.
    OpenSession(OpenSession),
    /// Ends one session of a user, or all.
    CloseSessions(CloseSessions),
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
    Prune,
}

/// A secret to be kept: its digest and what lists show of it.
#[derive(Debug, Clone)]
pub struct NewSecret {
    /// Its keyed digest.
    pub digest: Digest,
    /// The server key of the digest.
    pub key: KeyId,
    /// What is kept of its text (see `domain::secret::hint`).
    pub hint: String,
}

/// The scopes wanted for a new token.
#[derive(Debug, Clone)]
pub enum WantedScopes {
    /// Exactly these; refused when one lies beyond the caller or the owner.
    Exactly(Scopes),
    /// Whatever both the caller and the owner have.
    AsMuchAsAllowed,
}

/// The data of [`Verb::IssueToken`].
#[derive(Clone)]
pub struct IssueToken {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The token's identifier.
    pub id: TokenId,
    /// Whom it speaks for.
    pub owner: OwnerId,
    /// Who creates it.
    pub author: OwnerNumber,
    /// Its name.
    pub name: Name,
    /// Its description, possibly empty.
    pub description: String,
    /// Its scopes.
    pub scopes: WantedScopes,
    /// The networks it may be used from.
    pub networks: Option<Networks>,
    /// Its labels.
    pub labels: Labels,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// Its secret.
    pub secret: NewSecret,
}

/// The data of [`Verb::UpdateToken`]; a field left out stays as it is.
#[derive(Clone)]
pub struct UpdateToken {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The token.
    pub token: TokenId,
    /// The revision it must be at.
    pub expects: Option<u64>,
    /// A new name.
    pub name: Option<Name>,
    /// A new description.
    pub description: Option<String>,
    /// New scopes.
    pub scopes: Option<Scopes>,
    /// A new allow-list, or none from now on.
    pub networks: Option<Option<Networks>>,
    /// New labels, in place of all earlier ones.
    pub labels: Option<Labels>,
    /// A new expiry, or none from now on.
    pub expires_at: Option<Option<Timestamp>>,
}

/// The data of [`Verb::SwitchToken`].
#[derive(Clone)]
pub struct SwitchToken {
    /// What the caller may reach.
    pub access: Access,
    /// The token.
    pub token: TokenId,
    /// The revision it must be at.
    pub expects: Option<u64>,
    /// True to disable it, false to enable it.
    pub disabled: bool,
}

/// The data of [`Verb::RotateToken`].
#[derive(Clone)]
pub struct RotateToken {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The token.
    pub token: TokenId,
    /// The revision it must be at.
    pub expects: Option<u64>,
    /// Its new secret.
    pub secret: NewSecret,
    /// When the older secrets end.
    pub end: RotationEnd,
}

/// The data of [`Verb::DeleteTokens`].
#[derive(Clone)]
pub struct DeleteTokens {
    /// What the caller may reach.
    pub access: Access,
    /// Which tokens.
    pub selection: Selection,
    /// Why, when a reason was given.
    pub reason: Option<String>,
}

/// Which tokens a deletion means.
// A selection is made once for each deletion, never kept in numbers.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone)]
pub enum Selection {
    /// One token; it is *not found* when there is none within reach.
    Token {
        /// The token.
        id: TokenId,
        /// The revision it must be at.
        expects: Option<u64>,
    },
    /// The token with one of these digests (one secret under each server key); it is *not found*
    /// when there is none within reach.
    Secret(Vec<Digest>),
    /// Every live token that the filter selects, at most one step of them; possibly none.
    Filter {
        /// The filter.
        filter: TokenFilter,
        /// The digest of the preview that was reviewed.
        expects: Option<PreviewDigest>,
    },
}

/// The data of [`Verb::StartDeletion`]. Tokens issued afterwards are not part of it.
#[derive(Clone)]
pub struct StartDeletion {
    /// What the caller may reach.
    pub access: Access,
    /// The deletion's identifier.
    pub id: DeletionId,
    /// Which tokens.
    pub filter: TokenFilter,
    /// The digest of the preview that was reviewed; with it, tokens changed since are left alone.
    pub expects: Option<PreviewDigest>,
    /// Why, when a reason was given.
    pub reason: Option<String>,
}

/// The data of [`Verb::CreateOrganisation`].
#[derive(Debug, Clone)]
pub struct NewOrganisation {
    /// Its identifier.
    pub id: OrganisationId,
    /// Its name.
    pub name: Name,
}

/// The data of [`Verb::UpdateOrganisation`]; a field left out stays as it is.
#[derive(Clone)]
pub struct UpdateOrganisation {
    /// What the caller may reach.
    pub access: Access,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The revision it must be at.
    pub expects: Option<u64>,
    /// A new name.
    pub name: Option<Name>,
    /// False to deactivate it, true to reactivate it.
    pub active: Option<bool>,
}

/// A new user or service account.
#[derive(Debug, Clone)]
pub struct NewOwner {
    /// Its identifier.
    pub id: OwnerId,
    /// Person or program.
    pub kind: OwnerKind,
    /// Its name.
    pub name: Name,
    /// A user's address for signing in.
    pub email: Option<Email>,
    /// Its role.
    pub role: Role,
    /// The scopes granted to it beyond those of its role.
    pub scopes: Scopes,
    /// A user's first password, hashed; none until he redeems his invitation.
    pub password_hash: Option<String>,
}

/// The data of [`Verb::CreateOwner`].
#[derive(Clone)]
pub struct CreateOwner {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// The new user or service account.
    pub owner: NewOwner,
    /// True when the caller is to get a link for the new user. It is worth all that the user may do, so
    /// nobody is created whom the caller may not invite.
    pub invited: bool,
}

/// The data of [`Verb::UpdateOwner`]; a field left out stays as it is.
#[derive(Clone)]
pub struct UpdateOwner {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The user or service account.
    pub owner: OwnerId,
    /// It must be of this kind, or it is not found.
    pub kind: OwnerKind,
    /// The revision it must be at.
    pub expects: Option<u64>,
    /// A new name.
    pub name: Option<Name>,
    /// A new address for signing in.
    pub email: Option<Email>,
    /// A new role.
    pub role: Option<Role>,
    /// New granted scopes.
    pub scopes: Option<Scopes>,
    /// False to deactivate it (which ends its sessions), true to reactivate it.
    pub active: Option<bool>,
}

/// The data of [`Verb::InviteOwner`].
#[derive(Clone)]
pub struct InviteOwner {
    /// What the caller may reach and hand out: a link is worth all that the user may do.
    pub access: Access,
    /// The user.
    pub owner: OwnerId,
}

/// The data of [`Verb::SetPassword`].
#[derive(Clone)]
pub struct SetPassword {
    /// The user.
    pub owner: OwnerId,
    /// The credential revision that the link or the old password was checked against.
    pub expects: u64,
    /// The new password, hashed.
    pub password_hash: String,
}

/// The data of [`Verb::OpenSession`].
#[derive(Clone)]
pub struct OpenSession {
    /// Its identifier.
    pub id: SessionId,
    /// The user who signed in.
    pub owner: OwnerId,
    /// The credential revision that his password was checked against.
    pub expects: u64,
    /// The digest of the session's secret.
    pub digest: Digest,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// From which address he signed in.
    pub address: Option<IpAddr>,
    /// With which user agent.
    pub user_agent: Option<String>,
    /// A session that this one replaces.
    pub replaces: Option<SessionId>,
    /// A stronger hash of the same password, when the stored one is weaker than today's rule.
    pub password_hash: Option<String>,
}

/// The data of [`Verb::CloseSessions`].
#[derive(Clone)]
pub struct CloseSessions {
    /// The user.
    pub owner: OwnerId,
    /// Which session; none means all of them.
    pub session: Option<SessionId>,
}

/// The data of [`Verb::SetUp`].
#[derive(Clone)]
pub struct SetUp {
    /// The first organisation.
    pub organisation: NewOrganisation,
    /// Its application administrator.
    pub administrator: NewOwner,
    /// A first token for him, with every scope: its identifier, name and secret.
    pub token: Option<(TokenId, Name, NewSecret)>,
}

/// The data of [`Verb::RecoverAdministrator`].
#[derive(Clone)]
pub struct RecoverAdministrator {
    /// The identifier of the user, when he does not exist yet; he then joins the first organisation.
    pub id: OwnerId,
    /// The address that names him.
    pub email: Email,
    /// His name, when he does not exist yet.
    pub name: Name,
    /// His new password, hashed.
    pub password_hash: String,
}

/// The data of [`Verb::RecordUses`].
#[derive(Debug, Clone, Default)]
pub struct Uses {
    /// Uses of tokens; those of tokens deleted in the meantime are dropped.
    pub tokens: Vec<TokenUse>,
    /// Sessions that were used, each with the time.
    pub sessions: Vec<(SessionId, Timestamp)>,
}

/// The uses of one token since they were last written.
#[derive(Debug, Clone)]
pub struct TokenUse {
    /// The token.
    pub token: TokenId,
    /// The latest.
    pub at: Timestamp,
    /// Its address, when the verifier named one.
    pub address: Option<IpAddr>,
    /// Its user agent, when the verifier named one.
    pub user_agent: Option<String>,
    /// How many there were, day by day (days since 1970 began, in UTC).
    pub days: Vec<(i64, u64)>,
}

impl From<TokenUse> for LastUse {
    fn from(TokenUse { token: _, at, address, user_agent, days }: TokenUse) -> Self {
        Self { at, address, user_agent, count: days.iter().map(|(_, count)| count).sum() }
    }
}

/// The data of [`Verb::RehashSecrets`].
#[derive(Debug, Clone)]
pub struct RehashSecrets {
    /// The key of the new digests.
    pub key: KeyId,
    /// The older and the newer digest of each; unknown older ones are left out.
    pub digests: Vec<(Digest, Digest)>,
}

/// The data of [`Verb::LiftQuarantine`].
#[derive(Debug, Clone)]
pub struct LiftQuarantine {
    /// Tokens that the denials file says were deleted.
    pub tokens: Vec<TokenId>,
    /// Secrets that the denials file says were ended, or were to end, with the token of each.
    pub secrets: Vec<(TokenId, SecretEnd)>,
    /// Deletes every token issued before this instant.
    pub delete_before: Option<Timestamp>,
    /// The name of whoever accepts what else was lost.
    pub accepted_by: Option<String>,
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
    /// What has passed its time was forgotten.
    Pruned {
        /// True when more waits to be forgotten than one change forgets.
        more: bool,
    },
    /// Nothing to tell.
    Done,
}
