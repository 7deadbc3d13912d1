//! Jeton against references in the same run: `cargo bench -p server --bench performance`.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `main` | the rows of the table |
//! | `console` | a page of the console against the API |
//! | `load` | the client: keep-alive connections that send prepared requests |
//! | `reference` | what Jeton is measured against: a bare server, the disk, a flat file |
//! | `process` | servers as processes of their own, on a core of their own |
//!
//! Arguments: the number of tokens (1,000,000 unless named), `large` for the rows at 10,000,000 too, and `console` for
//! the rows of the console alone.
//! The stores are kept in `target/performance` for the next run.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)]

mod console;
mod load;
mod process;
mod reference;

use load::{Answered, Load, Request};
use process::{Jeton, on_core, store_of};
use std::{path::Path, time::Duration};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);
/// Uses are written once a minute.
const USES_ROUND: Duration = Duration::from_secs(66);
const CONNECTIONS: usize = 32;
const LARGE: usize = 10_000_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|word| word == "reference") {
        return reference::serve();
    }
    let tokens = arguments.iter().find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let large = arguments.iter().any(|word| word == "large");
    on_core(1, std::process::id());
    println!("| what | measured | against | ratio |");
    println!("| --- | ---: | ---: | ---: |");
    if arguments.iter().any(|word| word == "console") {
        return console::console(tokens);
    }
    verify(tokens);
    usage(tokens);
    deletes(tokens);
    console::console(tokens);
    if large {
        size(LARGE);
        cold_start(LARGE);
        scale();
    }
}

fn row(what: &str, measured: &str, against: &str, ratio: f64) {
    println!("| {what} | {measured} | {against} | {ratio:.2} |");
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Requests that ask for the verdicts on secrets picked from the whole file.
fn questions(store: &Path, credential: &str) -> Vec<Request> {
    let secrets = std::fs::read_to_string(store.join("secrets")).unwrap();
    let secrets: Vec<&str> = secrets.lines().skip(1).collect();
    let step = (secrets.len() / 50_000).max(1);
    // A large odd stride spreads neighbours in time over the whole store.
    let picked = (0..secrets.len().min(50_000)).map(|place| secrets[place * step * 7_919 % secrets.len()]);
    picked
        .map(|secret| Request::post("/v1/tokens/verify", credential, &format!("{{\"token\":\"{secret}\"}}")))
        .collect()
}

fn rate(answered: &Answered) -> f64 {
    answered.count as f64 / answered.took.as_secs_f64()
}

/// Verifications by HTTP on one core against a bare server that answers a fixed JSON.
fn verify(tokens: usize) {
    let store = store_of(tokens, false);
    let (jeton, bare) = (Jeton::start(&store, &[]), reference::start());
    let asked = questions(&store, &jeton.administrator);
    let (mut rates, mut costs, mut shown) = (Vec::new(), Vec::new(), (0.0, 0.0, 0.0, 0.0));
    for _ in 0..ROUNDS {
        let plain = bare.measure(|address| Load::new(CONNECTIONS, &asked).run(address, ROUND));
        let real = jeton.process.measure(|address| Load::new(CONNECTIONS, &asked).run(address, ROUND));
        shown = (rate(&real.answered), rate(&plain.answered), real.cost(), plain.cost());
        rates.push(shown.0 / shown.1);
        costs.push(shown.2 / shown.3);
    }
    row(
        &format!("verify by HTTP, {tokens} tokens, 32 connections"),
        &format!("{:.0}/s", shown.0),
        &format!("bare hyper {:.0}/s", shown.1),
        median(rates),
    );
    row(
        "server CPU per verify",
        &format!("{:.2} µs", shown.2),
        &format!("bare hyper {:.2} µs", shown.3),
        median(costs),
    );
}

/// Verifications with the tracking of uses against the same without, for longer than it takes until
/// uses are written.
fn usage(tokens: usize) {
    let store = store_of(tokens, false);
    let mut ratios = Vec::new();
    let mut shown = (0.0, 0.0);
    for _ in 0..2 {
        let rates: Vec<f64> = ["true", "false"]
            .iter()
            .map(|tracking| {
                let jeton = Jeton::start(&store, &[&format!("--usage-tracking={tracking}")]);
                let asked = questions(&store, &jeton.administrator);
                rate(&jeton.process.measure(|address| Load::new(CONNECTIONS, &asked).run(address, USES_ROUND)).answered)
            })
            .collect();
        shown = (rates[0], rates[1]);
        ratios.push(rates[0] / rates[1]);
    }
    row(
        "verify with usage tracking",
        &format!("{:.0}/s", shown.0),
        &format!("without {:.0}/s", shown.1),
        median(ratios),
    );
}

/// Durable deletes by 64 clients, and by one, against the disk itself.
fn deletes(tokens: usize) {
    let store = store_of(tokens, false);
    let copy = process::copied(&store);
    let jeton = Jeton::start_anywhere(&copy);
    let ids = jeton.token_ids(12_000);
    let requests: Vec<Request> =
        ids.iter().map(|id| Request::delete(&format!("/v1/tokens/{id}"), &jeton.administrator)).collect();
    let (one, many) = requests.split_at(1_000);
    let syncs = reference::fdatasync(&copy, Duration::from_secs(3));
    let bare = reference::start();
    let plain = Load::new(1, one).run_once(bare.address);
    let single = Load::new(1, one).run_once(jeton.process.address);
    let all = Load::new(64, many).run_once(jeton.process.address);
    row(
        "durable deletes with 64 clients",
        &format!("{:.0}/s", rate(&all)),
        &format!("fdatasync {:.0}/s", 1.0 / syncs.mean),
        rate(&all) * syncs.mean,
    );
    let (delete, floor) = (single.median.as_secs_f64(), syncs.median + plain.median.as_secs_f64());
    row(
        "one durable delete, p50",
        &format!("{:.0} µs", delete * 1e6),
        &format!("fdatasync + bare HTTP {:.0} µs", floor * 1e6),
        delete / floor,
    );
}

/// Memory and disk for each token.
fn size(tokens: usize) {
    let (store, small) = (store_of(tokens, false), store_of(1_000, false));
    let empty = Jeton::start(&small, &[]).process.resident_bytes();
    let full = Jeton::start(&store, &[]).process.resident_bytes();
    let memory = (full - empty) as f64 / tokens as f64;
    row(&format!("memory per token, {tokens}"), &format!("{memory:.1} B"), "must 110 B", memory / 110.0);
    let disk = std::fs::metadata(store.join("jeton.db")).unwrap().len() as f64 / tokens as f64;
    row("disk per token with its journal entry", &format!("{disk:.0} B"), "must 500 B", disk / 500.0);
}

/// From the start of the process to the first right verdict, against loading 32 bytes for each token.
fn cold_start(tokens: usize) {
    let store = store_of(tokens, false);
    let flat = reference::flat_file(&store, tokens);
    let begun = std::time::Instant::now();
    let jeton = Jeton::start_anywhere(&store);
    let asked = questions(&store, &jeton.administrator);
    Load::new(1, &asked[..1]).run_once(jeton.process.address);
    let took = begun.elapsed().as_secs_f64();
    row(
        &format!("cold start, {tokens} tokens"),
        &format!("{took:.2} s"),
        &format!("flat file {flat:.2} s"),
        took / flat,
    );
}

/// Server CPU per verification in large stores against a small one.
fn scale() {
    let deleted = process::with_deletes(&store_of(LARGE, false), 1_000_000);
    let small = store_of(1_000, false);
    for (what, store) in [
        ("10 M tokens", store_of(LARGE, false)),
        ("10 M of one owner", store_of(LARGE, true)),
        ("10 M after 1 M deletes", deleted),
    ] {
        let (large, small) = (Jeton::start(&store, &[]), Jeton::start(&small, &[]));
        let asked = (questions(&store, &large.administrator), questions(&small.data, &small.administrator));
        let mut ratios = Vec::new();
        let mut shown = (0.0, 0.0);
        for _ in 0..ROUNDS {
            let less = small.process.measure(|address| Load::new(CONNECTIONS, &asked.1).run(address, ROUND));
            let more = large.process.measure(|address| Load::new(CONNECTIONS, &asked.0).run(address, ROUND));
            shown = (more.cost(), less.cost());
            ratios.push(shown.0 / shown.1);
        }
        row(
            &format!("CPU per verify, {what}"),
            &format!("{:.2} µs", shown.0),
            &format!("1 k tokens {:.2} µs", shown.1),
            median(ratios),
        );
    }
}
