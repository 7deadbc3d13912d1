//! One-time links: invitations, recoveries and the first set-up.
//!
//! A link is sealed in itself under a key derived from the server key, so nothing about it is
//! stored. An invitation or recovery works for one credential revision of its user and so dies
//! with its use, or with the next link; a set-up works while the store is empty; an
//! administrator's recovery is consumed with its use.

use crate::{
    error::{Conflict, Error},
    seal::mac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    id::OwnerId,
    secret::{Keyring, Secret},
    time::Timestamp,
    token::has_passed,
};
use hmac::Mac;

/// What every link's secret part begins with.
pub const PREFIX: &str = "jtl_";
const PURPOSE: &str = "one-time links";
const CONTENT_BYTES: usize = 1 + 16 + 8 + 8;
const SEAL_BYTES: usize = 32;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Makes the first application administrator of an empty store.
    SetUp,
    /// Makes an application administrator when all are lost.
    RecoverAdministrator,
    /// Lets a user set a password, the first one or a new one.
    SetPassword,
}

/// What a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// What it is for.
    pub purpose: Purpose,
    /// The user it is for; for the other purposes, a random value that makes it unlike any other.
    pub subject: OwnerId,
    /// The credential revision of the user that it works for.
    pub credential_revision: u64,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl Purpose {
    fn byte(self) -> u8 {
        match self {
            Self::SetUp => 1,
            Self::RecoverAdministrator => 2,
            Self::SetPassword => 3,
        }
    }
}

/// The secret part of a link.
pub fn seal(keyring: &Keyring, link: &Link) -> Secret {
    let mut bytes = Vec::with_capacity(CONTENT_BYTES + SEAL_BYTES);
    bytes.push(link.purpose.byte());
    bytes.extend(link.subject.bytes());
    bytes.extend(link.credential_revision.to_be_bytes());
    bytes.extend(link.expires_at.milliseconds().to_be_bytes());
    let sealed = mac(keyring.derived(PURPOSE).as_slice(), &bytes).finalize().into_bytes();
    bytes.extend(sealed);
    Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&bytes)))
}

/// Reads the secret part of a link.
///
/// # Errors
/// [`Conflict::LinkVoid`] when it was not sealed here or its time is over.
pub fn open(keyring: &Keyring, text: &str, now: Timestamp) -> Result<Link, Error> {
    let link = read(keyring, text).ok_or(Error::Conflict(Conflict::LinkVoid))?;
    if has_passed(link.expires_at, now) { Err(Error::Conflict(Conflict::LinkVoid)) } else { Ok(link) }
}

fn read(keyring: &Keyring, text: &str) -> Option<Link> {
    let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
    let (content, sealed) = bytes.split_at_checked(CONTENT_BYTES)?;
    keyring.all_derived(PURPOSE).find(|key| mac(key.as_slice(), content).verify_slice(sealed).is_ok())?;
    let purpose = [Purpose::SetUp, Purpose::RecoverAdministrator, Purpose::SetPassword];
    Some(Link {
        purpose: purpose.into_iter().find(|purpose| purpose.byte() == content[0])?,
        subject: OwnerId::from_bytes(content[1..17].try_into().ok()?),
        credential_revision: u64::from_be_bytes(content[17..25].try_into().ok()?),
        expires_at: Timestamp::from_milliseconds(i64::from_be_bytes(content[25..33].try_into().ok()?)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemRandomness;

    #[test]
    fn a_link_opens_until_its_time_is_over_and_not_when_changed() {
        let keyring = Keyring::generate(&SystemRandomness);
        let now = Timestamp::from_milliseconds(1_000);
        let link = Link {
            purpose: Purpose::SetPassword,
            subject: OwnerId::from_bytes([3; 16]),
            credential_revision: 4,
            expires_at: Timestamp::from_milliseconds(2_000),
        };
        let text = seal(&keyring, &link);
        assert_eq!(open(&keyring, text.expose(), now).unwrap(), link);
        assert_eq!(open(&keyring.rotated(&SystemRandomness), text.expose(), now).unwrap(), link);
        assert!(open(&keyring, text.expose(), link.expires_at).is_err());
        assert!(open(&Keyring::generate(&SystemRandomness), text.expose(), now).is_err());
        for place in PREFIX.len()..text.expose().len() {
            let mut bytes = text.expose().as_bytes().to_vec();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            assert!(open(&keyring, std::str::from_utf8(&bytes).unwrap(), now).is_err(), "{place}");
        }
    }
}
