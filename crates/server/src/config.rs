//! The configuration of `jeton serve`: plain data, read from flags, environment and one file.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `setting` | the table of all settings |
//! | `source` | where values come from, and which one wins |
//! | `value` | the text of a value, read into its type |
//! | `contract` | the outside contracts by name |
//! | `safety` | combinations that are refused |
//! | `public_url` | the address that people and browsers use |
//! | `document` | the commented default file and the guide |

mod contract;
mod document;
mod public_url;
mod safety;
pub mod setting;
mod source;
mod value;

pub use contract::Contract;
pub use document::{default_file, guide};
pub use public_url::PublicUrl;
pub use source::{BOOTSTRAP_VARIABLE, FILE_VARIABLE, FileText, Flags};

use domain::{id::OrganisationId, secret::Secret};
use ipnet::IpNet;
use source::Sources;
use std::{fmt, net::SocketAddr, num::NonZeroUsize, path::PathBuf, time::Duration};

/// Everything that `jeton serve` was told, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the server listens; port 0 takes any free port.
    pub listen: SocketAddr,
    /// The public address, when one was given; `public_url()` has the default.
    pub given_public_url: Option<PublicUrl>,
    /// The data directory.
    pub data: PathBuf,
    /// Where everything is kept.
    pub store: StoreLocation,
    /// The file of the server key.
    pub server_key_file: PathBuf,
    /// The certificate and its key; without them the server speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// The networks of the reverse proxies that are believed about the client's address.
    pub proxies: Vec<IpNet>,
    /// Where metrics are served, if they are.
    pub metrics_listen: Option<SocketAddr>,
    /// The outside contracts that were named, each once, in the order of their declaration.
    pub contracts: Vec<Contract>,
    /// The organisation of VectorAI's contract, when one was named.
    pub vectorai_organisation: Option<OrganisationId>,
    /// True when an empty store is filled with a demonstration.
    pub demo: bool,
    /// The secret of the first administrator's token, for an empty store.
    pub bootstrap_token: Option<BootstrapToken>,
    /// True when the use of tokens is kept.
    pub usage_tracking: bool,
    /// For how many days the origin of a change is kept; 0 keeps none.
    pub origin_days: u32,
    /// How many threads answer requests; none stands for one for each core.
    pub worker_threads: Option<NonZeroUsize>,
    /// What is logged, and how.
    pub log: Log,
    /// What bounds a request and a connection.
    pub limits: Limits,
}

impl Config {
    /// The address that people and browsers use; `port` is the port the server really listens on.
    pub fn public_url(&self, port: u16) -> PublicUrl {
        self.given_public_url.clone().unwrap_or_else(|| PublicUrl::local(self.tls.is_some(), port))
    }
}

/// Where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreLocation {
    /// An SQLite file of this path.
    Sqlite(PathBuf),
}

/// The files of a TLS certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain, PEM.
    pub certificate: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What is logged, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// The form of a line.
    pub format: LogFormat,
    /// The least important level that is logged.
    pub level: tracing::Level,
    /// True when each request has its line.
    pub requests: bool,
}

/// What bounds a request and a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub body_bytes: usize,
    /// The largest body of a batch verification, in bytes.
    pub verify_batch_body_bytes: usize,
    /// The largest request line and header, in bytes.
    pub header_bytes: usize,
    /// How long a begun header may take.
    pub header_read_timeout: Duration,
    /// How long a request may take as a whole.
    pub request_timeout: Duration,
    /// How long a connection may stay open with nothing happening.
    pub idle_timeout: Duration,
    /// How long running requests may take to end when the server stops.
    pub stop_timeout: Duration,
    /// How many connections may be open.
    pub connections: usize,
    /// How many connections may be open from one address.
    pub connections_per_address: usize,
}

/// The secret of the first administrator's token. Its `Debug` form does not show it.
#[derive(Clone)]
pub struct BootstrapToken(pub Secret);

impl fmt::Debug for BootstrapToken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("BootstrapToken(…)")
    }
}

impl PartialEq for BootstrapToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose() == other.0.expose()
    }
}

impl Eq for BootstrapToken {}

/// One thing that is wrong with the configuration. It never shows a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Where it was said: `--listen`, `JETON_LISTEN`, or `listen in jeton.toml`.
    pub place: String,
    /// The rule it broke, as a sentence part.
    pub rule: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.rule)
    }
}

/// Reads a configuration from what was said, and from nothing else.
///
/// # Errors
/// Everything that is wrong, at once: unknown names, malformed values, unsafe combinations.
pub fn load(
    flags: &Flags,
    environment: &[(String, String)],
    file: Option<FileText<'_>>,
) -> Result<Config, Vec<ConfigProblem>> {
    let mut sources = Sources::gather(flags, environment, file);
    let config = value::config(&mut sources);
    if let Some(config) = &config {
        safety::check(config, &mut sources);
    }
    let token = source::bootstrap_token(environment);
    let mut problems = sources.into_problems();
    match (config, token) {
        (Some(config), Ok(token)) if problems.is_empty() => {
            Ok(Config { bootstrap_token: token.map(BootstrapToken), ..config })
        }
        (_, token) => {
            problems.extend(token.err());
            Err(problems)
        }
    }
}

/// Reads the configuration of this process: its environment, and the file that `file` or
/// `JETON_CONFIG` names.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn read(flags: &Flags, file: Option<PathBuf>) -> Result<Config, Vec<ConfigProblem>> {
    let environment = ours(std::env::vars_os())?;
    let named = environment.iter().find(|(name, value)| name == FILE_VARIABLE && !value.is_empty());
    let Some(path) = file.or_else(|| named.map(|(_, value)| PathBuf::from(value))) else {
        return load(flags, &environment, None);
    };
    let name = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => load(flags, &environment, Some(FileText { name: &name, text: &text })),
        Err(error) => Err(vec![ConfigProblem { place: name, rule: format!("cannot be read: {error}") }]),
    }
}

/// The variables that begin with `JETON_`; one that is no text is refused by name.
fn ours(
    variables: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
) -> Result<Vec<(String, String)>, Vec<ConfigProblem>> {
    let named = variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let ours = named.filter(|(name, _)| name.starts_with("JETON_"));
    ours.map(|(name, value)| {
        let refused = |_| vec![ConfigProblem { place: name.clone(), rule: "is not UTF-8".to_owned() }];
        Ok((name.clone(), value.into_string().map_err(refused)?))
    })
    .collect()
}
