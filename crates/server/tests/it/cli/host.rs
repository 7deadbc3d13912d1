//! Promise: a backup made under a running server comes back, and what it forgot stays deleted.

use super::{run::Home, serving::Serving};
use std::fs;

/// A server whose backup does not know that a token was deleted; the token's secret.
fn stopped_after_a_delete() -> (Home, String, String) {
    let server = Serving::start();
    let secret = server.run(&["--quiet", "token", "create", "victim"]).expect(0).out;
    server.home.run(&["--json", "backup", "backup"]).expect(0);
    server.home.run(&["backup", "backup"]).expect(2);
    server.run(&["--quiet", "--yes", "token", "delete", "--name-contains", "victim"]).expect(0);
    server.home.run(&["--yes", "restore", "backup"]).expect(6);
    let (home, token) = server.stop();
    (home, token, secret)
}

#[test]
fn a_restored_store_accepts_nothing_before_the_denials_are_replayed() {
    let (home, token, secret) = stopped_after_a_delete();
    let ran = home.run(&["--yes", "restore", "backup", "--data", "jeton-data"]).expect(6);
    for way in ["--replay-denials", "--delete-before TIME", "--accept-loss NAME"] {
        assert!(ran.err.contains(&format!("jeton restore --data jeton-data {way}")), "{}", ran.err);
    }
    assert!(home.run(&["doctor"]).expect(1).out.contains("quarantine"));
    let server = Serving::start_in(home, token);
    assert_ne!(server.run_with(&["token", "verify"], &secret).code, 0);
    let (home, token) = server.stop();
    home.run(&["restore", "--replay-denials"]).expect(0);
    home.run(&["doctor"]).expect(0);
    let server = Serving::start_in(home, token);
    let verdict = server.run_with(&["--json", "token", "verify"], &secret).expect(7).json();
    assert_eq!(verdict["reason"], "deleted");
    server.run_with(&["token", "verify"], &server.token).expect(0);
}

#[test]
fn a_loss_is_accepted_by_name_only() {
    let (home, token, _) = stopped_after_a_delete();
    fs::remove_file(home.file("jeton-data/jeton.db.denials")).unwrap();
    home.run(&["--yes", "restore", "backup"]).expect(6);
    let ran = home.run(&["restore", "--replay-denials"]).expect(6);
    assert!(ran.err.contains("there are no denials to replay"), "{}", ran.err);
    home.run(&["restore", "--accept-loss", " "]).expect(2);
    home.run(&["restore", "--accept-loss", "Ada Byron"]).expect(0);
    let server = Serving::start_in(home, token);
    let lifted = server.run(&["--json", "journal", "tail", "--kind", "quarantine.lifted"]).expect(0).json();
    assert_eq!(lifted["data"]["accepted_by"], "Ada Byron");
}

#[test]
fn every_token_of_before_can_be_deleted_instead() {
    let (home, token, secret) = stopped_after_a_delete();
    home.run(&["--yes", "restore", "backup", "--delete-before", "0s"]).expect(0);
    let server = Serving::start_in(home, token);
    server.run(&["whoami"]).expect(4);
    server.run_with(&["token", "verify"], &secret).expect(4);
}

#[test]
fn doctor_says_what_is_wrong_and_what_to_do() {
    let server = Serving::start();
    let ran = server.home.run(&["doctor"]).expect(0);
    assert!(ran.out.contains("warn  key backup") && ran.out.contains("served at the moment"), "{}", ran.out);
    let (home, _) = server.stop();
    home.write("passphrase", "correct horse battery");
    home.run(&["key", "backup", "key", "--passphrase-file", "passphrase"]).expect(0);
    assert!(home.run(&["doctor"]).expect(0).out.contains("every key has been backed up"));
    let store = home.file("jeton-data/jeton.db");
    let mut bytes = fs::read(&store).unwrap();
    let length = bytes.len();
    bytes[length - 4_096..].fill(0x5a);
    fs::write(&store, bytes).unwrap();
    let ran = home.run(&["--json", "doctor"]).expect(1);
    assert!(ran.json().as_array().unwrap().iter().any(|finding| finding["level"] == "fail"), "{}", ran.out);
    assert!(Home::new().run(&["doctor"]).expect(1).out.contains("fail  data directory"));
}
