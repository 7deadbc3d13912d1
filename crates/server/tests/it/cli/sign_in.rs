//! Promise: signing in keeps a token in a private file, for its own server only, until signing out.

use super::serving::Serving;
use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

const PASSWORD: &str = "fourteen purple submarines";

fn credentials(server: &Serving) -> PathBuf {
    server.home.file(".config/jeton/credentials.json")
}

#[test]
fn a_token_is_kept_once_the_server_knows_it() {
    let server = Serving::start();
    server.run_signed_out(&["login"], "jtn_x\n").expect(4);
    assert!(!credentials(&server).exists());
    server.run_signed_out(&["login"], &server.token).expect(0);
    assert_eq!(fs::metadata(credentials(&server)).unwrap().permissions().mode() & 0o777, 0o600);
    let me = server.run_signed_out(&["--json", "whoami"], "").expect(0).json();
    assert_eq!(me["role"], "application_administrator");
    // It belongs to this server: another one never sees it.
    server.run_signed_out(&["whoami", "--server", "http://127.0.0.1:1"], "").expect(4);
    server.run_signed_out(&["logout"], "").expect(0);
    server.run_signed_out(&["whoami"], "").expect(4);
    // The token was not made by `login`, so it still works.
    server.run(&["whoami"]).expect(0);
}

#[test]
fn an_invited_user_signs_in_and_out_with_a_token_of_his_own() {
    let server = Serving::start();
    let made = server.run(&["--json", "user", "create", "Ada", "--email", "ada@acme.example"]).expect(0).json();
    server.home.write("link", made["invitation"]["link"].as_str().unwrap());
    server.home.write("password", PASSWORD);
    server.home.write("weak", "password1");
    let login = |password: &str| {
        let files = ["--link-file", "link", "--password-file", password];
        server.run_signed_out(&[&["login", "--email", "ada@acme.example"], &files[..]].concat(), "")
    };
    assert!(login("weak").expect(2).err.contains("password is too easy to guess"));
    login("password").expect(0);
    login("password").expect(6);
    let me = server.run_signed_out(&["--json", "whoami"], "").expect(0).json();
    assert_eq!(me["name"], "Ada");
    let kept: serde_json::Value = serde_json::from_str(&fs::read_to_string(credentials(&server)).unwrap()).unwrap();
    let token = kept["servers"][&server.url]["token"].as_str().unwrap().to_owned();
    server.run_signed_out(&["logout"], "").expect(0);
    server.run_as(&token, &["whoami"], "").expect(4);
    let by_password = ["login", "--email", "ada@acme.example", "--password-file", "password"];
    server.run_signed_out(&by_password, "").expect(0);
    server.home.write("password", "fifteen purple submarines");
    server.run_signed_out(&by_password, "").expect(4);
}

#[test]
fn a_lost_administrator_comes_back_with_a_link_from_the_host() {
    let server = Serving::start();
    let link = server.home.run(&["--quiet", "recover-administrator"]).expect(0).out;
    server.home.write("password", PASSWORD);
    let arguments = ["login", "--link-file", "-", "--email", "root@acme.example", "--name", "Root"];
    let ran = server.run_signed_out(&[&arguments[..], &["--password-file", "password"]].concat(), &link);
    ran.expect(0);
    let me = server.run_signed_out(&["--json", "whoami"], "").expect(0).json();
    assert_eq!((&me["name"], &me["role"]), (&"Root".into(), &"application_administrator".into()));
}

/// The tokens that `login` made for anybody and that are accepted.
fn made_by_login(server: &Serving) -> Vec<String> {
    let listed = server.run(&["--json", "token", "list", "--name-contains", "jeton login on", "--all"]).expect(0);
    listed.json().as_array().unwrap().iter().map(|token| token["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn no_token_of_a_sign_in_is_left_behind() {
    let server = Serving::start();
    let made = server.run(&["--json", "user", "create", "Ada", "--email", "ada@acme.example"]).expect(0).json();
    server.home.write("link", made["invitation"]["link"].as_str().unwrap());
    server.home.write("password", PASSWORD);
    let by_password = ["login", "--email", "ada@acme.example", "--password-file", "password"];
    server.run_signed_out(&[&by_password[..], &["--link-file", "link"]].concat(), "").expect(0);
    let first = made_by_login(&server);
    assert_eq!(first.len(), 1);
    // A second sign-in takes the first one's place.
    server.run_signed_out(&by_password, "").expect(0);
    let second = made_by_login(&server);
    assert_eq!(second.len(), 1);
    assert_ne!(first, second);
    // So does a token that was pasted; the one that was kept is nobody's any more.
    server.run_signed_out(&["login"], &server.token).expect(0);
    assert!(made_by_login(&server).is_empty());
    // And what cannot be kept is not left behind.
    server.run_signed_out(&["logout"], "").expect(0);
    fs::remove_dir_all(server.home.file(".config/jeton")).unwrap();
    server.home.write(".config/jeton", "no directory");
    let ran = server.run_signed_out(&by_password, "").expect(1);
    assert!(ran.err.contains("cannot be written"), "{}", ran.err);
    assert!(made_by_login(&server).is_empty());
}
