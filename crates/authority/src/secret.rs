//! New secrets: drawn before the commit, and whole once their token has its number.

use crate::authority::Authority;
use domain::{
    form::SecretForm,
    format::{self, Kind},
    id::TokenNumber,
    secret::{Keyring, Secret, hint},
};
use store::change::{NewSecret, SecretOfNumber};
use zeroize::Zeroizing;

/// A new secret that belongs to nothing yet.
#[derive(Clone)]
pub(crate) enum Drawn {
    /// One of the native form.
    Native(Secret),
    /// The random part of one of a contract's form.
    Contract(SecretForm, Secret),
}

impl Drawn {
    /// The secret, for the token with this number.
    pub(crate) fn secret(&self, number: TokenNumber) -> Secret {
        match self {
            Self::Native(secret) => secret.clone(),
            Self::Contract(form, random_part) => form.secret(number, random_part),
        }
    }
}

impl Authority {
    /// A new secret of this kind that belongs to nothing yet.
    pub fn generate(&self, kind: Kind) -> Secret {
        format::generate(kind, &*self.randomness)
    }

    /// The key of the current server key with which a contract signs for this purpose.
    pub fn signing_key(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        self.keyring.derived(purpose)
    }

    /// The keys with which a contract may have signed for this purpose, one for each server key.
    pub fn verifying_keys(&self, purpose: &str) -> impl Iterator<Item = Zeroizing<[u8; 32]>> {
        self.keyring.all_derived(purpose)
    }

    /// A new secret for a token whose secrets have this form.
    pub(crate) fn draw(&self, form: Option<&SecretForm>) -> Drawn {
        match form {
            None => Drawn::Native(self.generate(Kind::Token)),
            Some(form) => Drawn::Contract(form.clone(), form.random_part(&*self.randomness)),
        }
    }

    /// What is kept of a secret that was drawn, as soon as its token has a number.
    pub(crate) fn kept_of(&self, drawn: &Drawn) -> SecretOfNumber {
        match drawn {
            Drawn::Native(secret) => self.kept(secret).into(),
            Drawn::Contract(..) => {
                let (keyring, drawn) = (self.keyring.clone(), drawn.clone());
                SecretOfNumber::new(move |number| kept(&keyring, &drawn.secret(number)))
            }
        }
    }

    /// What is kept of a secret.
    pub(crate) fn kept(&self, secret: &Secret) -> NewSecret {
        kept(&self.keyring, secret)
    }
}

fn kept(keyring: &Keyring, secret: &Secret) -> NewSecret {
    NewSecret { digest: keyring.digest(secret.expose()), key: keyring.current_id(), hint: hint(secret.expose()) }
}
