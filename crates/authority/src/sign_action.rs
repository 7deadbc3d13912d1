//! Sign an action: a challenge about one request, its answer, and the action token that works once, for
//! exactly that request of exactly that caller.

use crate::{
    authority::Authority,
    challenge::{Challenge, Challenged, Sealed},
    error::{Error, Unproven},
    seal,
    signature::{Answer, passkey::RelyingParty},
};
use domain::{
    caller::{Actor, Caller, Credential},
    id::{OrganisationId, OwnerId, OwnerNumber, SessionId, SignerId, TokenId},
    secret::Secret,
    signer::{Proof, SignedAction},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::change::{Change, SpendChallenge, Verb};

/// What sealed challenges are for.
const CHALLENGE: &str = "challenges of actions";
/// What sealed actions are for.
const ACTION: &str = "signed actions";

/// A request, as far as a signature binds it. Each surface says in its own way what counts as the same
/// target and the same payload; what one surface sealed is void at the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The surface.
    pub surface: String,
    /// The method.
    pub method: String,
    /// Where the request goes.
    pub target: String,
    /// SHA-256 of what it carries.
    pub payload: [u8; 32],
}

/// An action token: the text that comes with the request.
pub struct ActionToken {
    /// The text.
    pub secret: Secret,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// What a challenge and an action say: which request of whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Action {
    asked: Asked,
    organisation: OrganisationId,
    owner: OwnerId,
    credential: Shown,
}

/// What the caller showed: a challenge that was made for one credential is of no use with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Shown {
    Token(TokenId),
    Session(SessionId),
}

/// What a challenge of an action says.
#[derive(Serialize, Deserialize)]
struct ActionChallenge {
    action: Action,
    owner: OwnerNumber,
    token: Option<TokenId>,
    signers: Vec<SignerId>,
}

/// What an action token says.
#[derive(Serialize, Deserialize)]
struct Signed {
    action: Action,
    signer: SignerId,
    challenged_at: Timestamp,
}

impl Action {
    fn of(caller: &Caller, asked: Asked) -> Self {
        let credential = match caller.credential {
            Credential::Token(token) => Shown::Token(token),
            Credential::Session(session) => Shown::Session(session),
        };
        Self { asked, organisation: caller.organisation, owner: caller.owner, credential }
    }

    /// The token that was shown.
    fn token(&self) -> Option<TokenId> {
        match self.credential {
            Shown::Token(token) => Some(token),
            Shown::Session(_) => None,
        }
    }
}

impl Authority {
    /// A challenge about a request that the caller is going to make. Those who may answer are the signers
    /// of the token that he showed, where it has some, and his own otherwise.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be read.
    pub async fn challenge_action(
        &self,
        caller: &Caller,
        asked: Asked,
        lifetime: Duration,
    ) -> Result<Challenge, Error> {
        let action = Action::of(caller, asked);
        let (signers, token) = self.signers_for(caller.owner, action.token()).await?;
        let ids = signers.iter().filter(|signer| signer.active).map(|signer| signer.id).collect();
        let about = ActionChallenge { action, owner: caller.owner_number, token, signers: ids };
        Ok(self.challenge(CHALLENGE, about, signers, lifetime))
    }

    /// Gives the action token for the right answer to a challenge. The challenge is consumed, whether the
    /// answer is right or not.
    ///
    /// # Errors
    /// [`Error::Unproven`] says what is wrong with the answer, or with the challenge.
    pub async fn sign_action(
        &self,
        caller: &Caller,
        identifier: &str,
        answer: &Answer,
        party: &RelyingParty,
        lifetime: Duration,
    ) -> Result<ActionToken, Error> {
        let sealed: Sealed<ActionChallenge> = self.opened(CHALLENGE, identifier)?;
        let ActionChallenge { action, owner, token, signers: offered } = &sealed.about;
        if *action != Action::of(caller, action.asked.clone()) {
            return Err(Error::Unproven(Unproven::Challenge));
        }
        let (mut signers, _) = self.signers_for(caller.owner, action.token()).await?;
        signers.retain(|signer| offered.contains(&signer.id));
        let checked = sealed.check_answer(&signers, answer, party);
        let challenged = Challenged { owner: *owner, token: *token };
        self.spend_challenge(&sealed, challenged, checked.ok()).await?;
        let proof = checked.map_err(Error::Unproven)?;
        let signed = Signed { action: action.clone(), signer: proof.signer, challenged_at: proof.challenged_at };
        let signed = self.sealed(signed, lifetime);
        let secret = Secret::new(seal::seal(&self.keyring, ACTION, &signed));
        Ok(ActionToken { secret, expires_at: signed.expires_at })
    }

    /// True for an action token that was made here and whose time is not over, for whatever request it is.
    pub fn is_action(&self, text: &str) -> bool {
        self.opened::<Signed>(ACTION, text).is_ok()
    }

    /// The signed action that came with a request, for the caller to carry to the change. One that is for
    /// something else is spent by being shown.
    ///
    /// # Errors
    /// [`Unproven::Action`] when it was not made here or its time is over, [`Unproven::ActionOfAnother`]
    /// when it is for another request or was signed by somebody else.
    pub async fn show_action(&self, caller: &Caller, text: &str, asked: Asked) -> Result<SignedAction, Error> {
        let sealed = self.opened::<Signed>(ACTION, text).map_err(|_| Error::Unproven(Unproven::Action))?;
        if sealed.about.action != Action::of(caller, asked) {
            let verb = SpendChallenge { owner: caller.owner_number, token: None, proof: None };
            let mut change = Change::new(self.now(), Actor::Possession, Verb::SpendChallenge(verb));
            change.consumes = Some(sealed.nonce());
            // It is refused either way, also where the store cannot spend it now.
            let _ = self.keep(change).await;
            return Err(Error::Unproven(Unproven::ActionOfAnother));
        }
        let Signed { signer, challenged_at, .. } = sealed.about;
        // A passkey's counter was compared when it answered.
        let proof = Proof { signer, challenged_at, counter: None };
        Ok(SignedAction { nonce: sealed.nonce, expires_at: sealed.expires_at, proof })
    }
}
