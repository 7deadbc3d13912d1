//! What was revoked stays revoked over stops and crashes in every order, and a stop is graceful: it
//! lets running requests end, writes the uses that were gathered, and exits with 0.

use crate::{
    client::{Client, Issued},
    installation::{Installation, Server},
    program::PATIENCE,
};
use rustix::process::Signal;
use serde_json::json;
use std::{
    io::{Read, Write},
    net::TcpStream,
    thread::sleep,
    time::{Duration, Instant},
};

/// How a server ends.
#[derive(Debug, Clone, Copy)]
enum End {
    Stopped,
    Killed,
}

impl End {
    fn of(self, server: &mut Server) {
        match self {
            Self::Stopped => assert!(server.stop().success(), "{}", server.err()),
            Self::Killed => server.kill(),
        }
    }
}

/// A secret that must never be accepted again, and the verdict on it.
struct Ended {
    secret: String,
    reason: &'static str,
    way: &'static str,
}

#[test]
fn what_was_revoked_stays_revoked_over_ends_in_every_order() {
    use End::{Killed, Stopped};
    // Every order of three ends in a row occurs in this sequence.
    let ends = [Stopped, Stopped, Stopped, Killed, Stopped, Killed, Killed, Killed, Stopped, Stopped];
    let installation = Installation::new();
    let mut ended = Vec::new();
    let mut kept = Vec::new();
    for (round, end) in ends.into_iter().enumerate() {
        let mut server = installation.start_with(&["--log-level", "warn"]);
        let client = installation.administrator(&server);
        expect(&client, &kept, &ended);
        kept.push(client.issue(&json!({"name": "kept"})));
        ended.extend(revoke_in_every_way(&client, round));
        expect(&client, &kept, &ended);
        end.of(&mut server);
    }
    let server = installation.start();
    expect(&installation.administrator(&server), &kept, &ended);
}

#[track_caller]
fn expect(client: &Client, kept: &[Issued], ended: &[Ended]) {
    kept.iter().for_each(|kept| client.expect_active(&kept.secret));
    for Ended { secret, reason, way } in ended {
        let verdict = client.verify(secret).expect(200).json();
        assert_eq!(verdict, json!({"active": false, "reason": reason}), "after {way}");
        let whoami = client.with(secret).get("/v1/whoami");
        assert_eq!(whoami.status, 401, "after {way}: {}", whoami.text);
    }
}

/// One token, owner and organisation for each way to end power.
fn revoke_in_every_way(client: &Client, round: usize) -> Vec<Ended> {
    let token = || client.issue(&json!({"name": format!("round {round}"), "labels": {"round": round.to_string()}}));
    let ended = |Issued { secret, .. }: Issued, reason, way| Ended { secret, reason, way };
    let mut all = Vec::new();

    let (deleted, by_secret, by_form, by_filter) = (token(), token(), token(), token());
    client.delete(&format!("/v1/tokens/{}?reason=leaked", deleted.id)).expect(204);
    client.post("/v1/tokens/revoke-by-secret", &json!({"token": by_secret.secret})).expect(204);
    client.form("/oauth2/revoke", &[("token", &by_form.secret)]).expect(200);
    client.post("/v1/tokens/delete", &json!({"filter": {"labels": [format!("round={round}")]}})).expect(200);
    for (token, way) in [(deleted, "delete"), (by_secret, "by secret"), (by_form, "by form"), (by_filter, "by filter")]
    {
        all.push(ended(token, "deleted", way));
    }

    let (disabled, mut rotated) = (token(), token());
    client.post(&format!("/v1/tokens/{}/disable", disabled.id), &json!({})).expect(200);
    all.push(ended(disabled, "disabled", "disable"));
    let rotate = format!("/v1/tokens/{}/rotate", rotated.id);
    let newer = client.post(&rotate, &json!({"until": "first-use"})).expect(200).issued();
    client.expect_active(&newer.secret);
    all.push(ended(std::mem::replace(&mut rotated, newer), "rotated", "first use"));
    client.post(&rotate, &json!({})).expect(200);
    all.push(ended(rotated, "rotated", "rotate"));

    let organisation =
        client.post("/v1/organisations", &json!({"name": format!("Round {round}")})).expect(201).text_of("id");
    let account = |name: &str| {
        let body = json!({"name": name, "organisation": organisation, "scopes": ["a"]});
        client.post("/v1/service-accounts", &body).expect(201).text_of("id")
    };
    let (one, other) = (account("one"), account("other"));
    let of_one = client.issue(&json!({"name": "of one", "owner": one}));
    let of_other = client.issue(&json!({"name": "of other", "owner": other}));
    client.patch(&format!("/v1/service-accounts/{one}"), &json!({"active": false})).expect(200);
    all.push(ended(of_one, "owner_inactive", "owner"));
    client.patch(&format!("/v1/organisations/{organisation}"), &json!({"active": false})).expect(200);
    all.push(ended(of_other, "owner_inactive", "organisation"));
    all
}

#[test]
fn a_stop_lets_running_requests_end_and_takes_no_new_ones() {
    let installation = Installation::new();
    let mut server = installation.start();
    let address = server.address().to_owned();
    let body = r#"{"name":"at the last moment"}"#;
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "POST /v1/tokens HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        installation.token,
        body.len()
    );
    stream.write_all(format!("{head}{}", &body[..5]).as_bytes()).unwrap();
    // An idle connection must not hold the stop up.
    let idle = TcpStream::connect(&address).unwrap();
    sleep(Duration::from_millis(300));
    server.signal(Signal::TERM);
    let began = Instant::now();
    while TcpStream::connect(&address).is_ok() {
        assert!(began.elapsed() < PATIENCE, "new connections are refused");
        sleep(Duration::from_millis(5));
    }
    stream.write_all(&body.as_bytes()[5..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(server.wait().code(), Some(0), "{}", server.err());
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    drop(idle);
    let secret = &answer[answer.find("jtn_").unwrap()..][..42];
    let secret = answer.rsplit_once("\"secret\":\"").map_or(secret, |(_, rest)| &rest[..42]);
    let server = installation.start();
    installation.administrator(&server).expect_active(secret);
}

#[test]
fn a_stop_writes_the_uses_that_were_gathered() {
    let installation = Installation::new();
    let mut server = installation.start();
    let client = installation.administrator(&server);
    let token = client.issue(&json!({"name": "used"}));
    for _ in 0..7 {
        let question = json!({"token": token.secret, "address": "192.0.2.7", "user_agent": "a gateway"});
        client.post("/v1/tokens/verify", &question).expect(200);
    }
    assert!(server.stop().success());
    let server = installation.start();
    let last = &installation.administrator(&server).get(&format!("/v1/tokens/{}", token.id)).json()["last_use"];
    assert_eq!(
        (&last["count"], &last["address"], &last["user_agent"]),
        (&json!(7), &json!("192.0.2.7"), &json!("a gateway"))
    );
}

#[test]
fn a_migration_is_logged_when_it_is_applied_and_not_at_every_start() {
    let installation = Installation::new();
    for times in [1, 0] {
        let mut server = installation.start();
        assert!(server.stop().success());
        for name in ["0001_core", "0002_contracts"] {
            let line = format!("applied a migration number={} name={name:?}", &name[3..4]);
            assert_eq!(server.err().matches(&line).count(), times, "{}", server.err());
        }
    }
}

#[test]
fn an_interrupt_stops_like_a_termination() {
    let installation = Installation::new();
    let mut server = installation.start();
    server.signal(Signal::INT);
    assert_eq!(server.wait().code(), Some(0), "{}", server.err());
}

#[test]
fn a_hangup_ends_nothing_where_there_is_no_certificate() {
    let installation = Installation::new();
    let mut server = installation.start();
    server.signal(Signal::HUP);
    server.wait_for_err("SIGHUP");
    installation.administrator(&server).get("/v1/whoami").expect(200);
    assert!(server.stop().success(), "{}", server.err());
}
