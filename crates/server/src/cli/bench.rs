//! `jeton bench fill`: an empty store filled with tokens, for measurements.
//!
//! Everything goes the ordinary way: each organisation, owner and token is a change that the store
//! commits, many at a time. So what is measured afterwards is what a real store of that size is.

use super::{
    failure::{Done, Exit, Failure, chain},
    local::{LocalArguments, store_file},
    output::{Options, note, print, progress},
};
use crate::{serve, server_key};
use authority::clock::{Clock, SystemClock, SystemRandomness};
use clap::{Args, Subcommand};
use domain::{
    caller::{Access, Actor},
    facts::Facts,
    format::{self, Kind},
    id::{OrganisationId, OwnerId, OwnerNumber, TokenId},
    name::{Email, Labels, Name},
    owner::{OwnerKind, Role},
    scope::Scopes,
    secret::{Keyring, Secret, hint},
    token::Terms,
};
use serde_json::json;
use std::{
    fs::OpenOptions as FileOptions,
    io::{BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use store::{
    OpenOptions, Opened, Store,
    change::{
        Change, CreateOwner, IssueToken, NewOrganisation, NewOwner, NewSecret, Outcome, SetUp, Verb, WantedScopes,
    },
    open_sqlite,
};
use tokio::{sync::mpsc, task::JoinSet};

/// How many tokens an owner has.
const TOKENS_PER_OWNER: u64 = 100;
/// How many owners an organisation has.
const OWNERS_PER_ORGANISATION: usize = 100;
/// How many changes wait for the store at a time; it commits them together.
const CONCURRENT: usize = 1_024;
/// What the tokens may do; each owner's tokens have these in turn, so that grants are shared as in life.
const SCOPES: [&str; 4] = ["service:read", "service:write", "service:read service:write", "service:*"];

/// The arguments of `jeton bench`.
#[derive(Debug, Args)]
pub struct BenchArguments {
    #[command(flatten)]
    local: LocalArguments,
    #[command(subcommand)]
    command: BenchCommand,
}

#[derive(Debug, Subcommand)]
enum BenchCommand {
    /// Fill an empty store with tokens and write down their secrets. The first is the application
    /// administrator's, with every scope; the others belong to service accounts.
    Fill(FillArguments),
}

#[derive(Debug, Args)]
struct FillArguments {
    /// How many tokens.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    tokens: u64,
    /// The new file for the secrets, one a line, mode 0600.
    #[arg(long, value_name = "FILE")]
    secrets: PathBuf,
    /// Give all tokens to one owner, instead of 100 to each and 100 owners to each organisation.
    #[arg(long)]
    one_owner: bool,
}

/// Runs `jeton bench`.
///
/// # Errors
/// When the store is not empty or cannot be written.
pub fn run(arguments: &BenchArguments, options: Options) -> Done {
    let config = arguments.local.read()?;
    let BenchCommand::Fill(fill_arguments) = &arguments.command;
    let path = store_file(&config);
    let file = FileOptions::new().write(true).create_new(true).mode(0o600).open(&fill_arguments.secrets);
    let file =
        file.map_err(|error| Failure::usage(format!("{} cannot be made: {error}", fill_arguments.secrets.display())))?;
    let failed = |error: &dyn std::error::Error| Failure::new(Exit::Failed, chain(error));
    serve::create_directories(&config).map_err(|error| failed(&error))?;
    let keyring = server_key::load_or_create(&config.server_key_file, path, &SystemRandomness);
    let keyring = keyring.map_err(|error| failed(&error))?;
    let open_options = OpenOptions { keys: keyring.marks().collect(), ..OpenOptions::default() };
    let Opened { store, quarantine } = open_sqlite(path, &open_options).map_err(|error| failed(&error))?;
    if quarantine.is_some() {
        return Err(Failure::new(Exit::Conflict, "the store is in quarantine; see `jeton doctor`"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let filling = Filling { store, keyring };
    runtime.block_on(fill(Arc::new(filling), fill_arguments, BufWriter::new(file), options))
}

/// What every task works with.
struct Filling {
    store: Arc<dyn Store>,
    keyring: Keyring,
}

async fn fill(
    filling: Arc<Filling>,
    arguments: &FillArguments,
    mut file: BufWriter<std::fs::File>,
    options: Options,
) -> Done {
    let is_empty = filling.store.is_empty().await;
    if !is_empty.map_err(|error| Failure::caused("the store cannot be read", &error))? {
        return Err(Failure::new(Exit::Conflict, "the store is not empty; name a new one with --data or --store"));
    }
    let started = Instant::now();
    let (administrator, first) = filling.set_up().await?;
    writeln!(file, "{}", first.expose())?;
    let others = arguments.tokens - 1;
    let owners = Arc::new(filling.owners(others, arguments.one_owner, options).await?);
    let bar = progress(options, others, "tokens");
    let next = Arc::new(AtomicU64::new(0));
    let (sender, mut secrets) = mpsc::channel::<Secret>(4 * CONCURRENT);
    let mut tasks = JoinSet::new();
    for _ in 0..CONCURRENT {
        let (filling, owners, next, sender) = (filling.clone(), owners.clone(), next.clone(), sender.clone());
        tasks.spawn(async move { filling.issue_until(others, &next, &owners, administrator, &sender).await });
    }
    drop(sender);
    while let Some(secret) = secrets.recv().await {
        writeln!(file, "{}", secret.expose())?;
        bar.inc(1);
    }
    while let Some(task) = tasks.join_next().await {
        task.map_err(|error| Failure::caused("a task ended early", &error))??;
    }
    bar.finish_and_clear();
    let file = file.into_inner().map_err(|error| Failure::from(error.into_error()))?;
    file.sync_all()?;
    filling.store.close().await;
    told(arguments, started, owners.len(), options)
}

fn told(arguments: &FillArguments, started: Instant, owners: usize, options: Options) -> Done {
    let (tokens, seconds) = (arguments.tokens, started.elapsed().as_secs_f64());
    if options.json {
        return print(&json!({ "tokens": tokens, "owners": owners, "seconds": seconds }).to_string());
    }
    #[allow(clippy::cast_precision_loss)] // A rate for people needs no 53 bits.
    let rate = tokens as f64 / seconds.max(0.001);
    note(options, &format!("{tokens} tokens of {owners} owners in {seconds:.1} s, {rate:.0} each second"));
    Ok(())
}

impl Filling {
    /// Makes the first organisation and its application administrator with a token of every scope.
    async fn set_up(&self) -> Done<(OwnerNumber, Secret)> {
        let now = SystemClock.now();
        let name = |text: &str| Name::stored(text.to_owned());
        let (secret, kept) = self.secret();
        let administrator = NewOwner {
            id: OwnerId::new(now, &SystemRandomness),
            kind: OwnerKind::User,
            name: name("Administrator"),
            email: Some(Email::stored("administrator@localhost".to_owned())),
            role: Role::ApplicationAdministrator,
            scopes: Scopes::default(),
            password_hash: None,
            facts: Facts::default(),
            slot: None,
        };
        let organisation =
            NewOrganisation { id: OrganisationId::new(now, &SystemRandomness), name: name("Operations") };
        let token = Some((TokenId::new(now, &SystemRandomness), name("administrator"), kept));
        match self.commit(Verb::SetUp(SetUp { organisation, administrator, token })).await? {
            Outcome::SetUp { administrator, .. } => Ok((administrator.number, secret)),
            _ => Err(unexpected()),
        }
    }

    /// Makes as many service accounts as so many tokens need, and their organisations.
    async fn owners(self: &Arc<Self>, tokens: u64, one: bool, options: Options) -> Done<Vec<OwnerId>> {
        let count = if one { 1 } else { tokens.div_ceil(TOKENS_PER_OWNER).max(1) };
        let bar = progress(options, count, "owners");
        let mut owners = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
        for (place, first) in (0..count).step_by(OWNERS_PER_ORGANISATION).enumerate() {
            let organisation = self.organisation(place + 1).await?;
            let mut made = JoinSet::new();
            for number in first..count.min(first + OWNERS_PER_ORGANISATION as u64) {
                let filling = Arc::clone(self);
                made.spawn(async move { filling.owner(organisation, number + 1).await });
            }
            while let Some(owner) = made.join_next().await {
                owners.push(owner.map_err(|error| Failure::caused("a task ended early", &error))??);
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        Ok(owners)
    }

    async fn organisation(&self, number: usize) -> Done<OrganisationId> {
        let id = OrganisationId::new(SystemClock.now(), &SystemRandomness);
        let name = Name::stored(format!("Organisation {number}"));
        self.commit(Verb::CreateOrganisation(NewOrganisation { id, name })).await.map(|_| id)
    }

    async fn owner(&self, organisation: OrganisationId, number: u64) -> Done<OwnerId> {
        let id = OwnerId::new(SystemClock.now(), &SystemRandomness);
        let owner = NewOwner {
            id,
            kind: OwnerKind::ServiceAccount,
            name: Name::stored(format!("Service {number}")),
            email: None,
            role: Role::Member,
            scopes: Scopes::stored("service:*"),
            password_hash: None,
            facts: Facts::default(),
            slot: None,
        };
        let access = Access::unlimited();
        self.commit(Verb::CreateOwner(CreateOwner { access, organisation, owner, invited: false })).await.map(|_| id)
    }

    /// Issues tokens until all are issued, the next one each time.
    async fn issue_until(
        &self,
        tokens: u64,
        next: &AtomicU64,
        owners: &[OwnerId],
        author: OwnerNumber,
        secrets: &mpsc::Sender<Secret>,
    ) -> Done {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= tokens {
                return Ok(());
            }
            // One owner has them all, or each has its share.
            let owner = usize::try_from(place / TOKENS_PER_OWNER).unwrap_or(0) % owners.len();
            let secret = self.issue(place, owners[owner], author).await?;
            if secrets.send(secret).await.is_err() {
                return Err(Failure::new(Exit::Failed, "the secrets could not be written"));
            }
        }
    }

    async fn issue(&self, place: u64, owner: OwnerId, author: OwnerNumber) -> Done<Secret> {
        let (secret, kept) = self.secret();
        let verb = Verb::IssueToken(IssueToken {
            signer: None,
            access: Access::unlimited(),
            id: TokenId::new(SystemClock.now(), &SystemRandomness),
            owner,
            author,
            name: Name::stored(format!("token {}", place + 2)),
            description: String::new(),
            scopes: WantedScopes::Exactly(Scopes::stored(SCOPES[usize::try_from(place % 4).unwrap_or(0)])),
            networks: None,
            labels: Labels::default(),
            expires_at: None,
            secret: kept.into(),
            terms: Terms::default(),
            permission: None,
        });
        self.commit(verb).await.map(|_| secret)
    }

    fn secret(&self) -> (Secret, NewSecret) {
        let secret = format::generate(Kind::Token, &SystemRandomness);
        let (digest, key) = (self.keyring.digest(secret.expose()), self.keyring.current_id());
        let kept = NewSecret { digest, key, hint: hint(secret.expose()) };
        (secret, kept)
    }

    async fn commit(&self, verb: Verb) -> Done<Outcome> {
        let committed = self.store.commit(Change::new(SystemClock.now(), Actor::System, verb)).await;
        committed.map(|committed| committed.outcome).map_err(|error| Failure::caused("the store", &error))
    }
}

fn unexpected() -> Failure {
    Failure::new(Exit::Failed, "the store answered something else than was asked")
}
