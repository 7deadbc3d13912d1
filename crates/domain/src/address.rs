//! The networks that a token may be used from.

use crate::{invalid::Invalid, limits};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr};

/// An allow-list of networks; it never is empty, because a token without a list has none at all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Takes networks from outside, in CIDR form (`192.0.2.0/24`) or as single addresses.
    ///
    /// # Errors
    /// Names `field` when the list is empty, too long or one entry is no network.
    pub fn parse<'a>(field: &str, texts: impl IntoIterator<Item = &'a str>) -> Result<Self, Invalid> {
        let mut networks = Vec::new();
        for text in texts {
            let network = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
            let rule = "must be networks in CIDR form, such as 192.0.2.0/24 or 2001:db8::/32";
            networks.push(network.ok_or_else(|| Invalid::field(field, rule))?.trunc());
        }
        networks.sort_unstable();
        networks.dedup();
        match networks.len() {
            0 => Err(Invalid::field(field, "must not be empty; leave it out to allow every address")),
            count if count > limits::NETWORKS => {
                Err(Invalid::field(field, format!("must not hold more than {} networks", limits::NETWORKS)))
            }
            _ => Ok(Self(networks)),
        }
    }

    /// Reads the form of `Display`. A word that is no network, which a store never holds, admits nobody.
    pub fn stored(text: &str) -> Self {
        Self(text.split(' ').filter_map(|word| word.parse().ok()).collect())
    }

    /// True when `address` lies in one of the networks; an IPv4 address inside IPv6 counts as itself.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The networks in order.
    pub fn iter(&self) -> impl Iterator<Item = &IpNet> {
        self.0.iter()
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, network) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { " " };
            write!(out, "{separator}{network}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_matched_in_both_spellings() {
        let networks = Networks::parse("networks", ["192.0.2.77/24", "2001:db8::1"]).unwrap();
        assert_eq!(networks.to_string(), "192.0.2.0/24 2001:db8::1/128");
        assert_eq!(Networks::stored(&networks.to_string()), networks);
        assert!(networks.contain("192.0.2.1".parse().unwrap()));
        assert!(networks.contain("::ffff:192.0.2.1".parse().unwrap()));
        assert!(!networks.contain("192.0.3.1".parse().unwrap()));
        assert!(!networks.contain("2001:db8::2".parse().unwrap()));
    }

    #[test]
    fn lists_that_are_none_are_refused() {
        assert!(Networks::parse("networks", []).is_err());
        for wrong in ["", "192.0.2.0/33", "192.0.2", "example.org", "2001:db8::/129"] {
            assert!(Networks::parse("networks", [wrong]).is_err(), "{wrong}");
        }
    }
}
