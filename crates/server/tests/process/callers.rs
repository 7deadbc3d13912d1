//! The log says who tried: the line of a refused request names the caller, once he is known (S-48).

use crate::installation::Installation;
use serde_json::{Value, json};

#[test]
fn the_line_of_a_refused_attempt_names_the_caller() {
    let installation = Installation::new();
    let mut server = installation.start_with(&["--log-format", "json"]);
    let administrator = installation.administrator(&server);
    let made = administrator.post("/v1/service-accounts", &json!({"name": "Curious"})).expect(201).json();
    let token = administrator.issue(&json!({"name": "curious", "owner": made["id"]}));
    let curious = administrator.with(&token.secret);
    curious.post("/v1/organisations", &json!({"name": "Mine"})).expect(403);
    curious.get("/v1/tokens/0190aaaa-0000-7000-8000-000000000000").expect(404);
    server.client().get("/v1/journal").expect(401);
    assert!(server.stop().success());
    let log = server.err();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let caller_of = |status: u64| {
        let line = lines.iter().find(|line| line["target"] == "server::request" && line["status"] == status);
        line.unwrap_or_else(|| panic!("no line of {status} in {log}"))["span"]["caller"].clone()
    };
    assert_eq!((caller_of(403), caller_of(404)), (made["id"].clone(), made["id"].clone()));
    assert_eq!(caller_of(401), Value::Null);
    assert!(!log.contains(&token.secret), "{log}");
}
