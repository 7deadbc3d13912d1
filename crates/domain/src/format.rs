//! The text form of a native secret: a prefix, 32 random letters and digits, and 6 of checksum.
//!
//! The checksum is CRC-32 over everything before it, so that a scanner tells a real secret from a
//! look-alike without asking anybody. It is a filter, never a protection.

use crate::{id::Randomness, secret::Secret};

/// Matches every native token secret, for secret scanners. The checksum is for them to verify.
pub const TOKEN_PATTERN: &str = "jtn_[0-9A-Za-z]{38}";

/// The characters of a native secret.
pub(crate) const LETTERS_AND_DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 32 characters of 62 carry 190.5 random bits.
const RANDOM_CHARACTERS: usize = 32;
/// 6 characters of 62 hold any 32-bit number.
const CHECKSUM_CHARACTERS: usize = 6;

/// What a secret is for; one kind is never accepted in another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An access token, `jtn_`.
    Token,
    /// A session of a signed-in user, `jts_`.
    Session,
}

impl Kind {
    /// What every secret of this kind begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Token => "jtn_",
            Self::Session => "jts_",
        }
    }
}

/// A new secret with random letters and digits, each equally likely.
pub fn generate(kind: Kind, randomness: &dyn Randomness) -> Secret {
    let mut text = String::with_capacity(kind.prefix().len() + RANDOM_CHARACTERS + CHECKSUM_CHARACTERS);
    text.push_str(kind.prefix());
    random_characters(&mut text, LETTERS_AND_DIGITS, RANDOM_CHARACTERS, randomness);
    let sum = checksum(text.as_bytes());
    text.extend(sum.map(char::from));
    Secret::new(text)
}

/// Adds this many random characters of an alphabet, each equally likely.
pub(crate) fn random_characters(text: &mut String, alphabet: &[u8], count: usize, randomness: &dyn Randomness) {
    // Bytes beyond the largest multiple of the alphabet's size would favour some characters.
    let unbiased = 256 - 256 % alphabet.len();
    let end = text.len() + count;
    while text.len() < end {
        let mut random = [0; RANDOM_CHARACTERS];
        randomness.fill(&mut random);
        let places = random.iter().map(|byte| usize::from(*byte)).filter(|place| *place < unbiased);
        text.extend(places.map(|place| char::from(alphabet[place % alphabet.len()])).take(end - text.len()));
    }
}

/// Why a text is no native secret, as `jeton token check` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The text does not begin with the prefix of the kind.
    #[error("it does not begin with the prefix of a Jeton token")]
    Prefix,
    /// The text is too short, too long, or holds other characters than letters and digits.
    #[error("it is not 38 letters and digits after the prefix")]
    Shape,
    /// The last six characters are not the checksum of the others.
    #[error("its checksum is wrong: it was mistyped, cut or made up")]
    Checksum,
}

/// Checks prefix, length, characters and checksum, without any lookup.
///
/// # Errors
/// Says which of these is wrong.
pub fn check(kind: Kind, text: &str) -> Result<(), Malformed> {
    let body = text.strip_prefix(kind.prefix()).ok_or(Malformed::Prefix)?;
    if body.len() != RANDOM_CHARACTERS + CHECKSUM_CHARACTERS || !body.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Malformed::Shape);
    }
    if is_whole(kind, text) { Ok(()) } else { Err(Malformed::Checksum) }
}

/// True when length and checksum are those of this kind. It is all that a look-up needs to know:
/// other characters than letters and digits have no digest that anybody kept.
pub fn is_whole(kind: Kind, text: &str) -> bool {
    let bytes = text.as_bytes();
    let length = kind.prefix().len() + RANDOM_CHARACTERS + CHECKSUM_CHARACTERS;
    bytes.len() == length
        && bytes.starts_with(kind.prefix().as_bytes())
        && checksum(&bytes[..length - CHECKSUM_CHARACTERS]) == bytes[length - CHECKSUM_CHARACTERS..]
}

fn checksum(head: &[u8]) -> [u8; CHECKSUM_CHARACTERS] {
    let mut rest = crc32fast::hash(head);
    let mut characters = [0; CHECKSUM_CHARACTERS];
    for character in characters.iter_mut().rev() {
        *character = LETTERS_AND_DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    characters
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A repeatable stream of bytes (`SplitMix64`), for tests only.
    struct Seeded(AtomicU64);

    impl Randomness for Seeded {
        fn fill(&self, buffer: &mut [u8]) {
            for byte in buffer {
                let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
                let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                *byte = ((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 56) as u8;
            }
        }
    }

    #[test]
    fn a_generated_secret_passes_its_own_check() {
        let randomness = Seeded(AtomicU64::new(7));
        for kind in [Kind::Token, Kind::Session] {
            let secret = generate(kind, &randomness);
            assert_eq!(secret.expose().len(), 42);
            assert_eq!(check(kind, secret.expose()), Ok(()));
        }
    }

    #[test]
    fn one_kind_is_never_another() {
        let secret = generate(Kind::Session, &Seeded(AtomicU64::new(7)));
        assert_eq!(check(Kind::Token, secret.expose()), Err(Malformed::Prefix));
        let renamed = secret.expose().replace("jts_", "jtn_");
        assert_eq!(check(Kind::Token, &renamed), Err(Malformed::Checksum));
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let secret = generate(Kind::Token, &Seeded(AtomicU64::new(9)));
        for place in 4..42 {
            let mut bytes = secret.expose().as_bytes().to_vec();
            bytes[place] = if bytes[place] == b'a' { b'b' } else { b'a' };
            assert_eq!(check(Kind::Token, std::str::from_utf8(&bytes).unwrap()), Err(Malformed::Checksum));
        }
        assert_eq!(check(Kind::Token, &secret.expose()[..41]), Err(Malformed::Shape));
        assert_eq!(check(Kind::Token, "jtn_é"), Err(Malformed::Shape));
    }

    #[test]
    fn characters_are_equally_likely() {
        let randomness = Seeded(AtomicU64::new(11));
        let mut counts = [0_u32; 128];
        for _ in 0..20_000 {
            for byte in generate(Kind::Token, &randomness).expose()[4..36].bytes() {
                counts[usize::from(byte)] += 1;
            }
        }
        let expected = 20_000.0 * 32.0 / 62.0;
        let squares =
            LETTERS_AND_DIGITS.iter().map(|byte| (f64::from(counts[usize::from(*byte)]) - expected).powi(2) / expected);
        // 61 degrees of freedom: a fair source stays below 120 all but once in 100,000 seeds.
        assert!(squares.sum::<f64>() < 120.0);
    }
}
