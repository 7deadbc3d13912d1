//! Update: a token's name, description, labels, scopes, networks or expiry.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::{Error, unexpected_outcome},
};
use domain::{
    address::Networks,
    caller::Caller,
    facts::ContractFacts,
    id::TokenId,
    name::{Labels, Name},
    scope::Scopes,
    time::Timestamp,
    token::Token,
};
use store::change::{Outcome, UpdateToken, Verb};

/// What shall be different; what is left out stays as it is.
#[derive(Debug, Clone, Default)]
pub struct TokenPatch {
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
    /// New facts of one contract.
    pub facts: Option<ContractFacts>,
    /// Another place that only one live token of the owner may hold.
    pub slot: Option<String>,
}

impl Authority {
    /// Changes a token.
    ///
    /// # Errors
    /// [`Error::RevisionChanged`] when it is not at the expected revision.
    pub async fn update(
        &self,
        caller: &Caller,
        token: TokenId,
        patch: TokenPatch,
        expects: Option<u64>,
    ) -> Result<Token, Error> {
        let access = access::access(caller, Action::ChangeTokens)?;
        let TokenPatch { name, description, scopes, networks, labels, expires_at, facts, slot } = patch;
        let verb = UpdateToken {
            access,
            token,
            expects,
            name,
            description,
            scopes,
            networks,
            labels,
            expires_at,
            facts,
            slot,
        };
        match self.commit(caller, Verb::UpdateToken(verb)).await?.outcome {
            Outcome::Token(token) => Ok(*token),
            _ => Err(unexpected_outcome()),
        }
    }
}
