//! Sign in with a key or a passkey instead of a password.

use crate::{
    authority::Authority,
    challenge::{Challenge, Challenged, Sealed},
    error::{Error, Unproven},
    seal,
    sign_in::{NewSession, Proven, SignedIn, may_sign_in},
    signature::{Answer, passkey::RelyingParty},
    throttle::{Guessed, Throttle},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    id::{OrganisationId, OwnerId, OwnerNumber, SessionId},
    name::Email,
    origin::Origin,
    secret::Secret,
    signer::{Signer, SignerKind},
    time::Timestamp,
};
use hmac::Mac;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::query::{SignIn, UserKey};

/// What sealed challenges of sign-ins are for.
const SIGN_IN: &str = "challenges of sign-ins";
/// What the names of signers that do not exist are derived for.
const DECOY: &str = "signers of unknown users";

/// What a challenge of a sign-in says: no more than whoever asked for it said himself, because he can
/// read it.
#[derive(Serialize, Deserialize)]
struct SigningIn {
    organisation: OrganisationId,
    email: String,
}

impl SigningIn {
    /// True for a user who is meant, and may sign in.
    fn means(&self, known: &SignIn) -> bool {
        known.owner.organisation_id == self.organisation && may_sign_in(known)
    }
}

/// A challenge for whoever wants to sign in.
pub struct SignInChallenge {
    /// The challenge.
    pub challenge: Challenge,
    /// What he is told of the signers that may answer.
    pub offered: Vec<Offer>,
}

/// A signer as it is offered to somebody who is not signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What it is.
    pub kind: SignerKind,
    /// The name under which it is offered.
    pub credential: String,
}

/// An answer to a challenge of a sign-in, and whose it may be.
pub(crate) struct Answered<'a> {
    /// The user who is meant, where there is one who may sign in.
    pub(crate) known: Option<SignIn>,
    /// His signers.
    pub(crate) signers: Vec<Signer>,
    /// The answer.
    pub(crate) answer: &'a Answer,
    /// Where passkeys are used.
    pub(crate) party: &'a RelyingParty,
}

impl From<&Signer> for Offer {
    fn from(signer: &Signer) -> Self {
        Self { kind: signer.kind, credential: signer.credential.clone() }
    }
}

impl Authority {
    /// A challenge for a user of an organisation. Whoever is unknown, or has no signer, is offered one key that
    /// does not exist, always the same, so that nothing is learned by asking twice. Who is offered a passkey,
    /// several signers, or one of a name that he chose exists all the same.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be read.
    pub async fn challenge_sign_in(
        &self,
        organisation: OrganisationId,
        email: &Email,
        lifetime: Duration,
    ) -> Result<SignInChallenge, Error> {
        let about = SigningIn { organisation, email: email.as_str().to_owned() };
        let (_, signers) = self.signing_in(&about).await?;
        let challenge = self.challenge(SIGN_IN, about, signers, lifetime);
        let mut offered: Vec<_> = challenge.signers.iter().map(Offer::from).collect();
        if offered.is_empty() {
            offered.push(self.decoy(organisation, email));
        }
        Ok(SignInChallenge { challenge, offered })
    }

    /// Signs a user in with the right answer to his challenge; `write` makes the secret of the session.
    ///
    /// # Errors
    /// [`Error::SignInFailed`] for a wrong answer, whatever the reason; [`Error::Unproven`] for a challenge
    /// that is void or was answered before; [`Error::Throttled`] after too many failures from one place.
    pub async fn sign_in_with_signer(
        &self,
        identifier: &str,
        answer: &Answer,
        party: &RelyingParty,
        origin: Origin,
        lifetime: Duration,
        write: impl FnOnce(SessionId, &SignIn, Timestamp) -> Secret,
    ) -> Result<SignedIn, Error> {
        let sealed: Sealed<SigningIn> = self.opened(SIGN_IN, identifier)?;
        let place = self.attempt_from(&origin)?;
        let (known, signers) = self.signing_in(&sealed.about).await?;
        let session = NewSession { origin, replaces: None, lifetime, idles: false };
        let answered = Answered { known, signers, answer, party };
        let signed_in = self.enter(&sealed, answered, session, write).await?;
        self.throttle.forget(&place);
        Ok(signed_in)
    }

    /// Counts an attempt from a place, whose name it gives.
    pub(crate) fn attempt_from(&self, origin: &Origin) -> Result<Vec<Guessed>, Error> {
        let place: Vec<_> = origin.address.map(Throttle::place).into_iter().collect();
        self.throttle.attempt(&place, self.now()).map_err(|retry_after| Error::Throttled { retry_after })?;
        Ok(place)
    }

    /// Opens the session of whoever has answered rightly; any other answer consumes the challenge all the same.
    pub(crate) async fn enter<T: Serialize>(
        &self,
        sealed: &Sealed<T>,
        answered: Answered<'_>,
        session: NewSession,
        write: impl FnOnce(SessionId, &SignIn, Timestamp) -> Secret,
    ) -> Result<SignedIn, Error> {
        let checked = sealed.check_answer(&answered.signers, answered.answer, answered.party);
        let (Some(known), Ok(proof)) = (answered.known, checked) else {
            let nobody = OwnerNumber(0);
            self.spend_challenge(sealed, Challenged { owner: nobody, token: None }, None).await?;
            return Err(Error::SignInFailed);
        };
        let proven = Proven::Signature { proof, challenge: sealed.nonce() };
        let opened = self.open_session(&known, session, proven, |id, ends| write(id, &known, ends)).await;
        opened.map_err(|error| match error {
            // The signer was switched off, or counts backwards, since the answer was checked.
            Error::Unproven(Unproven::Signer) => Error::SignInFailed,
            other => other,
        })
    }

    /// The user who is meant, with his signers.
    async fn signing_in(&self, about: &SigningIn) -> Result<(Option<SignIn>, Vec<Signer>), Error> {
        let known = self.store.sign_in(UserKey::Email(about.email.clone())).await?.filter(|known| about.means(known));
        let nobody = OwnerId::new(self.now(), &*self.randomness);
        // Asked for whoever is unknown too, so that the time does not tell either.
        let (signers, _) = self.signers_for(known.as_ref().map_or(nobody, |known| known.owner.id), None).await?;
        Ok((known, signers))
    }

    fn decoy(&self, organisation: OrganisationId, email: &Email) -> Offer {
        let key = self.keyring.derived(DECOY);
        let asked = [organisation.bytes().as_slice(), email.as_str().as_bytes()].concat();
        let credential = URL_SAFE_NO_PAD.encode(seal::mac(key.as_slice(), &asked).finalize().into_bytes());
        Offer { kind: SignerKind::Key, credential }
    }
}
