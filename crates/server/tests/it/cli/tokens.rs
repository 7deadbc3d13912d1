//! Promise: a token is led through its whole life from the command line, and every step reads well.

use super::serving::{Serving, Transcript};
use crate::snapshot::assert_snapshot;

#[test]
fn a_token_walks_through_its_life() {
    let server = Serving::start_for_transcript();
    let mut seen = Transcript::default();
    let mut run = |arguments: &[&str], input: &str, code: i32| {
        let ran = server.run_with(arguments, input).expect(code);
        seen.add(arguments, &ran);
        ran
    };
    let create = ["token", "create", "deploy", "--description", "ships to production", "--label", "env=prod"];
    let more = ["--scope", "service:*", "--network", "192.0.2.0/24", "--expires-in", "30d"];
    let created = run(&[&create[..], &more[..]].concat(), "", 0);
    let secret = created.out.lines().last().unwrap().to_owned();
    assert!(secret.starts_with("jtn_"));
    let id =
        server.run(&["--json", "token", "list", "--label", "env=prod"]).json()[0]["id"].as_str().unwrap().to_owned();
    run(&["token", "list"], "", 0);
    run(&["token", "list", "--wide", "--name-contains", "DEPLOY", "--total"], "", 0);
    run(&["token", "show", &id], "", 0);
    run(&["token", "verify", "--address", "192.0.2.7", "--scope", "service:read"], &secret, 0);
    run(&["token", "verify", "--address", "198.51.100.7"], &secret, 7);
    run(&["token", "update", &id, "--any-network", "--no-labels", "--never-expires", "--name", "deployment"], "", 0);
    run(&["token", "update", &id, "--name", "late", "--revision", "1"], "", 6);
    let rotated = run(&["--quiet", "token", "rotate", &id, "--overlap", "1h"], "", 0).out;
    run(&["--quiet", "token", "verify"], &secret, 0);
    run(&["--quiet", "token", "rotate", &id, "--secret-file", "kept"], "", 0);
    run(&["token", "verify"], &rotated, 7);
    let kept = std::fs::read_to_string(server.home.file("kept")).unwrap();
    run(&["token", "disable", &id], "", 0);
    run(&["token", "verify"], &kept, 7);
    run(&["token", "enable", &id], "", 0);
    run(&["token", "delete", &id], "", 2);
    run(&["--yes", "token", "delete", &id, "--reason", "left the company"], "", 0);
    run(&["token", "verify"], &kept, 7);
    run(&["token", "show", &id], "", 3);
    run(&["token", "show", &id, "--deleted"], "", 0);
    run(&["--yes", "token", "delete", &id], "", 3);
    run(&["journal", "tail", "--token", &id], "", 0);
    assert_snapshot("crates/server/tests/it/cli/transcripts/token.txt", &seen.text());
}

#[test]
fn json_is_what_the_server_sent_and_a_list_is_one_array_over_all_pages() {
    let server = Serving::start();
    for number in 0..205 {
        server.run(&["--quiet", "token", "create", &format!("token {number}")]).expect(0);
    }
    let all = server.run(&["--json", "token", "list", "--all", "--sort", "created"]).expect(0).json();
    let names: Vec<_> =
        all.as_array().unwrap().iter().map(|token| token["name"].as_str().unwrap().to_owned()).collect();
    let expected: Vec<_> = (0..205).map(|number| format!("token {number}")).collect();
    assert_eq!((names[0].as_str(), &names[1..]), ("bootstrap", &expected[..]));
    let some = server.run(&["--json", "token", "list", "--limit", "203"]).expect(0).json();
    assert_eq!(some.as_array().unwrap().len(), 203);
    let created = server.run(&["--json", "token", "create", "one"]).expect(0).json();
    assert!(created["secret"].is_string() && created["revision"] == 1);
}

#[test]
fn a_filter_deletes_what_was_previewed_and_asks_first() {
    let server = Serving::start_for_transcript();
    for number in 0..3 {
        server.run(&["--quiet", "token", "create", &format!("old {number}"), "--label", "batch=a"]).expect(0);
    }
    let kept = server.run(&["--quiet", "token", "create", "kept"]).expect(0).out;
    let mut seen = Transcript::default();
    let mut run = |arguments: &[&str], code: i32| seen.add(arguments, &server.run(arguments).expect(code));
    run(&["token", "delete"], 2);
    run(&["token", "delete", "--label", "batch=z"], 0);
    run(&["token", "delete", "--label", "batch=a", "--dry-run"], 0);
    run(&["token", "delete", "--label", "batch=a"], 2);
    run(&["--yes", "token", "delete", "--label", "batch=a", "--reason", "rotated out"], 0);
    run(&["token", "list", "--label", "batch"], 0);
    assert_snapshot("crates/server/tests/it/cli/transcripts/token_delete.txt", &seen.text());
    server.run_with(&["token", "verify"], &kept).expect(0);
}

#[test]
fn a_lost_creation_is_repeated_with_its_key() {
    let server = Serving::start();
    let create = ["--json", "token", "create", "once", "--idempotency-key", "k1"];
    let (first, second) = (server.run(&create).expect(0).json(), server.run(&create).expect(0).json());
    assert_eq!(first["id"], second["id"]);
    server.run_with(&["token", "verify"], first["secret"].as_str().unwrap()).expect(7);
    server.run_with(&["token", "verify"], second["secret"].as_str().unwrap()).expect(0);
}

#[test]
fn what_the_server_refuses_is_told_field_by_field() {
    let server = Serving::start();
    let ran = server.run(&["token", "create", " ", "--label", "a b=c"]).expect(2);
    assert!(ran.err.contains("\n  name must") && ran.err.contains("\n  labels must"), "{}", ran.err);
    let ran = server.run(&["--json", "token", "create", " "]).expect(2);
    let problem: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(problem["fields"][0]["field"], "name");
    server.run_as("jtn_x", &["token", "list"], "").expect(4);
}
