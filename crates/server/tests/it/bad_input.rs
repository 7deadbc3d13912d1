//! Whatever is malformed is refused with a problem that names the field and the rule, on every route that takes
//! it, and nothing is written.
//!
//! | file | promise |
//! | --- | --- |
//! | `json` | a body has one reading, or is refused |
//! | `schema` | what the document does not allow is refused by name, found from the document itself |
//! | `words` | identifiers, names, dates, scopes and networks keep their rules, and no refused value is repeated |

mod json;
mod schema;
mod words;

use crate::world::{
    Call, World,
    document::{self, Operation},
    requests::{self, Content},
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const NOBODY: &str = "0190aaaa-0000-7000-8000-000000000000";

/// A world with the cookie of somebody who signed in.
struct Tried {
    world: World,
    cookie: String,
}

impl Tried {
    async fn new() -> Self {
        let world = World::new().await;
        world.give_password(&world.root).await;
        let cookie = world.sign_in(&world.root).await;
        Self { world, cookie }
    }

    /// What a good request of this operation is about.
    fn subject(&self, operation: &Operation) -> String {
        let acme = &self.world.acme;
        match operation.id.as_str() {
            "update_token" | "rotate_token" => acme.member.token_id.clone(),
            "update_user" | "issue_token" | "delete_tokens" => acme.member.id.clone(),
            "update_service_account" => acme.robot.id.clone(),
            "update_organisation" | "create_user" | "create_service_account" => acme.id.clone(),
            _ => NOBODY.to_owned(),
        }
    }

    /// A request to this path by somebody who may do everything.
    fn call(&self, operation: &Operation, path: &str) -> Call<'_> {
        let call = self.world.call(operation.method.clone(), path);
        let security = operation.value["security"].to_string();
        if security.contains("session") || operation.id.contains("sign_in") {
            return call.cookie(&self.cookie);
        }
        call.bearer(&self.world.root.token)
    }

    /// The same with a body that a good request would have, in another form.
    fn with_body(&self, operation: &Operation, body: impl Into<bytes::Bytes>) -> Call<'_> {
        let path = operation.at(&self.subject(operation));
        self.call(operation, &path).body("application/json", body)
    }
}

/// Every operation that takes a JSON object, with the schema of it.
fn with_json() -> Vec<(Operation, Value)> {
    let schema = |operation: &Operation| {
        let content = &operation.value["requestBody"]["content"]["application/json"]["schema"];
        content.is_object().then(|| plain(&document::resolved(content)))
    };
    let all =
        document::operations().into_iter().filter_map(|operation| schema(&operation).map(|schema| (operation, schema)));
    all.collect()
}

/// The schema without the alternative that is null, and of several alternatives the first.
fn plain(schema: &Value) -> Value {
    let Some(Value::Array(alternatives)) = schema.get("oneOf").or(schema.get("anyOf")) else { return schema.clone() };
    alternatives.iter().find(|one| one["type"] != "null").map_or_else(|| schema.clone(), plain)
}

fn good_body(operation: &Operation, subject: &str) -> Map<String, Value> {
    match requests::content(&operation.id, subject) {
        Content::Json(Value::Object(body)) => body,
        _ => panic!("{} takes an object", operation.id),
    }
}

/// The members that a schema names, in whatever alternative or part.
fn members(schema: &Value) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    if let Some(properties) = schema["properties"].as_object() {
        all.extend(properties.clone());
    }
    for parts in ["oneOf", "anyOf", "allOf"] {
        for part in schema[parts].as_array().into_iter().flatten() {
            all.extend(members(part));
        }
    }
    all
}
