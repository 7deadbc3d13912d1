//! Promise: the server key comes back from its backup, and only with the passphrase.

use super::run::{Home, Ran};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

fn home_with_key() -> Home {
    let home = Home::new();
    fs::create_dir(home.file("jeton-data")).unwrap();
    let key = home.write("jeton-data/server.key", &format!("1 {}\n", "0a".repeat(32)));
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    home.write("passphrase", "correct horse battery\n");
    home
}

fn key(home: &Home, verb: &str, file: &str, passphrase: &str) -> Ran {
    home.run(&["key", verb, file, "--passphrase-file", passphrase])
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_lost_key_comes_back_from_its_backup() {
    let home = home_with_key();
    let path = home.file("jeton-data/server.key");
    let kept = read(&path);
    key(&home, "backup", "backup", "passphrase").expect(0);
    assert_eq!(fs::metadata(home.file("backup")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!read(&home.file("backup")).contains("0a0a0a0a"));
    assert!(home.file("jeton-data/server.key.backed-up").exists());
    fs::remove_file(&path).unwrap();
    home.write("wrong", "incorrect horse battery\n");
    let ran = key(&home, "restore", "backup", "wrong").expect(1);
    assert!(ran.err.contains("the passphrase is another one"), "{}", ran.err);
    assert!(!path.exists());
    key(&home, "restore", "backup", "passphrase").expect(0);
    assert_eq!(read(&path), kept);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_backup_overwrites_nothing_and_needs_a_real_passphrase() {
    let home = home_with_key();
    home.write("backup", "something else");
    key(&home, "backup", "backup", "passphrase").expect(2);
    assert_eq!(read(&home.file("backup")), "something else");
    home.write("short", "hunter2\n");
    key(&home, "backup", "other", "short").expect(2);
    assert!(!home.file("other").exists());
    let ran = home.run(&["key", "backup", "other"]).expect(2);
    assert!(ran.err.contains("--passphrase-file"), "{}", ran.err);
}

#[test]
fn another_key_is_replaced_only_on_request_and_kept_aside() {
    let home = home_with_key();
    key(&home, "backup", "backup", "passphrase").expect(0);
    home.run(&["key", "rotate"]).expect(0);
    let path = home.file("jeton-data/server.key");
    let rotated = read(&path);
    assert_eq!(rotated.lines().count(), 2);
    assert!(rotated.starts_with("2 ") && rotated.ends_with(&format!("1 {}\n", "0a".repeat(32))));
    key(&home, "restore", "backup", "passphrase").expect(2);
    assert_eq!(read(&path), rotated);
    home.run(&["--yes", "key", "restore", "backup", "--passphrase-file", "passphrase"]).expect(0);
    assert_eq!(read(&path), format!("1 {}\n", "0a".repeat(32)));
    let aside = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().contains("replaced");
    let aside = fs::read_dir(home.file("jeton-data")).unwrap().map(Result::unwrap).find(aside).unwrap();
    assert_eq!(read(&aside.path()), rotated);
}

#[test]
fn a_retired_key_is_gone_and_a_key_that_others_may_read_is_refused() {
    let home = home_with_key();
    let path = home.file("jeton-data/server.key");
    home.run(&["key", "rotate"]).expect(0);
    home.run(&["--json", "key", "retire"]).expect(0);
    assert!(read(&path).starts_with("2 ") && read(&path).lines().count() == 1);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let ran = home.run(&["recover-administrator"]).expect(1);
    assert!(ran.err.contains("chmod 600"), "{}", ran.err);
}

#[test]
fn a_link_for_an_administrator_is_made_from_the_key_alone() {
    let home = home_with_key();
    let ran = home.run(&["--json", "recover-administrator"]).expect(0);
    let link = ran.json()["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with("http://localhost:6573/console/links/jtl_"), "{link}");
    let bare = Home::new().run(&["recover-administrator"]).expect(1);
    assert!(bare.err.contains("server.key"), "{}", bare.err);
}
