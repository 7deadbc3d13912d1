//! What a proxy says about the client: an address that is no proxy's, or a refusal.
#![no_main]

use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use libfuzzer_sys::fuzz_target;
use server::listen::{Peer, forwarded};

fuzz_target!(|lines: Vec<(bool, &[u8])>| {
    let mut headers = HeaderMap::new();
    for (address, value) in &lines {
        let Ok(value) = HeaderValue::from_bytes(value) else { continue };
        headers.append(if *address { "x-forwarded-for" } else { "x-forwarded-proto" }, value);
    }
    let proxies: [IpNet; 2] = ["10.0.0.0/8".parse().unwrap(), "2001:db8:1::/48".parse().unwrap()];
    let proxy = Peer { address: "10.0.0.1".parse().unwrap(), secure: false, forwarded: true };
    if let Ok(peer) = forwarded(proxy, &proxies, &headers) {
        assert_eq!(peer.address, peer.address.to_canonical());
        assert!(headers.contains_key("x-forwarded-for") || peer.address == proxy.address);
        assert!(headers.contains_key("x-forwarded-proto") || !peer.secure);
    }
});
