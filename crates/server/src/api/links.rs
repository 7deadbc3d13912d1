//! `/v1/links`: what one-time links are good for.

use crate::{
    auth::AskedFrom,
    json::{Json, secret},
    problem::Problem,
    state::Server,
};
use authority::{
    link::{PREFIX, Purpose},
    redeem::{Administrator, FIRST_ORGANISATION},
};
use axum::{extract::State, http::StatusCode};
use domain::{
    invalid::{Checks, Invalid},
    name::{Email, Name},
    secret::Secret,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const LINKS: &str = "Links";

/// A one-time link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Link)]
pub struct LinkBody {
    /// The link, or the part after its last slash.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    link: Secret,
}

/// What a link is for.
#[derive(Serialize, ToSchema)]
#[schema(as = LinkPurpose)]
pub struct PurposeShape {
    /// `set_up` makes the first administrator, `recover_administrator` another one when all are lost,
    /// `set_password` sets the password of the user it was made for.
    #[schema(value_type = PurposeWord)]
    purpose: &'static str,
}

/// What links are for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code)]
enum PurposeWord {
    SetUp,
    RecoverAdministrator,
    SetPassword,
}

/// Say what a link is for
#[utoipa::path(
    post, path = "/v1/links/inspect", tag = LINKS, operation_id = "inspect_link", security(()),
    request_body = LinkBody,
    responses((status = 200, description = "Its purpose", body = PurposeShape))
)]
pub async fn inspect(
    State(server): State<Server>,
    Json(body): Json<LinkBody>,
) -> Result<axum::Json<PurposeShape>, Problem> {
    let purpose = match server.authority.purpose_of_link(last_part(&body.link))? {
        Purpose::SetUp => "set_up",
        Purpose::RecoverAdministrator => "recover_administrator",
        Purpose::SetPassword => "set_password",
    };
    Ok(axum::Json(PurposeShape { purpose }))
}

/// A link with what it asks for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LinkRedemption)]
pub struct RedemptionBody {
    /// The link, or the part after its last slash.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    link: Secret,
    /// The password to set, at least 8 characters and not easily guessed.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = "password")]
    password: Secret,
    /// The administrator's address, for a set-up or a recovery.
    #[schema(min_length = 3, max_length = 254)]
    email: Option<String>,
    /// His name, for a set-up or a recovery.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// The name of his organisation, for a set-up.
    #[schema(min_length = 1, max_length = 200)]
    organisation: Option<String>,
}

/// Redeem a link
///
/// It works once. Set-up and recovery links are redeemed from the server's own host.
#[utoipa::path(
    post, path = "/v1/links/redeem", tag = LINKS, operation_id = "redeem_link", security(()),
    request_body = RedemptionBody,
    responses((status = 204, description = "The password is set"))
)]
pub async fn redeem(
    State(server): State<Server>,
    AskedFrom(origin): AskedFrom,
    Json(body): Json<RedemptionBody>,
) -> Result<StatusCode, Problem> {
    let person = Person::check(body.email, body.name, body.organisation)?;
    let text = last_part(&body.link);
    let administrator = match server.authority.purpose_of_link(text)? {
        Purpose::SetPassword => person.nobody()?,
        Purpose::SetUp | Purpose::RecoverAdministrator => {
            if !origin.address.is_some_and(|address| address.to_canonical().is_loopback()) {
                let rule = "must be redeemed from the host that the server runs on, because it makes an administrator";
                return Err(Invalid::field("link", rule).into());
            }
            Some(person.administrator()?)
        }
    };
    server.authority.redeem(text, body.password, administrator, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom a request describes; what it needs of that depends on the link.
struct Person {
    email: Option<Email>,
    name: Option<Name>,
    organisation: Option<Name>,
}

impl Person {
    fn check(email: Option<String>, name: Option<String>, organisation: Option<String>) -> Result<Self, Invalid> {
        let mut checks = Checks::new();
        let person = Self {
            email: email.and_then(|email| checks.take(Email::parse("email", &email))),
            name: name.and_then(|name| checks.take(Name::parse("name", &name))),
            organisation: organisation.and_then(|name| checks.take(Name::parse("organisation", &name))),
        };
        checks.finish_with(Some(person))
    }

    fn nobody(self) -> Result<Option<Administrator>, Invalid> {
        let mut checks = Checks::new();
        let given = [self.email.is_some(), self.name.is_some(), self.organisation.is_some()];
        for (field, _) in ["email", "name", "organisation"].iter().zip(given).filter(|(_, given)| *given) {
            checks.refuse(*field, "must not be given: this link only sets a password");
        }
        checks.finish().map(|()| None)
    }

    fn administrator(self) -> Result<Administrator, Invalid> {
        let mut checks = Checks::new();
        let missing = |field: &str| Invalid::field(field, "must be given: this link makes an administrator");
        let email = checks.take(self.email.ok_or_else(|| missing("email")));
        let name = checks.take(self.name.ok_or_else(|| missing("name")));
        let organisation = self.organisation.unwrap_or_else(|| Name::stored(FIRST_ORGANISATION.to_owned()));
        checks.finish_with(email.zip(name).map(|(email, name)| Administrator { email, name, organisation }))
    }
}

fn last_part(link: &Secret) -> &str {
    let text = link.expose().trim();
    text.rfind(PREFIX).map_or(text, |place| &text[place..])
}
