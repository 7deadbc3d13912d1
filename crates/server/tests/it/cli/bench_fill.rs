//! Promise: a filled store holds exactly the tokens whose secrets were written down.

use super::{run::Home, serving::Serving};
use std::{collections::HashSet, fs, os::unix::fs::PermissionsExt};

#[test]
fn every_secret_is_written_once_and_passes_the_check() {
    let home = Home::new();
    let ran = home.run(&["--json", "bench", "fill", "--tokens", "250", "--secrets", "secrets"]).expect(0);
    assert_eq!((&ran.json()["tokens"], &ran.json()["owners"]), (&250.into(), &3.into()));
    let path = home.file("secrets");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let data = fs::metadata(home.file("jeton-data")).unwrap();
    assert_eq!(data.permissions().mode() & 0o777, 0o700);
    let text = fs::read_to_string(path).unwrap();
    let secrets: HashSet<&str> = text.lines().collect();
    assert_eq!((secrets.len(), text.lines().count()), (250, 250));
    assert!(home.run_with(&["token", "check"], text.lines().last().unwrap()).expect(0).err.is_empty());
}

#[test]
fn a_store_that_is_not_empty_and_a_file_that_exists_are_left_alone() {
    let home = Home::new();
    let fill = |secrets: &str| home.run(&["bench", "fill", "--tokens", "5", "--one-owner", "--secrets", secrets]);
    fill("secrets").expect(0);
    fill("secrets").expect(2);
    fill("others").expect(6);
    assert_eq!(fs::read_to_string(home.file("secrets")).unwrap().lines().count(), 5);
}

#[test]
fn the_first_secret_is_the_administrators_and_a_deletion_in_steps_is_waited_for() {
    let home = Home::new();
    home.run(&["bench", "fill", "--tokens", "10150", "--secrets", "secrets"]).expect(0);
    let text = fs::read_to_string(home.file("secrets")).unwrap();
    let (administrator, last) = (text.lines().next().unwrap(), text.lines().last().unwrap());
    let server = Serving::start_in(home, administrator.to_owned());
    let me = server.run(&["--json", "whoami"]).expect(0).json();
    assert_eq!(me["role"], "application_administrator");
    server.run_with(&["token", "verify"], last).expect(0);
    let ran = server.run(&["--yes", "--json", "token", "delete", "--name-contains", "token "]).expect(0);
    assert_eq!(ran.json()["deleted"], 10_149);
    assert!(ran.err.contains("runs on the server"), "{}", ran.err);
    server.run_with(&["token", "verify"], last).expect(7);
    assert_eq!(server.run(&["--json", "token", "list", "--all"]).expect(0).json().as_array().unwrap().len(), 1);
}
