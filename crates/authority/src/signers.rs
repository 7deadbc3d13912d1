//! Signers: list, register, switch and remove the keys and passkeys of users and service accounts.

use crate::{
    access::{self, Action},
    authority::Authority,
    challenge::{Challenge, Challenged, Sealed, spent},
    error::{Conflict, Error, Unproven, unexpected_outcome},
    link::{self, Purpose},
    sign_in::{account, may_sign_in},
    signature::{
        Registration,
        key::check_key_attestation,
        passkey::{RelyingParty, check_passkey_attestation},
    },
    throttle::Guessed,
};
use domain::{
    caller::{Access, Actor, Caller, Reach},
    id::{OwnerId, OwnerNumber, SignerId, TokenId},
    invalid::Invalid,
    name::Name,
    origin::Origin,
    owner::Owner,
    secret::Secret,
    signer::{Signer, SignerKind},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{
    change::{AddSigner, Change, NewSigner, Outcome, RegisterOwner, SignerSwitch, SwitchSigner, Verb},
    query::{SignIn, SignersOf, UserKey},
};

/// What sealed challenges of registrations are for.
const REGISTRATION: &str = "challenges of registrations";
/// What sealed challenges of first registrations are for.
const FIRST_REGISTRATION: &str = "challenges of first registrations";

/// What a challenge of a registration says: whose the new signer will be, and who asked.
#[derive(Serialize, Deserialize)]
struct Registering {
    owner: OwnerId,
    caller: OwnerId,
}

/// What a challenge of a first registration says: the user, and the one link of his that it stands for.
#[derive(Serialize, Deserialize)]
struct RegisteringFirst {
    owner: OwnerId,
    credential_revision: u64,
}

/// A signer to be registered.
pub struct SignerDraft {
    /// What its holder calls it.
    pub name: Name,
    /// What proves that he holds it.
    pub registration: Registration,
}

/// A challenge for whoever registers with a link.
pub struct FirstChallenge {
    /// The challenge; its identifier stands for the link from now on.
    pub challenge: Challenge,
    /// Who registers.
    pub user: Owner,
}

/// Who has registered with a link, and what with.
pub struct FirstSigners {
    /// The user.
    pub user: Owner,
    /// His signers, in the order in which they came.
    pub signers: Vec<SignerId>,
}

impl Authority {
    /// The signers that an owner within reach has for himself; the caller's own when nobody is named.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not see owners.
    pub async fn signers(&self, caller: &Caller, owner: Option<OwnerId>) -> Result<Vec<Signer>, Error> {
        let owner = owner.unwrap_or(caller.owner);
        let reach = if owner == caller.owner {
            Reach::Own(caller.owner_number)
        } else {
            access::reach(caller, Action::SeeOwners)?
        };
        Ok(self.store.signers(reach, SignersOf::Owner(owner)).await?)
    }

    /// The signers that a token has of its own, for whoever sees the token.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not see tokens.
    pub async fn signers_of_token(&self, caller: &Caller, token: TokenId) -> Result<Vec<Signer>, Error> {
        let reach = access::reach(caller, Action::SeeTokens)?;
        Ok(self.store.signers(reach, SignersOf::Token(token)).await?)
    }

    /// A challenge for a new signer of the caller, or of a service account that he may change.
    pub fn challenge_signer(&self, caller: &Caller, owner: Option<OwnerId>, lifetime: Duration) -> Challenge {
        let about = Registering { owner: owner.unwrap_or(caller.owner), caller: caller.owner };
        self.challenge(REGISTRATION, about, Vec::new(), lifetime)
    }

    /// Registers a signer with the answer to its challenge. It takes a signed action or the password: a
    /// stolen token or session alone must not be enough.
    ///
    /// # Errors
    /// [`Error::Unproven`] when the answer is wrong, or when neither came with it.
    pub async fn add_signer(
        &self,
        caller: &Caller,
        identifier: &str,
        draft: SignerDraft,
        password: Option<Secret>,
        party: &RelyingParty,
    ) -> Result<Signer, Error> {
        let sealed: Sealed<Registering> = self.opened(REGISTRATION, identifier)?;
        let Registering { owner, caller: challenged } = sealed.about;
        if challenged != caller.owner {
            return Err(Error::Unproven(Unproven::Challenge));
        }
        let password_checked_at = self.check_password_of(caller, password).await?;
        let signer = match self.new_signer(&sealed, draft, party) {
            Ok(signer) => signer,
            Err(refused) => return Err(self.spent_for_nothing(&sealed, refused).await),
        };
        let access = access_to_signers(caller, owner)?;
        let verb = Verb::AddSigner(AddSigner { access, owner, signer, password_checked_at });
        let mut change = Change::by(self.now(), caller, verb);
        change.consumes = Some(sealed.nonce());
        signer_of(self.keep(change).await.map_err(spent)?.outcome)
    }

    /// Enables, disables or removes a signer. A disabled or removed one signs nothing more as soon as this
    /// is answered.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach; [`Error::Unproven`] as [`Authority::add_signer`].
    pub async fn switch_signer(
        &self,
        caller: &Caller,
        signer: SignerId,
        switch: SignerSwitch,
        password: Option<Secret>,
    ) -> Result<Signer, Error> {
        let own = self.store.signers(Reach::Own(caller.owner_number), SignersOf::Signer(signer)).await?.pop();
        // Anybody else's is found by the commit, within the reach of whoever may change owners.
        let access = match own {
            Some(own) => access_to_signers(caller, own.owner)?,
            None => access::access(caller, Action::ChangeOwners)?,
        };
        let password_checked_at = self.check_password_of(caller, password).await?;
        let verb = Verb::SwitchSigner(SwitchSigner { access, signer, switch, password_checked_at });
        signer_of(self.commit(caller, verb).await?.outcome)
    }

    /// A challenge for the first signers of a user, for whoever holds his link.
    ///
    /// # Errors
    /// [`Conflict::LinkVoid`] when the link was used, replaced or is too old.
    pub async fn challenge_first_signers(&self, link: &str, lifetime: Duration) -> Result<FirstChallenge, Error> {
        let link = link::open(&self.keyring, link, self.now())?;
        if link.purpose != Purpose::SetPassword {
            return Err(Error::Conflict(Conflict::LinkVoid));
        }
        let user = self.invited(link.subject, link.credential_revision).await?.owner;
        let about = RegisteringFirst { owner: user.id, credential_revision: link.credential_revision };
        Ok(FirstChallenge { challenge: self.challenge(FIRST_REGISTRATION, about, Vec::new(), lifetime), user })
    }

    /// Registers the first signers of a user with the answer to their challenge; his links are void then,
    /// and what he was signed in with has ended.
    ///
    /// # Errors
    /// [`Error::Unproven`] when an answer is wrong, [`Conflict::LinkVoid`] when the link is void by now.
    pub async fn register_first_signers(
        &self,
        identifier: &str,
        drafts: Vec<SignerDraft>,
        party: &RelyingParty,
        origin: &Origin,
    ) -> Result<FirstSigners, Error> {
        let sealed: Sealed<RegisteringFirst> = self.opened(FIRST_REGISTRATION, identifier)?;
        let RegisteringFirst { owner, credential_revision: expects } = sealed.about;
        self.invited(owner, expects).await?;
        let signers = drafts.into_iter().map(|draft| self.new_signer(&sealed, draft, party));
        let signers = match signers.collect::<Result<Vec<_>, _>>() {
            Ok(signers) => signers,
            Err(refused) => return Err(self.spent_for_nothing(&sealed, refused).await),
        };
        let ids = signers.iter().map(|signer| signer.id).collect();
        let verb = RegisterOwner { owner, expects, signers };
        let mut change = Change::new(self.now(), Actor::Possession, Verb::RegisterOwner(verb)).from(origin);
        change.consumes = Some(sealed.nonce());
        match self.keep(change).await?.outcome {
            Outcome::Owner(user) => Ok(FirstSigners { user: *user, signers: ids }),
            _ => Err(unexpected_outcome()),
        }
    }

    /// Consumes the challenge that was answered wrongly, and says why the answer was refused, or that there was
    /// one before.
    async fn spent_for_nothing<T>(&self, sealed: &Sealed<T>, refused: Error) -> Error {
        let nobody = Challenged { owner: OwnerNumber(0), token: None };
        self.spend_challenge(sealed, nobody, None).await.err().unwrap_or(refused)
    }

    /// A user whose credentials are at the revision of his link.
    pub(crate) async fn invited(&self, user: OwnerId, credential_revision: u64) -> Result<SignIn, Error> {
        let known = self.store.sign_in(UserKey::Id(user)).await?;
        let known = known.filter(|known| known.credential_revision == credential_revision && may_sign_in(known));
        known.ok_or(Error::Conflict(Conflict::LinkVoid))
    }

    /// The credential revision at which this was the caller's password, where he gave one.
    async fn check_password_of(&self, caller: &Caller, password: Option<Secret>) -> Result<Option<u64>, Error> {
        let Some(password) = password else { return Ok(None) };
        let known = self.store.sign_in(UserKey::Id(caller.owner)).await?.ok_or(Error::NotFound)?;
        let guessed = [Guessed::Account(account(&known))];
        if self.is_password_of(&known, password, &guessed).await? {
            Ok(Some(known.credential_revision))
        } else {
            Err(Invalid::field("current_password", "is not the current password").into())
        }
    }

    /// Checks what proves that somebody holds a signer.
    fn new_signer<T: Serialize>(
        &self,
        sealed: &Sealed<T>,
        draft: SignerDraft,
        party: &RelyingParty,
    ) -> Result<NewSigner, Error> {
        let text = sealed.text();
        let checked = match draft.registration {
            Registration::Key { credential, client_data, attestation } => {
                check_key_attestation(&text, &client_data, &attestation)
                    .map(|pem| (SignerKind::Key, credential, pem, 0))
            }
            Registration::Passkey { credential, client_data, attestation } => {
                check_passkey_attestation(party, &text, &credential, &client_data, &attestation)
                    .map(|new| (SignerKind::Passkey, new.credential, new.material, new.counter))
            }
        };
        let (kind, credential, material, counter) = checked.map_err(|cause| {
            tracing::info!(%cause, "a signer was not registered");
            Error::Unproven(Unproven::Signature)
        })?;
        let id = SignerId::new(self.now(), &*self.randomness);
        Ok(NewSigner { id, kind, name: draft.name, credential, material, counter })
    }
}

fn signer_of(outcome: Outcome) -> Result<Signer, Error> {
    match outcome {
        Outcome::Signer(signer) => Ok(*signer),
        _ => Err(unexpected_outcome()),
    }
}

/// What the caller may do to the signers of an owner: his own always.
fn access_to_signers(caller: &Caller, owner: OwnerId) -> Result<Access, Error> {
    if owner != caller.owner {
        return access::access(caller, Action::ChangeOwners);
    }
    let reach = Reach::Own(caller.owner_number);
    Ok(Access { reach, role: caller.role, scopes: caller.scopes.clone() })
}
