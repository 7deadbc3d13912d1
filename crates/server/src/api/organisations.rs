//! `/v1/organisations`: create, list, show, change.

use super::{
    OWNERS,
    fields::{contained, given},
    owner_shapes::{OrganisationShape, SignedActionsWord},
    page::{List, PageQuery, boolean},
    preconditions::{created_headers, entity_tag, expected_revision, idempotency_key},
};
use crate::{
    auth::Bearer,
    config::Contract,
    json::Json,
    path::Path,
    problem::Problem,
    query::Query,
    state::{FactsCheck, Server},
};
use authority::owners::OrganisationPatch;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    facts::ContractFacts,
    id::OrganisationId,
    invalid::{Checks, Invalid},
    name::Name,
    owner::Organisation,
    signer::SignedActions,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::query::OrganisationFilter;
use utoipa::{
    IntoParams, ToSchema,
    openapi::{Object, ObjectBuilder},
};

/// The order of the list, as its cursors name it.
const ORDER: &str = "organisations";

/// What a new organisation shall be.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOrganisation)]
pub struct NewOrganisationBody {
    /// Its name, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// What shall be different about an organisation. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganisationPatch)]
pub struct OrganisationPatchBody {
    /// A new name, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
    /// False to deactivate it, which ends the power of all its tokens; true to reactivate it.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "given")]
    active: Option<bool>,
    /// What one outside contract shall know of it, by the contract's name, in place of what it knew.
    #[schema(schema_with = one_contract, required = false)]
    #[serde(default, deserialize_with = "given")]
    contracts: Option<BTreeMap<String, Value>>,
    /// What has to be signed there: nothing, what takes power away, or every change.
    #[schema(nullable = false, value_type = Option<SignedActionsWord>)]
    #[serde(default, deserialize_with = "given")]
    signed_actions: Option<String>,
}

/// An object with one member.
fn one_contract() -> Object {
    let description = "What one outside contract shall know of it, by the contract's name, in place of what it knew.";
    ObjectBuilder::new().description(Some(description)).min_properties(Some(1)).max_properties(Some(1)).build()
}

impl OrganisationPatchBody {
    /// Checks every field; `check_facts` knows the rules of each contract.
    fn check(self, check_facts: FactsCheck) -> Result<OrganisationPatch, Invalid> {
        let mut checks = Checks::new();
        let patch = OrganisationPatch {
            name: self.name.and_then(|name| checks.take(Name::parse("name", &name))),
            active: self.active,
            facts: self.contracts.and_then(|contracts| checks.take(facts(contracts, check_facts))),
            seat: None,
            signed_actions: self
                .signed_actions
                .and_then(|word| checks.take(SignedActions::parse("signed_actions", &word))),
        };
        checks.finish_with(Some(patch))
    }
}

fn facts(contracts: BTreeMap<String, Value>, check: FactsCheck) -> Result<ContractFacts, Invalid> {
    let mut all = contracts.into_iter();
    let (Some((name, facts)), None) = (all.next(), all.next()) else {
        return Err(Invalid::field("contracts", "must name one contract"));
    };
    let contract =
        Contract::of_name(&name).ok_or_else(|| Invalid::field("contracts", "must name a contract that there is"))?;
    check(contract, &format!("contracts.{}", contract.name()), &facts)?;
    Ok(ContractFacts { contract: contract.name(), facts })
}

/// Which organisations: every part that is given must fit.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct OrganisationQuery {
    /// With this text in the name, whatever its case.
    #[param(min_length = 1, max_length = 200)]
    name_contains: Option<String>,
    /// Active, or not.
    #[param(value_type = Option<bool>)]
    active: Option<String>,
    /// At most this many on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u64>)]
    limit: Option<String>,
    /// Where the page before this one ended: its `next_cursor`.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// Create an organisation
///
/// Only application administrators may.
#[utoipa::path(
    post, path = "/v1/organisations", tag = OWNERS, operation_id = "create_organisation",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition find this organisation", max_length = 255)),
    request_body = NewOrganisationBody,
    responses((status = 201, description = "The new organisation", body = OrganisationShape))
)]
pub async fn create(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    headers: HeaderMap,
    Json(body): Json<NewOrganisationBody>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers, &body, "POST /v1/organisations")?;
    let created = server.authority.create_organisation(&caller, Name::parse("name", &body.name)?, key).await?;
    let made = &created.record;
    let headers = created_headers(&format!("/v1/organisations/{}", made.id), made.revision, created.repeated);
    Ok((StatusCode::CREATED, headers, axum::Json(OrganisationShape::new(made))).into_response())
}

/// List organisations
#[utoipa::path(
    get, path = "/v1/organisations", tag = OWNERS, operation_id = "list_organisations",
    params(OrganisationQuery),
    responses((status = 200, description = "A page of organisations", body = List<OrganisationShape>))
)]
pub async fn list(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Query(query): Query<OrganisationQuery>,
) -> Result<axum::Json<List<OrganisationShape>>, Problem> {
    let mut checks = Checks::new();
    let filter = OrganisationFilter {
        id: None,
        name_contains: query.name_contains.and_then(|text| checks.take(contained("name_contains", text))),
        active: query.active.and_then(|active| checks.take(boolean("active", &active))),
        number: None,
    };
    let page = checks.take(PageQuery { limit: query.limit, cursor: query.cursor, total: None }.check(Some(ORDER)));
    let (page, _) = checks.finish_with(page)?;
    let page = server.authority.organisations(&caller, filter, page).await?;
    Ok(axum::Json(List::new(page, ORDER, |organisation| OrganisationShape::new(&organisation))))
}

/// Show an organisation
#[utoipa::path(
    get, path = "/v1/organisations/{id}", tag = OWNERS, operation_id = "show_organisation",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "The organisation", body = OrganisationShape))
)]
pub async fn show(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(answer(&server.authority.organisation(&caller, OrganisationId::parse("id", &id)?).await?))
}

/// Change an organisation
///
/// Only application administrators may. Deactivating it ends the power of all its tokens at once.
#[utoipa::path(
    patch, path = "/v1/organisations/{id}", tag = OWNERS, operation_id = "update_organisation",
    params(("id" = String, Path, format = "uuid"), ("If-Match" = Option<String>, Header, description = "The entity tag the organisation must have")),
    request_body = OrganisationPatchBody,
    responses((status = 200, description = "The changed organisation", body = OrganisationShape))
)]
pub async fn update(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<OrganisationPatchBody>,
) -> Result<Response, Problem> {
    let (id, expects) = (OrganisationId::parse("id", &id)?, expected_revision(&headers)?);
    let mut patch = body.check(server.check_facts)?;
    if let Some(facts) = &patch.facts {
        let organisation = server.authority.organisation_to_change(&caller, id).await?;
        // A change that is refused for its revision settles nothing.
        if expects.is_none_or(|expected| expected == organisation.revision) {
            patch.seat = (server.prepare_facts)(&server.authority, &caller, &organisation, facts).await?;
        }
    }
    Ok(answer(&server.authority.update_organisation(&caller, id, patch, expects).await?))
}

fn answer(organisation: &Organisation) -> Response {
    ([(header::ETAG, entity_tag(organisation.revision))], axum::Json(OrganisationShape::new(organisation)))
        .into_response()
}
