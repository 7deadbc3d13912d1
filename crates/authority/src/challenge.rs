//! Challenges: what the server asks to be signed, and whether an answer is right.
//!
//! A challenge is sealed in itself. Its first answer, right or wrong, consumes it in the store.

use crate::{
    authority::Authority,
    error::{Error, Unproven},
    seal,
    signature::{
        Answer,
        key::check_key_assertion,
        passkey::{PasskeyAssertion, RelyingParty, check_passkey_assertion},
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    caller::{Actor, Reach},
    id::{OwnerId, OwnerNumber, TokenId},
    signer::{Proof, Signer, SignerKind},
    time::Timestamp,
    token::has_passed,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::{
    change::{Change, Nonce, SpendChallenge, Verb},
    error::{CommitError, Refusal},
    query::SignersOf,
};

/// A challenge that was made just now.
pub struct Challenge {
    /// The text that has to be signed, in the form in which clients put it into their client data.
    pub text: String,
    /// The sealed text that names the challenge; it comes back with the answer.
    pub identifier: String,
    /// Who may answer.
    pub signers: Vec<Signer>,
    /// When it is void.
    pub expires_at: Timestamp,
}

/// What is sealed: what the challenge is for, and what makes it this one.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sealed<T> {
    /// What it is for.
    pub(crate) about: T,
    /// What makes it work once.
    pub(crate) nonce: [u8; 16],
    /// When it was made.
    pub(crate) made_at: Timestamp,
    /// When it is void.
    pub(crate) expires_at: Timestamp,
}

impl<T: Serialize> Sealed<T> {
    /// The hash over everything that is sealed: whoever signs it signs all of that.
    pub(crate) fn text(&self) -> String {
        let content = serde_json::to_vec(self).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(Sha256::digest(content))
    }

    /// Checks an answer by one of these signers; nothing is consumed yet.
    pub(crate) fn check_answer(
        &self,
        signers: &[Signer],
        answer: &Answer,
        party: &RelyingParty,
    ) -> Result<Proof, Unproven> {
        let signer = signers.iter().find(|signer| signer.active && signer.credential == answer.credential());
        let signer = signer.ok_or(Unproven::Signer)?;
        let text = self.text();
        let counter = match (signer.kind, answer) {
            (SignerKind::Key, Answer::Key { client_data, signature, .. }) => {
                check_key_assertion(&signer.material, &text, client_data, signature).map(|()| None)
            }
            (
                SignerKind::Passkey,
                Answer::Passkey { credential, client_data, authenticator_data, signature, user_handle },
            ) => {
                // The signer was looked for among those of one owner, so a user handle could only repeat whose it is.
                let assertion = PasskeyAssertion {
                    credential,
                    client_data,
                    authenticator_data,
                    signature,
                    user_handle: user_handle.as_deref(),
                };
                check_passkey_assertion(party, &signer.material, signer.counter, &text, &assertion).map(Some)
            }
            (SignerKind::Key, Answer::Passkey { .. }) | (SignerKind::Passkey, Answer::Key { .. }) => {
                return Err(Unproven::Signer);
            }
        };
        let counter = counter.map_err(|cause| {
            tracing::info!(signer = %signer.id, %cause, "a signature was refused");
            Unproven::Signature
        })?;
        Ok(Proof { signer: signer.id, challenged_at: self.made_at, counter })
    }
}

impl<T> Sealed<T> {
    pub(crate) fn nonce(&self) -> Nonce {
        Nonce { value: self.nonce, until: self.expires_at }
    }
}

/// Who was challenged, as the store's writer checks it again.
#[derive(Clone, Copy)]
pub(crate) struct Challenged {
    /// The owner.
    pub(crate) owner: OwnerNumber,
    /// The token of his whose own signers were challenged, where it has some.
    pub(crate) token: Option<TokenId>,
}

impl Authority {
    /// A new challenge for a purpose.
    pub(crate) fn challenge<T: Serialize>(
        &self,
        purpose: &str,
        about: T,
        signers: Vec<Signer>,
        lifetime: Duration,
    ) -> Challenge {
        let sealed = self.sealed(about, lifetime);
        Challenge {
            text: sealed.text(),
            identifier: seal::seal(&self.keyring, purpose, &sealed),
            signers: signers.into_iter().filter(|signer| signer.active).collect(),
            expires_at: sealed.expires_at,
        }
    }

    /// Something that works once, for a while.
    pub(crate) fn sealed<T>(&self, about: T, lifetime: Duration) -> Sealed<T> {
        let made_at = self.now();
        let mut nonce = [0; 16];
        self.randomness.fill(&mut nonce);
        Sealed { about, nonce, made_at, expires_at: made_at.after(lifetime) }
    }

    /// The challenge that a sealed text names, while it may be answered.
    ///
    /// # Errors
    /// [`Unproven::Challenge`] when it was not made here for this purpose, or its time is over.
    pub(crate) fn opened<T: DeserializeOwned>(&self, purpose: &str, identifier: &str) -> Result<Sealed<T>, Error> {
        let sealed: Option<Sealed<T>> = seal::open(&self.keyring, purpose, identifier);
        let standing = sealed.filter(|sealed| !has_passed(sealed.expires_at, self.now()));
        standing.ok_or(Error::Unproven(Unproven::Challenge))
    }

    /// Consumes a challenge, with the proof that it was answered rightly.
    ///
    /// # Errors
    /// [`Unproven::ChallengeSpent`] when it was answered before.
    pub(crate) async fn spend_challenge<T>(
        &self,
        sealed: &Sealed<T>,
        challenged: Challenged,
        proof: Option<Proof>,
    ) -> Result<(), Error> {
        let verb = SpendChallenge { owner: challenged.owner, token: challenged.token, proof };
        let mut change = Change::new(self.now(), Actor::Possession, Verb::SpendChallenge(verb));
        change.consumes = Some(sealed.nonce());
        self.keep(change).await.map_err(spent)?;
        Ok(())
    }

    /// The signers that answer for an owner, or for this token of his when it has some of its own.
    pub(crate) async fn signers_for(
        &self,
        owner: OwnerId,
        token: Option<TokenId>,
    ) -> Result<(Vec<Signer>, Option<TokenId>), Error> {
        if let Some(token) = token {
            let own = self.store.signers(Reach::Everything, SignersOf::Token(token)).await?;
            if !own.is_empty() {
                return Ok((own, Some(token)));
            }
        }
        Ok((self.store.signers(Reach::Everything, SignersOf::Owner(owner)).await?, None))
    }
}

/// Says of a challenge what the store says of its nonce.
pub(crate) fn spent(error: CommitError) -> Error {
    match error {
        CommitError::Refused(Refusal::Consumed) => Error::Unproven(Unproven::ChallengeSpent),
        other => other.into(),
    }
}
