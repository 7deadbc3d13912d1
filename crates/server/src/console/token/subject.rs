//! The token that a page is about, found within the visitor's reach.

use crate::console::{addresses, refused::Refused, visitor::Visitor};
use authority::Error;
use domain::{
    id::TokenId,
    time::Timestamp,
    token::{State, has_passed},
};
use std::time::Duration;
use store::query::ListedToken;

/// Whoever deletes a token that was used so recently has to know what he does.
pub const RECENTLY: Duration = Duration::from_hours(24);

/// A token with the names of those that it tells of, as it stands now.
pub struct Subject {
    /// The token.
    pub listed: ListedToken,
    /// When it stands so.
    pub now: Timestamp,
}

impl Subject {
    /// The token that the path names.
    ///
    /// # Errors
    /// Not found outside the visitor's reach; [`Refused::Gone`] when it was deleted.
    pub async fn find(visitor: &Visitor, id: &str) -> Result<Self, Refused> {
        let id = TokenId::parse("id", id).map_err(|_| Error::NotFound)?;
        let authority = &visitor.server.authority;
        let listed = authority.listed_token(&visitor.caller, id).await?;
        Ok(Self { listed, now: authority.now() })
    }

    /// Its identifier.
    pub fn id(&self) -> TokenId {
        self.listed.token.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.listed.token.name.as_str()
    }

    /// The path of its page.
    pub fn path(&self) -> String {
        addresses::token(self.id())
    }

    /// Its state.
    pub fn state(&self) -> State {
        self.listed.token.state(self.now)
    }

    /// True when its time is over: no switch and no new secret makes it work again.
    pub fn is_over(&self) -> bool {
        self.listed.token.expires_at.is_some_and(|expiry| has_passed(expiry, self.now))
    }

    /// True when something used it within the last day.
    pub fn was_used_recently(&self) -> bool {
        self.listed.token.last_use.as_ref().is_some_and(|last| self.now.since(last.at) < RECENTLY)
    }
}
