//! The OpenAPI document says what the router does: it is the snapshot in `docs/api/openapi.json`, it is served,
//! and no route exists beside it (S-42).

use crate::{
    snapshot::{assert_snapshot, repository},
    world::{World, document},
};
use http::Method;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn the_snapshot_and_what_is_served_are_the_document() {
    let world = World::new().await;
    let (_, document) = server::router::router(&world.server);
    let text = document.to_pretty_json().unwrap();
    let served = world.get("/v1/openapi.json").await;
    served.expect(200);
    assert_eq!(served.text(), text);
    assert_snapshot("docs/api/openapi.json", &format!("{text}\n"));
}

#[tokio::test]
async fn every_operation_says_what_it_does_and_who_may() {
    let _world = World::new().await;
    let document = document::made();
    assert_eq!(document["openapi"].as_str().map(|version| &version[..4]), Some("3.1."));
    let mut names = BTreeSet::new();
    for operation in document::operations() {
        let value = &operation.value;
        let id = &operation.id;
        assert!(
            !id.is_empty() && names.insert(id.clone()),
            "{} {} needs a name of its own",
            operation.method,
            operation.path
        );
        assert!(value["summary"].as_str().is_some_and(|text| !text.is_empty() && !text.ends_with('.')), "{id}");
        assert!(value["tags"].as_array().is_some_and(|tags| tags.len() == 1), "{id}");
        let security = value.get("security").or(document.get("security")).unwrap();
        let known = &document["components"]["securitySchemes"];
        for scheme in security.as_array().unwrap().iter().flat_map(|one| one.as_object().unwrap().keys()) {
            assert!(known[scheme].is_object(), "{id}: {scheme}");
        }
        for (status, response) in value["responses"].as_object().unwrap() {
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{id} {status}");
        }
        let named = operation.path.matches('{').count();
        let parameters = value["parameters"].as_array().into_iter().flatten();
        assert_eq!(parameters.filter(|parameter| parameter["in"] == "path").count(), named, "{id}");
    }
    assert!(names.len() >= 40, "{}", names.len());
}

#[tokio::test]
async fn problems_are_documented_only_where_they_can_occur() {
    let _world = World::new().await;
    let statuses = |id: &str| -> Vec<u16> {
        let operation = document::operation(id);
        let responses = operation.value["responses"].as_object().unwrap();
        responses.keys().map(|status| status.parse().unwrap()).collect()
    };
    assert_eq!(statuses("health"), [200, 400, 500, 503]);
    assert_eq!(statuses("whoami"), [200, 400, 401, 500, 503]);
    assert_eq!(statuses("show_token"), [200, 400, 401, 403, 404, 410, 500, 503]);
    assert_eq!(statuses("delete_token"), [204, 400, 401, 403, 404, 410, 412, 500, 503]);
    assert_eq!(statuses("issue_token"), [201, 400, 401, 403, 408, 409, 413, 415, 500, 503]);
    assert_eq!(statuses("sign_in"), [201, 400, 401, 403, 408, 413, 415, 429, 500, 503]);
}

#[tokio::test]
async fn a_path_takes_the_documented_methods_and_no_other() {
    let world = World::new().await;
    let mut methods = BTreeMap::<String, BTreeSet<String>>::new();
    for operation in document::operations() {
        let allowed = methods.entry(operation.path.clone()).or_default();
        allowed.insert(operation.method.to_string());
        if operation.method == Method::GET {
            allowed.insert("HEAD".to_owned());
        }
    }
    for (path, documented) in methods {
        // Nobody's identifier: what answers is still the path's own.
        let path = path.replace("{id}", "0190aaaa-0000-7000-8000-000000000000").replace("{slug}", "not-found");
        let answer = world.call(Method::OPTIONS, &path).await;
        answer.problem(405, "method-not-allowed");
        let allowed = answer.field("allow").unwrap_or_default().split(',').map(|method| method.trim().to_owned());
        assert_eq!(allowed.collect::<BTreeSet<_>>(), documented, "{path}");
    }
}

/// Routes that are added in any other way would not stand in the document.
#[test]
fn routes_are_made_together_with_their_documentation() {
    let whole = std::fs::read_to_string(repository("crates/server/src/router.rs")).unwrap();
    // The console is for people: its pages stand in no document, and all before the native API.
    let (before, behind) = whole.split_once("\nfn console(").unwrap();
    let page = [before, behind.split_once("\nfn native(").unwrap().1].concat();
    for way in [".route(", ".route_service(", ".nest_service("] {
        assert!(!page.contains(way), "router.rs has {way}");
    }
    // The routes of a contract come with a document of their own, and stand again below each address that it
    // names; both in one place.
    for (way, places) in [
        (".merge(", &["router.merge(described(contract, &document))", "router.merge(console(server))"][..]),
        (".nest(", &["bases(document).fold(router.clone(), |all, base| all.nest(base, router.clone()))"]),
    ] {
        assert_eq!(page.matches(way).count(), places.len(), "{way}");
        assert!(places.iter().all(|place| page.contains(place)), "{way}");
    }
}

#[tokio::test]
async fn what_is_not_in_the_document_does_not_exist() {
    let world = World::new().await;
    for path in ["/", "/v1", "/v1/", "/v1/tokens/", "/v2/tokens", "/v1/token", "/metrics", "/debug", "/v1/Tokens"] {
        world.get(path).bearer(&world.root.token).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn unknown_parameters_of_a_query_are_refused_everywhere() {
    let world = World::new().await;
    let subject = world.root.token_id.clone();
    for operation in document::operations() {
        let path = operation.at(&subject);
        let answer = world.call(operation.method.clone(), format!("{path}?colour=red&limit=1&limit=2"));
        let answer = answer.bearer(&world.root.token).body("application/json", "{}").await;
        let problem: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.status, 400, "{}: {problem}", operation.id);
        if !operation.value["security"].to_string().contains("session") {
            let fields = problem["fields"].as_array().unwrap();
            assert!(fields.iter().any(|field| field["field"] == "colour"), "{}: {problem}", operation.id);
        }
    }
}
