//! What the tests of signed actions stand on: keys and a passkey that register and answer challenges.

use crate::{
    authenticator::{Authenticator, Ceremony},
    world::{World, name, new_token, secret},
};
use authority::{
    Authority, Error,
    challenge::Challenge,
    error::Unproven,
    owners::OrganisationPatch,
    sign_action::{ActionToken, Asked},
    signature::{Answer, Registration, passkey::RelyingParty, public_key::PublicKey},
    signers::SignerDraft,
};
use domain::{
    caller::Caller,
    hexadecimal,
    origin::Origin,
    owner::{Owner, OwnerKind, Role},
    signer::{SignedActions, Signer},
};
use p256::ecdsa::signature::Signer as _;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{sync::Arc, time::Duration};

/// How long challenges and actions last in these tests.
pub(crate) const LIFETIME: Duration = Duration::from_mins(1);

/// What somebody signs with.
pub(crate) enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(p256::ecdsa::SigningKey),
    Secp256k1(k256::ecdsa::SigningKey),
    Passkey(Authenticator),
}

impl Pair {
    /// One of each kind. RSA is missing: its signatures are proven with vectors.
    pub(crate) fn each(seed: u8) -> [Self; 4] {
        [
            Self::ed25519(seed),
            Self::P256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap()),
            Self::Secp256k1(k256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap()),
            Self::Passkey(Authenticator::new(seed)),
        ]
    }

    pub(crate) fn ed25519(seed: u8) -> Self {
        Self::Ed25519(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    /// The name under which it is registered.
    pub(crate) fn credential(&self) -> String {
        match self {
            Self::Ed25519(_) => "ed25519".to_owned(),
            Self::P256(_) => "p256".to_owned(),
            Self::Secp256k1(_) => "secp256k1".to_owned(),
            Self::Passkey(passkey) => passkey.credential(),
        }
    }

    pub(crate) fn pem(&self) -> String {
        let key = match self {
            Self::Ed25519(pair) => PublicKey::Ed25519(pair.public_key().as_ref().try_into().unwrap()),
            Self::P256(key) => PublicKey::P256(*key.verifying_key()),
            Self::Secp256k1(key) => PublicKey::Secp256k1(*key.verifying_key()),
            Self::Passkey(_) => panic!("a passkey has no PEM"),
        };
        key.to_pem().unwrap()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::Secp256k1(key) => {
                let signature: k256::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::Passkey(_) => panic!("a passkey signs ceremonies"),
        }
    }

    /// The right answer to a challenge; a passkey has signed this often by then.
    pub(crate) fn answer_counted(&self, challenge: &str, counter: u32) -> Answer {
        let credential = self.credential();
        if let Self::Passkey(passkey) = self {
            let answered = passkey.answer(&Ceremony::new("webauthn.get", challenge, counter));
            return Answer::Passkey {
                credential,
                client_data: answered.client_data,
                authenticator_data: answered.authenticator_data,
                signature: answered.signature,
                user_handle: None,
            };
        }
        let client_data = client_data("key.get", challenge);
        let signature = self.sign(&client_data);
        Answer::Key { credential, client_data, signature }
    }

    /// The right answer to a challenge, the first of this signer.
    pub(crate) fn answer(&self, challenge: &str) -> Answer {
        self.answer_counted(challenge, 1)
    }

    pub(crate) fn registration(&self, challenge: &str) -> Registration {
        let credential = self.credential();
        if let Self::Passkey(passkey) = self {
            let ceremony = Ceremony::new("webauthn.create", challenge, 0);
            let attestation = passkey.attestation(&ceremony, &passkey.public_key());
            return Registration::Passkey { credential, client_data: ceremony.client_data(), attestation };
        }
        let client_data = client_data("key.create", challenge);
        let hash = hexadecimal::encode(&Sha256::digest(&client_data));
        let pem = self.pem();
        let signed = format!(r#"{{"clientDataHash":"{hash}","publicKey":{}}}"#, json!(pem));
        let signature = hexadecimal::encode(&self.sign(signed.as_bytes()));
        let attestation = json!({ "publicKey": pem, "signature": signature }).to_string().into_bytes();
        Registration::Key { credential, client_data, attestation }
    }

    pub(crate) fn draft(&self, challenge: &str) -> SignerDraft {
        SignerDraft { name: name("signer"), registration: self.registration(challenge) }
    }
}

fn client_data(kind: &str, challenge: &str) -> Vec<u8> {
    format!(r#"{{"type":"{kind}","challenge":"{challenge}"}}"#).into_bytes()
}

/// The same answer with another signature.
pub(crate) fn forged(answer: &Answer) -> Answer {
    let mut forged = answer.clone();
    match &mut forged {
        Answer::Key { signature, .. } | Answer::Passkey { signature, .. } => {
            let last = signature.len() - 1;
            signature[last] ^= 1;
        }
    }
    forged
}

pub(crate) fn party() -> RelyingParty {
    RelyingParty { id: "localhost".into(), name: "Jeton".into(), origin: "http://localhost:8080".into() }
}

/// A request that somebody may sign.
pub(crate) fn asked() -> Asked {
    Asked { surface: "native".into(), method: "POST".into(), target: "/v1/tokens".into(), payload: [7; 32] }
}

/// Registers the first signer of a caller who has no password.
pub(crate) async fn register(world: &World, caller: &Caller, pair: &Pair) -> Signer {
    let authority = world.authority();
    let challenge = authority.challenge_signer(caller, None, LIFETIME);
    let draft = pair.draft(&challenge.text);
    authority.add_signer(caller, &challenge.identifier, draft, None, &party()).await.unwrap()
}

pub(crate) async fn challenge(world: &World, caller: &Caller) -> Challenge {
    world.authority().challenge_action(caller, asked(), LIFETIME).await.unwrap()
}

pub(crate) async fn sign(
    world: &World,
    caller: &Caller,
    identifier: &str,
    answer: &Answer,
) -> Result<ActionToken, Error> {
    world.authority().sign_action(caller, identifier, answer, &party(), LIFETIME).await
}

/// An action token of the caller for the request above.
pub(crate) async fn action(world: &World, caller: &Caller, pair: &Pair) -> ActionToken {
    let challenge = challenge(world, caller).await;
    sign(world, caller, &challenge.identifier, &pair.answer(&challenge.text)).await.unwrap()
}

/// The caller with an action of his for the request above, which was shown.
pub(crate) async fn signing(world: &World, caller: &Caller, pair: &Pair) -> Caller {
    let action = action(world, caller, pair).await;
    shown(world, caller, &action).await
}

pub(crate) async fn shown(world: &World, caller: &Caller, action: &ActionToken) -> Caller {
    let shown = world.authority().show_action(caller, action.secret.expose(), asked()).await.unwrap();
    Caller { action: Some(shown), ..caller.clone() }
}

/// A member of an organisation that demands everything to be signed, who shows a token and has a key.
pub(crate) struct Subject {
    pub(crate) world: World,
    pub(crate) owner: Owner,
    pub(crate) caller: Caller,
    pub(crate) key: Pair,
}

impl Subject {
    pub(crate) async fn new(seed: u64) -> Self {
        let world = World::new(seed).await;
        let organisation = world.organisation().await;
        let owner = world.owner(OwnerKind::User, organisation.id, Role::Member, "").await;
        let (caller, key) = (world.caller(&owner).await, Pair::ed25519(1));
        register(&world, &caller, &key).await;
        let root_key = Pair::ed25519(9);
        register(&world, &world.root, &root_key).await;
        let signed = signing(&world, &world.root, &root_key).await;
        let patch = OrganisationPatch { signed_actions: Some(SignedActions::All), ..OrganisationPatch::default() };
        world.authority().update_organisation(&signed, organisation.id, patch, None).await.unwrap();
        let mut world = world;
        // Whatever the tests do in the name of the first administrator is signed by nobody.
        world.root.action = None;
        Self { world, owner, caller, key }
    }

    pub(crate) fn authority(&self) -> &Arc<Authority> {
        self.world.authority()
    }

    /// What the caller gets for his change.
    pub(crate) async fn change(&self, caller: &Caller) -> Result<(), Error> {
        self.authority().issue(caller, new_token(), None).await.map(drop)
    }

    pub(crate) async fn show(&self, caller: &Caller, action: &ActionToken, asked: Asked) -> Result<Caller, Error> {
        let action = self.authority().show_action(caller, action.secret.expose(), asked).await?;
        Ok(Caller { action: Some(action), ..caller.clone() })
    }

    pub(crate) async fn session(&self) -> Caller {
        let (email, password) = (self.owner.email.as_ref().unwrap(), secret("correct horse battery staple"));
        let opened = self.authority().sign_in(email, password, Origin::default(), None).await.unwrap();
        self.authority().authenticate_session(opened.secret.expose(), &Origin::default()).await.unwrap().0
    }
}

#[track_caller]
pub(crate) fn refused<T>(answer: Result<T, Error>, why: Unproven) {
    match answer {
        Err(Error::Unproven(told)) => assert_eq!(told, why),
        Err(error) => panic!("{error:?} instead of {why:?}"),
        Ok(_) => panic!("not refused: {why:?}"),
    }
}
