//! A store that must not be served is refused at the start: with a message that says which file it is
//! about and what to do, and with exit code 1.

use crate::installation::Installation;
use rusqlite::Connection;
use serde_json::json;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// An installation that was used and stopped.
fn used() -> Installation {
    let installation = Installation::new();
    let mut server = installation.start();
    let client = installation.administrator(&server);
    for number in 0..50 {
        client.issue(&json!({"name": format!("token {number}"), "description": "d".repeat(500)}));
    }
    assert!(server.stop().success());
    installation
}

#[track_caller]
fn expect_refused(installation: &Installation, messages: &[&str]) {
    let ran = installation.fail_to_start(&[]).expect(1);
    for message in messages {
        assert!(ran.err.contains(message), "no {message:?} in {}", ran.err);
    }
}

#[test]
fn a_second_process_is_refused_and_the_first_serves_on() {
    let installation = Installation::new();
    let server = installation.start();
    let ran = installation.fail_to_start(&[]).expect(1);
    assert!(ran.err.contains("jeton.db") && ran.err.contains("another process"), "{}", ran.err);
    installation.administrator(&server).get("/readyz").expect(200);
    // Nor may a command write to it.
    let backup = installation.home.file("backup.db");
    installation.run(&["backup", backup.to_str().unwrap()]).expect(0);
    let ran = installation.run(&["restore", backup.to_str().unwrap(), "--yes"]).expect(6);
    assert!(ran.err.contains("stop the server"), "{}", ran.err);
    installation.administrator(&server).issue(&json!({"name": "still served"}));
}

#[test]
fn a_newer_store_is_refused() {
    let installation = used();
    let store = Connection::open(installation.store()).unwrap();
    store
        .execute("INSERT INTO migration (number, name, sha256) SELECT 999, name, sha256 FROM migration LIMIT 1", [])
        .unwrap();
    drop(store);
    expect_refused(&installation, &["jeton.db", "999", "newer"]);
}

#[test]
fn a_store_of_something_else_is_refused() {
    let installation = used();
    for (bytes, message) in
        [(b"not a database at all, but a text".to_vec(), "not a Jeton store"), (sqlite(), "not a Jeton store")]
    {
        fs::write(installation.store(), bytes).unwrap();
        expect_refused(&installation, &["jeton.db", message, "jeton restore"]);
    }
}

/// A database of another program.
fn sqlite() -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE other (a)").unwrap();
    fs::read(path).unwrap()
}

#[test]
fn a_store_that_was_cut_short_is_refused() {
    let installation = used();
    let bytes = fs::read(installation.store()).unwrap();
    // By its last page, and by half.
    for length in [bytes.len() - 4_096, bytes.len() / 2] {
        fs::write(installation.store(), &bytes[..length]).unwrap();
        expect_refused(&installation, &["jeton.db", "damaged", "jeton restore"]);
    }
}

#[test]
fn a_journal_that_was_tampered_with_is_refused() {
    for tampering in [
        "UPDATE journal SET at = at + 1 WHERE position = 5",
        "DELETE FROM journal WHERE position = 5",
        "UPDATE journal SET body = (SELECT body FROM journal WHERE position = 6) WHERE position = 5",
    ] {
        let installation = used();
        let store = Connection::open(installation.store()).unwrap();
        assert_eq!(store.execute(tampering, []).unwrap(), 1);
        drop(store);
        expect_refused(&installation, &["jeton.db", "damaged", "journal", "jeton restore"]);
    }
}

#[test]
fn a_store_without_its_key_is_refused() {
    let installation = used();
    fs::remove_file(installation.data().join("server.key")).unwrap();
    expect_refused(&installation, &["server.key", "jeton key restore"]);
    assert!(!installation.data().join("server.key").exists(), "no new key is made");
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let installation = used();
    let key: PathBuf = installation.data().join("server.key");
    set_mode(&key, 0o644);
    expect_refused(&installation, &["server.key"]);
    set_mode(&key, 0o600);
    installation.start();
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_address_that_is_taken_is_said() {
    let installation = Installation::new();
    let server = installation.start();
    let other = Installation::new();
    let ran = other.fail_to_start(&["--listen", server.address()]).expect(1);
    assert!(ran.err.contains(server.address()), "{}", ran.err);
}
