//! What a request wants of a token, checked: everything that is wrong with it is named at once.

use super::{given_key::GivenKey, identifier};
use domain::{
    id::PermissionId,
    invalid::{Checks, Invalid},
    name::Name,
};
use serde::{Deserialize, Deserializer};
use std::time::Duration;
use utoipa::ToSchema;

/// How long a token works at most, and when nothing is said of it.
const DAYS: u64 = 730;
const DAY_SECONDS: u64 = 24 * 60 * 60;

/// A token as a client wants it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsNewToken)]
pub struct NewPatBody {
    /// Its name, which no other token of the caller has.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The public half of the key that signs for it, as PEM.
    #[schema(pattern = r"^-----BEGIN (RSA )?PUBLIC KEY-----[A-Za-z0-9+/=\n\r\\]+-----END (RSA )?PUBLIC KEY-----\s?$")]
    public_key: String,
    /// The permission that says what it may do; as much as the caller when it is left out.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, pattern = "^pm-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    permission_id: Option<String>,
    /// The caller's own name for it, which no other token of his has.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    external_id: Option<String>,
    /// For how many days it works; nothing is said by it beside `secondsValid`.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, minimum = 1, maximum = 730)]
    days_valid: Option<u64>,
    /// For how many seconds it works.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, minimum = 1, maximum = 63_072_000)]
    seconds_valid: Option<u64>,
}

/// What shall be different of a token.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(as = DfnsTokenChange)]
pub struct PatChangeBody {
    /// Its name, which no other token of the caller has.
    #[serde(deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    name: Option<String>,
    /// The caller's own name for it, which no other token of his has.
    #[serde(deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    external_id: Option<String>,
}

/// A token as a client wants it, checked.
#[derive(Debug)]
pub struct NewPat {
    /// Its name.
    pub name: Name,
    /// The public key.
    pub key: GivenKey,
    /// The permission that says what it may do.
    pub permission: Option<PermissionId>,
    /// The caller's own name for it.
    pub external_id: Option<Name>,
    /// How long it works.
    pub lifetime: Duration,
}

/// What shall be different of a token, checked.
#[derive(Debug)]
pub struct PatChange {
    /// Another name.
    pub name: Option<Name>,
    /// Another name of the caller's own for it.
    pub external_id: Option<Name>,
}

impl NewPatBody {
    /// Checks every field.
    ///
    /// # Errors
    /// Names every field that breaks a rule.
    pub fn check(self) -> Result<NewPat, Invalid> {
        let mut checks = Checks::new();
        let name = checks.take(Name::parse("name", &self.name));
        let key = checks.take(GivenKey::read(self.public_key));
        let permission = self.permission_id.and_then(|id| checks.take(permission(&id)));
        let external_id = self.external_id.and_then(|id| checks.take(Name::parse("externalId", &id)));
        let lifetime = checks.take(lifetime(self.days_valid, self.seconds_valid));
        checks.finish_with(name.zip(key).zip(lifetime).map(|((name, key), lifetime)| NewPat {
            name,
            key,
            permission,
            external_id,
            lifetime,
        }))
    }
}

impl PatChangeBody {
    /// Checks every field.
    ///
    /// # Errors
    /// Names every field that breaks a rule.
    pub fn check(self) -> Result<PatChange, Invalid> {
        let mut checks = Checks::new();
        let name = self.name.and_then(|name| checks.take(Name::parse("name", &name)));
        let external_id = self.external_id.and_then(|id| checks.take(Name::parse("externalId", &id)));
        checks.finish_with(Some(PatChange { name, external_id }))
    }
}

/// A field that was given, which null is no value of.
///
/// # Errors
/// What the deserializer says of anything else than the type.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A permission by its identifier.
///
/// # Errors
/// Names `permissionId`.
pub fn permission(id: &str) -> Result<PermissionId, Invalid> {
    identifier::parse_permission(id)
        .ok_or_else(|| Invalid::field("permissionId", "must be the identifier of a permission"))
}

/// How long a token works.
///
/// # Errors
/// Names each of the two that is not positive, and the one that counts when it is too long.
pub fn lifetime(days: Option<u64>, seconds: Option<u64>) -> Result<Duration, Invalid> {
    let mut checks = Checks::new();
    let most = if seconds.is_some() { None } else { Some(DAYS) };
    for (field, given, most) in [("daysValid", days, most), ("secondsValid", seconds, Some(DAYS * DAY_SECONDS))] {
        match given {
            Some(0) => checks.refuse(field, "must be at least 1"),
            Some(given) if most.is_some_and(|most| given > most) => {
                checks.refuse(field, format!("must be at most {}", most.unwrap_or_default()));
            }
            Some(_) | None => {}
        }
    }
    checks.finish()?;
    Ok(Duration::from_secs(seconds.unwrap_or_else(|| days.unwrap_or(DAYS) * DAY_SECONDS)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn seconds_win_over_days() {
        let day = Duration::from_secs(DAY_SECONDS);
        assert_eq!(lifetime(None, None), Ok(730 * day));
        assert_eq!(lifetime(Some(1), None), Ok(day));
        assert_eq!(lifetime(Some(900), Some(5)), Ok(Duration::from_secs(5)));
        assert_eq!(lifetime(Some(730), None), lifetime(None, Some(730 * DAY_SECONDS)));
        for (days, seconds, field) in [
            (Some(731), None, "daysValid"),
            (Some(u64::MAX), None, "daysValid"),
            (Some(0), None, "daysValid"),
            (Some(0), Some(1), "daysValid"),
            (None, Some(0), "secondsValid"),
            (Some(1), Some(730 * DAY_SECONDS + 1), "secondsValid"),
        ] {
            let fields: Vec<_> =
                lifetime(days, seconds).unwrap_err().fields().iter().map(|f| f.field.clone()).collect();
            assert_eq!(fields, [field]);
        }
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let body = r#"{"name":"","publicKey":"x","permissionId":"pm-1","externalId":"","daysValid":0}"#;
        let refused = json::parse::<NewPatBody>(body.as_bytes()).unwrap().check().unwrap_err();
        let fields: Vec<_> = refused.fields().iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["name", "publicKey", "permissionId", "externalId", "daysValid"]);
        for (body, field) in [
            (r#"{"name":"a","public_key":"x"}"#, "public_key"),
            (r#"{"name":"a"}"#, "publicKey"),
            (r#"{"name":"a","publicKey":"x","daysValid":1.5}"#, "daysValid"),
            (r#"{"name":"a","publicKey":"x","secondsValid":null}"#, "secondsValid"),
            (r#"{"name":null,"publicKey":"x"}"#, "name"),
        ] {
            let refused = json::parse::<NewPatBody>(body.as_bytes()).unwrap_err();
            assert!(refused.fields().iter().any(|refused| refused.field == field), "{body}: {refused:?}");
        }
        assert!(json::parse::<PatChangeBody>(b"{}").unwrap().check().unwrap().name.is_none());
        assert!(json::parse::<PatChangeBody>(br#"{"daysValid":1}"#).is_err());
    }
}
