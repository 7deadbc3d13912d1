//! What a request wants of a service account, checked, and the token that it begins with.

use super::{
    bearer::{self, BearerKind, Bearing},
    identifier,
    pat_input::{given, lifetime, permission, public_key},
    pat_shapes::TokenFacts,
    pats::facts,
};
use crate::state::Server;
use authority::{
    issue::{NewToken, OwnKey},
    signature::public_key::PublicKey,
};
use domain::{
    caller::Caller,
    form::SecretForm,
    id::{OwnerId, PermissionId},
    invalid::{Checks, Invalid},
    name::{Labels, Name},
    token::Terms,
};
use serde::Deserialize;
use std::time::Duration;
use utoipa::ToSchema;

/// What the names of the keys of tokens begin with.
const CREDENTIAL: &str = "cr-";

/// A service account as a client wants it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsNewServiceAccount)]
pub struct NewAccountBody {
    /// Its name, which no other service account of the organisation has; its token has it too.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The public half of the key that signs for its token, as PEM.
    #[schema(pattern = r"^-----BEGIN (RSA )?PUBLIC KEY-----[A-Za-z0-9+/=\n\r\\]+-----END (RSA )?PUBLIC KEY-----\s?$")]
    public_key: String,
    /// The permission that says what it may do.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, pattern = "^pm-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    permission_id: Option<String>,
    /// The client's own name for it, which no other service account of the organisation has.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    external_id: Option<String>,
    /// For how many days its token works.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, minimum = 1, maximum = 730)]
    days_valid: Option<u64>,
}

/// What shall be different of a service account.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(as = DfnsServiceAccountChange)]
pub struct AccountChangeBody {
    /// Its name, which no other service account of the organisation has.
    #[serde(deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    name: Option<String>,
    /// The client's own name for it, which no other service account of the organisation has.
    #[serde(deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    external_id: Option<String>,
}

/// A service account as a client wants it, checked.
pub struct NewAccount {
    /// Its name.
    pub name: Name,
    /// The public key as it was given.
    pub public_key: String,
    /// The public key as it was read.
    pub pem: String,
    /// The permission that says what it may do.
    pub permission: Option<PermissionId>,
    /// The client's own name for it.
    pub external_id: Option<Name>,
    /// How long its token works.
    pub lifetime: Duration,
}

impl NewAccountBody {
    /// Checks every field.
    ///
    /// # Errors
    /// Names every field that breaks a rule.
    pub fn check(self) -> Result<NewAccount, Invalid> {
        let mut checks = Checks::new();
        let name = checks.take(Name::parse("name", &self.name));
        let pem = checks.take(public_key(&self.public_key).and_then(|()| read(&self.public_key)));
        let permission = self.permission_id.and_then(|id| checks.take(permission(&id)));
        let external_id = self.external_id.and_then(|id| checks.take(Name::parse("externalId", &id)));
        let lifetime = checks.take(lifetime(self.days_valid, None));
        let (parts, public_key) = (name.zip(pem).zip(lifetime), self.public_key);
        checks.finish_with(parts.map(|((name, pem), lifetime)| NewAccount {
            name,
            public_key,
            pem,
            permission,
            external_id,
            lifetime,
        }))
    }
}

impl AccountChangeBody {
    /// Another name, and another name of the client's own for it.
    ///
    /// # Errors
    /// Names every field that breaks a rule.
    pub fn check(self) -> Result<(Option<Name>, Option<Name>), Invalid> {
        let mut checks = Checks::new();
        let name = self.name.and_then(|name| checks.take(Name::parse("name", &name)));
        let external_id = self.external_id.and_then(|id| checks.take(Name::parse("externalId", &id)));
        checks.finish_with(Some((name, external_id)))
    }
}

fn read(text: &str) -> Result<String, Invalid> {
    let rule = |_| Invalid::field("publicKey", "must be a public key");
    PublicKey::from_pem("publicKey", text)?.to_pem().map_err(rule)
}

/// The first token of a service account that gets this identifier.
pub fn new_token(server: &Server, caller: &Caller, account: OwnerId, new: NewAccount) -> NewToken {
    let id = server.authority.new_token_id();
    let cred_id = identifier::write(CREDENTIAL, id.bytes());
    let bearing = Bearing {
        issuer: &server.public_url.to_string(),
        organisation: caller.organisation,
        user: account,
        username: new.name.as_str(),
        kind: BearerKind::ServiceAccount,
        token: Some(id),
    };
    let form = Some(SecretForm::Signed(bearer::claims(&bearing)));
    let kept = TokenFacts { cred_id: cred_id.clone(), public_key: new.public_key, external_id: None };
    NewToken {
        name: new.name,
        description: String::new(),
        owner: Some(account),
        scopes: None,
        networks: None,
        labels: Labels::default(),
        expires_at: Some(server.authority.now().after(new.lifetime)),
        // Names are unique among the tokens of one owner.
        terms: Terms { slot: None, unique_in: Some(identifier::user(account)), form, facts: facts(kept).into() },
        permission: None,
        key: Some(OwnKey { token: id, credential: cred_id, pem: new.pem }),
    }
}
