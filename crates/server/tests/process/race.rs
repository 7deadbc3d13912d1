//! No acceptance that began after the answer which ended a token's power, seen from outside: over
//! connections that are kept alive, for every way to end it.

use crate::{
    client::{Client, Issued},
    installation::{Installation, Server},
};
use serde_json::json;
use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};
use store::testing::Seeded;

const ROUNDS: usize = 2_000;
/// How many tokens there are at a time.
const TOGETHER: usize = 250;
const ENDERS: usize = 3;
const VERIFIERS: usize = 3;
/// How far from the token that is being ended a verifier looks.
const AROUND: usize = 6;

/// One token, and whether the end of its power has been answered.
struct Round {
    issued: Issued,
    label: String,
    answered: AtomicBool,
}

/// What the verifiers saw.
#[derive(Debug, Default)]
struct Seen {
    accepted: AtomicUsize,
    refused_early: AtomicUsize,
    refused: AtomicUsize,
    violations: AtomicUsize,
}

#[test]
fn no_acceptance_begins_after_the_answer() {
    let rounds = env::var("JETON_RACE_ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    let seed = u64::from(std::process::id());
    println!("{rounds} rounds with seed {seed}");
    let installation = Installation::new();
    let server = Arc::new(installation.start_with(&["--log-level", "warn"]));
    let (random, seen) = (Arc::new(Seeded::new(seed)), Arc::new(Seen::default()));
    for _ in 0..rounds.div_ceil(TOGETHER) {
        race(&server, &installation.token, &random, &seen);
    }
    println!("{seen:?}");
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    assert_eq!(count(&seen.violations), 0, "{seen:?}");
    // Otherwise the verifiers came too early or too late to see anything.
    assert!(count(&seen.accepted) > rounds && count(&seen.refused) > rounds, "{seen:?}");
}

/// Ends the power of some tokens one by one, with verifications running around each end.
fn race(server: &Arc<Server>, token: &str, random: &Arc<Seeded>, seen: &Arc<Seen>) {
    let rounds = Arc::new(issue(server, token));
    let next = Arc::new(AtomicUsize::new(0));
    let enders = (0..ENDERS).map(|_| {
        let (rounds, next, client) = (Arc::clone(&rounds), Arc::clone(&next), server.client().with(token));
        thread::spawn(move || {
            while let Some((place, round)) = take(&rounds, &next) {
                end(&client, place, round);
                round.answered.store(true, Ordering::Release);
            }
        })
    });
    let verifiers = (0..VERIFIERS).map(|_| {
        let (rounds, next, client) = (Arc::clone(&rounds), Arc::clone(&next), server.client().with(token));
        let (random, seen) = (Arc::clone(random), Arc::clone(seen));
        thread::spawn(move || verify_around(&client, &rounds, &next, &random, &seen))
    });
    // All are spawned before the first is waited for.
    let threads: Vec<_> = enders.chain(verifiers).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

fn issue(server: &Arc<Server>, token: &str) -> Vec<Round> {
    let threads: Vec<_> = (0..ENDERS)
        .map(|number| {
            let client = server.client().with(token);
            thread::spawn(move || {
                let numbers = (number..TOGETHER).step_by(ENDERS);
                let issue = |number: usize| {
                    let label = format!("round={number}");
                    let issued = client.issue(&json!({"name": label, "labels": {"round": number.to_string()}}));
                    Round { issued, label, answered: AtomicBool::new(false) }
                };
                numbers.map(issue).collect::<Vec<_>>()
            })
        })
        .collect();
    threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
}

fn take<'r>(rounds: &'r [Round], next: &AtomicUsize) -> Option<(usize, &'r Round)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    rounds.get(place).map(|round| (place, round))
}

/// Every way to end the power of a secret takes its turn.
fn end(client: &Client, place: usize, round: &Round) {
    let Issued { id, secret } = &round.issued;
    match place % 8 {
        0 | 1 => client.delete(&format!("/v1/tokens/{id}")).expect(204),
        2 => client
            .post("/v1/tokens/delete", &json!({"filter": {"labels": [round.label], "state": "active"}}))
            .expect(200),
        3 => client.post("/v1/tokens/revoke-by-secret", &json!({ "token": secret })).expect(204),
        4 => client.form("/oauth2/revoke", &[("token", secret)]).expect(200),
        5 => client.post(&format!("/v1/tokens/{id}/disable"), &json!({})).expect(200),
        6 => client.post(&format!("/v1/tokens/{id}/rotate"), &json!({})).expect(200),
        _ => client.patch(&format!("/v1/tokens/{id}"), &json!({"networks": ["192.0.2.0/24"]})).expect(200),
    };
}

/// Verifies tokens around the ones that are being ended, and at last each of them.
fn verify_around(client: &Client, rounds: &[Round], next: &AtomicUsize, random: &Seeded, seen: &Seen) {
    while rounds.iter().any(|round| !round.answered.load(Ordering::Acquire)) {
        let from = next.load(Ordering::Relaxed).saturating_sub(AROUND);
        let place = from + usize::try_from(random.below(2 * AROUND as u64)).unwrap();
        verify(client, &rounds[place.min(rounds.len() - 1)], random, seen);
    }
    for round in rounds {
        verify(client, round, random, seen);
    }
}

fn verify(client: &Client, round: &Round, random: &Seeded, seen: &Seen) {
    let began_after = round.answered.load(Ordering::Acquire);
    let secret = &round.issued.secret;
    let accepted = match random.below(4) {
        // A batch is read from the same index, but on another path.
        0 => client.post("/v1/tokens/verify", &json!({"tokens": [{"token": secret}]})).expect(200).json()["verdicts"]
            [0]["active"]
            .as_bool(),
        // The secret as its bearer's own credential.
        1 => Some(client.with(secret).get("/v1/whoami").status == 200),
        2 => client.form("/oauth2/introspect", &[("token", secret)]).expect(200).json()["active"].as_bool(),
        _ => client.verify(secret).expect(200).json()["active"].as_bool(),
    };
    let counter = match (began_after, accepted.unwrap()) {
        (false, true) => &seen.accepted,
        (false, false) => &seen.refused_early,
        (true, false) => &seen.refused,
        (true, true) => &seen.violations,
    };
    counter.fetch_add(1, Ordering::Relaxed);
}
