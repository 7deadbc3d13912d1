//! Promise: what needs no server works without one, and exit codes are those that the help lists.

use super::run::{Home, Ran};
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_generated_secret_passes_the_check_and_a_changed_one_does_not() {
    let home = Home::new();
    let secret = home.run(&["token", "generate"]).expect(0).out;
    home.run_with(&["token", "check"], &secret).expect(0);
    let file = home.write("secret", &secret);
    home.run(&["token", "check", "--secret-file", file.to_str().unwrap()]).expect(0);
    let changed = secret.trim().chars().rev().collect::<String>();
    for (text, reason) in [
        (changed.as_str(), "prefix"),
        ("jtn_", "38 letters"),
        ("jtn_00000000000000000000000000000000000000", "checksum"),
    ] {
        let ran = home.run_with(&["token", "check"], text).expect(7);
        assert!(ran.out.contains(reason), "{}", ran.out);
    }
    let ran = home.run_with(&["--json", "token", "check"], "x").expect(7);
    assert_eq!(ran.json()["well_formed"], false);
    home.run_with(&["token", "check"], "").expect(2);
    assert_eq!(home.run(&["token", "check", "--pattern"]).expect(0).out, "jtn_[0-9A-Za-z]{38}\n");
}

#[test]
fn a_generated_secret_can_go_to_a_private_file_that_must_be_new() {
    let home = Home::new();
    let file = home.file("secret");
    let arguments = ["token", "generate", "--secret-file", file.to_str().unwrap()];
    assert_eq!(home.run(&arguments).expect(0).out, "");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let kept = std::fs::read_to_string(&file).unwrap();
    home.run(&arguments).expect(1);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), kept);
}

#[test]
fn exit_codes_tell_what_went_wrong() {
    let home = Home::new();
    home.run(&[]).expect(2);
    home.run(&["--version"]).expect(0);
    home.run(&["token", "show", "not-an-id"]).expect(2);
    home.run(&["token", "list"]).expect(4);
    let mut command = home.command();
    command.args(["token", "list", "--server", "http://127.0.0.1:1"]).env("JETON_TOKEN", "jtn_x");
    let ran = Ran::of(&mut command, "").expect(5);
    assert!(ran.err.starts_with("error: http://127.0.0.1:1 gave no answer"), "{}", ran.err);
}

#[test]
fn a_failure_is_json_for_programs() {
    let ran = Home::new().run(&["--json", "token", "list"]).expect(4);
    let failure: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert!(failure["title"].as_str().unwrap().starts_with("you are not signed in"));
}

#[test]
fn nothing_is_asked_where_nobody_can_answer() {
    let home = Home::new();
    let ran = home.run_with(&["login", "--email", "ada@example.org"], "a password\n").expect(2);
    assert!(ran.err.contains("there is no terminal to ask on") && ran.err.contains("--password-file"), "{}", ran.err);
}

#[test]
fn a_token_never_leaves_in_clear_text_for_another_host() {
    let home = Home::new();
    let mut command = home.command();
    command.args(["whoami", "--server", "http://jeton.example"]).env("JETON_TOKEN", "jtn_x");
    let ran = Ran::of(&mut command, "").expect(2);
    assert!(ran.err.contains("clear text"), "{}", ran.err);
}

#[test]
fn every_shell_has_its_completions() {
    let home = Home::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = home.run(&["completions", shell]).expect(0).out;
        assert!(script.contains("recover-administrator"), "{shell}");
    }
}
