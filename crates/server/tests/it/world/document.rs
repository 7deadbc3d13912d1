//! Every answer is checked against the OpenAPI document of its surface: its status must be documented for the
//! operation, and its body must fit the schema, with no member that the schema does not name.

use super::Answer;
use http::Method;
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};
use server::{config::Contract, contracts, state::Server};
use std::{
    collections::BTreeMap,
    sync::{LazyLock, Mutex, OnceLock},
};

/// The media type of the pages for people.
const MARKDOWN: &str = "text/markdown; charset=utf-8";
/// The media type of values that stand on a line each.
const LINES: &str = "application/jsonl";
static DOCUMENT: OnceLock<Value> = OnceLock::new();
static CONTRACTS: LazyLock<BTreeMap<Contract, Value>> = LazyLock::new(|| {
    let made = |contract| (contract, serde_json::to_value(server::router::contract_document(contract)).unwrap());
    Contract::ALL.into_iter().map(made).collect()
});
static VALIDATORS: LazyLock<Mutex<BTreeMap<String, Validator>>> = LazyLock::new(Mutex::default);

/// One operation of the document.
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) value: Value,
}

impl Operation {
    /// The path with its parameters: the identifier `id`, and else a word that exists.
    pub(crate) fn at(&self, id: &str) -> String {
        self.path.replace("{id}", id).replace("{slug}", "not-found")
    }

    /// The path with these parameters in their order.
    pub(crate) fn with(&self, parameters: &str) -> String {
        let mut parameters = parameters.split('/');
        let filled =
            |part: &str| if part.starts_with('{') { parameters.next().unwrap().to_owned() } else { part.to_owned() };
        self.path.split('/').map(filled).collect::<Vec<_>>().join("/")
    }
}

/// The document that the router makes.
pub(crate) fn of(server: &Server) -> &'static Value {
    DOCUMENT.get_or_init(|| {
        let (_, document) = server::router::router(server);
        serde_json::to_value(document).unwrap()
    })
}

/// The document, which a world has made.
pub(crate) fn made() -> &'static Value {
    DOCUMENT.get().expect("a world makes the document")
}

/// The document of a contract.
pub(crate) fn of_contract(contract: Contract) -> &'static Value {
    &CONTRACTS[&contract]
}

/// Every operation of the native API.
pub(crate) fn operations() -> Vec<Operation> {
    operations_of(made())
}

/// Every operation of a document.
pub(crate) fn operations_of(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push(Operation {
                id: operation["operationId"].as_str().unwrap_or_default().to_owned(),
                method: method.to_ascii_uppercase().parse().unwrap(),
                path: path.clone(),
                value: operation.clone(),
            });
        }
    }
    all
}

/// The operation of this name.
pub(crate) fn operation(id: &str) -> Operation {
    operations().into_iter().find(|operation| operation.id == id).unwrap_or_else(|| panic!("no operation {id}"))
}

/// The schema of the native API with every reference replaced by what it names.
pub(crate) fn resolved(schema: &Value) -> Value {
    resolve(made(), schema, Members::Open)
}

/// What an object may hold beyond the members that its schema names.
#[derive(Clone, Copy, PartialEq)]
enum Members {
    Open,
    Closed,
    /// Parts of one object: the whole is closed, not the part.
    Parts,
}

fn resolve(document: &Value, schema: &Value, members: Members) -> Value {
    let inner = if members == Members::Open { Members::Open } else { Members::Closed };
    let Value::Object(given) = schema else { return schema.clone() };
    if let Some(reference) = given.get("$ref") {
        let name = reference.as_str().unwrap().strip_prefix("#/components/schemas/").unwrap();
        let target = &document["components"]["schemas"][name];
        assert!(target.is_object(), "{name} is no schema");
        return resolve(document, target, members);
    }
    let mut made = Map::new();
    for (key, value) in given {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                properties.iter().map(|(name, value)| (name.clone(), resolve(document, value, inner))).collect()
            }
            ("oneOf" | "anyOf", Value::Array(schemas)) => {
                schemas.iter().map(|one| resolve(document, one, inner)).collect()
            }
            ("allOf", Value::Array(schemas)) => {
                let parts = if members == Members::Open { Members::Open } else { Members::Parts };
                schemas.iter().map(|one| resolve(document, one, parts)).collect()
            }
            ("items" | "additionalProperties", value) => resolve(document, value, inner),
            (_, value) => value.clone(),
        };
        made.insert(key.clone(), value);
    }
    let names_members = made.contains_key("properties") || made.contains_key("allOf");
    if members == Members::Closed && names_members && !made.contains_key("additionalProperties") {
        made.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
    }
    Value::Object(made)
}

/// The template of the router that a path takes: the one with the fewest parameters.
fn template(document: &Value, path: &str) -> Option<String> {
    let fits = |template: &&String| {
        let (wanted, given) = (template.split('/'), path.split('/'));
        let same = wanted.clone().count() == given.clone().count();
        same && wanted
            .zip(given)
            .all(|(wanted, given)| wanted == given || (wanted.starts_with('{') && !given.is_empty()))
    };
    let paths = document["paths"].as_object().unwrap();
    paths.keys().filter(fits).min_by_key(|template| template.matches('{').count()).cloned()
}

/// The path as the document writes it: without the address below which its operations are, too.
fn below_base<'a>(document: &Value, path: &'a str) -> &'a str {
    let bases = document["servers"].as_array().into_iter().flatten().filter_map(|server| server["url"].as_str());
    let below = bases.filter(|base| *base != "/").find_map(|base| path.strip_prefix(base));
    below.filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

/// What the answers of a surface must fit.
struct Expected {
    document: &'static Value,
    /// The name of the document, and the media type and the schema of its errors.
    name: &'static str,
    media_type: &'static str,
    schema: &'static str,
}

impl Expected {
    /// The native API's document, or the one of the served contract that the path belongs to.
    fn at(server: &Server, path: &str) -> Self {
        let surface = contracts::surfaces(&server.contracts).at(path);
        let contract =
            |schema| Contract::ALL.into_iter().find(|contract| contracts::surface(*contract).schema == schema);
        match surface.and_then(|surface| Some((contract(surface.schema)?, surface))) {
            None => {
                let (name, media_type, schema) = ("native", "application/problem+json", "Problem");
                Self { document: made(), name, media_type, schema }
            }
            Some((contract, surface)) => Self {
                document: of_contract(contract),
                name: contract.name(),
                media_type: surface.media_type,
                schema: surface.schema,
            },
        }
    }
}

/// Fails when an answer is not what the document says.
pub(super) fn check(server: &Server, method: &Method, target: &str, answer: &Answer) {
    if method == Method::HEAD {
        assert!(answer.body.is_empty(), "{}", answer.call);
        return;
    }
    let path = target.split('?').next().unwrap();
    if path == "/console" || path.starts_with("/console/") {
        // Pages are for people: what holds for every one of them is looked at where it is read.
        return;
    }
    let expected = Expected::at(server, path);
    let (call, status) = (&answer.call, answer.status.to_string());
    check_kept(answer);
    let Some(template) = template(expected.document, below_base(expected.document, path)) else {
        assert!(["400", "404"].contains(&status.as_str()), "{call} is not in the document and answered {status}");
        return check_error(&expected, answer);
    };
    let operation = &expected.document["paths"][&template][method.as_str().to_ascii_lowercase()];
    if operation.is_null() {
        assert!(["400", "405"].contains(&status.as_str()), "{call} is not in the document and answered {status}");
        return check_error(&expected, answer);
    }
    let documented = &operation["responses"][&status];
    assert!(documented.is_object(), "{call} answered {status}, which is not documented: {}", answer.text());
    match documented["content"].as_object() {
        None => assert!(answer.body.is_empty(), "{call}: a body is not documented for {status}: {}", answer.text()),
        Some(content) => {
            let kind = answer.field("content-type").unwrap_or_default();
            let schema = content.get(kind).unwrap_or_else(|| panic!("{call}: {kind} is not documented for {status}"));
            if kind == LINES {
                check_lines(&expected, &format!("{method} {template} {status} lines"), &schema["schema"], answer);
            } else if kind != MARKDOWN {
                check_body(&expected, &format!("{method} {template} {status}"), &schema["schema"], answer);
            }
        }
    }
    // What an operation answers a failure with is the error of its surface, unless it documents another.
    let own = json!({"$ref": format!("#/components/schemas/{}", expected.schema)});
    if answer.status >= 400 && documented["content"][expected.media_type]["schema"] == own {
        check_error(&expected, answer);
    }
}

/// What every answer of the router and of the hot door has in common.
fn check_kept(answer: &Answer) {
    // Pages for people are the same for everybody; everything else is nobody's to keep.
    let is_page = answer.status == 200 && answer.field("content-type") == Some(MARKDOWN);
    let kept = if is_page { "public, max-age=3600" } else { "no-store" };
    assert_eq!(answer.field("cache-control"), Some(kept), "{}", answer.call);
}

fn check_error(expected: &Expected, answer: &Answer) {
    assert_eq!(answer.field("content-type"), Some(expected.media_type), "{}", answer.call);
    check_body(expected, "error", &json!({"$ref": format!("#/components/schemas/{}", expected.schema)}), answer);
    if expected.schema == "Problem" {
        let problem: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(problem["status"], answer.status, "{}", answer.call);
        // What is refused before anything looks at it has no name.
        if let Some(id) = answer.field("x-request-id") {
            assert_eq!(problem["request_id"], id, "{}", answer.call);
        }
    }
}

fn check_lines(expected: &Expected, name: &str, schema: &Value, answer: &Answer) {
    for line in answer.text().lines() {
        check_value(expected, name, schema, answer, &serde_json::from_str(line).unwrap());
    }
}

fn check_body(expected: &Expected, name: &str, schema: &Value, answer: &Answer) {
    let body: Value = serde_json::from_slice(&answer.body)
        .unwrap_or_else(|error| panic!("{}: {error}: {}", answer.call, answer.text()));
    check_value(expected, name, schema, answer, &body);
}

fn check_value(expected: &Expected, name: &str, schema: &Value, answer: &Answer, body: &Value) {
    let mut validators = VALIDATORS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let validator = validators.entry(format!("{} {name}", expected.name)).or_insert_with(|| {
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        options.build(&resolve(expected.document, schema, Members::Closed)).unwrap()
    });
    let wrong: Vec<_> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{} does not fit the document: {wrong:#?}\n{body:#}", answer.call);
}
