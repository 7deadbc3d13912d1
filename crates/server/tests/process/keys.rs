//! A server key that is not the store's is noticed before anything is served, and no key is dropped
//! while secrets are left that only it knows.

use crate::{installation::Installation, run::Ran};
use serde_json::json;
use std::{fs, os::unix::fs::PermissionsExt};

fn write_key(installation: &Installation, text: &str) {
    let path = installation.data().join("server.key");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn key(installation: &Installation) -> String {
    fs::read_to_string(installation.data().join("server.key")).unwrap()
}

#[track_caller]
fn expect_refused(installation: &Installation, why: &str) {
    let ran = installation.fail_to_start(&[]).expect(1);
    assert!(ran.err.contains("needs another server key") && ran.err.contains(why), "{}", ran.err);
    let ran = installation.run(&["--json", "doctor"]).expect(1);
    let findings = ran.json();
    let of_key = findings.as_array().unwrap().iter().find(|finding| finding["check"] == "server key").unwrap();
    assert_eq!(of_key["level"], "fail", "{findings}");
    assert!(of_key["finding"].as_str().unwrap().contains(why), "{findings}");
}

#[test]
fn a_key_that_is_not_the_stores_stops_the_start_and_fails_the_doctor() {
    let installation = Installation::new();
    assert!(installation.start().stop().success());
    let own = key(&installation);
    installation.run(&["doctor"]).expect(0);
    for (wrong, why) in [
        (format!("1 {}\n", "0a".repeat(32)), "key 1 of the server key is another key"),
        (format!("2 {}\n1 {}\n", "0b".repeat(32), "0a".repeat(32)), "key 1 of the server key is another key"),
        (format!("2 {}\n", "0b".repeat(32)), "key 1 made digests of this store"),
    ] {
        write_key(&installation, &wrong);
        expect_refused(&installation, why);
    }
    write_key(&installation, &own);
    let server = installation.start();
    installation.administrator(&server).get("/v1/whoami").expect(200);
}

#[test]
fn a_key_file_from_before_a_rotation_is_refused() {
    let installation = Installation::new();
    assert!(installation.start().stop().success());
    let before = key(&installation);
    installation.run(&["key", "rotate"]).expect(0);
    assert!(installation.start().stop().success());
    let after = key(&installation);
    write_key(&installation, &before);
    expect_refused(&installation, "key 2 made digests of this store");
    write_key(&installation, &after);
    assert!(installation.start().stop().success());
}

fn retire(installation: &Installation, flags: &[&str]) -> Ran {
    installation.run(&[&["key", "retire"], flags].concat())
}

#[test]
fn a_key_is_not_retired_while_secrets_need_it() {
    let installation = Installation::new();
    let mut server = installation.start();
    let (client, body) = (installation.administrator(&server), json!({"name": "seldom used"}));
    let (seldom, deleted) = (client.issue(&body), client.issue(&body));
    client.delete(&format!("/v1/tokens/{}", deleted.id)).expect(204);
    assert!(server.stop().success());
    retire(&installation, &[]).expect(0);
    installation.run(&["key", "rotate"]).expect(0);
    let never = retire(&installation, &[]).expect(6);
    assert!(never.err.contains("never in use"), "{}", never.err);
    let mut server = installation.start();
    // The administrator's secret moves to the newest key by being used; the other one stays behind.
    installation.administrator(&server).get("/v1/whoami").expect(200);
    assert!(server.stop().success());
    let (kept, refused) = (key(&installation), retire(&installation, &[]).expect(6));
    assert!(refused.err.contains("1 secret would die"), "{}", refused.err);
    assert_eq!(key(&installation), kept);
    retire(&installation, &["--let-secrets-die"]).expect(2);
    assert_eq!(key(&installation), kept);
    let mut server = installation.start();
    installation.administrator(&server).expect_active(&seldom.secret);
    assert!(server.stop().success());
    retire(&installation, &[]).expect(0);
    assert_eq!(key(&installation).lines().count(), 1);
    let server = installation.start();
    installation.administrator(&server).expect_active(&seldom.secret);
}
