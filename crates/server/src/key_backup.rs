//! The backup of the server key: a text file, sealed under a passphrase.
//!
//! Lines of a word, a blank and its values, each ended by a line feed, in this order:
//!
//! | line | meaning |
//! | --- | --- |
//! | `jeton-server-key-backup 1` | what the file is, and the version of its form |
//! | `made` TIME | when, RFC 3339 in UTC |
//! | `keys` NUMBERS | the numbers of the keys inside, the current one first |
//! | `argon2id` MEMORY PASSES LANES | how the passphrase becomes a key of 32 bytes: argon2id version 1.3, memory in KiB |
//! | `salt` BASE64 | its salt, 16 random bytes |
//! | `nonce` BASE64 | the nonce of the seal, 12 random bytes |
//! | `sealed` BASE64 | the content of `server.key`, sealed with ChaCha20-Poly1305 (RFC 8439) |
//!
//! Every line above `sealed`, with its line feed, is the seal's associated data, so none can be
//! changed. BASE64 is the standard alphabet with padding (RFC 4648, section 4).

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use domain::{
    id::Randomness,
    secret::{Keyring, Secret},
    time::Timestamp,
};
use zeroize::Zeroizing;

const FIRST_LINE: &str = "jeton-server-key-backup 1";
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;

/// What turns a passphrase into a key takes this much memory, passes and lanes (RFC 9106, section 4,
/// the second recommended option): some tenths of a second, once in a blue moon.
const STRENGTH: Strength = Strength { memory_kibibytes: 65_536, passes: 3, lanes: 4 };
/// The most that a file may ask for, so that a forged one cannot exhaust the host.
const STRENGTH_MOST: Strength = Strength { memory_kibibytes: 1 << 20, passes: 16, lanes: 16 };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Strength {
    memory_kibibytes: u32,
    passes: u32,
    lanes: u32,
}

/// Why a backup was not made or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyBackupError {
    /// The text is no such backup, or was cut.
    #[error("it is no backup of a server key, or it was cut")]
    Malformed,
    /// A later version of Jeton wrote it.
    #[error("it was written by a later version of Jeton")]
    Later,
    /// The seal does not open.
    #[error("the passphrase is another one, or the file was changed")]
    Refused,
    /// The passphrase could not be turned into a key.
    #[error("there is not enough memory to turn the passphrase into a key")]
    Memory,
}

/// Seals a server key under a passphrase.
///
/// # Errors
/// [`KeyBackupError::Memory`] only.
pub fn seal(
    keyring: &Keyring,
    passphrase: &Secret,
    now: Timestamp,
    randomness: &dyn Randomness,
) -> Result<String, KeyBackupError> {
    let (mut salt, mut nonce) = ([0; SALT_BYTES], [0; NONCE_BYTES]);
    randomness.fill(&mut salt);
    randomness.fill(&mut nonce);
    let numbers: Vec<String> = keyring.ids().map(|id| id.0.to_string()).collect();
    let Strength { memory_kibibytes, passes, lanes } = STRENGTH;
    let mut text = format!(
        "{FIRST_LINE}\nmade {now}\nkeys {}\nargon2id {memory_kibibytes} {passes} {lanes}\nsalt {}\nnonce {}\n",
        numbers.join(" "),
        STANDARD.encode(salt),
        STANDARD.encode(nonce),
    );
    let cipher = cipher(passphrase, &salt, STRENGTH)?;
    let content = keyring.to_text();
    let payload = Payload { msg: content.expose().as_bytes(), aad: text.as_bytes() };
    // Sealing only fails for contents of many gigabytes.
    let sealed = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| KeyBackupError::Memory)?;
    text.push_str(&format!("sealed {}\n", STANDARD.encode(sealed)));
    Ok(text)
}

/// Opens what [`seal`] made.
///
/// # Errors
/// Says whether the text is no backup, comes from a later version, or does not open.
pub fn open(text: &str, passphrase: &Secret) -> Result<Keyring, KeyBackupError> {
    let (head, sealed) = text.split_once("sealed ").ok_or(KeyBackupError::Malformed)?;
    let parts = Parts::read(head)?;
    let sealed = STANDARD.decode(sealed.trim_end()).map_err(|_| KeyBackupError::Malformed)?;
    let payload = Payload { msg: &sealed, aad: head.as_bytes() };
    let cipher = cipher(passphrase, &parts.salt, parts.strength)?;
    let opened = cipher.decrypt(&Nonce::from(parts.nonce), payload).map_err(|_| KeyBackupError::Refused)?;
    let opened = String::from_utf8(opened).map_err(|_| KeyBackupError::Malformed)?;
    let opened = Zeroizing::new(opened);
    Keyring::parse(&opened).map_err(|_| KeyBackupError::Malformed)
}

/// What the lines above the seal say.
struct Parts {
    strength: Strength,
    salt: [u8; SALT_BYTES],
    nonce: [u8; NONCE_BYTES],
}

impl Parts {
    fn read(head: &str) -> Result<Self, KeyBackupError> {
        let mut lines = head.lines();
        match lines.next() {
            Some(FIRST_LINE) => {}
            Some(line) if line.starts_with("jeton-server-key-backup ") => return Err(KeyBackupError::Later),
            _ => return Err(KeyBackupError::Malformed),
        }
        let mut value = |word: &str| lines.next()?.strip_prefix(word)?.strip_prefix(' ');
        let (_, _) = (value("made"), value("keys"));
        let strength = value("argon2id").and_then(strength);
        let salt = value("salt").and_then(bytes);
        let nonce = value("nonce").and_then(bytes);
        match (strength, salt, nonce, lines.next()) {
            (Some(strength), Some(salt), Some(nonce), None) => Ok(Self { strength, salt, nonce }),
            _ => Err(KeyBackupError::Malformed),
        }
    }
}

fn strength(text: &str) -> Option<Strength> {
    let mut numbers = text.split(' ').map(|number| number.parse::<u32>().ok());
    let (memory_kibibytes, passes, lanes) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let allowed = memory_kibibytes <= STRENGTH_MOST.memory_kibibytes
        && passes <= STRENGTH_MOST.passes
        && lanes <= STRENGTH_MOST.lanes;
    (allowed && numbers.next().is_none()).then_some(Strength { memory_kibibytes, passes, lanes })
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

fn cipher(passphrase: &Secret, salt: &[u8], strength: Strength) -> Result<ChaCha20Poly1305, KeyBackupError> {
    let Strength { memory_kibibytes, passes, lanes } = strength;
    let parameters = Params::new(memory_kibibytes, passes, lanes, None).map_err(|_| KeyBackupError::Malformed)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| KeyBackupError::Memory)?;
    ChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| KeyBackupError::Memory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use authority::clock::SystemRandomness;

    fn passphrase(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_backup_opens_with_its_passphrase_only_and_not_when_changed() {
        let keyring = Keyring::generate(&SystemRandomness).rotated(&SystemRandomness);
        let now = Timestamp::from_milliseconds(1_000);
        let text = seal(&keyring, &passphrase("correct horse"), now, &SystemRandomness).unwrap();
        assert!(text.contains("\nkeys 2 1\n"));
        assert!(!text.contains(&keyring.to_text().expose()[2..20]));
        let opened = open(&text, &passphrase("correct horse")).unwrap();
        assert_eq!(opened.to_text().expose(), keyring.to_text().expose());
        assert_eq!(open(&text, &passphrase("correct hors")).err(), Some(KeyBackupError::Refused));
        let changed = text.replace("1970", "1971");
        assert_eq!(open(&changed, &passphrase("correct horse")).err(), Some(KeyBackupError::Refused));
    }

    #[test]
    fn texts_that_are_no_backup_are_refused_without_much_work() {
        let keyring = Keyring::generate(&SystemRandomness);
        let text = seal(&keyring, &passphrase("p"), Timestamp::from_milliseconds(0), &SystemRandomness).unwrap();
        let wrong = [
            (String::new(), KeyBackupError::Malformed),
            ("sealed ".to_owned(), KeyBackupError::Malformed),
            (text.replace("backup 1\n", "backup 2\n"), KeyBackupError::Later),
            (text.replace("65536", "4294967295"), KeyBackupError::Malformed),
            (text.replace("65536 3", "65536 0"), KeyBackupError::Malformed),
            (text.replace("salt ", "salt A"), KeyBackupError::Malformed),
            (text.split_once("sealed").unwrap().0.to_owned(), KeyBackupError::Malformed),
        ];
        for (text, expected) in wrong {
            assert_eq!(open(&text, &passphrase("p")).err(), Some(expected), "{text}");
        }
    }
}
