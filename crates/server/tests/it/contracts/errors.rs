//! Whatever fails under the paths of a contract has the contract's own shape: also what the router, what is
//! around it, or the door refuses. What stands in the header of a native problem stands there too.

use crate::{
    door::raw::{exchange, status},
    world::{Answer, Setting, World},
};
use http::Method;
use serde_json::{Value, json};
use server::config::Contract;

/// A path within each contract that it has no route for, beside its document.
fn root(contract: Contract) -> &'static str {
    match contract {
        Contract::Rncv => "/admin",
        Contract::VectorAi => "/auth",
        Contract::SoftwareOne => "/public/v1",
        Contract::Dfns => "/auth/pats/x/y/z",
    }
}

/// Fails when a body is not an error in the contract's shape, and no native problem either.
#[track_caller]
fn check(contract: Contract, status: u16, body: &Value) {
    assert!(!body["type"].to_string().contains("/problems/"), "{contract:?}: {body}");
    match contract {
        Contract::Rncv => {
            let lists = |fields: &serde_json::Map<String, Value>| fields.values().all(Value::is_array);
            assert!(body["detail"].is_string() || body.as_object().is_some_and(lists), "{body}");
        }
        Contract::VectorAi => {
            assert_eq!(body["status"], "error", "{body}");
            assert!(body["message"].is_string(), "{body}");
        }
        Contract::SoftwareOne => {
            assert_eq!(body["status"], status, "{body}");
            assert!(["type", "title", "detail"].iter().all(|member| body[member].is_string()), "{body}");
        }
        Contract::Dfns => {
            let error = &body["error"];
            assert!(error["id"].is_string() && error["details"].is_object(), "{body}");
            assert_eq!((&error["status"], &error["message"]), (&json!(status), &body["message"]), "{body}");
            assert!(body["message"].is_string(), "{body}");
        }
    }
}

#[track_caller]
fn checked(contract: Contract, status: u16, answer: &Answer) -> Value {
    let body = answer.expect(status);
    check(contract, status, &body);
    body
}

#[tokio::test]
async fn what_does_not_exist_is_refused_in_the_shape_of_its_contract() {
    let world = World::with_contracts().await;
    for contract in Contract::ALL {
        for path in ["", "/", "/nothing", "/nothing/at/all"] {
            let path = format!("{}{path}", root(contract));
            checked(contract, 404, &world.get(path.as_str()).bearer(&world.root.token).await);
            checked(contract, 404, &world.put(path, json!({})).bearer(&world.root.token).await);
        }
        let answer = world.call(Method::POST, format!("/v1/openapi/{}.json", contract.name())).await;
        checked(contract, 405, &answer);
        assert_eq!(answer.field("allow"), Some("GET,HEAD"), "{contract:?}");
    }
}

#[tokio::test]
async fn a_secret_in_a_url_is_refused_in_the_shape_of_its_contract() {
    let world = World::with_contracts().await;
    let key = "0123456789abcdef0123456789abcdef01234567";
    let secrets = [&world.root.token, "vdai_0123456789abcdef", "idt:TKN-0000-0012:0123456789abcdef", key];
    for contract in Contract::ALL {
        for secret in secrets {
            for path in [format!("/{secret}"), format!("?q={secret}"), format!("/x?token={secret}")] {
                let answer = world.get(format!("{}{path}", root(contract))).await;
                checked(contract, 400, &answer);
                assert!(!answer.text().contains(&secret[16..]), "{}", answer.text());
            }
        }
    }
}

#[tokio::test]
async fn unknown_parameters_are_refused_in_the_shape_of_their_contract() {
    let world = World::with_contracts().await;
    let rncv = checked(Contract::Rncv, 400, &world.get("/v1/openapi/rncv.json?colour=red").await);
    assert_eq!(rncv, json!({"colour": ["This field is not known here."]}));
    let vectorai = checked(Contract::VectorAi, 400, &world.get("/v1/openapi/vectorai.json?colour=red").await);
    assert_eq!(vectorai["message"], "Invalid field: colour is not known here");
    let softwareone = checked(Contract::SoftwareOne, 400, &world.get("/v1/openapi/softwareone.json?colour=red").await);
    assert_eq!(softwareone["errors"], json!({"colour": ["is not known here"]}));
    assert_eq!(softwareone["title"], "Bad Request");
    let dfns = checked(Contract::Dfns, 400, &world.get("/v1/openapi/dfns.json?colour=red").await);
    assert_eq!(dfns["message"], "colour is not known here");
    assert_eq!(dfns["error"]["details"], json!({"fields": {"colour": ["is not known here"]}}));
}

#[tokio::test]
async fn what_the_door_refuses_has_the_shape_of_its_contract() {
    let world = World::with_contracts().await;
    for contract in Contract::ALL {
        for (head, expected) in [
            (format!("TRACE {}/x HTTP/1.1\r\nhost: a", root(contract)), 405),
            (format!("GET {}/x%00 HTTP/1.1\r\nhost: a", root(contract)), 400),
            (format!("GET {}/x HTTP/1.1\r\nhost: a\r\nauthorization: x\r\nauthorization: y", root(contract)), 400),
        ] {
            let answer = exchange(world.address, format!("{head}\r\nconnection: close\r\n\r\n")).await;
            assert_eq!(status(&answer), expected, "{head}: {answer}");
            let body = answer.split_once("\r\n\r\n").unwrap().1;
            check(contract, expected, &serde_json::from_str(body).unwrap());
            assert_eq!(answer.contains("\r\nallow: "), expected == 405, "{answer}");
        }
    }
}

/// Nobody can know whose client asks for a path under `/auth` that no contract has.
#[tokio::test]
async fn unknown_paths_under_auth_carry_both_shapes() {
    for contracts in ["vectorai", "dfns", "vectorai,dfns", "dfns,vectorai"] {
        let world = World::with(Setting::usual().variable("JETON_CONTRACTS", contracts)).await;
        for path in ["/auth", "/auth/nothing", "/auth/pats/x/y", "/auth/access_token/x/y"] {
            let unknown = world.get(path).await;
            checked(Contract::VectorAi, 404, &unknown);
            checked(Contract::Dfns, 404, &unknown);
        }
        let both = world.get("/auth/nothing?token=x").await;
        let contract = if contracts == "dfns" { Contract::Dfns } else { Contract::VectorAi };
        checked(contract, 400, &both);
    }
}

#[tokio::test]
async fn the_native_api_keeps_its_problems_beside_every_contract() {
    let world = World::with_contracts().await;
    world.get("/v1/tokens").await.problem(401, "unauthenticated");
    world.get("/v1/openapi/nothing.json").await.problem(404, "not-found");
    for path in ["/administration", "/authority", "/public/v10", "/public", "/backend/api/v10"] {
        world.get(path).await.problem(404, "not-found");
    }
}
