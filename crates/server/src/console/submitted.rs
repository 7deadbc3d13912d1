//! Forms that were sent: read, and proved to be ours, before any handler sees them (S-28).

use super::{error_page, fields::Fields, form_token, refused::Refused, texts::ENGLISH, visitor::Visitor};
use crate::{cookie, json, problem::Problem, query::expect_form, signed_action, state::Server};
use axum::{
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use http::HeaderMap;

/// The field that carries the form token.
const FORM_TOKEN: &str = "form_token";

/// A form of somebody who is signed in, from a page that was shown to his session.
pub struct Submitted {
    /// Who sent it, with the signed action that came with it.
    pub visitor: Visitor,
    /// What he sent.
    pub fields: Fields,
}

/// A form of a page of this site, whoever sent it.
pub struct OwnForm(pub Fields);

impl FromRequest<Server> for Submitted {
    type Rejection = Response;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        expect_own(&parts.headers, server).map_err(IntoResponse::into_response)?;
        let mut visitor = Visitor::of(&parts, server).await?;
        visitor.caller = signed_action::with_action(&server.authority, &parts, visitor.caller)
            .await
            .map_err(|error| Refused::from(error).into_response())?;
        let mut whole = Request::new(body);
        *whole.extensions_mut() = std::mem::take(&mut parts.extensions);
        *whole.headers_mut() = std::mem::take(&mut parts.headers);
        let fields = read(whole, server).await.map_err(IntoResponse::into_response)?;
        if form_token::is_of(&server.authority, visitor.session, fields.text(FORM_TOKEN)) {
            Ok(Self { visitor, fields })
        } else {
            Err(error_page::old_form())
        }
    }
}

impl FromRequest<Server> for OwnForm {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        expect_own(request.headers(), server)?;
        read(request, server).await.map(Self)
    }
}

fn expect_own(headers: &HeaderMap, server: &Server) -> Result<(), Problem> {
    let foreign = |problem: Problem| problem.detail(ENGLISH.errors.foreign_form.to_string());
    cookie::expect_own_form(headers, server).map_err(foreign)
}

async fn read(request: Request, server: &Server) -> Result<Fields, Problem> {
    expect_form(request.headers())?;
    Fields::read(&json::read(request, server).await?)
}
