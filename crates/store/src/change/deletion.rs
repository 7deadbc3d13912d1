//! The data of deletions: of one token, of some, or of all that a filter selects, in steps.

use crate::query::{PreviewDigest, TokenFilter};
use domain::{
    caller::Access,
    id::{DeletionId, OwnerId, TokenId, TokenNumber},
    secret::Digest,
};

/// The data of [`Verb::DeleteTokens`](super::Verb::DeleteTokens).
#[derive(Clone)]
pub struct DeleteTokens {
    /// What the caller may reach.
    pub access: Access,
    /// Which tokens.
    pub target: DeletionTarget,
    /// Why, when a reason was given.
    pub reason: Option<String>,
}

/// Which tokens a deletion means.
// A target is made once for each deletion, never kept in numbers.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone)]
pub enum DeletionTarget {
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
    /// The token with this number; it is *not found* when there is none within reach.
    Number(TokenNumber),
    /// The token in a slot of its owner; it is *not found* when there is none within reach.
    Slot {
        /// The owner.
        owner: OwnerId,
        /// The slot.
        slot: String,
    },
    /// Every live token that the filter selects, at most one step of them; possibly none.
    Filter {
        /// The filter.
        filter: TokenFilter,
        /// The digest of the preview that was reviewed.
        expects: Option<PreviewDigest>,
    },
}

/// The data of [`Verb::StartDeletion`](super::Verb::StartDeletion). Tokens issued afterwards are not part of it.
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
