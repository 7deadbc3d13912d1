//! Promise: a token is led through its whole life from the command line, and every step reads well.

use super::{
    run::{Home, Ran},
    serving::{Serving, Transcript},
};
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

#[test]
fn a_creation_without_an_answer_names_the_key_to_repeat_it_with() {
    let home = Home::new();
    let run = |arguments: &[&str]| {
        let mut command = home.command();
        // Nobody answers at this port.
        command.args(arguments).env("JETON_URL", "http://127.0.0.1:1").env("JETON_TOKEN", "jtn_x");
        Ran::of(&mut command, "").expect(5)
    };
    for create in [
        &["token", "create", "once"] as &[&str],
        &["organisation", "create", "Acme"],
        &["user", "create", "Ada", "--email", "ada@acme.example"],
        &["service-account", "create", "Robot"],
    ] {
        assert!(run(create).err.contains("repeat it with --idempotency-key "), "{create:?}");
        let given = run(&[create, &["--idempotency-key", "mine"]].concat());
        assert!(given.err.contains("--idempotency-key mine"), "{}", given.err);
        let failure = run(&[&["--json"], create, &["--idempotency-key", "mine"]].concat()).err;
        let failure: serde_json::Value = serde_json::from_str(&failure).unwrap();
        assert_eq!(failure["idempotency_key"], "mine");
    }
}

#[test]
fn a_deletion_of_named_tokens_tells_programs_what_it_would_do_and_what_it_did() {
    let server = Serving::start();
    let create = |name: &str| {
        let made = server.run(&["--json", "token", "create", name]).expect(0).json();
        made["id"].as_str().unwrap().to_owned()
    };
    let (one, gone, other) = (create("one"), create("gone"), create("other"));
    let shown = server.run(&["--json", "token", "delete", &one, &other, "--dry-run"]).expect(0).json();
    assert_eq!((&shown[0]["id"], &shown[1]["name"]), (&one.clone().into(), &"other".into()));
    let ran = server.run(&["--json", "--yes", "token", "delete", &gone]).expect(0).json();
    assert_eq!(ran, serde_json::json!({"deleted": 1, "ids": [gone]}));
    let ran = server.run(&["--json", "--yes", "token", "delete", &one, &gone, &other]).expect(3);
    assert_eq!(ran.json(), serde_json::json!({"deleted": 1, "ids": [one]}));
    let ran = server.run(&["--quiet", "--yes", "token", "delete", &other, &gone]).expect(3);
    assert!(ran.err.contains(&format!("1 token deleted before that: {other}")), "{}", ran.err);
}

#[test]
fn many_secrets_are_verified_at_once_in_their_order() {
    let server = Serving::start();
    let secrets: Vec<_> =
        (0..3).map(|number| server.run(&["--quiet", "token", "create", &format!("{number}")]).expect(0).out).collect();
    server.run(&["--yes", "token", "delete", "--name-contains", "1"]).expect(0);
    let all = ["token", "verify", "--all"];
    let lines = format!("{}\n{}not a token\n{}", secrets[0], secrets[1], secrets[2]);
    let ran = server.run_with(&[&["--json"], &all[..]].concat(), &lines).expect(7).json();
    let active: Vec<_> = ran.as_array().unwrap().iter().map(|verdict| verdict["active"].as_bool().unwrap()).collect();
    assert_eq!(active, [true, false, false, true]);
    assert_eq!(ran[1]["reason"], "deleted");
    let table = server.run_with(&all, &lines).expect(7).out;
    assert_eq!(table.lines().count(), 5, "{table}");
    assert!(!secrets.iter().any(|secret| table.contains(secret.trim())) && !table.contains("not a token"), "{table}");
    // More than the server takes at once, from a file.
    server.home.write("secrets", &secrets[0].repeat(1_001));
    let ran = server.run(&[&["--json"], &all[..], &["--secret-file", "secrets"]].concat()).expect(0).json();
    assert_eq!(ran.as_array().unwrap().len(), 1_001);
    server.run_with(&all, "\n").expect(2);
}
