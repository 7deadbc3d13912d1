//! `/auth/login/delegated`: a service account logs a customer in, having made sure who he is.

use super::{
    caller::{allowed_to_bring, expect_service_account},
    kind::UserKind,
    login::{LIFETIME, LoginShape, claims},
    operations::Operation,
    people,
    refused::Refused,
    signed::Signed,
};
use crate::{auth::AskedFrom, json::Json, state::Server};
use axum::extract::State;
use domain::{name::Email, owner::OwnerKind};
use serde::Deserialize;
use store::query::{OwnerFilter, PageRequest};
use utoipa::ToSchema;

/// Who is to be logged in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DfnsDelegatedLogin)]
pub struct DelegatedLoginBody {
    /// The address of the customer.
    username: String,
}

/// Log a customer in
///
/// Only a service account may, and only for somebody who may do no more than it.
#[utoipa::path(
    post, path = "/auth/login/delegated", tag = "Login", operation_id = "log_customer_in_to_dfns",
    request_body = DelegatedLoginBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The login", body = LoginShape),
        (status = 404, description = "There is no such customer.", body = super::document::DfnsError),
        (status = 409, description = "The customer is not active", body = super::document::DfnsError)
    )
)]
pub async fn log_in(
    State(server): State<Server>,
    AskedFrom(origin): AskedFrom,
    Signed { caller, body }: Signed<DelegatedLoginBody>,
) -> Result<Json<LoginShape>, Refused> {
    expect_service_account(&server, &caller).await?;
    let caller = allowed_to_bring(&server, caller, Operation::LoginDelegated).await?;
    let email = Email::parse("username", &body.username)?;
    let filter = OwnerFilter { email: Some(email.as_str().to_owned()), ..people::listed(&caller, OwnerKind::User) };
    let found = server.authority.owners(&caller, filter, PageRequest { after: None, limit: 1 }).await?;
    let customer = found.items.into_iter().find(|user| UserKind::of(&user.facts) == UserKind::EndUser);
    let customer = customer.ok_or_else(Refused::not_found)?;
    let issuer = server.public_url.to_string();
    let opened = server.authority.sign_in_delegated(&caller, customer.id, origin, LIFETIME, |_, known, ends| {
        server.authority.bearer(&claims(&issuer, &known.owner), Some(ends))
    });
    Ok(Json(LoginShape { token: opened.await?.secret.expose().to_owned() }))
}
