//! `jeton serve`: opens the store, loads the index, answers until it is told to stop.

use crate::{
    begin,
    config::{Config, Contract, StoreLocation},
    console, contracts,
    demo::DemoError,
    hot_door::{self, HotLimits},
    listen::{ConnectionMetrics, Front, ListenSettings, Listener, PlainHttp, Stop, Tls, TlsError},
    metrics::{self, Metrics},
    middleware, private_file,
    router::router,
    server_key::{self, ServerKeyError},
    state::{Parts, Server},
    surface::Surfaces,
};
use authority::{
    Authority, Error,
    authority::Options,
    clock::{SystemClock, SystemRandomness},
};
use axum::middleware::from_fn_with_state;
use domain::{format, secret::Keyring};
use std::{io, path::Path, sync::Arc, thread};
use store::{
    error::OpenError,
    open::{OpenOptions, Opened, open_sqlite},
};
use tokio::{
    runtime::Builder,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// Why the server did not start, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data directory, or another file, is not usable.
    #[error("{what} is not usable")]
    File {
        /// Which.
        what: String,
        /// The inside cause.
        #[source]
        cause: io::Error,
    },
    /// The store was not opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The server key is not usable.
    #[error(transparent)]
    Key(#[from] ServerKeyError),
    /// The certificate is not usable.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There is no demonstration.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// `JETON_BOOTSTRAP_TOKEN` is no token.
    #[error("JETON_BOOTSTRAP_TOKEN is not usable: {0}; make one with `jeton token generate`")]
    BootstrapToken(format::Malformed),
    /// The store could not be read.
    #[error(transparent)]
    Authority(#[from] Error),
    /// A commit had an unknown outcome; the next start finds it out.
    #[error("a commit may or may not have been kept, so the server stopped; start it again to find out")]
    OutcomeUnknown,
}

/// Serves until a signal, or until it must stop.
///
/// # Errors
/// Why it did not start or had to stop.
pub fn run(config: Config) -> Result<(), ServeError> {
    let threads =
        config.worker_threads.map_or_else(|| thread::available_parallelism().map_or(2, Into::into), Into::into);
    let runtime = runtime(threads).enable_all().build();
    let runtime = runtime.map_err(|cause| ServeError::File { what: "the asynchronous runtime".to_owned(), cause })?;
    runtime.block_on(serve(config, threads))
}

/// One thread alone has nobody to share its tasks with, which spares it the ways to do so.
fn runtime(threads: usize) -> Builder {
    if threads == 1 {
        return Builder::new_current_thread();
    }
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(threads);
    builder
}

async fn serve(config: Config, threads: usize) -> Result<(), ServeError> {
    let StoreLocation::Sqlite(path) = &config.store;
    take_hangups();
    create_directories(&config)?;
    let keyring = server_key::load_or_create(&config.server_key_file, path, &SystemRandomness)?;
    let Opened { store, quarantine } =
        open_sqlite(path, &OpenOptions { keys: keyring.marks().collect(), ..OpenOptions::default() })?;
    let options = Options {
        track_usage: config.usage_tracking,
        quarantined: quarantine.is_some(),
        hashing_threads: threads.max(2),
        origin_days: config.origin_days,
    };
    let authority = Authority::new(store, keyring.clone(), Arc::new(SystemClock), Arc::new(SystemRandomness), options);
    authority.load().await?;
    let metrics = Arc::new(Metrics::new(Arc::clone(&authority)));
    let contracts = begin::contracts(&config)?;
    let (settings, metrics_settings) = listen_settings(&config, &metrics, surfaces(&contracts))?;
    let bind = |what: &str, cause| ServeError::File { what: what.to_owned(), cause };
    let listener = Listener::bind(config.listen, settings).await;
    let listener = listener.map_err(|cause| bind(&format!("the address {}", config.listen), cause))?;
    let public_url = config.public_url(listener.address().port());
    begin::fill(&config, &authority, &contracts, listener.address(), &public_url).await?;
    let vectorai_organisation = begin::vectorai_organisation(&config, &contracts)?;
    let parts = Parts {
        authority: Arc::clone(&authority),
        metrics: Arc::clone(&metrics),
        public_url,
        contracts,
        check_facts: contracts::check_facts,
        prepare_facts: contracts::prepare_facts,
        vectorai_organisation,
    };
    let server = Server::new(parts);
    if quarantine.is_none() {
        begin::invite(&keyring, &server).await?;
        warn_about_key(&config.server_key_file, &keyring);
    }

    let stop = Stop::new();
    let (background_stop, background) = start_background(&authority, quarantine.is_some()).await?;
    let metrics_server = match config.metrics_listen {
        Some(address) => {
            let bound = Listener::bind(address, metrics_settings).await;
            let bound = bound.map_err(|cause| bind(&format!("the address {address}"), cause))?;
            Some(tokio::spawn(bound.run(metrics::router(Arc::clone(&metrics)), stop.clone().stopped())))
        }
        None => None,
    };
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    // Whoever reads the line may send a signal at once, so that is listened for before.
    let signals = Signals::listen();
    println!("listening on {scheme}://{}", listener.address());
    let serving = listener.run(front(&server, &config), stop.clone().stopped());

    let stopping = tokio::spawn(wait_for_the_end(Arc::clone(&authority), signals, stop));
    let cut = serving.await;
    if cut > 0 {
        tracing::warn!(connections = cut, "some connections did not end in time and were cut");
    }
    if let Some(metrics_server) = metrics_server {
        let _ = metrics_server.await;
    }
    background_stop.send_replace(true);
    let _ = background.await;
    match stopping.await {
        Ok(End::Signal) => Ok(()),
        Ok(End::OutcomeUnknown) | Err(_) => Err(ServeError::OutcomeUnknown),
    }
}

/// Makes the data directory and the one of the store, for nobody but this user, where they are missing.
///
/// # Errors
/// Which directory cannot be made.
pub fn create_directories(config: &Config) -> Result<(), ServeError> {
    let StoreLocation::Sqlite(store) = &config.store;
    let parent = store.parent().filter(|parent| !parent.as_os_str().is_empty());
    for directory in std::iter::once(config.data.as_path()).chain(parent) {
        private_file::create_directory(directory).map_err(|cause| {
            let what = format!("the directory {}", directory.display());
            ServeError::File { what, cause }
        })?;
    }
    Ok(())
}

/// Every surface whose errors have a shape of their own.
fn surfaces(contracts: &[Contract]) -> Surfaces {
    contracts::surfaces(contracts).with(console::SURFACE)
}

/// What answers requests: the hot door, the router behind it, and what is around every route.
pub fn front(server: &Server, config: &Config) -> impl Front {
    let (router, _) = router(server);
    let router = middleware::around(router, surfaces(&server.contracts), config, &server.metrics);
    let router = router.layer(from_fn_with_state(server.clone(), console::error_page::frame));
    let limits =
        HotLimits { body_bytes: config.limits.verify_batch_body_bytes, body_timeout: config.limits.request_timeout };
    hot_door::front(server.clone(), router, limits)
}

/// What makes the server stop.
enum End {
    Signal,
    OutcomeUnknown,
}

async fn wait_for_the_end(authority: Arc<Authority>, signals: Option<Signals>, stop: Stop) -> End {
    let end = tokio::select! {
        () = Signals::first(signals) => End::Signal,
        () = authority.failed() => End::OutcomeUnknown,
    };
    stop.stop();
    end
}

/// Takes SIGHUP from now on. Without a handler it would end the process, also where there is no
/// certificate to be read again; a listener that has one follows the signal by itself.
fn take_hangups() {
    match signal(SignalKind::hangup()) {
        Ok(mut hangups) => drop(tokio::spawn(async move {
            while hangups.recv().await.is_some() {
                tracing::info!("SIGHUP: a certificate is read again, and nothing else");
            }
        })),
        Err(error) => tracing::error!(%error, "SIGHUP cannot be taken, and would end the server"),
    }
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes the signals from now on; none when the operating system does not allow it.
    fn listen() -> Option<Self> {
        match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
            (Ok(terminate), Ok(interrupt)) => Some(Self { terminate, interrupt }),
            (Err(_), _) | (_, Err(_)) => {
                tracing::error!("signals cannot be received; stop the server with SIGKILL");
                None
            }
        }
    }

    /// Waits for the first of them.
    async fn first(signals: Option<Self>) {
        let Some(mut signals) = signals else { return std::future::pending().await };
        tokio::select! {
            _ = signals.terminate.recv() => {}
            _ = signals.interrupt.recv() => {}
        }
    }
}

fn listen_settings(
    config: &Config,
    metrics: &Metrics,
    surfaces: Surfaces,
) -> Result<(ListenSettings, ListenSettings), ServeError> {
    let tls = config.tls.clone().map(Tls::load).transpose()?;
    let settings = ListenSettings {
        tls: tls.map(Arc::new),
        plain_http: PlainHttp::LoopbackAndProxies,
        proxies: config.proxies.clone(),
        limits: config.limits,
        metrics: metrics.connections(),
        surfaces,
    };
    let plain = ListenSettings {
        tls: None,
        plain_http: PlainHttp::Everybody,
        proxies: Vec::new(),
        limits: config.limits,
        // Those who read the figures are not part of them.
        metrics: ConnectionMetrics::default(),
        surfaces: Surfaces::default(),
    };
    Ok((settings, plain))
}

fn warn_about_key(file: &Path, keyring: &Keyring) {
    if !server_key::is_backed_up(file, keyring) {
        tracing::warn!("the server key has no backup; without it every token dies: run `jeton key backup FILE`");
    }
}

type Background = (watch::Sender<bool>, tokio::task::JoinHandle<()>);

async fn start_background(authority: &Arc<Authority>, quarantined: bool) -> Result<Background, ServeError> {
    let (stop, stopped) = watch::channel(false);
    if !quarantined {
        authority.resume_deletions().await?;
    }
    Ok((stop, authority.start_background(stopped)))
}
