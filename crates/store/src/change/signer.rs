//! The data of the changes to signers, and of what is done with a right answer to a challenge.

use super::{CreateOwner, FirstPermission, IssueToken};
use domain::{
    caller::Access,
    id::{OwnerId, OwnerNumber, SignerId, TokenId},
    name::Name,
    signer::{Proof, SignerKind},
};

/// A new key or passkey.
#[derive(Debug, Clone)]
pub struct NewSigner {
    /// Its identifier.
    pub id: SignerId,
    /// What it is.
    pub kind: SignerKind,
    /// What its holder calls it.
    pub name: Name,
    /// The name under which it is offered; another signer of the same owner must not have it.
    pub credential: String,
    /// What its signatures are checked with.
    pub material: String,
    /// How often a passkey has signed.
    pub counter: u32,
}

/// The data of [`Verb::AddSigner`](super::Verb::AddSigner).
#[derive(Clone)]
pub struct AddSigner {
    /// What the caller may reach and hand out: a signer is worth all that its owner may do.
    pub access: Access,
    /// Whose it shall be.
    pub owner: OwnerId,
    /// The signer.
    pub signer: NewSigner,
    /// The caller's credential revision at which his password was checked for this change.
    pub password_checked_at: Option<u64>,
}

/// The data of [`Verb::SwitchSigner`](super::Verb::SwitchSigner).
#[derive(Clone)]
pub struct SwitchSigner {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The signer.
    pub signer: SignerId,
    /// What shall become of it.
    pub switch: SignerSwitch,
    /// As in [`AddSigner`].
    pub password_checked_at: Option<u64>,
}

/// What shall become of a signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignerSwitch {
    /// It may sign again.
    Enable,
    /// It may not sign any more; challenges of before stay unanswered when it may again.
    Disable,
    /// It is gone for good.
    Remove,
}

/// The data of [`Verb::RegisterOwner`](super::Verb::RegisterOwner).
#[derive(Clone)]
pub struct RegisterOwner {
    /// The user.
    pub owner: OwnerId,
    /// The credential revision that his link works for.
    pub expects: u64,
    /// His first signers.
    pub signers: Vec<NewSigner>,
}

/// The data of [`Verb::SpendChallenge`](super::Verb::SpendChallenge).
#[derive(Debug, Clone)]
pub struct SpendChallenge {
    /// Who was challenged.
    pub owner: OwnerNumber,
    /// The token of his whose own signers were, where it has some.
    pub token: Option<TokenId>,
    /// The right answer; none when it was wrong.
    pub proof: Option<Proof>,
}

/// The data of [`Verb::CreateServiceAccount`](super::Verb::CreateServiceAccount).
#[derive(Clone)]
pub struct CreateServiceAccount {
    /// The service account.
    pub account: CreateOwner,
    /// Its first token; its owner is the service account.
    pub token: IssueToken,
    /// The permission that the service account begins with.
    pub permission: Option<FirstPermission>,
}
