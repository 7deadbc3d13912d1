//! No issued secret, no password, no session, no link and no twelve characters of any appear where
//! they do not belong: not in the log at its finest, not in answers, lists, the journal, metrics, the
//! database and its log, the denials file or a backup (S-44).
//!
//! | file | what lives there |
//! | --- | --- |
//! | `haystack` | the search for parts of secrets |
//! | `walk` | every route, by those who may and with what is right |
//! | `contracts` | the doors of the contracts |
//! | `signing` | keys, and what is signed with them |
//! | `misuse` | secrets where none belongs, and credentials that are wrong |
//! | `command_line` | the commands |

mod command_line;
mod contracts;
mod haystack;
mod misuse;
mod signing;
mod walk;

use crate::{
    client::{Client, Exchange, Record},
    installation::{Installation, Server, new_token},
    program::Program,
};
use haystack::Canaries;
use serde_json::Value;
use std::{collections::BTreeSet, fs, mem, net::TcpListener, path::Path};

/// A text that is stored and shown: when it is not found, the search is blind.
const CONTROL: &str = "control-0123456789-abcdefghijklmnopqrstuvwxyz";

/// A walk through the whole server, and what must be found nowhere afterwards.
struct Walk {
    installation: Installation,
    server: Server,
    metrics: String,
    demo: Value,
    record: Record,
    canaries: Canaries,
    /// What the commands printed, less what they are asked to show.
    printed: Vec<(String, String)>,
}

impl Walk {
    fn begin() -> Self {
        let installation = Installation::new();
        // Nobody else takes the port in the moment between.
        let metrics = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let flags = ["--demo", "--log-level", "trace", "--log-format", "json", "--metrics-listen", &metrics];
        let mut command = installation.command();
        command.env_remove("JETON_BOOTSTRAP_TOKEN").args(flags);
        let server = Server::of(Program::spawn(&mut command));
        let demo = fs::read_to_string(installation.data().join("demo.json")).unwrap();
        let demo: Value = serde_json::from_str(&demo).unwrap();
        let mut canaries = Canaries::default();
        canaries.add_all("demo.json", &demo, &["password", "token"]);
        let key = fs::read_to_string(installation.data().join("server.key")).unwrap();
        key.lines().for_each(|line| canaries.add("the server key", line.rsplit([' ', ':']).next().unwrap()));
        Self { installation, server, metrics, demo, record: Record::default(), canaries, printed: Vec::new() }
    }

    /// A recorded client that shows the token at this place of `demo.json`.
    fn client(&self, place: &str) -> Client {
        let token = self.demo.pointer(place).and_then(Value::as_str).unwrap_or_else(|| panic!("no {place}"));
        self.nobody().with(token)
    }

    /// A recorded client that shows nothing.
    fn nobody(&self) -> Client {
        self.server.client().recorded(&self.record)
    }

    /// A new password that is searched for.
    fn password(&mut self) -> String {
        let password = format!("pw-{}", &new_token()[4..24]);
        self.canaries.add("a password", &password);
        password
    }

    /// A secret that was never issued, and is searched for all the same.
    fn stranger(&mut self) -> String {
        let secret = new_token();
        self.canaries.add("a secret that was never issued", &secret);
        secret
    }

    /// Takes the secrets out of the answers that are there to carry them; they are searched for in
    /// everything else.
    fn take_from_answers(&mut self) -> Vec<Exchange> {
        let mut exchanges = mem::take(&mut *self.record.lock().unwrap());
        for exchange in &mut exchanges {
            let (path, _) = exchange.path.split_once('?').unwrap_or((&exchange.path, ""));
            let segments: Vec<_> = path.trim_start_matches('/').split('/').collect();
            let member = match (exchange.method.as_str(), segments.as_slice()) {
                (
                    "POST",
                    ["v1", "tokens"] | ["v1", "tokens", _, "rotate"] | ["v1", "sessions", "current", "tokens"],
                ) => "/secret",
                ("POST", ["admin", "tokens"]) => {
                    self.canaries.take_member("/token", &mut exchange.answer.text);
                    "/key"
                }
                ("POST", ["v1", "actions"]) => "/action",
                ("POST", ["auth", "pats"]) => "/accessToken",
                ("POST", ["auth", "login"]) => "/token",
                ("POST", ["auth", "action"]) => "/userAction",
                ("POST", ["auth", "users"]) => "/registrationCode",
                ("POST", ["v1", "users"]) => "/invitation/link",
                ("POST", ["v1", "users", _, "invitation"]) => "/link",
                ("POST", ["v1", "sessions"]) => {
                    self.canaries.take_cookie(&mut exchange.answer.headers);
                    continue;
                }
                _ => continue,
            };
            self.canaries.take_member(member, &mut exchange.answer.text);
        }
        exchanges
    }
}

#[test]
fn no_secret_appears_where_it_does_not_belong() {
    let mut walk = Walk::begin();
    walk.every_route();
    walk.contracts();
    walk.signing();
    walk.misuse();
    walk.commands();
    let mut exchanges = walk.take_from_answers();
    expect_every_operation(&exchanges);
    let metrics = Client::new(&format!("http://{}", walk.metrics), None).get("/metrics").expect(200);
    assert!(metrics.text.contains("jeton_"), "{}", metrics.text);
    walk.printed.push(("metrics".to_owned(), metrics.text));
    // As it lies there while it is served, and after the log was written back.
    let mut found = walk.search_files("served");
    assert!(walk.server.stop().success(), "{}", walk.server.err());
    found.extend(walk.search_files("stopped"));
    found.extend(walk.canaries.find("standard error", walk.server.err().as_bytes()));
    found.extend(walk.canaries.find("standard output", walk.server.out().as_bytes()));
    for (place, text) in &walk.printed {
        found.extend(walk.canaries.find(place, text.as_bytes()));
    }
    for Exchange { method, path, answer } in exchanges.drain(..) {
        let place = format!("the answer to {method} {path}");
        found.extend(walk.canaries.find(&place, answer.text.as_bytes()));
        found.extend(walk.canaries.find(&place, format!("{:?}", answer.headers).as_bytes()));
    }
    assert!(found.is_empty(), "{found:#?}");
    println!("{} secrets were looked for", walk.canaries.len());
    assert!(
        walk.server.err().contains("\"TRACE\"") || walk.server.err().contains("\"DEBUG\""),
        "the log is fine-grained"
    );
}

impl Walk {
    /// Looks through every file of the installation, except those that are there to keep secrets.
    fn search_files(&self, when: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut files = BTreeSet::new();
        gather(self.installation.home.path(), &mut files);
        let mut control = false;
        for file in files {
            let name = file.rsplit('/').next().unwrap();
            if ["demo.json", "server.key", "credentials.json"].contains(&name) || name.starts_with("secret-") {
                continue;
            }
            let bytes = fs::read(&file).unwrap();
            control |= name == "jeton.db" && haystack::contains(&bytes, CONTROL.as_bytes());
            found.extend(self.canaries.find(&format!("{name} ({when})"), &bytes));
        }
        // While it is served, the text may still be in the write-ahead log alone.
        assert!(control || when == "served", "the search sees what is in the database");
        found
    }
}

fn gather(directory: &Path, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            files.insert(path.display().to_string());
        }
    }
}

/// Every operation of the document was called and succeeded, and every one was also refused.
fn expect_every_operation(exchanges: &[Exchange]) {
    // Their success takes more tokens than this walk makes, and a passkey, which only a browser has.
    const NEVER_SUCCEEDS: &[&str] = &["GET /v1/deletions/{id}", "POST /v1/sessions/passkeys"];
    // These have nothing to refuse.
    const NEVER_FAILS: &[&str] = &["GET /healthz", "GET /readyz", "GET /v1/openapi.json", "GET /problems"];
    let document = exchanges.iter().find(|exchange| exchange.path == "/v1/openapi.json").unwrap().answer.json();
    for (template, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys().filter(|method| *method != "parameters") {
            let operation = format!("{} {template}", method.to_uppercase());
            let called = exchanges.iter().filter(|exchange| {
                exchange.method.as_str().eq_ignore_ascii_case(method) && is_of(template, &exchange.path)
            });
            let (good, bad): (Vec<_>, Vec<_>) = called.partition(|exchange| exchange.answer.status < 400);
            assert!(!good.is_empty() || NEVER_SUCCEEDS.contains(&operation.as_str()), "{operation} never succeeded");
            assert!(!bad.is_empty() || NEVER_FAILS.contains(&operation.as_str()), "{operation} was never refused");
        }
    }
}

/// True when a path is one of a template such as `/v1/tokens/{id}`; a fixed segment wins over a free one.
fn is_of(template: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap();
    let (wanted, found): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let fits = |(wanted, found): (&&str, &&str)| {
        wanted == found || (wanted.starts_with('{') && !["verify", "delete", "revoke-by-secret"].contains(found))
    };
    wanted.len() == found.len() && wanted.iter().zip(&found).all(fits)
}
