//! Networks: what is taken is never empty and reads back.
#![no_main]

use domain::address::Networks;
use libfuzzer_sys::fuzz_target;
use std::net::IpAddr;

fuzz_target!(|input: (Vec<&str>, IpAddr)| {
    let (texts, address) = input;
    if let Ok(networks) = Networks::parse("networks", texts) {
        assert!(networks.iter().next().is_some());
        let again = Networks::stored(&networks.to_string());
        assert_eq!(again, networks);
        assert_eq!(again.contain(address), networks.contain(address));
    }
});
