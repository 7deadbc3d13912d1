//! What requests say about tokens, checked member by member.

use super::{
    page,
    value::{self, Named, present},
};
use domain::{
    id::{OwnerId, TokenNumber},
    invalid::{Checks, Invalid},
    secret::Secret,
};
use serde::Deserialize;
use serde_json::Value;
use store::query::PageRequest;
use utoipa::{IntoParams, ToSchema};

/// For whom a token is created.
#[derive(Deserialize, ToSchema)]
#[schema(as = RncvNewToken)]
pub struct NewTokenBody {
    /// The user, by his number.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = u64, required = true)]
    user_id: Option<Value>,
}

impl NewTokenBody {
    /// Checks the user.
    ///
    /// # Errors
    /// Names `user_id`.
    pub fn check(&self) -> Result<Named<OwnerId>, Invalid> {
        let user = self.user_id.as_ref().ok_or_else(|| Invalid::field("user_id", "is required"))?;
        value::user("user_id", user)
    }
}

/// Which token is deleted, named by one of three members.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = RncvTokenToDelete)]
pub struct DeletionBody {
    /// Its number.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<u64>, nullable = false)]
    token_id: Option<Value>,
    /// The number of the user whose key it is. His other tokens are not meant.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<u64>, nullable = false)]
    user_id: Option<Value>,
    /// The key itself.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>, nullable = false)]
    key: Option<Value>,
}

/// The same in the query, where no secret may stand.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DeletionQuery {
    /// The number of the token.
    #[param(value_type = Option<u64>)]
    token_id: Option<String>,
    /// The number of the user whose key it is.
    #[param(value_type = Option<u64>)]
    user_id: Option<String>,
}

/// How the token to delete was named.
pub enum TokenToDelete {
    /// By its number.
    Number(TokenNumber),
    /// As this user's key.
    KeyOf(Named<OwnerId>),
    /// By its secret.
    Key(Secret),
}

impl DeletionBody {
    /// Finds the one name among the members and the parameters.
    ///
    /// # Errors
    /// Names every member when none was given, those that were given when there were several, and the one
    /// that is malformed.
    pub fn check(&self, query: DeletionQuery) -> Result<TokenToDelete, Invalid> {
        let (token_id, user_id) = (query.token_id.map(Value::String), query.user_id.map(Value::String));
        let given: Vec<(&str, &Value)> = [
            ("token_id", self.token_id.as_ref()),
            ("token_id", token_id.as_ref()),
            ("user_id", self.user_id.as_ref()),
            ("user_id", user_id.as_ref()),
            ("key", self.key.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        match given.as_slice() {
            [("token_id", number)] => value::token_number("token_id", number).map(TokenToDelete::Number),
            [("user_id", user)] => value::user("user_id", user).map(TokenToDelete::KeyOf),
            [(name, key)] => value::text(name, key).map(|text| TokenToDelete::Key(Secret::new(text.to_owned()))),
            [] => Err(one_of(["token_id", "user_id", "key"])),
            several => Err(one_of(several.iter().map(|(name, _)| *name))),
        }
    }
}

fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Invalid {
    let mut checks = Checks::new();
    let mut before = None;
    for name in names {
        if before.replace(name) != Some(name) {
            checks.refuse(name, "must be the only one given of token_id, user_id and key");
        }
    }
    match checks.finish() {
        Err(invalid) => invalid,
        Ok(()) => Invalid::field("token_id", "is required"),
    }
}

/// Which tokens are listed, and which page of them.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct TokenQuery {
    /// Those of this user, by his number.
    #[param(value_type = Option<u64>)]
    user_id: Option<String>,
    /// At most this many on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u64>)]
    page_size: Option<String>,
    /// Where the page before this one ended, as its `next` says.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

impl TokenQuery {
    /// Checks every parameter of a list in this order.
    ///
    /// # Errors
    /// Names every parameter that broke a rule.
    pub fn check(self, order: &str) -> Result<(Option<Named<OwnerId>>, PageRequest), Invalid> {
        let mut checks = Checks::new();
        let user = self.user_id.and_then(|user| checks.take(value::user("user_id", &Value::String(user))));
        let page = checks.take(page::check(self.page_size.as_deref(), self.cursor.as_deref(), order));
        checks.finish_with(page.map(|page| (user, page)))
    }
}
