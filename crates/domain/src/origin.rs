//! The origin of a change: the address and the user agent of the request that asked for it.

use crate::{limits, name};
use std::net::IpAddr;

/// Where a request comes from. Both parts are personal data, so they are kept for a time only; and neither proves
/// anything, since a user agent is whatever a client calls itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address.
    pub address: Option<IpAddr>,
    /// The user agent, cut to [`limits::USER_AGENT_BYTES`] and without characters that could forge a line or turn
    /// text around.
    pub user_agent: Option<String>,
}

impl Origin {
    /// An origin whose user agent is text from outside.
    pub fn new(address: Option<IpAddr>, user_agent: Option<&str>) -> Self {
        let user_agent = user_agent.map(bounded).filter(|user_agent| !user_agent.is_empty());
        Self { address, user_agent }
    }
}

fn bounded(user_agent: &str) -> String {
    let mut kept = String::new();
    for character in user_agent.trim().chars().filter(|character| !name::is_hostile(*character)) {
        if kept.len() + character.len_utf8() > limits::USER_AGENT_BYTES {
            break;
        }
        kept.push(character);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_is_cut_and_can_forge_nothing() {
        let kept = |text: &str| Origin::new(None, Some(text)).user_agent;
        assert_eq!(kept(" curl/8.5.0 "), Some("curl/8.5.0".to_owned()));
        assert_eq!(kept("a\r\nb\u{1b}[31m\u{202e}c\0"), Some("ab[31mc".to_owned()));
        assert_eq!(kept(&"é".repeat(5_000)), Some("é".repeat(limits::USER_AGENT_BYTES / 2)));
        for nothing in ["", "  ", "\u{200b}\n"] {
            assert_eq!(kept(nothing), None);
        }
        assert_eq!(Origin::new(None, None), Origin::default());
    }
}
