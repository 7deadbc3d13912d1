//! What the demonstration has at this door: an administrator who is logged in and signs with a key, and a permission.

use super::{identifier, login, operations::Operation};
use authority::{
    Authority, Error,
    clock::SystemRandomness,
    permissions::PermissionDraft,
    signature::{Answer, Registration, passkey::RelyingParty},
    signers::SignerDraft,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use domain::{
    hexadecimal,
    id::{OrganisationId, Randomness},
    name::{Email, Name},
    origin::Origin,
    scope::Scopes,
    secret::Secret,
};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;
use zeroize::Zeroizing;

/// How long the demonstration's login lasts, so that scripts need not log in.
const LIFETIME: Duration = Duration::from_hours(366 * 24);
/// How long a challenge may be answered, which is done at once.
const CHALLENGE: Duration = Duration::from_mins(1);
/// What stands before the 32 bytes of a private key (RFC 8410, section 7) and of a public one (section 4).
const PRIVATE_HEAD: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
const PUBLIC_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
/// What the demonstration's permission allows.
const OPERATIONS: [Operation; 4] =
    [Operation::PatsCreate, Operation::UsersRead, Operation::ServiceAccountsRead, Operation::PermissionsRead];

/// Who signs at this door.
pub struct Administrator {
    /// His organisation.
    pub organisation: OrganisationId,
    /// His address.
    pub email: Email,
    /// His password.
    pub password: Secret,
    /// His native token.
    pub token: Secret,
}

/// A key with both halves.
struct Key {
    pair: Ed25519KeyPair,
    credential: String,
    private_pem: Zeroizing<String>,
    public_pem: String,
}

/// Makes it for the administrator of an organisation of the server with this address, and says what scripts need
/// to know.
///
/// # Errors
/// [`Error::Unavailable`] when the store does not answer.
pub async fn make(authority: &Authority, administrator: &Administrator, url: &str) -> Result<Value, Error> {
    let caller = authority.authenticate(administrator.token.expose(), &Origin::default()).await?;
    let key = Key::generate()?;
    let party =
        RelyingParty { id: "localhost".to_owned(), name: "Jeton".to_owned(), origin: "http://localhost".to_owned() };
    let challenge = authority.challenge_signer(&caller, None, CHALLENGE);
    let name = Name::parse("name", "Demonstration")?;
    let draft = SignerDraft { name: name.clone(), registration: key.registration(&challenge.text) };
    let password = Some(administrator.password.clone());
    authority.add_signer(&caller, &challenge.identifier, draft, password, &party).await?;

    let login = authority.challenge_sign_in(administrator.organisation, &administrator.email, CHALLENGE).await?;
    let answer = key.answer(&login.challenge.text);
    let write = |_, known: &store::query::SignIn, ends| authority.bearer(&login::claims(url, &known.owner), Some(ends));
    let identifier = &login.challenge.identifier;
    let opened = authority.sign_in_with_signer(identifier, &answer, &party, Origin::default(), LIFETIME, write).await?;
    let scopes = OPERATIONS.map(Operation::scope);
    let scopes = Scopes::parse("operations", scopes.iter().map(String::as_str))?;
    let draft = PermissionDraft { organisation: None, name, scopes, immutable: false };
    let permission = authority.create_permission(&caller, draft, None).await?.record;
    Ok(json!({
        "org_id": identifier::organisation(administrator.organisation),
        "username": administrator.email.as_str(),
        "auth_token": opened.secret.expose(),
        "cred_id": key.credential,
        "private_key_pem": key.private_pem.as_str(),
        "permission_id": identifier::permission(permission.id),
    }))
}

impl Key {
    fn generate() -> Result<Self, Error> {
        let (mut seed, mut name) = (Zeroizing::new([0; 32]), [0; 32]);
        SystemRandomness.fill(seed.as_mut_slice());
        SystemRandomness.fill(&mut name);
        let refused = |_| Error::Unavailable("the key of the demonstration was refused".into());
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(refused)?;
        let private = Zeroizing::new([&PRIVATE_HEAD, seed.as_slice()].concat());
        let public = [&PUBLIC_HEAD, pair.public_key().as_ref()].concat();
        Ok(Self {
            credential: URL_SAFE_NO_PAD.encode(name),
            private_pem: Zeroizing::new(pem("PRIVATE KEY", &private)),
            public_pem: pem("PUBLIC KEY", &public),
            pair,
        })
    }

    /// What has the key registered.
    fn registration(&self, challenge: &str) -> Registration {
        let client_data = json!({"type": "key.create", "challenge": challenge}).to_string().into_bytes();
        let hash = hexadecimal::encode(&Sha256::digest(&client_data));
        let pem = Value::from(self.public_pem.as_str());
        let signed = format!(r#"{{"clientDataHash":"{hash}","publicKey":{pem}}}"#);
        let signature = hexadecimal::encode(self.pair.sign(signed.as_bytes()).as_ref());
        let attestation = json!({"publicKey": pem, "signature": signature}).to_string().into_bytes();
        Registration::Key { credential: self.credential.clone(), client_data, attestation }
    }

    /// The answer to a challenge.
    fn answer(&self, challenge: &str) -> Answer {
        let client_data = json!({"type": "key.get", "challenge": challenge}).to_string().into_bytes();
        let signature = self.pair.sign(&client_data).as_ref().to_vec();
        Answer::Key { credential: self.credential.clone(), client_data, signature }
    }
}

/// A key of 32 bytes fits on one line.
fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}
