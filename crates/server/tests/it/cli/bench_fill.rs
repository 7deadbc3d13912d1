//! Promise: a filled store holds exactly the tokens whose secrets were written down.

use super::run::Home;
use std::{collections::HashSet, fs, os::unix::fs::PermissionsExt};

#[test]
fn every_secret_is_written_once_and_passes_the_check() {
    let home = Home::new();
    let ran = home.run(&["--json", "bench", "fill", "--tokens", "250", "--secrets", "secrets"]).expect(0);
    assert_eq!((&ran.json()["tokens"], &ran.json()["owners"]), (&250.into(), &3.into()));
    let path = home.file("secrets");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
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
