//! THE page: every route of every surface. What is not here does not exist.

use crate::{
    api::{
        actions, declared, deletions, document, health, journal, links, oauth2, organisations, passkey_sessions,
        problems, service_accounts, sessions, signers, tokens, users, verify, whoami,
    },
    config::Contract,
    console,
    contracts::{self, dfns, rncv, softwareone, vectorai},
    signed_action,
    state::Server,
    surface::{
        declared::{Declared, refuse_undeclared_query},
        document::{DocumentText, add_errors, bases},
    },
};
use axum::{
    Extension, Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes, and the document that describes those of the native API.
pub fn router(server: &Server) -> (Router, OpenApi) {
    let (router, mut document) = native().split_for_parts();
    declared::add_actions(&mut document);
    declared::add_problems(&mut document);
    let router = router.layer(from_fn_with_state(server.clone(), signed_action::keep_shown));
    let mut router = described(router, &document);
    for (contract, document) in server.contracts.iter().map(|contract| contract_parts(*contract)) {
        router = router.merge(described(contract, &document));
    }
    let router = router.merge(console(server));
    let router = router.fallback(document::not_found).method_not_allowed_fallback(document::method_not_allowed);
    (router.with_state(server.clone()), document)
}

/// The document that describes the routes of a contract.
pub fn contract_document(contract: Contract) -> OpenApi {
    contract_parts(contract).1
}

/// Routes that take what their document declares, and serve it; under every address that it names.
fn described(router: Router<Server>, document: &OpenApi) -> Router<Server> {
    let router = router
        .layer(Extension(DocumentText::of(document)))
        .layer(from_fn_with_state(Declared::of(document), refuse_undeclared_query));
    bases(document).fold(router.clone(), |all, base| all.nest(base, router.clone()))
}

fn contract_parts(contract: Contract) -> (Router<Server>, OpenApi) {
    let routes = match contract {
        Contract::Rncv => rncv(),
        Contract::VectorAi => vectorai(),
        Contract::SoftwareOne => softwareone(),
        Contract::Dfns => dfns(),
    };
    let (router, mut document) = routes.split_for_parts();
    add_errors(&mut document, &contracts::surface(contract));
    (router, document)
}

/// The console: its pages, and what is around each.
fn console(server: &Server) -> Router<Server> {
    console_entrance()
        .merge(console_tokens())
        .merge(console_people())
        .merge(console_administration())
        .layer(from_fn_with_state(server.clone(), signed_action::keep_shown))
        .layer(from_fn_with_state(server.clone(), console::notice::clear_shown))
        .layer(from_fn(console::compression::compress))
}

/// The way in and out, and the visitor's own account.
fn console_entrance() -> Router<Server> {
    use console::{assets, links, profile, sign_in, sign_out, theme};
    Router::new()
        .route("/console", get(sign_in::home))
        .route("/console/assets/{name}", get(assets::show))
        .route("/console/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/console/sign-out", get(sign_out::ask).post(sign_out::sign_out))
        .route("/console/links", post(links::redeem))
        .route("/console/links/{link}", get(links::show))
        .route("/console/theme", post(theme::choose))
        .route("/console/profile", get(profile::show))
        .route("/console/profile/password", post(profile::password::change))
        .route("/console/profile/sessions/{id}/end", post(profile::sessions::end))
        .route("/console/profile/passkeys/{id}/{verb}", get(profile::passkeys::ask).post(profile::passkeys::switch))
}

/// The API tokens, and one of them.
fn console_tokens() -> Router<Server> {
    use console::{
        token::{add, delete, details, edit, history, rotate, switch, usage},
        token_list::{change_selected, list},
    };
    Router::new()
        .route("/console/settings/api-tokens", get(list::show))
        .route("/console/settings/api-tokens/add", get(add::begin).post(add::advance))
        .route("/console/settings/api-tokens/selection", get(change_selected::ask).post(change_selected::carry_out))
        .route("/console/settings/api-tokens/{id}", get(details::show))
        .route("/console/settings/api-tokens/{id}/scopes", get(details::scopes))
        .route("/console/settings/api-tokens/{id}/usage", get(usage::show))
        .route("/console/settings/api-tokens/{id}/history", get(history::show))
        .route("/console/settings/api-tokens/{id}/history/{position}", get(history::entry))
        .route("/console/settings/api-tokens/{id}/edit", get(edit::ask).post(edit::edit))
        .route("/console/settings/api-tokens/{id}/rotate", get(rotate::ask).post(rotate::rotate))
        .route("/console/settings/api-tokens/{id}/disable", get(switch::ask_disable).post(switch::disable))
        .route("/console/settings/api-tokens/{id}/enable", get(switch::ask_enable).post(switch::enable))
        .route("/console/settings/api-tokens/{id}/delete", get(delete::ask).post(delete::delete))
}

/// Users and service accounts.
fn console_people() -> Router<Server> {
    use console::people::{add, details, edit, history, link, list, switch};
    Router::new()
        .route("/console/settings/users", get(list::show))
        .route("/console/settings/users/invite", get(add::ask).post(add::add))
        .route("/console/settings/users/{id}", get(details::show))
        .route("/console/settings/users/{id}/tokens", get(details::tokens))
        .route("/console/settings/users/{id}/signers", get(details::signers))
        .route("/console/settings/users/{id}/history", get(history::show))
        .route("/console/settings/users/{id}/history/{position}", get(history::entry))
        .route("/console/settings/users/{id}/edit", get(edit::ask).post(edit::change))
        .route("/console/settings/users/{id}/link", get(link::ask).post(link::make))
        .route("/console/settings/users/{id}/deactivate", get(switch::ask_to_deactivate).post(switch::deactivate))
        .route("/console/settings/users/{id}/activate", get(switch::ask_to_activate).post(switch::activate))
        .route("/console/settings/service-accounts", get(list::show))
        .route("/console/settings/service-accounts/add", get(add::ask).post(add::add))
        .route("/console/settings/service-accounts/{id}", get(details::show))
        .route("/console/settings/service-accounts/{id}/tokens", get(details::tokens))
        .route("/console/settings/service-accounts/{id}/signers", get(details::signers))
        .route("/console/settings/service-accounts/{id}/history", get(history::show))
        .route("/console/settings/service-accounts/{id}/history/{position}", get(history::entry))
        .route("/console/settings/service-accounts/{id}/edit", get(edit::ask).post(edit::change))
        .route(
            "/console/settings/service-accounts/{id}/deactivate",
            get(switch::ask_to_deactivate).post(switch::deactivate),
        )
        .route("/console/settings/service-accounts/{id}/activate", get(switch::ask_to_activate).post(switch::activate))
}

/// The journal, and organisations.
fn console_administration() -> Router<Server> {
    use console::{
        journal,
        organisations::{add, details, edit, list, switch},
    };
    Router::new()
        .route("/console/settings/journal", get(journal::list::show))
        .route("/console/settings/journal/export", get(journal::export::send))
        .route("/console/settings/journal/{position}", get(journal::entry::show))
        .route("/console/administration/organisations", get(list::show))
        .route("/console/administration/organisations/add", get(add::ask).post(add::add))
        .route("/console/administration/organisations/{id}", get(details::show))
        .route("/console/administration/organisations/{id}/tokens", get(details::show_tokens))
        .route("/console/administration/organisations/{id}/history", get(details::show_history))
        .route("/console/administration/organisations/{id}/history/{position}", get(details::show_entry))
        .route("/console/administration/organisations/{id}/edit", get(edit::ask).post(edit::change))
        .route(
            "/console/administration/organisations/{id}/deactivate",
            get(switch::ask_to_deactivate).post(switch::deactivate),
        )
        .route(
            "/console/administration/organisations/{id}/activate",
            get(switch::ask_to_activate).post(switch::activate),
        )
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
        .routes(routes!(actions::challenge))
        .routes(routes!(actions::sign))
        .routes(routes!(signers::challenge))
        .routes(routes!(signers::list, signers::add))
        .routes(routes!(signers::update, signers::remove))
        .routes(routes!(journal::list))
        .routes(routes!(sessions::list, sessions::open, sessions::close_all))
        .routes(routes!(passkey_sessions::challenge))
        .routes(routes!(passkey_sessions::open))
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

/// RNCV's contract.
fn rncv() -> OpenApiRouter<Server> {
    OpenApiRouter::with_openapi(rncv::document::base())
        .routes(routes!(rncv::tokens::list, rncv::tokens::create, rncv::tokens::delete))
        .routes(routes!(rncv::users::list, rncv::users::create))
        .routes(routes!(rncv::users::show, rncv::users::replace, rncv::users::update, rncv::users::deactivate))
        .routes(routes!(rncv::document::show))
}

/// VectorAI's contract.
fn vectorai() -> OpenApiRouter<Server> {
    OpenApiRouter::with_openapi(vectorai::document::base())
        .routes(routes!(vectorai::access_tokens::create))
        .routes(routes!(vectorai::access_tokens::list))
        .routes(routes!(vectorai::access_tokens::rotate))
        .routes(routes!(vectorai::access_tokens::delete))
        .routes(routes!(vectorai::api_keys::create))
        .routes(routes!(vectorai::api_keys::list))
        .routes(routes!(vectorai::api_keys::rotate))
        .routes(routes!(vectorai::api_keys::delete))
        .routes(routes!(vectorai::admin::exists))
        .routes(routes!(vectorai::admin::create, vectorai::admin::delete))
        .routes(routes!(vectorai::admin::sign_in))
        .routes(routes!(vectorai::admin::reset_password))
        .routes(routes!(vectorai::switch::show, vectorai::switch::set))
        .routes(routes!(vectorai::document::show))
}

/// SoftwareOne's contract.
fn softwareone() -> OpenApiRouter<Server> {
    OpenApiRouter::with_openapi(softwareone::document::base())
        .routes(routes!(softwareone::tokens::list, softwareone::tokens::create))
        .routes(routes!(softwareone::tokens::show, softwareone::tokens::update, softwareone::tokens::delete))
        .routes(routes!(softwareone::tokens::disable))
        .routes(routes!(softwareone::tokens::enable))
        .routes(routes!(softwareone::modules::list))
        .routes(routes!(softwareone::modules::show))
        .routes(routes!(softwareone::audit_records::list))
        .routes(routes!(softwareone::audit_records::show))
        .routes(routes!(softwareone::event_types::list))
        .routes(routes!(softwareone::event_types::show))
        .routes(routes!(softwareone::document::show))
}

/// Dfns' contract.
fn dfns() -> OpenApiRouter<Server> {
    OpenApiRouter::with_openapi(dfns::document::base())
        .routes(routes!(dfns::pats::list, dfns::pats::create))
        .routes(routes!(dfns::pats::show, dfns::pats::update, dfns::pats::delete))
        .routes(routes!(dfns::pats::activate))
        .routes(routes!(dfns::pats::deactivate))
        .routes(routes!(dfns::permissions::list, dfns::permissions::create))
        .routes(routes!(dfns::permissions::show, dfns::permissions::update))
        .routes(routes!(dfns::permissions::archive))
        .routes(routes!(dfns::permission_assignments::list, dfns::permission_assignments::create))
        .routes(routes!(dfns::permission_assignments::delete))
        .routes(routes!(dfns::action::challenge))
        .routes(routes!(dfns::action::sign))
        .routes(routes!(dfns::login::challenge))
        .routes(routes!(dfns::login::log_in))
        .routes(routes!(dfns::login::log_out))
        .routes(routes!(dfns::delegated_login::log_in))
        .routes(routes!(dfns::users::list, dfns::users::create))
        .routes(routes!(dfns::users::show, dfns::users::update, dfns::users::delete))
        .routes(routes!(dfns::users::activate))
        .routes(routes!(dfns::users::deactivate))
        .routes(routes!(dfns::service_accounts::list, dfns::service_accounts::create))
        .routes(routes!(dfns::service_accounts::show, dfns::service_accounts::update, dfns::service_accounts::delete))
        .routes(routes!(dfns::service_accounts::activate))
        .routes(routes!(dfns::service_accounts::deactivate))
        .routes(routes!(dfns::registration::challenge))
        .routes(routes!(dfns::registration::delegate))
        .routes(routes!(dfns::registration::register))
        .routes(routes!(dfns::credentials::list, dfns::credentials::create))
        .routes(routes!(dfns::credentials::challenge))
        .routes(routes!(dfns::credentials::activate))
        .routes(routes!(dfns::credentials::deactivate))
        .routes(routes!(dfns::credentials::delete))
        .routes(routes!(dfns::jwks::show))
        .routes(routes!(dfns::document::show))
}
