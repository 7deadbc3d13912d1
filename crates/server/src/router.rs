//! THE page: every route of every surface. What is not here does not exist.

use crate::{
    api::{
        declared::{self, Declared},
        deletions,
        document::{self, DocumentText},
        health, journal, links, oauth2, organisations, problems, service_accounts, sessions, tokens, users, verify,
        whoami,
    },
    state::Server,
};
use axum::{Extension, Router, middleware::from_fn_with_state};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes, and the document that describes them.
pub fn router(server: &Server) -> (Router, OpenApi) {
    let (router, mut document) = native().split_for_parts();
    declared::add_problems(&mut document);
    let router = router
        .layer(Extension(DocumentText::of(&document)))
        .layer(from_fn_with_state(Declared::of(&document), declared::refuse_undeclared_query));
    let router = router.fallback(document::not_found).method_not_allowed_fallback(document::method_not_allowed);
    (router.with_state(server.clone()), document)
}

/// The native API.
fn native() -> OpenApiRouter<Server> {
    OpenApiRouter::with_openapi(document::base())
        .routes(routes!(tokens::list, tokens::issue))
        .routes(routes!(tokens::show, tokens::update, tokens::delete))
        .routes(routes!(tokens::disable))
        .routes(routes!(tokens::enable))
        .routes(routes!(tokens::rotate))
        .routes(routes!(tokens::usage))
        .routes(routes!(verify::verify))
        .routes(routes!(deletions::delete))
        .routes(routes!(deletions::show))
        .routes(routes!(deletions::revoke_by_secret))
        .routes(routes!(whoami::whoami))
        .routes(routes!(organisations::list, organisations::create))
        .routes(routes!(organisations::show, organisations::update))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::show, users::update))
        .routes(routes!(users::invite))
        .routes(routes!(service_accounts::list, service_accounts::create))
        .routes(routes!(service_accounts::show, service_accounts::update))
        .routes(routes!(journal::list))
        .routes(routes!(sessions::list, sessions::open, sessions::close_all))
        .routes(routes!(sessions::close))
        .routes(routes!(sessions::issue_token))
        .routes(routes!(sessions::change_password))
        .routes(routes!(links::inspect))
        .routes(routes!(links::redeem))
        .routes(routes!(oauth2::introspect))
        .routes(routes!(oauth2::revoke))
        .routes(routes!(document::show))
        .routes(routes!(problems::list))
        .routes(routes!(problems::show))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
}
