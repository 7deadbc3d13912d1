//! The token that a page is about, found within the visitor's reach.

use crate::console::{addresses, refused::Refused, standing::Standing, visitor::Visitor};
use authority::Error;
use domain::{id::TokenId, time::Timestamp};
use store::query::ListedToken;

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

    /// How it stands.
    pub fn standing(&self) -> Standing {
        Standing::of(&self.listed, self.now)
    }
}
