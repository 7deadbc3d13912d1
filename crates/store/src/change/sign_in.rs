//! The data of the changes to passwords, sessions and the links that set them up.

use super::{NewOrganisation, NewOwner, NewSecret};
use domain::{
    caller::Access,
    id::{OwnerId, SessionId, TokenId},
    name::{Email, Name},
    secret::Digest,
    signer::Proof,
    time::Timestamp,
};
use std::net::IpAddr;

/// The data of [`Verb::InviteOwner`](super::Verb::InviteOwner).
#[derive(Clone)]
pub struct InviteOwner {
    /// What the caller may reach and hand out: a link is worth all that the user may do.
    pub access: Access,
    /// The user.
    pub owner: OwnerId,
}

/// The data of [`Verb::SetPassword`](super::Verb::SetPassword).
#[derive(Clone)]
pub struct SetPassword {
    /// The user.
    pub owner: OwnerId,
    /// The credential revision that the link or the old password was checked against.
    pub expects: u64,
    /// The new password, hashed.
    pub password_hash: String,
}

/// The data of [`Verb::SwitchHolder`](super::Verb::SwitchHolder).
#[derive(Clone)]
pub struct SwitchHolder {
    /// The user in the seat.
    pub owner: OwnerId,
    /// The credential revision that the decision was made at.
    pub expects: u64,
    /// The password to let him in with, hashed; none to shut him out.
    pub password_hash: Option<String>,
}

/// The data of [`Verb::OpenSession`](super::Verb::OpenSession).
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
    /// True when it ends early unless it is used.
    pub idles: bool,
    /// From which address he signed in.
    pub address: Option<IpAddr>,
    /// With which user agent.
    pub user_agent: Option<String>,
    /// A session that this one replaces.
    pub replaces: Option<SessionId>,
    /// A stronger hash of the same password, when the stored one is weaker than today's rule.
    pub password_hash: Option<String>,
    /// The right answer of one of his signers, when he signed in with it.
    pub proof: Option<Proof>,
    /// What a caller who signs him in reaches and may hand out: a session is worth all that its user may
    /// do. None when the user signed in himself.
    pub access: Option<Access>,
}

/// The data of [`Verb::CloseSessions`](super::Verb::CloseSessions).
#[derive(Clone)]
pub struct CloseSessions {
    /// The user.
    pub owner: OwnerId,
    /// Which session; none means all of them.
    pub session: Option<SessionId>,
}

/// The data of [`Verb::SetUp`](super::Verb::SetUp).
#[derive(Clone)]
pub struct SetUp {
    /// The first organisation.
    pub organisation: NewOrganisation,
    /// Its application administrator.
    pub administrator: NewOwner,
    /// A first token for him, with every scope: its identifier, name and secret.
    pub token: Option<(TokenId, Name, NewSecret)>,
}

/// The data of [`Verb::RecoverAdministrator`](super::Verb::RecoverAdministrator).
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
