//! Sign in with a passkey alone: the passkey says whose it is, so nobody is named beforehand and nothing is
//! learned by asking for a challenge.

use crate::{
    authority::Authority,
    challenge::{Challenge, Sealed},
    error::Error,
    sign_in::{NewSession, SignedIn, may_sign_in},
    sign_in_with_signer::Answered,
    signature::{Answer, passkey::RelyingParty},
};
use domain::{
    format::Kind,
    id::{OwnerId, SessionId},
    limits,
    origin::Origin,
};
use store::query::UserKey;

/// What sealed challenges of these sign-ins are for.
const PASSKEY_SIGN_IN: &str = "challenges of sign-ins with a passkey";

impl Authority {
    /// A challenge for whoever has a passkey here.
    pub fn challenge_passkey_sign_in(&self) -> Challenge {
        self.challenge(PASSKEY_SIGN_IN, (), Vec::new(), limits::CHALLENGE_LIFETIME)
    }

    /// Signs in the user whom a passkey was made for. A session that came with the request is replaced, so that
    /// nobody can plant one.
    ///
    /// # Errors
    /// [`Error::SignInFailed`] for a wrong answer, whatever the reason; [`Error::Unproven`] for a challenge that is
    /// void or was answered before; [`Error::Throttled`] after too many failures from one place.
    pub async fn sign_in_with_passkey(
        &self,
        identifier: &str,
        answer: &Answer,
        party: &RelyingParty,
        origin: Origin,
        replaces: Option<SessionId>,
    ) -> Result<SignedIn, Error> {
        let sealed: Sealed<()> = self.opened(PASSKEY_SIGN_IN, identifier)?;
        let place = self.attempt_from(&origin)?;
        let holder = holder(answer);
        let known = match holder {
            Some(holder) => self.store.sign_in(UserKey::Id(holder)).await?.filter(may_sign_in),
            None => None,
        };
        let signers = match &known {
            Some(known) => self.signers_for(known.owner.id, None).await?.0,
            None => Vec::new(),
        };
        let session = NewSession { origin, replaces, lifetime: limits::SESSION_LIFETIME, idles: true };
        let answered = Answered { known, signers, answer, party };
        let signed_in = self.enter(&sealed, answered, session, |_, _, _| self.generate(Kind::Session)).await?;
        self.throttle.forget(&place);
        Ok(signed_in)
    }
}

/// Whom a passkey says that it was made for: the identifier of a user, in bytes.
fn holder(answer: &Answer) -> Option<OwnerId> {
    match answer {
        Answer::Passkey { user_handle: Some(handle), .. } => {
            Some(OwnerId::from_bytes(handle.as_slice().try_into().ok()?))
        }
        Answer::Passkey { user_handle: None, .. } | Answer::Key { .. } => None,
    }
}
