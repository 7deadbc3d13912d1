//! Disable and enable: the reversible end of a token's power.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::{Error, unexpected_outcome},
};
use domain::{caller::Caller, id::TokenId, token::Token};
use store::change::{DisableTokens, Outcome, SwitchToken, Verb};

impl Authority {
    /// Disables a token; without effect when it already is.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach.
    pub async fn disable(&self, caller: &Caller, token: TokenId, expects: Option<u64>) -> Result<Token, Error> {
        self.switch(caller, token, expects, true).await
    }

    /// Enables a token; without effect when it already is.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach.
    pub async fn enable(&self, caller: &Caller, token: TokenId, expects: Option<u64>) -> Result<Token, Error> {
        self.switch(caller, token, expects, false).await
    }

    /// Disables several tokens in one change, which one signed action is enough for, and says how many were not
    /// disabled before. Those outside the caller's reach are as if they were not there.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not change tokens.
    pub async fn disable_all(&self, caller: &Caller, tokens: Vec<TokenId>) -> Result<u64, Error> {
        let access = access::access(caller, Action::ChangeTokens)?;
        match self.commit(caller, Verb::DisableTokens(DisableTokens { access, tokens })).await?.outcome {
            Outcome::Disabled { tokens } => Ok(tokens),
            _ => Err(unexpected_outcome()),
        }
    }

    async fn switch(
        &self,
        caller: &Caller,
        token: TokenId,
        expects: Option<u64>,
        disabled: bool,
    ) -> Result<Token, Error> {
        let access = access::access(caller, Action::ChangeTokens)?;
        let verb = SwitchToken { access, token, expects, disabled };
        match self.commit(caller, Verb::SwitchToken(verb)).await?.outcome {
            Outcome::Token(token) => Ok(*token),
            _ => Err(unexpected_outcome()),
        }
    }
}
