//! The document of a contract says what its routes do: it is the snapshot in `docs/api`, it is served, and no
//! route exists beside it (S-42).

use crate::{
    snapshot::assert_snapshot,
    world::{World, document},
};
use http::Method;
use server::{config::Contract, contracts, router};
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn the_snapshots_and_what_is_served_are_the_documents() {
    let world = World::with_contracts().await;
    for contract in Contract::ALL {
        let text = router::contract_document(contract).to_pretty_json().unwrap();
        let served = world.get(format!("/v1/openapi/{}.json", contract.name())).await;
        served.expect(200);
        assert_eq!(served.text(), text, "{contract:?}");
        assert_snapshot(&format!("docs/api/{}.json", contract.name()), &format!("{text}\n"));
    }
}

#[test]
fn every_operation_says_what_it_does_and_lies_under_its_contract() {
    let mut names = BTreeSet::new();
    for contract in Contract::ALL {
        let document = document::of_contract(contract);
        for operation in document::operations_of(document) {
            let (id, value) = (&operation.id, &operation.value);
            assert!(names.insert(id.clone()), "{} {} needs a name of its own", operation.method, operation.path);
            assert!(value["summary"].as_str().is_some_and(|text| !text.is_empty() && !text.ends_with('.')), "{id}");
            assert!(value["tags"].as_array().is_some_and(|tags| tags.len() == 1), "{id}");
            assert!(contracts::surfaces(&[contract]).at(&operation.path).is_some(), "{id}: {}", operation.path);
            let security = value.get("security").or(document.get("security")).unwrap();
            for scheme in security.as_array().unwrap().iter().flat_map(|one| one.as_object().unwrap().keys()) {
                assert!(document["components"]["securitySchemes"][scheme].is_object(), "{id}: {scheme}");
            }
            for (status, response) in value["responses"].as_object().unwrap() {
                assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{id} {status}");
            }
        }
    }
}

#[tokio::test]
async fn a_path_takes_the_documented_methods_and_says_which() {
    let world = World::with_contracts().await;
    for contract in Contract::ALL {
        let mut methods = BTreeMap::<String, BTreeSet<String>>::new();
        for operation in document::operations_of(document::of_contract(contract)) {
            let allowed = methods.entry(operation.path.clone()).or_default();
            allowed.insert(operation.method.to_string());
            if operation.method == Method::GET {
                allowed.insert("HEAD".to_owned());
            }
        }
        for (path, documented) in methods {
            let answer = world.call(Method::OPTIONS, path.replace(['{', '}'], "")).await;
            answer.expect(405);
            let allowed = answer.field("allow").unwrap_or_default().split(',').map(|method| method.trim().to_owned());
            assert_eq!(allowed.collect::<BTreeSet<_>>(), documented, "{path}");
        }
    }
}
