//! Prints what a store costs: processor time and disk for each issued token, loading, deleting.
//!
//! `cargo run --release -p store --example measure -- DIRECTORY [TOKENS]`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::cast_precision_loss)]

use domain::id::Randomness;
use domain::{
    caller::{Access, Actor},
    facts::Facts,
    id::{OrganisationId, OwnerId, OwnerNumber, TokenId},
    name::{Labels, Name},
    owner::{OwnerKind, Role},
    scope::Scopes,
    secret::{Digest, KeyId},
    time::Timestamp,
    token::Terms,
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use store::{
    OpenOptions, Store,
    change::{
        Change, DeleteTokens, DeletionTarget, IssueToken, NewOrganisation, NewOwner, NewSecret, Outcome, SetUp, Verb,
        WantedScopes,
    },
    open_sqlite,
    query::{PageRequest, Sort, TokenFilter},
    testing::Seeded,
};

const START: i64 = 1_700_000_000_000;
const CALLERS: u64 = 1_024;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().expect("a directory"));
    let tokens: u64 = arguments.next().map_or(100_000, |text| text.parse().unwrap());
    let path = directory.join("measure.db");
    let opened = open_sqlite(&path, &OpenOptions::default()).unwrap();
    let randomness = Arc::new(Seeded::new(1));
    let owner = set_up(&*opened.store, &randomness).await;

    let (begun, cpu) = (Instant::now(), cpu_seconds());
    let ids = fill(&opened.store, &randomness, owner, tokens).await;
    let (elapsed, cpu) = (begun.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let each = |seconds: f64| seconds * 1e6 / tokens as f64;
    println!(
        "issue: {:.1} us each, {:.1} us of the writer's processor time, {elapsed:.1} s in all",
        each(elapsed),
        each(cpu)
    );

    let begun = Instant::now();
    let loaded = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&loaded);
    opened
        .store
        .load(Arc::new(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
        }))
        .await
        .unwrap();
    println!("load: {:.2} s for {} records", begun.elapsed().as_secs_f64(), loaded.load(Ordering::Relaxed));

    delete_one_by_one(&opened.store, owner, &ids[..ids.len().min(1_000)]).await;
    opened.store.close().await;
    let size = std::fs::metadata(&path).unwrap().len();
    println!("disk: {:.0} bytes a token", size as f64 / tokens as f64);
    tables(&path, tokens);
}

async fn set_up(store: &dyn Store, randomness: &Seeded) -> (OwnerId, OwnerNumber) {
    let at = Timestamp::from_milliseconds(START);
    let administrator = NewOwner {
        id: OwnerId::new(at, randomness),
        kind: OwnerKind::User,
        name: Name::stored("Ada".into()),
        email: None,
        role: Role::ApplicationAdministrator,
        scopes: Scopes::default(),
        password_hash: None,
        facts: Facts::default(),
        slot: None,
    };
    let organisation = NewOrganisation { id: OrganisationId::new(at, randomness), name: Name::stored("One".into()) };
    let verb = Verb::SetUp(SetUp { organisation, administrator, token: None });
    match store.commit(Change::new(at, Actor::System, verb)).await.unwrap().outcome {
        Outcome::SetUp { administrator, .. } => (administrator.id, administrator.number),
        _ => unreachable!(),
    }
}

async fn fill(
    store: &Arc<dyn Store>,
    randomness: &Arc<Seeded>,
    (owner, author): (OwnerId, OwnerNumber),
    tokens: u64,
) -> Vec<TokenId> {
    let next = Arc::new(AtomicU64::new(0));
    let callers = (0..CALLERS).map(|_| {
        let (store, randomness, next) = (Arc::clone(store), Arc::clone(randomness), Arc::clone(&next));
        tokio::spawn(async move {
            let mut ids = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= tokens {
                    return ids;
                }
                let at = Timestamp::from_milliseconds(START + i64::try_from(number / 20).unwrap());
                let change = issue(at, &randomness, owner, author, number);
                store.commit(change).await.unwrap();
                ids.push(number);
            }
        })
    });
    let callers: Vec<_> = callers.collect();
    for caller in callers {
        caller.await.unwrap();
    }
    // The identifiers are those of the first tokens in the list.
    let page = PageRequest { after: None, limit: 1_000 };
    let reach = domain::caller::Reach::Everything;
    let now = Timestamp::from_milliseconds(START);
    let begun = Instant::now();
    let page = store.tokens(reach, TokenFilter::default(), Sort::default(), page, now).await.unwrap();
    println!("list: {:.2} ms for {} tokens", begun.elapsed().as_secs_f64() * 1e3, page.items.len());
    page.items.iter().map(|token| token.id).collect()
}

fn issue(at: Timestamp, randomness: &Seeded, owner: OwnerId, author: OwnerNumber, number: u64) -> Change {
    let mut digest = [0; 16];
    randomness.fill(&mut digest);
    let verb = Verb::IssueToken(IssueToken {
        signer: None,
        access: Access::unlimited(),
        id: TokenId::new(at, randomness),
        owner,
        author,
        name: Name::stored(format!("token {number}")),
        description: String::new(),
        scopes: WantedScopes::Exactly(Scopes::stored("billing:read tokens:read")),
        networks: None,
        labels: Labels::default(),
        expires_at: None,
        secret: NewSecret { digest: Digest::from_bytes(digest), key: KeyId(1), hint: "jtn_0123…abcd".into() }.into(),
        terms: Terms::default(),
        permission: None,
    });
    Change::new(at, Actor::Owner { owner: author, token: None }, verb)
}

async fn delete_one_by_one(store: &Arc<dyn Store>, (_, author): (OwnerId, OwnerNumber), ids: &[TokenId]) {
    let at = Timestamp::from_milliseconds(START + 1_000_000);
    let begun = Instant::now();
    for id in ids {
        let selection = DeletionTarget::Token { id: *id, expects: None };
        let verb = Verb::DeleteTokens(DeleteTokens { access: Access::unlimited(), target: selection, reason: None });
        store.commit(Change::new(at, Actor::Owner { owner: author, token: None }, verb)).await.unwrap();
    }
    println!("delete: {:.0} us each, one after the other", begun.elapsed().as_secs_f64() * 1e6 / ids.len() as f64);
}

/// The processor time of the writing thread so far.
fn cpu_seconds() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let stats = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("stat")).ok());
    let writer = stats.filter(|stat| stat.contains("(store-writer)"));
    // Fields 14 and 15 are user and system time in ticks of 10 ms.
    writer
        .flat_map(|stat| {
            stat.split(' ').skip(13).take(2).filter_map(|field| field.parse::<f64>().ok()).collect::<Vec<_>>()
        })
        .sum::<f64>()
        / 100.0
}

fn tables(path: &Path, tokens: u64) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT name, sum(pgsize) AS size FROM dbstat GROUP BY name ORDER BY size DESC LIMIT 14";
    let Ok(mut statement) = connection.prepare(sql) else { return };
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, f64>(1)?))).unwrap();
    for (name, size) in rows.map(Result::unwrap) {
        println!("  {name}: {:.1}", size / tokens as f64);
    }
}
