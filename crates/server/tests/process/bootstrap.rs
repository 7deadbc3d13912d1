//! There is no default account: the first administrator comes to be exactly once, by a link that is
//! printed on the host or by a token that the operator chose, and a lost one is replaced only from the
//! host itself (S-21).

use crate::{
    client::Client,
    installation::{Installation, Server, fail_to_start, new_token},
    program::Program,
};
use authority::{
    clock::{Clock, SystemClock, SystemRandomness},
    link::{self, Link, Purpose},
};
use domain::id::OwnerId;
use http::Method;
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt, thread};

const BEHIND_PROXY: [&str; 4] = ["--behind-proxy", "127.0.0.1/32", "--public-url", "https://jeton.example"];
const PARALLEL: usize = 64;
const PASSWORD: &str = "a passphrase of some length";

/// Serves an installation without a bootstrap token.
fn start_bare(installation: &Installation, flags: &[&str]) -> Server {
    let mut command = installation.command();
    Server::of(Program::spawn(command.env_remove("JETON_BOOTSTRAP_TOKEN").args(flags)))
}

/// The set-up links in what was printed.
fn links(server: &Server) -> Vec<String> {
    let out = server.out();
    out.lines().map(str::trim).filter(|line| line.contains("/console/links/jtl_")).map(str::to_owned).collect()
}

fn redemption(link: &str, name: &str) -> Value {
    json!({"link": link, "password": PASSWORD, "email": format!("{name}@example.com"), "name": name, "organisation": "First"})
}

/// Signs in and answers with a client that shows a token of that user.
#[track_caller]
fn sign_in(server: &Server, email: &str) -> Client {
    let client = server.client();
    let own = ("x-jeton-request", "1");
    let body = json!({"email": email, "password": PASSWORD});
    let opened = client.send(Method::POST, "/v1/sessions", &[own], Some(&body)).expect(201);
    let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
    let made = client.send(
        Method::POST,
        "/v1/sessions/current/tokens",
        &[own, ("cookie", &cookie)],
        Some(&json!({"name": "mine"})),
    );
    client.with(&made.expect(201).issued().secret)
}

/// Redeems in parallel, each for another person; answers with the statuses in the same order.
fn redeem_together(server: &Server, bodies: &[Value]) -> Vec<u16> {
    let threads: Vec<_> = bodies
        .iter()
        .map(|body| {
            let (client, body) = (server.client(), body.clone());
            thread::spawn(move || client.post("/v1/links/redeem", &body).status)
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

#[test]
fn an_empty_store_prints_one_link_that_works_once() {
    let installation = Installation::new();
    let mut server = start_bare(&installation, &[]);
    let printed = links(&server);
    assert_eq!(printed.len(), 1, "{}", server.out());
    assert!(!server.err().contains("jtl_"), "{}", server.err());
    assert!(server.stop().success());
    // Nothing was set up, so another start prints another.
    let mut server = start_bare(&installation, &[]);
    let link = links(&server).remove(0);
    assert_ne!(link, printed[0]);
    let client = server.client();
    assert_eq!(
        client.post("/v1/links/inspect", &json!({"link": link})).expect(200).json(),
        json!({"purpose": "set_up"})
    );
    client.post("/v1/links/redeem", &json!({"link": link, "password": PASSWORD})).expect(400);
    client.post("/v1/links/redeem", &redemption(&link, "ada")).expect(204);
    for link in [&link, &printed[0]] {
        client.post("/v1/links/redeem", &redemption(link, "eve")).expect(409);
    }
    let administrator = sign_in(&server, "ada@example.com");
    let me = administrator.get("/v1/whoami").expect(200).json();
    assert_eq!((&me["role"], &me["name"]), (&json!("application_administrator"), &json!("ada")));
    assert!(server.stop().success());
    let mut server = start_bare(&installation, &[]);
    assert!(links(&server).is_empty(), "{}", server.out());
    server.client().post("/v1/links/redeem", &redemption(&link, "eve")).expect(409);
    assert!(server.stop().success());
}

#[test]
fn of_many_who_set_up_at_the_same_time_one_does() {
    let installation = Installation::new();
    let mut server = start_bare(&installation, &["--log-level", "warn"]);
    let first = links(&server).remove(0);
    server.kill();
    let server = start_bare(&installation, &["--log-level", "warn"]);
    let both = [first, links(&server).remove(0)];
    let bodies: Vec<_> = (0..PARALLEL).map(|number| redemption(&both[number % 2], &format!("user{number}"))).collect();
    let statuses = redeem_together(&server, &bodies);
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [204, 409, 429, 503].contains(status)), "{statuses:?}");
    let winner = statuses.iter().position(|status| *status == 204).unwrap();
    let users = sign_in(&server, &format!("user{winner}@example.com")).get("/v1/users?limit=200").expect(200).json();
    assert_eq!(users["items"].as_array().unwrap().len(), 1, "{users}");
}

#[test]
fn a_bootstrap_token_works_and_is_ignored_later() {
    let installation = Installation::new();
    let mut server = installation.start();
    assert!(!server.out().contains("jtl_"), "{}", server.out());
    let client = installation.administrator(&server);
    assert_eq!(client.get("/v1/whoami").expect(200).json()["role"], "application_administrator");
    assert!(server.stop().success());
    let later = new_token();
    let mut server = Server::of(Program::spawn(installation.command().env("JETON_BOOTSTRAP_TOKEN", &later)));
    server.client().with(&later).get("/v1/whoami").expect(401);
    let client = installation.administrator(&server);
    let own = client.get("/v1/whoami").expect(200).json()["token"]["id"].as_str().unwrap().to_owned();
    // Deleted, it stays so, although the operator's configuration still names it.
    client.delete(&format!("/v1/tokens/{own}")).expect(204);
    assert!(server.stop().success());
    let server = installation.start();
    installation.administrator(&server).get("/v1/whoami").expect(401);
}

#[test]
fn a_bootstrap_token_that_is_none_stops_the_start_and_is_not_shown() {
    let installation = Installation::new();
    let token = new_token();
    let other = if token.ends_with('A') { 'B' } else { 'A' };
    for wrong in
        [&token[..41], &token.replacen("jtn_", "jts_", 1), "hunter2hunter2", &format!("{}{other}", &token[..41])]
    {
        let ran = fail_to_start(installation.command().env("JETON_BOOTSTRAP_TOKEN", wrong)).expect(2);
        assert!(ran.err.contains("JETON_BOOTSTRAP_TOKEN"), "{}", ran.err);
        assert!(!ran.err.contains(wrong) && !ran.out.contains(wrong), "{}", ran.err);
        assert!(!installation.store().exists(), "nothing is made");
    }
}

fn recovery_link(installation: &Installation) -> String {
    installation.run(&["recover-administrator"]).expect(0).out.trim().to_owned()
}

#[test]
fn a_recovery_works_once_and_only_from_the_host() {
    let installation = Installation::new();
    let server = installation.start_with(&[&BEHIND_PROXY[..], &["--log-level", "warn"]].concat());
    let (client, link) = (server.client(), recovery_link(&installation));
    let inspected = client.post("/v1/links/inspect", &json!({"link": link})).expect(200);
    assert_eq!(inspected.json(), json!({"purpose": "recover_administrator"}));
    let body = redemption(&link, "grace");
    let forwarded = [("x-forwarded-for", "203.0.113.9")];
    let refused = client.send(Method::POST, "/v1/links/redeem", &forwarded, Some(&body)).expect(400).json();
    assert_eq!(refused["fields"][0]["field"], "link", "{refused}");
    let bodies: Vec<_> = (0..16).map(|number| redemption(&link, &format!("user{number}"))).collect();
    let statuses = redeem_together(&server, &bodies);
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    client.post("/v1/links/redeem", &body).expect(409);
    let users = installation.administrator(&server).get("/v1/users?role=application_administrator").expect(200).json();
    assert_eq!(users["items"].as_array().unwrap().len(), 2, "{users}");
}

#[test]
fn a_set_up_from_elsewhere_or_too_late_is_refused() {
    let installation = Installation::new();
    let server = start_bare(&installation, &BEHIND_PROXY);
    let (client, link) = (server.client(), links(&server).remove(0));
    let body = redemption(&link, "ada");
    client.send(Method::POST, "/v1/links/redeem", &[("x-forwarded-for", "203.0.113.9")], Some(&body)).expect(400);
    // Links of this installation whose time is over, and one of another installation.
    let keyring = server::server_key::load(&installation.data().join("server.key")).unwrap();
    let now = SystemClock.now();
    let expired = |purpose, since: u64| {
        let expires_at = domain::time::Timestamp::from_milliseconds(now.milliseconds() - i64::try_from(since).unwrap());
        let subject = OwnerId::new(now, &SystemRandomness);
        link::seal(&keyring, &Link { purpose, subject, credential_revision: 0, expires_at })
    };
    for (purpose, since) in [(Purpose::SetUp, 1), (Purpose::SetUp, 3_600_000), (Purpose::RecoverAdministrator, 1)] {
        client.post("/v1/links/redeem", &redemption(expired(purpose, since).expose(), "eve")).expect(409);
    }
    let other = Installation::new();
    let foreign = start_bare(&other, &[]);
    client.post("/v1/links/redeem", &redemption(&links(&foreign)[0], "eve")).expect(409);
    // The link itself still works, after all of that.
    client.post("/v1/links/redeem", &body).expect(204);
}

/// The guide advises a key that lies elsewhere than the data, and a store may lie elsewhere again.
#[test]
fn a_first_start_makes_every_directory_for_its_owner_only() {
    let installation = Installation::new();
    let file = |name: &str| installation.home.file(name);
    let (key, store) = (file("keys/server.key"), format!("sqlite:{}", file("disk/jeton/jeton.db").display()));
    let mut server =
        installation.start_with(&["--server-key-file", key.to_str().unwrap(), "--store", &store, "--demo"]);
    assert!(server.stop().success());
    for made in ["data", "keys", "disk", "disk/jeton"] {
        assert_eq!(fs::metadata(file(made)).unwrap().permissions().mode() & 0o777, 0o700, "{made}");
    }
    // Scripts find the server where it listens, not by a name that may mean another address.
    let demo: Value = serde_json::from_str(&fs::read_to_string(file("data/demo.json")).unwrap()).unwrap();
    assert_eq!(demo["url"], server.url);
    // A directory that is there keeps its mode: it may hold other things.
    let other = Installation::new();
    fs::create_dir(other.data()).unwrap();
    fs::set_permissions(other.data(), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(other.start().stop().success());
    assert_eq!(fs::metadata(other.data()).unwrap().permissions().mode() & 0o777, 0o755);
}
