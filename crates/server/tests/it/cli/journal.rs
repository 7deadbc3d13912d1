//! Promise: `journal tail --follow` shows every change once, in order, as it comes.

use super::serving::Serving;
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

#[test]
fn changes_are_shown_once_and_in_order_as_they_come() {
    let server = Serving::start();
    let mut command = server.home.command();
    command.args(["--json", "journal", "tail", "--follow", "-n", "1", "--interval", "50ms", "--kind", "token.issued"]);
    command.env("JETON_URL", &server.url).env("JETON_TOKEN", &server.token).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut next = || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap()).unwrap();
    assert_eq!(next()["data"]["name"], "bootstrap");
    let mut last = 0;
    for number in 0..60 {
        server.run(&["--quiet", "token", "create", &format!("token {number}")]).expect(0);
    }
    for number in 0..60 {
        let entry = next();
        assert_eq!(entry["data"]["name"], format!("token {number}"));
        assert!(entry["position"].as_u64().unwrap() > last);
        last = entry["position"].as_u64().unwrap();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn following_goes_on_after_a_restart_of_the_server() {
    let server = Serving::start();
    let mut command = server.home.command();
    command.args(["--json", "journal", "tail", "--follow", "-n", "1", "--interval", "50ms", "--kind", "token.issued"]);
    command.env("JETON_URL", &server.url).env("JETON_TOKEN", &server.token);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut notes = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().contains("bootstrap"));
    let url = server.url.clone();
    let stopped = server.stop();
    assert!(notes.next().unwrap().contains("trying again"));
    let server = Serving::start_again(stopped, &url);
    server.run(&["--quiet", "token", "create", "after the restart"]).expect(0);
    assert!(lines.next().unwrap().contains("after the restart"));
    child.kill().unwrap();
    child.wait().unwrap();
}
