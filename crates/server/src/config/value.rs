//! The text of each value, read into its type.

use super::{
    Config, Contract, Limits, Log, LogFormat, PublicUrl, StoreLocation, TlsFiles,
    setting::{self, Form},
    source::Sources,
};
use domain::id::OrganisationId;
use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

/// Reads every value, so that one bad value does not hide the next. The result is only good when
/// `sources` remembers no problem.
pub(super) fn config(sources: &mut Sources) -> Option<Config> {
    let listen = read(sources, "listen", address);
    let given_public_url = read(sources, "public_url", |text| optional(text, PublicUrl::parse));
    let data = read(sources, "data", path);
    let store = read(sources, "store", |text| optional(text, store));
    let server_key_file = read(sources, "server_key_file", |text| optional(text, path));
    let tls = tls(sources);
    let proxies = read(sources, "behind_proxy", networks);
    let metrics_listen =
        read(sources, "metrics_listen", |text| if text == "off" { Ok(None) } else { address(text).map(Some) });
    let contracts = read(sources, "contracts", contracts);
    let vectorai_organisation = read(sources, "vectorai.organisation", |text| optional(text, organisation));
    let switches = ["insecure_public_metrics", "demo", "usage_tracking"].map(|key| read(sources, key, switch));
    let worker_threads = read(sources, "worker_threads", threads);
    let log = log(sources);
    let limits = limits(sources);
    let origin_days = number(sources, "journal.origin_days").and_then(|days| u32::try_from(days).ok());
    let [_, demo, usage_tracking] = switches;
    let data = data?;
    Some(Config {
        listen: listen?,
        given_public_url: given_public_url?,
        store: store?.unwrap_or_else(|| StoreLocation::Sqlite(data.join("jeton.db"))),
        server_key_file: server_key_file?.unwrap_or_else(|| data.join("server.key")),
        data,
        tls,
        proxies: proxies?,
        metrics_listen: metrics_listen?,
        contracts: contracts?,
        vectorai_organisation: vectorai_organisation?,
        demo: demo?,
        bootstrap_token: None,
        usage_tracking: usage_tracking?,
        origin_days: origin_days?,
        worker_threads: worker_threads?,
        log: log?,
        limits: limits?,
    })
}

/// True when `insecure_public_metrics` is set.
pub(super) fn public_metrics_allowed(sources: &Sources) -> bool {
    setting::find("insecure_public_metrics").is_some_and(|setting| sources.text(setting) == "true")
}

/// Reads one value. What is wrong with it is remembered under its place, and the default stands in
/// for it, so that the checks behind this one are made all the same.
fn read<T>(sources: &mut Sources, key: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
    let setting = setting::find(key)?;
    match parse(sources.text(setting).trim()) {
        Ok(value) => Some(value),
        Err(rule) => {
            sources.refuse(key, rule);
            parse(setting.default).ok()
        }
    }
}

fn number(sources: &mut Sources, key: &'static str) -> Option<u64> {
    let Form::Number { least, most } = setting::find(key)?.form else { return None };
    read(sources, key, |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| format!("must be a whole number from {least} to {most}"))
    })
}

fn count(sources: &mut Sources, key: &'static str) -> Option<usize> {
    number(sources, key).and_then(|number| usize::try_from(number).ok())
}

fn seconds(sources: &mut Sources, key: &'static str) -> Option<Duration> {
    number(sources, key).map(Duration::from_secs)
}

fn limits(sources: &mut Sources) -> Option<Limits> {
    let body_bytes = count(sources, "limits.body_bytes");
    let verify_batch_body_bytes = count(sources, "limits.verify_batch_body_bytes");
    let header_bytes = count(sources, "limits.header_bytes");
    let header_read_timeout = seconds(sources, "limits.header_read_timeout_seconds");
    let request_timeout = seconds(sources, "limits.request_timeout_seconds");
    let idle_timeout = seconds(sources, "limits.idle_timeout_seconds");
    let stop_timeout = seconds(sources, "limits.stop_timeout_seconds");
    let connections = count(sources, "limits.connections");
    let connections_per_address = count(sources, "limits.connections_per_address");
    Some(Limits {
        body_bytes: body_bytes?,
        verify_batch_body_bytes: verify_batch_body_bytes?,
        header_bytes: header_bytes?,
        header_read_timeout: header_read_timeout?,
        request_timeout: request_timeout?,
        idle_timeout: idle_timeout?,
        stop_timeout: stop_timeout?,
        connections: connections?,
        connections_per_address: connections_per_address?,
    })
}

fn log(sources: &mut Sources) -> Option<Log> {
    let format = read(sources, "log.format", |text| match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json".to_owned()),
    });
    let level = read(sources, "log.level", |text| {
        let known = ["error", "warn", "info", "debug", "trace"].contains(&text);
        let level = if known { tracing::Level::from_str(text).ok() } else { None };
        level.ok_or_else(|| "must be error, warn, info, debug or trace".to_owned())
    });
    let requests = read(sources, "log.requests", switch);
    Some(Log { format: format?, level: level?, requests: requests? })
}

fn tls(sources: &mut Sources) -> Option<TlsFiles> {
    let certificate = read(sources, "tls_cert", |text| optional(text, path))?;
    let key = read(sources, "tls_key", |text| optional(text, path))?;
    match (certificate, key) {
        (Some(certificate), Some(key)) => return Some(TlsFiles { certificate, key }),
        (Some(_), None) => sources.refuse("tls_cert", "needs --tls-key beside it"),
        (None, Some(_)) => sources.refuse("tls_key", "needs --tls-cert beside it"),
        (None, None) => {}
    }
    None
}

fn optional<T>(text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    if let Some(port) = text.strip_prefix("localhost:").and_then(|port| port.parse().ok()) {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| "must be an address and a port, such as 127.0.0.1:6573 or [::1]:6573".to_owned())
}

fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(PathBuf::from(text)) }
}

/// The refused text is not repeated: the address of a database may hold a password.
fn store(text: &str) -> Result<StoreLocation, String> {
    match text.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(StoreLocation::Sqlite(PathBuf::from(path))),
        Some(("postgres" | "postgresql", _)) => {
            Err("is PostgreSQL, which comes in a later version; this one keeps everything in sqlite:PATH".to_owned())
        }
        _ => Err("must be sqlite:PATH".to_owned()),
    }
}

fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let network = |text: &str| text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    let networks: Option<Vec<IpNet>> = items(text).map(|item| network(item).map(|network| network.trunc())).collect();
    networks.ok_or_else(|| "must be networks in CIDR form, such as 10.1.0.0/16,2001:db8::/32".to_owned())
}

fn contracts(text: &str) -> Result<Vec<Contract>, String> {
    let mut contracts = Vec::new();
    for item in items(text) {
        let contract = Contract::of_name(item)
            .ok_or_else(|| format!("must name contracts: {}", Contract::ALL.map(Contract::name).join(", ")))?;
        contracts.push(contract);
    }
    contracts.sort_unstable();
    contracts.dedup();
    Ok(contracts)
}

fn organisation(text: &str) -> Result<OrganisationId, String> {
    OrganisationId::parse("organisation", text)
        .map_err(|_| "must be the identifier of an organisation, a UUID".to_owned())
}

fn switch(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "must be true or false".to_owned())
}

fn threads(text: &str) -> Result<Option<NonZeroUsize>, String> {
    if text == "auto" {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= 512);
    number.map(Some).ok_or_else(|| "must be auto or a whole number from 1 to 512".to_owned())
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}
