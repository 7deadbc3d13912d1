//! The log: where it goes, in which form, and what is left out.
//!
//! Libraries are logged from warnings up and no finer: at their finest they log what they read from
//! the network, and that holds secrets.

use crate::config::{Log, LogFormat};
use std::io::{self, IsTerminal};
use tracing::{Level, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// The crates whose lines are ours.
const OURS: [&str; 4] = ["authority", "domain", "server", "store"];
/// The target of the line that each request has.
pub const REQUEST: &str = "server::request";

/// Sends the log of this process to standard error, once.
pub fn init(log: Log) {
    let colours = log.format == LogFormat::Text && io::stderr().is_terminal();
    // A second call, which only tests make, changes nothing.
    let _ = subscriber(log, colours, io::stderr).try_init();
}

/// What takes the lines and writes them; the parts are parameters, so that tests can read them.
pub fn subscriber<W>(log: Log, colours: bool, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_writer(writer).with_ansi(colours);
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter(log)))
}

fn filter(log: Log) -> Targets {
    let others = log.level.min(Level::WARN);
    let requests = if log.requests { LevelFilter::from_level(log.level) } else { LevelFilter::OFF };
    let targets = Targets::new().with_default(others).with_targets(OURS.map(|target| (target, log.level)));
    // The library of passkeys writes the bytes that it could not read; what it refuses is told by who called it.
    targets.with_target("webauthn_rs_core", LevelFilter::OFF).with_target(REQUEST, requests)
}
