//! A contract is served where it was named, and nowhere else; its paths are then like any that do not exist.

use crate::world::{Running, Setting, World};
use server::{
    begin,
    config::{self, Config, Contract, Flags},
    demo,
};
use std::path::Path;

/// A path under each contract.
fn path(contract: Contract) -> &'static str {
    match contract {
        Contract::Rncv => "/admin/nothing",
        Contract::VectorAi => "/auth/nothing",
        Contract::SoftwareOne => "/public/v1/nothing",
        Contract::Dfns => "/permissions/nothing/nothing",
    }
}

fn document(contract: Contract) -> String {
    format!("/v1/openapi/{}.json", contract.name())
}

#[tokio::test]
async fn no_contract_is_served_unless_it_was_named() {
    let world = World::new().await;
    for contract in Contract::ALL {
        world.get(path(contract)).bearer(&world.root.token).await.problem(404, "not-found");
        world.get(document(contract)).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_contract_that_was_named_is_served_alone() {
    for named in Contract::ALL {
        let world = World::with(Setting::usual().variable("JETON_CONTRACTS", named.name())).await;
        for contract in Contract::ALL {
            let status = if contract == named { 200 } else { 404 };
            world.get(document(contract)).await.expect(status);
            let answer = world.get(path(contract)).await.expect(404);
            // Dfns' paths under /auth have VectorAI's beside them, which are then in both shapes.
            let served = contract == named || (named, contract) == (Contract::Dfns, Contract::VectorAi);
            assert_eq!(answer["type"] == "/problems/not-found", !served, "{contract:?}: {answer}");
        }
    }
}

fn started(data: &Path, more: &[(&'static str, &str)]) -> Config {
    let data = [("data", data.to_str().unwrap())];
    let flags: Flags = data.iter().chain(more).map(|(key, value)| (*key, (*value).to_owned())).collect();
    config::load(&flags, &[], None).unwrap()
}

#[tokio::test]
async fn a_demonstration_serves_every_contract_and_a_later_start_remembers_them() {
    let (running, data) = (Running::start(Setting::usual()).await, tempfile::tempdir().unwrap());
    let built: Vec<_> = Contract::ALL.to_vec();
    assert_eq!(begin::contracts(&started(data.path(), &[])).unwrap(), [], "nobody gets them by accident");
    let first = started(data.path(), &[("demo", "true")]);
    assert_eq!(begin::contracts(&first).unwrap(), built);
    let file = data.path().join("demo.json");
    demo::make(running.authority(), &file, "http://a.example".to_owned(), &built).await.unwrap();

    assert_eq!(begin::contracts(&started(data.path(), &[])).unwrap(), built);
    let named = started(data.path(), &[("contracts", "vectorai")]);
    assert_eq!(begin::contracts(&named).unwrap(), [Contract::VectorAi], "what is named wins");
    let text: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let bound = begin::vectorai_organisation(&started(data.path(), &[]), &built).unwrap().unwrap();
    assert_eq!(text["organisations"][0]["id"], bound.to_string());

    std::fs::write(&file, r#"{"contracts": {"vectorai": {}}, "organisations": [{"id": "x"}]}"#).unwrap();
    let broken = started(data.path(), &[]);
    assert!(begin::vectorai_organisation(&broken, &[Contract::VectorAi]).is_err(), "no other organisation is taken");
    assert_eq!(begin::vectorai_organisation(&broken, &[Contract::Rncv]).unwrap(), None, "nobody asks");
    std::fs::write(&file, "{").unwrap();
    assert!(begin::contracts(&started(data.path(), &[])).is_err(), "which contracts there were is not guessed");
}

#[tokio::test]
async fn a_demonstration_for_some_contracts_is_remembered_as_that() {
    let (running, data) = (Running::start(Setting::usual()).await, tempfile::tempdir().unwrap());
    let first = started(data.path(), &[("demo", "true"), ("contracts", "rncv")]);
    let contracts = begin::contracts(&first).unwrap();
    let file = data.path().join("demo.json");
    demo::make(running.authority(), &file, "http://a.example".to_owned(), &contracts).await.unwrap();
    for again in [&[] as &[_], &[("demo", "true")]] {
        assert_eq!(begin::contracts(&started(data.path(), again)).unwrap(), [Contract::Rncv], "{again:?}");
    }
}
