//! A demonstration serves its contracts again at every later start, and what was deleted at the door of one stays
//! deleted at all of them.

use crate::{
    client::{Answer, Client},
    installation::{Installation, Server},
    program::Program,
};
use http::Method;
use serde_json::{Value, json};
use std::fs;

fn rncv(client: &Client, method: Method, key: &str, body: Option<&Value>) -> Answer {
    client.send(method, "/admin/tokens", &[("authorization", &format!("Token {key}"))], body)
}

#[test]
fn contracts_and_their_deletions_outlive_a_restart() {
    let installation = Installation::new();
    let start = |flags: &[&str]| {
        let mut command = installation.command();
        command.env_remove("JETON_BOOTSTRAP_TOKEN").args(flags);
        Server::of(Program::spawn(&mut command))
    };
    let mut server = start(&["--demo"]);
    let demo = fs::read_to_string(installation.data().join("demo.json")).unwrap();
    let demo: Value = serde_json::from_str(&demo).unwrap();
    let door = &demo["contracts"]["rncv"];
    let text = |name: &str| door[name].as_str().unwrap();
    let (administrator, member) = (text("organisation_administrator_token"), text("member_token"));
    rncv(&server.client(), Method::GET, text("application_administrator_token"), None).expect(200);
    rncv(&server.client(), Method::GET, member, None).expect(403);
    let foreign = json!({"key": text("other_organisation_token")});
    rncv(&server.client(), Method::DELETE, administrator, Some(&foreign)).expect(404);
    let key = json!({"user_id": door["member_user_id"]});
    rncv(&server.client(), Method::DELETE, administrator, Some(&key)).expect(200);
    server.kill();

    let mut server = start(&[]);
    rncv(&server.client(), Method::GET, member, None).expect(401);
    rncv(&server.client(), Method::DELETE, administrator, Some(&key)).expect(404);
    let verifier = server.client().with(demo["verifier"]["token"].as_str().unwrap());
    verifier.expect_refused(member, "deleted");
    verifier.expect_active(text("other_organisation_token"));
    for name in demo["contracts"].as_object().unwrap().keys() {
        server.client().get(&format!("/v1/openapi/{name}.json")).expect(200);
    }
    assert!(server.stop().success(), "{}", server.err());
    // Named ones win over remembered ones.
    let server = start(&["--contracts", "vectorai"]);
    server.client().get("/v1/openapi/rncv.json").expect(404);
}
