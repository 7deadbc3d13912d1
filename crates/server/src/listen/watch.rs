//! All connections of a listener: how many there may be, and which have been silent for too long.

use super::pulse::{Phase, Pulse};
use crate::config::Limits;
use parking_lot::Mutex;
use prometheus_client::metrics::{counter::Counter, gauge::Gauge};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, task::AbortHandle, time::Instant};

/// How much later than the time of a request its connection is cut, so that whoever answers the
/// request has the chance to say in words that the time is over.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// Where connections are counted. A default one counts for nobody.
#[derive(Debug, Clone, Default)]
pub struct ConnectionMetrics {
    /// Open connections.
    pub open: Gauge,
    /// Connections that were let in.
    pub accepted: Counter,
    /// Connections turned away because as many as allowed were open.
    pub refused_total: Counter,
    /// Connections turned away because as many as allowed were open from their address.
    pub refused_address: Counter,
    /// TLS handshakes that failed or took too long.
    pub handshakes_failed: Counter,
    /// Connections cut because a header did not arrive in time.
    pub cut_head: Counter,
    /// Connections cut because a request did not end in time.
    pub cut_request: Counter,
    /// Connections cut because nothing happened on them.
    pub cut_idle: Counter,
    /// Requests refused at the door because they can be read in two ways.
    pub requests_refused: Counter,
}

/// All connections of a listener.
pub(super) struct Watch {
    limits: Limits,
    pub(super) metrics: ConnectionMetrics,
    stopping: AtomicBool,
    open: Mutex<Open>,
    emptied: Notify,
}

#[derive(Default)]
struct Open {
    next: u64,
    connections: HashMap<u64, Entry>,
    by_network: HashMap<IpAddr, usize>,
}

struct Entry {
    pulse: Arc<Pulse>,
    network: Option<IpAddr>,
    task: Option<AbortHandle>,
    steps: u32,
    since: Instant,
}

/// Leave for one connection; giving it back makes room for another.
pub(super) struct Admission {
    watch: Arc<Watch>,
    id: u64,
    pub(super) pulse: Arc<Pulse>,
}

impl Watch {
    pub(super) fn new(limits: Limits, metrics: ConnectionMetrics) -> Self {
        Self { limits, metrics, stopping: AtomicBool::new(false), open: Mutex::default(), emptied: Notify::new() }
    }

    /// Lets a connection in, if there is room; `address` is counted where it is given.
    pub(super) fn admit(self: &Arc<Self>, address: Option<IpAddr>) -> Option<Admission> {
        let network = address.map(network);
        let mut open = self.open.lock();
        if open.connections.len() >= self.limits.connections {
            self.metrics.refused_total.inc();
            return None;
        }
        if let Some(network) = network {
            let count = open.by_network.entry(network).or_default();
            if *count >= self.limits.connections_per_address {
                self.metrics.refused_address.inc();
                return None;
            }
            *count += 1;
        }
        let id = open.next;
        open.next += 1;
        let pulse = Arc::new(Pulse::default());
        let entry = Entry { pulse: Arc::clone(&pulse), network, task: None, steps: 0, since: Instant::now() };
        open.connections.insert(id, entry);
        self.metrics.accepted.inc();
        self.metrics.open.inc();
        Some(Admission { watch: Arc::clone(self), id, pulse })
    }

    /// Says which task to end when the connection is cut; it may have ended by itself already.
    pub(super) fn attach(&self, id: u64, task: AbortHandle) {
        if let Some(entry) = self.open.lock().connections.get_mut(&id) {
            entry.task = Some(task);
        }
    }

    /// Cuts the connections that took no step for as long as their phase allows.
    pub(super) fn sweep(&self, now: Instant) {
        for entry in self.open.lock().connections.values_mut() {
            let (steps, phase) = entry.pulse.read();
            if steps != entry.steps {
                (entry.steps, entry.since) = (steps, now);
            } else if now.duration_since(entry.since) >= self.allowed(phase)
                && let Some(task) = entry.task.take()
            {
                self.cuts(phase).inc();
                task.abort();
            }
        }
    }

    fn allowed(&self, phase: Phase) -> Duration {
        match phase {
            Phase::Head => self.limits.header_read_timeout,
            Phase::Request => self.limits.request_timeout.saturating_add(GRACE),
            Phase::Idle => self.limits.idle_timeout,
        }
    }

    fn cuts(&self, phase: Phase) -> &Counter {
        match phase {
            Phase::Head => &self.metrics.cut_head,
            Phase::Request => &self.metrics.cut_request,
            Phase::Idle => &self.metrics.cut_idle,
        }
    }

    /// True once connections shall end after the request that runs on them.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Tells every connection to end after the request that runs on it.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        for entry in self.open.lock().connections.values() {
            entry.pulse.wake();
        }
    }

    /// Cuts every connection, and returns how many there were.
    pub(super) fn cut_all(&self) -> usize {
        let mut open = self.open.lock();
        let tasks = open.connections.values_mut().filter_map(|entry| entry.task.take());
        tasks.map(|task| task.abort()).count()
    }

    /// Ends when no connection is open.
    pub(super) async fn emptied(&self) {
        while !self.open.lock().connections.is_empty() {
            self.emptied.notified().await;
        }
    }
}

impl Admission {
    pub(super) fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut open = self.watch.open.lock();
        let Some(entry) = open.connections.remove(&self.id) else { return };
        if let Some(network) = entry.network
            && let Some(count) = open.by_network.get_mut(&network)
        {
            *count -= 1;
            if *count == 0 {
                open.by_network.remove(&network);
            }
        }
        self.watch.metrics.open.dec();
        if open.connections.is_empty() {
            self.watch.emptied.notify_one();
        }
    }
}

/// What counts as one address: an IPv6 customer has a whole /64 to choose from.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(connections: usize, connections_per_address: usize) -> Arc<Watch> {
        let config = crate::config::load(&crate::config::Flags::new(), &[], None).unwrap();
        let limits = Limits { connections, connections_per_address, ..config.limits };
        Arc::new(Watch::new(limits, ConnectionMetrics::default()))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn room_is_given_back() {
        let watch = watch(2, 2);
        let first = watch.admit(Some(address("192.0.2.1")));
        let second = watch.admit(None);
        assert!(first.is_some() && second.is_some() && watch.admit(None).is_none());
        drop(first);
        assert!(watch.admit(Some(address("192.0.2.1"))).is_some());
        assert_eq!((watch.metrics.open.get(), watch.metrics.refused_total.get()), (1, 1));
    }

    #[test]
    fn one_address_does_not_take_all_the_room() {
        let watch = watch(10, 2);
        let _taken: Vec<_> =
            ["2001:db8::1", "2001:db8::2"].map(|text| watch.admit(Some(address(text))).unwrap()).into();
        assert!(watch.admit(Some(address("2001:db8::3"))).is_none(), "the same /64");
        assert!(watch.admit(Some(address("2001:db8:0:1::1"))).is_some());
        assert!(watch.admit(None).is_some(), "a proxy is not counted");
        assert_eq!(watch.metrics.refused_address.get(), 1);
    }
}
