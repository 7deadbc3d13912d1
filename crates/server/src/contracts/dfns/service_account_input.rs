//! What a request wants of a service account, checked.

use super::{
    given_key::GivenKey,
    pat_input::{given, lifetime, permission},
};
use domain::{
    id::PermissionId,
    invalid::{Checks, Invalid},
    name::Name,
};
use serde::Deserialize;
use std::time::Duration;
use utoipa::ToSchema;

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
    /// The public key of its token.
    pub key: GivenKey,
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
        let key = checks.take(GivenKey::read(self.public_key));
        let permission = self.permission_id.and_then(|id| checks.take(permission(&id)));
        let external_id = self.external_id.and_then(|id| checks.take(Name::parse("externalId", &id)));
        let lifetime = checks.take(lifetime(self.days_valid, None));
        checks.finish_with(name.zip(key).zip(lifetime).map(|((name, key), lifetime)| NewAccount {
            name,
            key,
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
