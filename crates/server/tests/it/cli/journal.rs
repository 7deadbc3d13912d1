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
