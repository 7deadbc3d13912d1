//! New secrets: drawn before the commit, and whole once their token has its number.

use crate::{
    Error,
    authority::Authority,
    jwt::ed25519::{SigningKey, VerifyingKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    form::{RandomForm, SecretForm},
    format::{self, Kind},
    id::TokenNumber,
    secret::{Keyring, Secret, hint},
    time::Timestamp,
};
use serde_json::{Map, Value};
use store::change::{NewSecret, SecretOfNumber};
use zeroize::Zeroizing;

/// What the keys are derived for that sign bearers.
const BEARERS: &str = "bearers that are JSON Web Tokens";

/// A new secret that belongs to nothing yet.
#[derive(Clone)]
pub(crate) enum Drawn {
    /// One that is whole.
    Whole(Secret),
    /// The random part of one of a contract's form.
    Part(RandomForm, Secret),
}

impl Drawn {
    /// The secret, for the token with this number.
    pub(crate) fn secret(&self, number: TokenNumber) -> Secret {
        match self {
            Self::Whole(secret) => secret.clone(),
            Self::Part(form, random_part) => form.secret(number, random_part),
        }
    }
}

impl Authority {
    /// A new secret of this kind that belongs to nothing yet.
    pub fn generate(&self, kind: Kind) -> Secret {
        format::generate(kind, &*self.randomness)
    }

    /// Random bytes that make something unlike anything else.
    pub fn nonce(&self) -> [u8; 16] {
        let mut nonce = [0; 16];
        self.randomness.fill(&mut nonce);
        nonce
    }

    /// The key of the current server key with which a contract signs for this purpose.
    pub fn signing_key(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        self.keyring.derived(purpose)
    }

    /// The keys with which a contract may have signed for this purpose, one for each server key.
    pub fn verifying_keys(&self, purpose: &str) -> impl Iterator<Item = Zeroizing<[u8; 32]>> {
        self.keyring.all_derived(purpose)
    }

    /// The key that signs the bearers which are JSON Web Tokens: that of the current server key.
    ///
    /// # Errors
    /// Never; the refusal is the library's.
    pub fn bearer_key(&self) -> Result<SigningKey, Error> {
        bearer_key(self.keyring.derived(BEARERS))
    }

    /// The public keys of all bearers that may be alive, one for each server key, the current one first.
    ///
    /// # Errors
    /// Never; the refusal is the library's.
    pub fn bearer_keys(&self) -> Result<Vec<VerifyingKey>, Error> {
        let seeds = self.keyring.all_derived(BEARERS);
        seeds.map(|seed| bearer_key(seed).map(|key| key.public().clone())).collect()
    }

    /// A new secret for a token whose secrets have this form.
    pub(crate) fn draw(&self, form: Option<&SecretForm>, expires_at: Option<Timestamp>) -> Drawn {
        match form {
            None => Drawn::Whole(self.generate(Kind::Token)),
            Some(SecretForm::Random(form)) => Drawn::Part(form.clone(), form.random_part(&*self.randomness)),
            Some(SecretForm::Signed(claims)) => Drawn::Whole(self.bearer(claims, expires_at)),
        }
    }

    /// A JWT with these claims, a JSON object as text, and those that make it its own (RFC 7519, section
    /// 4.1). Nothing is believed of it but what the index knows of its digest.
    pub fn bearer(&self, claims: &str, expires_at: Option<Timestamp>) -> Secret {
        let mut claims: Map<String, Value> = serde_json::from_str(claims).unwrap_or_default();
        let mut random = [0; 16];
        self.randomness.fill(&mut random);
        claims.insert("jti".to_owned(), URL_SAFE_NO_PAD.encode(random).into());
        claims.insert("iat".to_owned(), self.now().seconds().into());
        claims.extend(expires_at.map(|end| ("exp".to_owned(), end.seconds().into())));
        let signed = self.bearer_key().ok().and_then(|key| key.sign(&claims).ok());
        // Nothing refuses such a key or such claims; a secret of the native form would work as well.
        signed.map_or_else(|| self.generate(Kind::Token), Secret::new)
    }

    /// What is kept of a secret that was drawn, as soon as its token has a number.
    pub(crate) fn kept_of(&self, drawn: &Drawn) -> SecretOfNumber {
        match drawn {
            Drawn::Whole(secret) => self.kept(secret).into(),
            Drawn::Part(..) => {
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

fn bearer_key(seed: Zeroizing<[u8; 32]>) -> Result<SigningKey, Error> {
    SigningKey::from_seed(seed).map_err(|_| Error::Unavailable("the key of the bearers was refused".into()))
}

fn kept(keyring: &Keyring, secret: &Secret) -> NewSecret {
    NewSecret { digest: keyring.digest(secret.expose()), key: keyring.current_id(), hint: hint(secret.expose()) }
}
