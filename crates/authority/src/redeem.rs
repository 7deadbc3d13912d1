//! Redeem: what a one-time link is good for, and how the first administrator comes to be.

use crate::{
    authority::Authority,
    error::{Conflict, Error, unexpected_outcome},
    link::{self, Link, Purpose},
    password,
    sign_in::Holder,
};
use domain::{
    caller::Actor,
    facts::Facts,
    id::{OrganisationId, OwnerId, Randomness, TokenId},
    limits,
    name::{Email, Name},
    origin::Origin,
    owner::{Owner, OwnerKind, Role},
    scope::Scopes,
    secret::{Keyring, Secret},
    time::Timestamp,
    token::Token,
};
use store::change::{Change, NewOrganisation, NewOwner, Nonce, Outcome, RecoverAdministrator, SetUp, Verb};

/// What the first organisation is called where nobody names it.
pub const FIRST_ORGANISATION: &str = "Operations";

/// Who the first administrator, or a recovered one, shall be.
#[derive(Debug, Clone)]
pub struct Administrator {
    /// The address he signs in with.
    pub email: Email,
    /// His name.
    pub name: Name,
    /// The name of his organisation; a recovered administrator stays in his, or joins the first.
    pub organisation: Name,
}

/// A new link for the first set-up or for a recovery, made on the host with the server key alone.
pub fn administrator_link(
    keyring: &Keyring,
    purpose: Purpose,
    now: Timestamp,
    randomness: &dyn Randomness,
) -> (Secret, Timestamp) {
    let expires_at = now.after(limits::SET_UP_LIFETIME);
    let subject = OwnerId::new(now, randomness);
    (link::seal(keyring, &Link { purpose, subject, credential_revision: 0, expires_at }), expires_at)
}

impl Authority {
    /// What a link is for, so that a form can ask for the right things.
    ///
    /// # Errors
    /// [`Conflict::LinkVoid`] when it was not made here or its time is over.
    pub fn purpose_of_link(&self, text: &str) -> Result<Purpose, Error> {
        Ok(link::open(&self.keyring, text, self.now())?.purpose)
    }

    /// The same, once it is sure that the link was not used or replaced before.
    ///
    /// # Errors
    /// As [`Authority::redeem`].
    pub async fn purpose_of_unused_link(&self, text: &str) -> Result<Purpose, Error> {
        let link = link::open(&self.keyring, text, self.now())?;
        match link.purpose {
            Purpose::SetPassword => self.invited(link.subject, link.credential_revision).await.map(|_| ())?,
            Purpose::SetUp if !self.store.is_empty().await? => return Err(Error::Conflict(Conflict::AlreadySetUp)),
            // That a recovery was used is known to the store alone, which says so when it is used again.
            Purpose::SetUp | Purpose::RecoverAdministrator => {}
        }
        Ok(link.purpose)
    }

    /// Redeems a link: sets the user's password, or makes the administrator. It works once.
    ///
    /// # Errors
    /// [`Conflict::LinkVoid`] when the link was used, replaced or is too old.
    pub async fn redeem(
        &self,
        text: &str,
        password: Secret,
        administrator: Option<Administrator>,
        origin: &Origin,
    ) -> Result<(), Error> {
        let link = link::open(&self.keyring, text, self.now())?;
        match link.purpose {
            Purpose::SetPassword => self.redeem_invitation(&link, password, origin).await,
            Purpose::SetUp => self.redeem_set_up(password, needed(administrator)?, origin).await,
            Purpose::RecoverAdministrator => {
                self.redeem_recovery(&link, password, needed(administrator)?, origin).await
            }
        }
    }

    /// Makes the first application administrator with a token that the operator chose beforehand.
    /// A store that is not empty is left as it is.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be written.
    pub async fn set_up_with_token(
        &self,
        administrator: Administrator,
        secret: &Secret,
    ) -> Result<Option<(Owner, Token)>, Error> {
        if !self.store.is_empty().await? {
            return Ok(None);
        }
        let name = Name::stored("bootstrap".to_owned());
        let token = (TokenId::new(self.now(), &*self.randomness), name, self.kept(secret));
        self.set_up(administrator, None, Some(token), &Origin::default())
            .await
            .map(|(owner, token)| token.map(|token| (owner, token)))
    }

    async fn redeem_invitation(&self, link: &Link, password: Secret, origin: &Origin) -> Result<(), Error> {
        let known = self.invited(link.subject, link.credential_revision).await?;
        self.set_password(&known, "password", password, Holder::Link(origin)).await
    }

    async fn redeem_set_up(
        &self,
        password: Secret,
        administrator: Administrator,
        origin: &Origin,
    ) -> Result<(), Error> {
        if !self.store.is_empty().await? {
            return Err(Error::Conflict(Conflict::AlreadySetUp));
        }
        let hash = self.new_hash(password, &administrator).await?;
        self.set_up(administrator, Some(hash), None, origin).await.map(|_| ())
    }

    async fn redeem_recovery(
        &self,
        link: &Link,
        password: Secret,
        administrator: Administrator,
        origin: &Origin,
    ) -> Result<(), Error> {
        let password_hash = self.new_hash(password, &administrator).await?;
        let Administrator { email, name, organisation: _ } = administrator;
        let id = OwnerId::new(self.now(), &*self.randomness);
        let verb = Verb::RecoverAdministrator(RecoverAdministrator { id, email, name, password_hash });
        let mut change = Change::new(self.now(), Actor::Possession, verb).from(origin);
        change.consumes = Some(Nonce { value: link.subject.bytes(), until: link.expires_at });
        self.keep(change).await?;
        Ok(())
    }

    async fn new_hash(&self, password: Secret, administrator: &Administrator) -> Result<String, Error> {
        password::acceptable("password", &password, &[administrator.name.as_str(), administrator.email.as_str()])?;
        self.passwords.hash(password, &*self.randomness).await
    }

    async fn set_up(
        &self,
        administrator: Administrator,
        password_hash: Option<String>,
        token: Option<(TokenId, Name, store::change::NewSecret)>,
        origin: &Origin,
    ) -> Result<(Owner, Option<Token>), Error> {
        let Administrator { email, name, organisation } = administrator;
        let now = self.now();
        let owner = NewOwner {
            id: OwnerId::new(now, &*self.randomness),
            kind: OwnerKind::User,
            name,
            email: Some(email),
            role: Role::ApplicationAdministrator,
            scopes: Scopes::default(),
            password_hash,
            slot: None,
            facts: Facts::default(),
        };
        let organisation = NewOrganisation { id: OrganisationId::new(now, &*self.randomness), name: organisation };
        let verb = Verb::SetUp(SetUp { organisation, administrator: owner, token });
        match self.keep(Change::new(now, Actor::System, verb).from(origin)).await?.outcome {
            Outcome::SetUp { administrator, token } => Ok((*administrator, token.map(|token| *token))),
            _ => Err(unexpected_outcome()),
        }
    }
}

fn needed(administrator: Option<Administrator>) -> Result<Administrator, Error> {
    administrator.ok_or_else(|| {
        domain::invalid::Invalid::field("email", "is needed for an administrator, with name and organisation").into()
    })
}
