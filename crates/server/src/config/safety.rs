//! Combinations that are refused because they would leave the server open.

use super::{Config, source::Sources, value};
use std::net::SocketAddr;

/// Checks what single values cannot show; each refusal is remembered under the place to change.
/// A check is left out when one of its values was refused by itself.
pub(super) fn check(config: &Config, sources: &mut Sources) {
    if !sources.refused_any(&["listen", "tls_cert", "tls_key", "behind_proxy"]) {
        check_transport(config, sources);
    }
    if !sources.refused_any(&["metrics_listen", "insecure_public_metrics", "listen"]) {
        check_metrics(config, sources);
    }
    if !sources.refused_any(&["public_url", "listen", "tls_cert", "tls_key", "behind_proxy"]) {
        check_public_url(config, sources);
    }
    let limits = ["limits.connections", "limits.connections_per_address"];
    if !sources.refused_any(&limits) && config.limits.connections_per_address > config.limits.connections {
        sources.refuse("limits.connections_per_address", "must not be larger than limits.connections");
    }
}

fn check_transport(config: &Config, sources: &mut Sources) {
    if !config.listen.ip().to_canonical().is_loopback() && config.tls.is_none() && config.proxies.is_empty() {
        let rule = "must be a loopback address, because plain HTTP beyond it would show every secret; \
                    give --tls-cert and --tls-key, or --behind-proxy";
        sources.refuse("listen", rule);
    }
    if config.proxies.iter().any(|network| network.prefix_len() == 0) {
        sources.refuse("behind_proxy", "must not hold every address, because anybody could then forge their address");
    }
}

fn check_metrics(config: &Config, sources: &mut Sources) {
    let Some(listen) = config.metrics_listen else { return };
    if !listen.ip().to_canonical().is_loopback() && !value::public_metrics_allowed(sources) {
        let rule = "must be a loopback address or off; --insecure-public-metrics lifts this";
        sources.refuse("metrics_listen", rule);
    }
    if meet(listen, config.listen) {
        sources.refuse("metrics_listen", "must not be where the server itself listens");
    }
}

fn check_public_url(config: &Config, sources: &mut Sources) {
    let Some(url) = &config.given_public_url else {
        // The default is this host's own address, which nobody who comes from elsewhere uses: cookies
        // would lack their protection, and links would lead nowhere.
        let beyond = !config.listen.ip().to_canonical().is_loopback();
        if !config.proxies.is_empty() {
            sources.refuse("public_url", "must be given with behind_proxy: the address of the proxy");
        } else if config.tls.is_some() && beyond {
            sources.refuse("public_url", "must be given where the server listens beyond loopback");
        }
        return;
    };
    if !url.is_https() && config.tls.is_some() {
        sources.refuse("public_url", "must begin with https:// because the server speaks TLS");
    } else if !url.is_https() && !url.is_local() {
        sources.refuse("public_url", "must begin with https://, except for localhost");
    }
}

/// True when two listeners would want the same port; port 0 never meets another.
fn meet(one: SocketAddr, other: SocketAddr) -> bool {
    let same_address = one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() == other.port() && one.port() != 0 && same_address
}
