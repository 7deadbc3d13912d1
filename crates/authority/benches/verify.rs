//! A verdict in process, at a thousand, a million and ten million tokens, against the same keyed
//! digest and a hit in a plain hash map of the same size, in the same run.
//!
//! `cargo bench -p authority -- [TOKENS…]`; each line is the median of nine rounds.

#![allow(missing_docs, clippy::unwrap_used, clippy::cast_precision_loss)]

use authority::{
    Authority,
    authority::Options,
    clock::{SystemClock, SystemRandomness},
    verify::{Question, Verdict},
};
use domain::{
    caller::Reach,
    format::{self, Kind},
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, Position, Randomness, TokenId},
    owner::{OwnerKind, Role},
    scope::Scopes,
    secret::Keyring,
};
use hashbrown::HashMap;
use std::{
    future::Future,
    hash::{BuildHasherDefault, Hasher},
    hint::black_box,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Instant,
};
use store::{
    open::{OpenOptions, open_sqlite},
    query::Loaded,
};

const ROUNDS: usize = 9;
const ASKED: usize = 400_000;
const TOKENS_PER_OWNER: usize = 100;
const OWNERS_PER_ORGANISATION: usize = 100;

/// A fast stream of bytes for the secrets of a measurement, never for real ones.
struct Stream(AtomicU64);

impl Stream {
    fn next(&self) -> u64 {
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Randomness for Stream {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Takes the first eight bytes of a digest as they are, as the index does.
#[derive(Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk::<8>() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_000, 1_000_000, 10_000_000] } else { sizes };
    println!("| tokens | owners | verify ns | digest + map ns | ratio | bytes a token |");
    println!("| ---: | ---: | ---: | ---: | ---: | ---: |");
    for tokens in sizes {
        measure(tokens, tokens.div_ceil(TOKENS_PER_OWNER));
        measure(tokens, 1);
    }
}

fn measure(tokens: usize, owners: usize) {
    let folder = tempfile::tempdir().unwrap();
    let stream = Stream(AtomicU64::new(7));
    let keyring = Keyring::generate(&stream);
    let (authority, secrets) = filled(&folder.path().join("jeton.db"), &keyring, &stream, tokens, owners);
    let mut map: HashMap<[u8; 16], u32, BuildHasherDefault<FirstBytes>> =
        HashMap::with_capacity_and_hasher(tokens, BuildHasherDefault::default());
    for (place, secret) in secrets.iter().enumerate() {
        map.insert(keyring.digest(secret).bytes(), u32::try_from(place).unwrap());
    }
    let asked: Vec<&str> = (0..ASKED).map(|_| &*secrets[usize::try_from(stream.next()).unwrap() % tokens]).collect();
    let (mut verify, mut reference) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        reference.push(nanoseconds(|| {
            asked.iter().filter(|secret| map.contains_key(&black_box(keyring.digest(secret)).bytes())).count()
        }));
        verify.push(nanoseconds(|| asked.iter().filter(|secret| is_active(&authority, secret)).count()));
    }
    let (verify, reference) = (median(verify), median(reference));
    let bytes = authority.index().size().bytes as f64 / tokens as f64;
    println!("| {tokens} | {owners} | {verify:.0} | {reference:.0} | {:.2} | {bytes:.1} |", verify / reference);
}

fn filled(
    path: &std::path::Path,
    keyring: &Keyring,
    stream: &Stream,
    tokens: usize,
    owners: usize,
) -> (Arc<Authority>, Vec<Box<str>>) {
    let store = open_sqlite(path, &OpenOptions::default()).unwrap().store;
    let options = Options { track_usage: false, ..Options::default() };
    let authority = Authority::new(store, keyring.clone(), Arc::new(SystemClock), Arc::new(SystemRandomness), options);
    let index = authority.index();
    let number = |place: usize| u32::try_from(place + 1).unwrap();
    for place in 0..owners.div_ceil(OWNERS_PER_ORGANISATION) {
        let number = OrganisationNumber(number(place));
        index.load(Loaded::Organisation { number, id: OrganisationId::from_bytes([1; 16]), active: true }, Position(1));
    }
    for place in 0..owners {
        let organisation = OrganisationNumber(number(place / OWNERS_PER_ORGANISATION));
        let (number, id, kind, role) = (
            OwnerNumber(number(place)),
            OwnerId::from_bytes([2; 16]),
            OwnerKind::User,
            Role::OrganisationAdministrator,
        );
        index.load(
            Loaded::Owner { number, id, kind, organisation, role, scopes: Scopes::default(), active: true },
            Position(1),
        );
    }
    let grant = Arc::new((Scopes::stored("reports:read tokens:read"), None));
    let mut secrets = Vec::with_capacity(tokens);
    for place in 0..tokens {
        let secret = format::generate(Kind::Token, stream);
        let mut id = [0; 16];
        stream.fill(&mut id);
        let loaded = Loaded::Secret {
            digest: keyring.digest(secret.expose()),
            token: TokenId::from_bytes(id),
            owner: OwnerNumber(number(place % owners)),
            grant: Arc::clone(&grant),
            expires_at: None,
            disabled: false,
            ends_at: None,
            ends_others: false,
        };
        index.load(loaded, Position(1));
        secrets.push(secret.expose().into());
    }
    index.open(Position(1));
    (authority, secrets)
}

fn is_active(authority: &Authority, secret: &str) -> bool {
    let question = Question { secret, scope: Some("reports:read"), address: None, user_agent: None };
    let verdict = pin!(authority.verify(Reach::Everything, &question, |verdict| matches!(verdict, Verdict::Active(_))));
    match verdict.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(active)) => active,
        Poll::Ready(Err(_)) | Poll::Pending => false,
    }
}

fn nanoseconds(work: impl FnOnce() -> usize) -> f64 {
    let begun = Instant::now();
    let found = work();
    let taken = begun.elapsed();
    assert_eq!(found, ASKED, "every secret asked for is there");
    taken.as_nanos() as f64 / ASKED as f64
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
