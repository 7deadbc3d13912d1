//! What both dialects do with tokens: create, list, rotate and delete.

use super::{
    caller::{Keeper, forbidden},
    dialect::Dialect,
    permission,
    settings::{self, WORD},
};
use crate::{
    problem::{Problem, ProblemKind},
    state::Server,
};
use authority::{
    access::{self, Action},
    issue::{Issued, NewToken},
    rotate::Overlap,
};
use domain::{
    form::{Alphabet, SecretForm},
    id::TokenNumber,
    invalid::{Checks, Invalid},
    limits,
    name::{Labels, Name, description},
    time::Timestamp,
    token::{Terms, Token},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::query::{PageRequest, Sort, SortKey, TokenFilter};
use utoipa::ToSchema;

/// How its secrets look.
pub(super) const FORM: SecretForm = SecretForm::new("vdai_", Alphabet::LettersAndDigits, 48);
/// The longest time that a token works: a thousand years, so that its end is still a date.
const LONGEST_SECONDS: u64 = 31_536_000_000;
/// How many tokens are read at a time for a list, which has no pages of its own.
const STEP: usize = 1_000;

/// A token to be created.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccessToken)]
pub struct NewTokenBody {
    /// Its name, unique among the access tokens.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    description: Option<String>,
    /// What it may do: names out of `read`, `write` and `admin`, parted by commas.
    #[schema(min_length = 1, example = "read,write", pattern = "^ *(read|write|admin) *(, *(read|write|admin) *)*$")]
    permission: String,
    /// True when it stops working after a time.
    #[serde(default)]
    will_expire: Option<bool>,
    /// After how many seconds it stops working; 0 for one that never works.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 31_536_000_000_u64)]
    expires_in_seconds: Option<i64>,
}

/// A token.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessToken)]
pub struct TokenShape {
    /// Its number.
    id: u64,
    /// Its name.
    name: String,
    /// What it is for.
    description: String,
    /// What it may do: names parted by commas.
    permission: String,
    /// True when it stops working after a time.
    will_expire: bool,
    /// When it was created, to the second.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it stops working; null for never.
    #[schema(format = "date-time")]
    expired_at: Option<String>,
}

impl From<&Token> for TokenShape {
    fn from(token: &Token) -> Self {
        Self {
            id: token.number.0,
            name: token.name.as_str().to_owned(),
            description: token.description.clone(),
            permission: permission::names(&token.scopes),
            will_expire: token.expires_at.is_some(),
            created_at: to_the_second(token.created_at),
            expired_at: token.expires_at.map(to_the_second),
        }
    }
}

/// An answer without anything else to tell.
#[derive(Serialize, ToSchema)]
#[schema(as = Status)]
pub struct StatusShape {
    /// Always `success`.
    status: &'static str,
    /// What was done.
    message: &'static str,
}

impl StatusShape {
    /// Done, in these words.
    pub fn success(message: &'static str) -> Self {
        Self { status: "success", message }
    }
}

impl NewTokenBody {
    fn check(self, now: Timestamp) -> Result<NewToken, Invalid> {
        let expires_at = match (self.will_expire.unwrap_or(false), self.expires_in_seconds) {
            (false, _) => Ok(None),
            (true, None) => Err(Invalid::field("expires_in_seconds", "is required")),
            (true, Some(seconds)) => expiry(now, seconds).map(Some),
        };
        let mut checks = Checks::new();
        let name = checks.take(Name::parse("name", &self.name));
        let text = checks.take(description("description", &self.description.unwrap_or_default()));
        let scopes = checks.take(permission::scopes(&self.permission));
        let expires_at = checks.take(expires_at);
        let parts = name.zip(text).zip(scopes).zip(expires_at);
        checks.finish_with(parts.map(|(((name, description), scopes), expires_at)| NewToken {
            key: None,
            name,
            description,
            owner: None,
            scopes: Some(scopes),
            networks: None,
            labels: Labels::default(),
            expires_at,
            terms: Terms { unique_in: Some(WORD.to_owned()), form: Some(FORM), ..Terms::default() },
            permission: None,
        }))
    }
}

/// The instant after so many seconds. After none, the token has expired when it is created.
fn expiry(now: Timestamp, seconds: i64) -> Result<Timestamp, Invalid> {
    let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds <= LONGEST_SECONDS);
    let rule = || format!("must be a whole number from 0 to {LONGEST_SECONDS}");
    let wait = seconds.map(Duration::from_secs).ok_or_else(|| Invalid::field("expires_in_seconds", rule()))?;
    Ok(now.after(wait))
}

/// Creates a token.
///
/// # Errors
/// 400 for what the body breaks, 409 for a name that another token has.
pub(super) async fn create(
    server: &Server,
    keeper: &Keeper,
    dialect: Dialect,
    body: NewTokenBody,
) -> Result<Issued, Problem> {
    let new = body.check(server.authority.now())?;
    // Whoever may not create a token does not fill a seat either.
    access::reach(&keeper.caller, Action::ChangeTokens)?;
    let owner = settings::keys(&server.authority, &keeper.organisation).await?.id;
    let issued = server.authority.issue(&keeper.caller, NewToken { owner: Some(owner), ..new }, None).await;
    issued.map_err(|error| dialect.refused(error))
}

/// Every live token of the organisation, the oldest first, whichever door it was made at.
///
/// # Errors
/// 400 when there are more than one answer should hold; the native list has pages.
pub(super) async fn list(server: &Server, keeper: &Keeper) -> Result<Vec<TokenShape>, Problem> {
    let filter = TokenFilter { organisation: Some(keeper.organisation.id), ..TokenFilter::default() };
    let sort = Sort { key: SortKey::Created, descending: false };
    let (mut shapes, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest { after, limit: STEP };
        let page = server.authority.tokens(&keeper.caller, filter.clone(), sort, page).await?;
        shapes.extend(page.items.iter().map(TokenShape::from));
        if shapes.len() > limits::UNPAGED_LIST {
            let message = "There are too many tokens for one list; use /v1/tokens";
            return Err(Problem::new(ProblemKind::InvalidRequest).detail(message));
        }
        after = page.next;
        if after.is_none() {
            return Ok(shapes);
        }
    }
}

/// Gives a token a new secret; the old one dies at once. One that was made at another door keeps the
/// form of that door, and is rotated where its holders expect that form.
///
/// # Errors
/// 404 for an unknown token, 403 for one that was made elsewhere, the dialect's own for one that has expired.
pub(super) async fn rotate(server: &Server, keeper: &Keeper, dialect: Dialect, id: &str) -> Result<Issued, Problem> {
    let token = find(server, keeper, dialect, id).await?;
    if token.terms.form.as_ref() != Some(&FORM) {
        return Err(forbidden("This token was made elsewhere and is rotated there"));
    }
    let rotated = server.authority.rotate(&keeper.caller, token.id, Overlap::None, None, None).await;
    rotated.map_err(|error| dialect.refused(error))
}

/// Deletes a token, whichever door it was made at.
///
/// # Errors
/// 404 for an unknown token.
pub(super) async fn delete(
    server: &Server,
    keeper: &Keeper,
    dialect: Dialect,
    id: &str,
) -> Result<StatusShape, Problem> {
    let token = find(server, keeper, dialect, id).await?;
    let deleted = server.authority.delete(&keeper.caller, token.id, None, None).await;
    deleted.map(|()| StatusShape::success(dialect.deleted())).map_err(|error| dialect.refused(error))
}

/// The live token of the organisation with this number, which never changes.
async fn find(server: &Server, keeper: &Keeper, dialect: Dialect, id: &str) -> Result<Token, Problem> {
    let number = number(dialect, id)?;
    let filter = TokenFilter {
        number: Some(TokenNumber(number)),
        organisation: Some(keeper.organisation.id),
        ..TokenFilter::default()
    };
    let page = PageRequest { after: None, limit: 1 };
    let page = server.authority.tokens(&keeper.caller, filter, Sort::default(), page).await;
    let found = page.map_err(|error| dialect.refused(error))?.items.into_iter().next();
    found.ok_or_else(|| dialect.not_found())
}

/// The number of a token as a path has it.
fn number(dialect: Dialect, id: &str) -> Result<u64, Problem> {
    let digits = id.strip_prefix('-').unwrap_or(id);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::field(dialect.number(), "must be a whole number"));
    }
    // A number that no token can have is one that none has.
    let number = id.parse::<i64>().ok().and_then(|number| u64::try_from(number).ok());
    number.ok_or_else(|| dialect.not_found())
}

/// An instant in RFC 3339, without the part of a second.
fn to_the_second(instant: Timestamp) -> String {
    let text = instant.to_string();
    match text.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text,
    }
}
