//! `kill -9` at any moment: every answered write is there after the restart, every answered delete is
//! refused, nothing is half done, and a mere crash is no ground for a quarantine.
//!
//! Several clients work on one store, round after round, until the server is killed under them.
//! `JETON_CRASH_ROUNDS` sets how many rounds, `JETON_CRASH_SEED` repeats the choices of a run (not
//! its timing).

mod ledger;

use crate::{
    client::Client,
    installation::{Installation, Server},
    program::Program,
};
use ledger::{Ledger, Settled};
use serde_json::json;
use std::{
    collections::BTreeMap,
    env,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use store::testing::Seeded;

const ROUNDS: u64 = 40;
const CLIENTS: usize = 6;
/// One round in so many kills the server once more while it starts.
const KILLED_AT_START: u64 = 5;
/// One round in so many checks the whole journal.
const WHOLE_CHECK: u64 = 20;

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().unwrap())
}

#[test]
fn what_was_answered_survives_and_nothing_is_half_done() {
    let rounds = number("JETON_CRASH_ROUNDS").unwrap_or(ROUNDS);
    let seed = number("JETON_CRASH_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("{rounds} crashes with JETON_CRASH_SEED={seed}");
    let random = Arc::new(Seeded::new(seed));
    let installation = Installation::new();
    let mut ledgers: Vec<_> = (0..CLIENTS).map(|number| Ledger::new(number, &random)).collect();
    let mut settled = Settled::default();
    let began = Instant::now();
    for round in 1..=rounds {
        let mut server = start(&installation, &random);
        let client = installation.administrator(&server);
        client.get("/readyz").expect(200);
        for ledger in &mut ledgers {
            settled += ledger.settle(&client);
        }
        check(&ledgers, &client, &random);
        if round.is_multiple_of(WHOLE_CHECK) {
            check_whole(&installation);
        }
        ledgers = work_until_killed(ledgers, &mut server, &client, &random);
    }
    finish(&installation, ledgers, settled);
    println!("{rounds} crashes took {:?}", began.elapsed());
}

/// Starts the server, now and then only after it was killed while it started.
fn start(installation: &Installation, random: &Seeded) -> Server {
    if random.below(KILLED_AT_START) == 0 {
        let mut program = Program::spawn(&mut installation.command());
        thread::sleep(Duration::from_millis(random.below(150)));
        program.kill();
    }
    installation.start_with(&["--log-level", "warn"])
}

/// Lets every client work with connections of its own, and kills the server at a random moment.
fn work_until_killed(ledgers: Vec<Ledger>, server: &mut Server, client: &Client, random: &Seeded) -> Vec<Ledger> {
    let workers: Vec<_> = ledgers
        .into_iter()
        .map(|mut ledger| {
            let client = server.client().with(client.token());
            thread::spawn(move || {
                ledger.work(&client);
                ledger
            })
        })
        .collect();
    thread::sleep(Duration::from_millis(20 + random.below(150)));
    server.kill();
    workers.into_iter().map(|worker| worker.join().unwrap()).collect()
}

/// The server lists exactly the tokens of the ledgers as they stand there, and judges every secret so.
fn check(ledgers: &[Ledger], client: &Client, random: &Seeded) {
    let mut listed = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/v1/tokens?limit=200{cursor}")).expect(200).json();
        for token in page["items"].as_array().unwrap() {
            let facts = (token["name"].clone(), token["state"].clone(), token["revision"].clone());
            if token["name"] != "bootstrap" {
                listed.insert(token["id"].as_str().unwrap().to_owned(), facts);
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let known = ledgers.iter().flat_map(Ledger::facts).collect();
    assert_eq!(listed, known, "what is listed is what was answered");
    let secrets: Vec<_> = ledgers.iter().flat_map(|ledger| ledger.secrets(random)).collect();
    for some in secrets.chunks(1_000) {
        let questions: Vec<_> = some.iter().map(|(secret, _)| json!({ "token": secret })).collect();
        let verdicts = client.post("/v1/tokens/verify", &json!({ "tokens": questions })).expect(200).json();
        for ((_, expected), verdict) in some.iter().zip(verdicts["verdicts"].as_array().unwrap()) {
            assert!(expected.contains(&verdict["reason"].as_str().unwrap_or("active")), "{expected:?}: {verdict}");
        }
    }
}

/// `jeton doctor` finds file, journal and denials whole.
fn check_whole(installation: &Installation) {
    let findings = installation.run(&["doctor", "--json"]).json();
    for check in ["store", "journal", "denials"] {
        let found = findings.as_array().unwrap().iter().find(|finding| finding["check"] == check);
        assert_eq!(found.unwrap_or_else(|| panic!("no {check} in {findings}"))["level"], "ok", "{findings}");
    }
}

/// The last look: over everything that was ever deleted, and into the denials file.
fn finish(installation: &Installation, mut ledgers: Vec<Ledger>, mut settled: Settled) {
    let mut server = start(installation, &Seeded::new(0));
    let client = installation.administrator(&server);
    for ledger in &mut ledgers {
        settled += ledger.settle(&client);
        ledger.recall_everything();
    }
    check(&ledgers, &client, &Seeded::new(0));
    assert!(server.stop().success(), "{}", server.err());
    check_whole(installation);
    let denied: std::collections::BTreeSet<_> =
        installation.denials().tokens().iter().map(ToString::to_string).collect();
    let deleted: Vec<_> = ledgers.iter().flat_map(Ledger::deleted).collect();
    assert!(deleted.iter().all(|token| denied.contains(*token)), "the denials file names every deleted token");
    let answered: u64 = ledgers.iter().map(|ledger| ledger.answered).sum();
    println!("{answered} changes were answered, {} deleted; cut off: {settled:?}", deleted.len());
    assert!(settled.applied > 0 && settled.absent > 0 && !deleted.is_empty(), "crashes came at every moment");
}
