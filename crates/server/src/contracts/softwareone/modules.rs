//! `/public/v1/accounts/modules`: the catalogue of modules.

use super::{
    catalogue::{MODULES, Module, held},
    list::{self, Asked, ListShape, Names},
    rights::Bearer,
    rql::property::{Kind, Property},
};
use crate::{
    json::Json,
    path::Path,
    problem::{Problem, ProblemKind},
};
use domain::scope::Scopes;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What may be asked about a module within a token.
pub static PARTS: [Property<()>; 4] = [
    Property::new("id", Kind::Text, ()),
    Property::new("name", Kind::Text, ()),
    Property::new("code", Kind::Text, ()),
    Property::new("description", Kind::Text, ()),
];

/// What lists of modules may be filtered and sorted by.
static PROPERTIES: [Property<()>; 9] = [
    Property::new("id", Kind::Text, ()),
    Property::new("name", Kind::Text, ()),
    Property::new("code", Kind::Text, ()),
    Property::new("description", Kind::Text, ()),
    Property::new("settings", Kind::Reference, ()),
    Property::new("settings.configurable", Kind::Boolean, ()),
    Property::new("settings.default", Kind::Boolean, ()),
    Property::new("settings.paid", Kind::Boolean, ()),
    Property::new("settings.obsolete", Kind::Boolean, ()),
];

/// The names of a module.
const NAMES: Names =
    Names { all: &["id", "href", "name", "code", "description", "accountTypes", "settings"], omitted: &[] };

/// A module.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Module)]
pub struct ModuleShape {
    /// What was left out.
    #[serde(rename = "$meta", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    meta: Option<list::Omitted>,
    /// Its identifier.
    #[schema(required = false, pattern = r"^MOD-\d{4}$")]
    id: &'static str,
    /// Its address.
    #[schema(required = false)]
    href: String,
    /// Its name.
    #[schema(required = false)]
    name: &'static str,
    /// Its name in addresses.
    #[schema(required = false)]
    code: &'static str,
    /// What it is for.
    #[schema(required = false)]
    description: &'static str,
    /// The types of the accounts whose tokens may have it.
    #[schema(required = false)]
    account_types: &'static [super::account::AccountType],
    /// How it may be used.
    #[schema(required = false)]
    settings: ModuleSettings,
}

/// How a module may be used.
#[derive(Serialize, ToSchema)]
#[allow(clippy::struct_excessive_bools)]
struct ModuleSettings {
    /// True when tokens may be given it.
    #[schema(required = false)]
    configurable: bool,
    /// True when every account has it from the beginning.
    #[schema(required = false)]
    default: bool,
    /// True when it costs something.
    #[schema(required = false)]
    paid: bool,
    /// True when it is kept for old accounts only.
    #[schema(required = false)]
    obsolete: bool,
}

/// A module as tokens name it.
#[derive(Serialize, ToSchema)]
#[schema(as = ModuleReference)]
pub struct ModuleReference {
    /// Its identifier.
    #[schema(required = false, pattern = r"^MOD-\d{4}$")]
    id: &'static str,
    /// Its name.
    #[schema(required = false)]
    name: &'static str,
    /// What it is for.
    #[schema(required = false)]
    description: &'static str,
}

/// The modules that these scopes hold.
pub fn references(scopes: &Scopes) -> Vec<ModuleReference> {
    let reference =
        |module: &'static Module| ModuleReference { id: module.id, name: module.name, description: module.description };
    held(scopes).map(reference).collect()
}

/// A module as a record.
pub fn record(module: &Module) -> Value {
    list::object(&ModuleShape {
        meta: None,
        id: module.id,
        href: format!("/accounts/modules/{}", module.id),
        name: module.name,
        code: module.code,
        description: module.description,
        account_types: module.account_types,
        settings: ModuleSettings { configurable: true, default: module.default, paid: false, obsolete: false },
    })
}

/// List modules
///
/// Every account type may read the catalogue: `accountTypes` says whose tokens a module is for.
#[utoipa::path(
    get, path = "/public/v1/accounts/modules", tag = "Modules", operation_id = "list_softwareone_modules",
    params(list::ListQuery),
    responses((status = 200, description = "A part of the catalogue", body = ListShape<ModuleShape>))
)]
pub async fn list(_: Bearer, Asked(query): Asked) -> Result<Json<Value>, Problem> {
    let records = MODULES.iter().map(record).collect();
    list::of_catalogue(records, &query, &PROPERTIES, &NAMES).map(Json)
}

/// Show a module
#[utoipa::path(
    get, path = "/public/v1/accounts/modules/{id}", tag = "Modules", operation_id = "show_softwareone_module",
    params(("id" = String, Path, description = "The identifier of the module"), list::SelectQuery),
    responses((status = 200, description = "The module", body = ModuleShape))
)]
pub async fn show(_: Bearer, Path(id): Path<String>, Asked(query): Asked) -> Result<Json<Value>, Problem> {
    let select = list::only_select(&query)?;
    if !is_module_id(&id) {
        return Err(Problem::field("id", "must be MOD- and four digits"));
    }
    let module = Module::of_id(&id).ok_or(ProblemKind::NotFound)?;
    Ok(Json(list::shown(record(module), select, &NAMES)))
}

fn is_module_id(id: &str) -> bool {
    id.strip_prefix("MOD-").is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
