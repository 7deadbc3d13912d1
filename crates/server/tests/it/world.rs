//! What the tests of the native API stand on: a real server in this process, with a store of its own in a
//! directory of its own, and people of every role in two organisations.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `call` | one request and its answer |
//! | `clock` | a clock that stands still until the test moves it |
//! | `document` | every answer is checked against the OpenAPI document |
//! | `people` | who is there, and how more of them are made |
//! | `requests` | one good request for each operation |
//! | `signer` | a key that signs requests |

mod call;
mod clock;
pub(crate) mod document;
mod people;
pub(crate) mod requests;
mod signer;

pub(crate) use call::{Answer, Call, join_all};
pub(crate) use people::{Company, PASSWORD, Person};
pub(crate) use signer::Key;

use authority::{
    Authority,
    authority::Options,
    clock::{Clock, SystemRandomness},
};
use clock::ManualClock;
use domain::{caller::Caller, secret::Keyring};
use http::Method;
use serde_json::Value;
use server::{
    config::{self, Config, Contract, Flags},
    contracts,
    listen::{ConnectionMetrics, ListenSettings, Listener, PlainHttp, Stop},
    metrics::Metrics,
    serve,
    state::{Parts, Server},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use store::{
    Store,
    open::{OpenOptions, open_sqlite},
    testing::{FaultPlan, FaultyStore},
};

/// How a world differs from the usual one.
#[derive(Clone)]
pub(crate) struct Setting {
    variables: Vec<(String, String)>,
    quarantined: bool,
    /// The faults of the store, once they are let happen.
    faults: FaultPlan,
}

impl Setting {
    pub(crate) fn usual() -> Self {
        let faults = FaultPlan { seed: 1, unavailable: 1_000, unknown: 0 };
        Self { variables: Vec::new(), quarantined: false, faults }
    }

    /// With a value for one of the configuration's environment variables.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Reached through a proxy that speaks TLS to the world.
    pub(crate) fn behind_proxy(self) -> Self {
        self.variable("JETON_BEHIND_PROXY", "127.0.0.1/32").variable("JETON_PUBLIC_URL", "https://tokens.example")
    }

    /// With every contract that this version serves.
    pub(crate) fn contracts(self) -> Self {
        self.variable("JETON_CONTRACTS", &Contract::ALL.map(Contract::name).join(","))
    }

    /// With a store whose faults leave unknown what came of a change.
    pub(crate) fn unknown_outcomes(mut self) -> Self {
        self.faults = FaultPlan { unavailable: 0, unknown: 1_000, ..self.faults };
        self
    }

    /// With a store that lost history.
    pub(crate) fn quarantined(mut self) -> Self {
        self.quarantined = true;
        self
    }

    fn config(&self) -> Config {
        config::load(&Flags::new(), &self.variables, None).unwrap()
    }
}

/// A server that runs until the end of its test.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) keyring: Keyring,
    pub(crate) server: Server,
    /// The store, whose changes fail once it is armed.
    pub(crate) store: Arc<FaultyStore>,
    _directory: tempfile::TempDir,
}

impl Running {
    /// Starts a server on an empty store.
    pub(crate) async fn start(setting: Setting) -> Self {
        let config = setting.config();
        let directory = tempfile::tempdir().unwrap();
        let store = open_sqlite(&directory.path().join("jeton.db"), &OpenOptions::default()).unwrap().store;
        let store = FaultyStore::new(store, setting.faults);
        let (clock, keyring) = (Arc::new(ManualClock::default()), Keyring::generate(&SystemRandomness));
        let options =
            Options { quarantined: setting.quarantined, origin_days: config.origin_days, ..Options::default() };
        let authority = Authority::new(
            Arc::clone(&store) as Arc<dyn Store>,
            keyring.clone(),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(SystemRandomness),
            options,
        );
        authority.load().await.unwrap();
        let (server, address) = listen(authority, &config).await;
        Self { address, clock, keyring, server, store, _directory: directory }
    }

    /// Serves the same store again, at another address, with VectorAI's contract bound to this organisation.
    pub(crate) async fn bind_vectorai(&mut self, setting: Setting, organisation: &str) {
        let config = setting.variable("JETON_VECTORAI_ORGANISATION", organisation).config();
        (self.server, self.address) = listen(Arc::clone(self.authority()), &config).await;
    }

    pub(crate) fn authority(&self) -> &Arc<Authority> {
        &self.server.authority
    }

    /// A request that is sent when it is awaited.
    pub(crate) fn call(&self, method: Method, path: impl Into<String>) -> Call<'_> {
        Call::new(self, method, path.into())
    }

    pub(crate) fn get(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: impl Into<String>, body: Value) -> Call<'_> {
        self.call(Method::POST, path).json(body)
    }

    pub(crate) fn patch(&self, path: impl Into<String>, body: Value) -> Call<'_> {
        self.call(Method::PATCH, path).json(body)
    }

    pub(crate) fn put(&self, path: impl Into<String>, body: Value) -> Call<'_> {
        self.call(Method::PUT, path).json(body)
    }

    pub(crate) fn delete(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::DELETE, path)
    }

    /// How many changes were accepted so far.
    pub(crate) async fn position(&self) -> u64 {
        self.authority().store().tail().await.unwrap().position.0
    }
}

/// Listens for the clients of this authority.
async fn listen(authority: Arc<Authority>, config: &Config) -> (Server, SocketAddr) {
    let metrics = Arc::new(Metrics::new(Arc::clone(&authority)));
    let settings = ListenSettings {
        tls: None,
        plain_http: PlainHttp::LoopbackAndProxies,
        proxies: config.proxies.clone(),
        limits: config.limits,
        metrics: ConnectionMetrics::default(),
        surfaces: contracts::surfaces(&config.contracts),
    };
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), settings).await.unwrap();
    let address = listener.address();
    let public_url = config.public_url(address.port());
    let (contracts, vectorai_organisation) = (config.contracts.clone(), config.vectorai_organisation);
    let server = Server::new(Parts {
        authority,
        metrics,
        public_url,
        contracts,
        check_facts: contracts::check_facts,
        prepare_facts: contracts::prepare_facts,
        vectorai_organisation,
    });
    tokio::spawn(listener.run(serve::front(&server, config), Stop::new().stopped()));
    (server, address)
}

/// A running server with people.
pub(crate) struct World {
    pub(crate) running: Running,
    /// The first application administrator.
    pub(crate) root: Person,
    /// The same, as the authority knows him.
    pub(crate) caller: Caller,
    /// A service account that may ask for verdicts everywhere, and nothing else.
    pub(crate) verifier: Person,
    pub(crate) acme: Company,
    pub(crate) globex: Company,
}

impl std::ops::Deref for World {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.running
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Setting::usual()).await
    }

    /// One that serves every contract, too; VectorAI's is bound to Acme.
    pub(crate) async fn with_contracts() -> Self {
        Self::bound_to_acme(Setting::usual().contracts()).await
    }

    /// One whose VectorAI contract is bound to Acme.
    pub(crate) async fn bound_to_acme(setting: Setting) -> Self {
        let mut world = Self::with(setting.clone()).await;
        let acme = world.acme.id.clone();
        world.running.bind_vectorai(setting, &acme).await;
        world
    }

    pub(crate) async fn with(setting: Setting) -> Self {
        people::settle(Running::start(setting).await).await
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, time: Duration) {
        self.clock.advance(time);
    }
}
