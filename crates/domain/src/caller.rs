//! Who is asking, and how far the answer may reach.

use crate::{
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, SessionId, TokenId},
    origin::Origin,
    owner::Role,
    scope::{Scope, Scopes},
    secret::Digest,
    signer::SignedAction,
};
use serde::{Deserialize, Serialize};

/// An authenticated caller, as the index knows it at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The user or service account that the credential speaks for.
    pub owner: OwnerId,
    /// Its number.
    pub owner_number: OwnerNumber,
    /// Its organisation.
    pub organisation: OrganisationId,
    /// The number of its organisation.
    pub organisation_number: OrganisationNumber,
    /// Its role.
    pub role: Role,
    /// What the credential may do: the token's scopes as far as the owner's ceiling allows.
    pub scopes: Scopes,
    /// The credential that was shown.
    pub credential: Credential,
    /// The digests of a token's secret, one under each server key; none for a session. With them a
    /// change finds out whether the secret still works when it is made.
    pub secrets: Vec<Digest>,
    /// Scopes that it may hand out although the credential does not have them: what the right to
    /// administer the tokens of an outside contract includes.
    pub hands_out: Scopes,
    /// Native scopes that a right of an outside contract, which the credential has, includes for this
    /// request: with them the caller reaches his whole organisation. They are nothing he could hand out.
    pub implied: Scopes,
    /// The signed action that came with the request; the change that it asks for consumes it.
    pub action: Option<SignedAction>,
    /// Where the request comes from.
    pub origin: Origin,
}

/// What a caller showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A token.
    Token(TokenId),
    /// A session, by its cookie or by what a contract signed.
    Session(SessionId),
}

/// Who made a change, as the journal keeps it: numbers only, never a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// A user or service account, with the token it used; no token stands for a session.
    Owner {
        /// The user or service account.
        owner: OwnerNumber,
        /// The token it showed.
        token: Option<TokenId>,
    },
    /// Whoever holds the secret or the one-time link that the change itself is about.
    Possession,
    /// The server itself, or a command run on its host.
    System,
}

impl Actor {
    /// The text form that is stored and chained: `owner`, `owner:token`, `possession` or `system`.
    pub fn to_text(self) -> String {
        match self {
            Self::Owner { owner, token: Some(token) } => format!("{owner}:{token}"),
            Self::Owner { owner, token: None } => owner.to_string(),
            Self::Possession => "possession".to_owned(),
            Self::System => "system".to_owned(),
        }
    }

    /// Reads the text form; anything else counts as the system, which the chain would show.
    pub fn from_text(text: &str) -> Self {
        let (owner, token) = text.split_once(':').map_or((text, None), |(owner, token)| (owner, Some(token)));
        let token = token.and_then(|token| TokenId::parse("actor", token).ok());
        match owner.parse() {
            Ok(owner) => Self::Owner { owner: OwnerNumber(owner), token },
            Err(_) if text == "possession" => Self::Possession,
            Err(_) => Self::System,
        }
    }
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        let token = match caller.credential {
            Credential::Token(token) => Some(token),
            Credential::Session(_) => None,
        };
        Self::Owner { owner: caller.owner_number, token }
    }
}

/// What a change may reach and hand out: it travels down to the store as a value, so that the check
/// and the change are one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// What the change may touch; anything else is not found.
    pub reach: Reach,
    /// Owners of a higher role may be restricted, but nothing may be handed out in their name.
    pub role: Role,
    /// The most that may be handed out: the scopes of the caller's own credential, and those that its right
    /// to administer a contract includes.
    pub scopes: Scopes,
}

impl Access {
    /// The access of the server itself and of commands run on its host.
    pub fn unlimited() -> Self {
        Self { reach: Reach::Everything, role: Role::ApplicationAdministrator, scopes: Scopes::everything() }
    }

    /// Checks that a credential with these scopes, in the name of an owner of this role, may be
    /// handed out: nobody grants what he has not.
    ///
    /// # Errors
    /// Says what lies beyond the caller.
    pub fn may_hand_out(&self, role: Role, scopes: &Scopes) -> Result<(), Beyond> {
        if role > self.role {
            return Err(Beyond::Role(role));
        }
        self.scopes.first_uncovered(scopes).map_or(Ok(()), |scope| Err(Beyond::Scope(scope.clone())))
    }
}

/// What a caller tried to hand out without having it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beyond {
    /// Power in the name of an owner of a higher role.
    Role(Role),
    /// A scope that the caller's credential does not cover.
    Scope(Scope),
    /// A scope that the owner of the token does not have.
    OwnerScope(Scope),
}

/// How far a request sees and acts. It goes down into the `WHERE` clause; outside it is *not found*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Every organisation.
    Everything,
    /// One organisation.
    Organisation(OrganisationNumber),
    /// One user or service account, and what belongs to it.
    Own(OwnerNumber),
}

impl Reach {
    /// True when an organisation as a whole lies within reach.
    pub fn covers_organisation(self, organisation: OrganisationNumber) -> bool {
        match self {
            Self::Everything => true,
            Self::Organisation(reached) => reached == organisation,
            Self::Own(_) => false,
        }
    }

    /// True when an owner of this organisation lies within reach.
    #[inline]
    pub fn covers(self, organisation: OrganisationNumber, owner: OwnerNumber) -> bool {
        match self {
            Self::Everything => true,
            Self::Organisation(reached) => reached == organisation,
            Self::Own(reached) => reached == owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_read_back_as_they_were_written() {
        let token = Some(TokenId::from_bytes([7; 16]));
        for actor in [
            Actor::Owner { owner: OwnerNumber(4), token },
            Actor::Owner { owner: OwnerNumber(4), token: None },
            Actor::Possession,
            Actor::System,
        ] {
            assert_eq!(Actor::from_text(&actor.to_text()), actor);
        }
    }
}
