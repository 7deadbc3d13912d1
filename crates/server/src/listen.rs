//! The door of the server: accepts connections, bounds them, and hands good requests to a front.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `front` | what answers requests, and the body of an answer |
//! | `unread` | what an answer leaves unread of its request |
//! | `peer` | who is asking, and which proxies are believed about it |
//! | `screen` | requests that are refused because they can be read in two ways |
//! | `connection` | one connection, from the handshake to its end |
//! | `watch` | all connections: how many there may be, and which have been silent for too long |
//! | `pulse` | what one connection is doing, noted without a clock |
//! | `tls` | the certificate, read again when it changes |

mod connection;
mod front;
mod peer;
mod pulse;
mod screen;
mod tls;
mod unread;
mod watch;

pub use front::{AnswerBody, BoxedAnswer, Front};
pub use peer::{Peer, forwarded};
pub use screen::{check_head, check_path};
pub use tls::{Tls, TlsError};
pub use unread::settle;
pub use watch::ConnectionMetrics;

use crate::surface::Surfaces;
use connection::Connections;
use ipnet::IpNet;
use peer::FarEnd;
use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, MissedTickBehavior, interval, sleep, timeout_at},
};
use watch::Watch;

/// How often silent connections are looked for.
const SWEEP: Duration = Duration::from_millis(500);
/// How long accepting pauses when the process has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Who may speak plain HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainHttp {
    /// Loopback and the proxies; everybody else is told 403.
    LoopbackAndProxies,
    /// Everybody: only for what is no secret, such as metrics that were made public.
    Everybody,
}

/// How a listener treats its connections.
#[derive(Clone)]
pub struct ListenSettings {
    /// The certificate; without one the listener speaks plain HTTP/1.1.
    pub tls: Option<Arc<Tls>>,
    /// Who may speak plain HTTP, where there is no certificate.
    pub plain_http: PlainHttp,
    /// The networks of the proxies that are believed about the client's address.
    pub proxies: Vec<IpNet>,
    /// What bounds connections and requests; the sizes of bodies are left to the front.
    pub limits: crate::config::Limits,
    /// Where connections are counted.
    pub metrics: ConnectionMetrics,
    /// What gives the refusals of the door their shape.
    pub surfaces: Surfaces,
}

/// A bound listener that does not accept yet.
pub struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
    settings: ListenSettings,
}

impl Listener {
    /// Takes the address; connections wait in its queue until [`run`](Self::run).
    ///
    /// # Errors
    /// When the address is taken or not one of this machine.
    pub async fn bind(address: SocketAddr, settings: ListenSettings) -> io::Result<Self> {
        let tcp = TcpListener::bind(address).await?;
        let address = tcp.local_addr()?;
        Ok(Self { tcp, address, settings })
    }

    /// Where it listens, with the port that was really taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` ends; then accepts nothing more, lets running requests end within the
    /// stop timeout, and cuts the rest. Returns how many connections were cut at that point.
    pub async fn run<F: Front>(self, front: F, stop: impl Future<Output = ()>) -> usize {
        let Self { tcp, settings, .. } = self;
        let stop_timeout = settings.limits.stop_timeout;
        let watch = Arc::new(Watch::new(settings.limits, settings.metrics.clone()));
        let certificates = settings.tls.clone().map(|tls| tokio::spawn(tls.follow()));
        let connections = Connections::new(front, settings, Arc::clone(&watch));
        accept_until(&tcp, &connections, &watch, stop).await;
        drop(tcp);
        if let Some(task) = certificates {
            task.abort();
        }
        watch.stop();
        drain(&watch, stop_timeout).await
    }
}

async fn accept_until<F: Front>(
    tcp: &TcpListener,
    connections: &Connections<F>,
    watch: &Arc<Watch>,
    stop: impl Future<Output = ()>,
) {
    let mut stop = pin!(stop);
    let mut sweeps = interval(SWEEP);
    sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => return,
            _ = sweeps.tick() => watch.sweep(Instant::now()),
            accepted = tcp.accept() => match accepted {
                Ok((stream, from)) => welcome(stream, from, connections),
                Err(error) if is_about_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
}

fn welcome<F: Front>(stream: TcpStream, from: SocketAddr, connections: &Connections<F>) {
    // Answers are small and complete, so waiting for more to send would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection ended before it began");
        return;
    }
    connections.serve(stream, FarEnd::new(from.ip(), connections.settings()));
}

/// Lets the connections end by themselves, and cuts what is left when the time is over.
async fn drain(watch: &Arc<Watch>, wait: Duration) -> usize {
    let deadline = Instant::now() + wait;
    let mut sweeps = interval(SWEEP);
    let emptied = async {
        let mut empty = pin!(watch.emptied());
        loop {
            tokio::select! {
                () = &mut empty => return,
                _ = sweeps.tick() => watch.sweep(Instant::now()),
            }
        }
    };
    if timeout_at(deadline, emptied).await.is_ok() {
        return 0;
    }
    let cut = watch.cut_all();
    // The cut tasks still have to be dropped, which takes a turn of the scheduler each.
    let _ = timeout_at(Instant::now() + SWEEP, watch.emptied()).await;
    cut
}

/// True for errors that end the one connection that was about to be accepted.
fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

/// Ends when any of its clones was told to stop.
#[derive(Clone, Debug)]
pub struct Stop(tokio::sync::watch::Sender<bool>);

impl Stop {
    /// Nobody has been told yet.
    pub fn new() -> Self {
        Self(tokio::sync::watch::Sender::new(false))
    }

    /// Tells everybody who waits, and whoever waits later.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Ends once [`stop`](Self::stop) was called.
    pub async fn stopped(self) {
        let mut told = self.0.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = told.wait_for(|stopped| *stopped).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}
