//! Signers: the keys and passkeys with which users, service accounts and single tokens sign, and what an
//! organisation demands to be signed.

use crate::{
    id::{OwnerId, OwnerNumber, SignerId, TokenId},
    invalid::Invalid,
    name::Name,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a signer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignerKind {
    /// A key pair that a program or a person keeps; its public half is known here.
    Key,
    /// A passkey (Web Authentication Level 3).
    Passkey,
}

impl SignerKind {
    /// The word for it in the API and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Passkey => "passkey",
        }
    }

    /// The kind behind its word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Key, Self::Passkey].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A key or a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Its identifier.
    pub id: SignerId,
    /// Whose it is.
    pub owner: OwnerId,
    /// The number of its owner.
    pub owner_number: OwnerNumber,
    /// The one token that it signs for; none for whatever its owner does himself.
    pub token: Option<TokenId>,
    /// What it is.
    pub kind: SignerKind,
    /// What its holder called it.
    pub name: Name,
    /// The name under which it is offered to whoever shall sign, compared exactly. A passkey's is the
    /// base64url of its raw identifier.
    pub credential: String,
    /// What its signatures are checked with: a key's PEM, or what the passkey library keeps of a passkey.
    pub material: String,
    /// False when it may not sign.
    pub active: bool,
    /// Challenges from before this instant are not answered with it.
    pub since: Timestamp,
    /// How often a passkey has signed, as far as it counts.
    pub counter: u32,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// What an organisation demands to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedActions {
    /// Nothing.
    #[default]
    Off,
    /// What takes power away for good or for a while: deleting, disabling, rotating, deactivating.
    Destructive,
    /// Every change.
    All,
}

impl SignedActions {
    /// The word for it in the API and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Destructive => "destructive",
            Self::All => "all",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// Names `field` when the word is none of the three.
    pub fn parse(field: &str, word: &str) -> Result<Self, Invalid> {
        [Self::Off, Self::Destructive, Self::All]
            .into_iter()
            .find(|demanded| demanded.as_str() == word)
            .ok_or_else(|| Invalid::field(field, "must be off, destructive or all"))
    }
}

/// That a signer answered a challenge rightly, as far as it can be known outside the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// The signer.
    pub signer: SignerId,
    /// When the challenge was made: a signer that was switched since does not count.
    pub challenged_at: Timestamp,
    /// How often a passkey has signed by now; none for what does not count.
    pub counter: Option<u32>,
}

/// An action token that was opened and fits the request that carries it: it is consumed with the change
/// that the request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedAction {
    /// What makes it work once.
    pub nonce: [u8; 16],
    /// When it stops working.
    pub expires_at: Timestamp,
    /// Who signed it.
    pub proof: Proof,
}
