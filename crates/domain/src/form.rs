//! The text forms of the secrets of outside contracts. A token keeps the form it was born with, so that
//! a rotation through any door gives it a secret that its own contract knows.

use crate::{
    format::{LETTERS_AND_DIGITS, random_characters},
    id::{Randomness, TokenNumber},
    secret::Secret,
};
use std::{borrow::Cow, fmt};

/// Stands in a prefix for the number of the token, in groups of four digits.
const NUMBER: &str = "{number}";
/// What the stored text of a form with claims begins with.
const SIGNED: &str = "signed ";

/// The characters of the random part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// `0-9 a-f`.
    Hexadecimal,
    /// `0-9 A-Z a-z`.
    LettersAndDigits,
}

impl Alphabet {
    const ALL: [Self; 2] = [Self::Hexadecimal, Self::LettersAndDigits];

    fn word(self) -> &'static str {
        match self {
            Self::Hexadecimal => "hexadecimal",
            Self::LettersAndDigits => "letters-and-digits",
        }
    }

    fn characters(self) -> &'static [u8] {
        match self {
            Self::Hexadecimal => b"0123456789abcdef",
            Self::LettersAndDigits => LETTERS_AND_DIGITS,
        }
    }
}

/// The form of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretForm {
    /// A prefix, and random characters.
    Random(RandomForm),
    /// A JWT that the server signs. These claims, a JSON object as text, are the same for every secret of
    /// the token; those that make each its own are added when it is made.
    Signed(String),
}

impl SecretForm {
    /// A form of random characters. `{number}` in the prefix stands for the number of the token.
    pub const fn new(prefix: &'static str, alphabet: Alphabet, characters: usize) -> Self {
        Self::Random(RandomForm { prefix: Cow::Borrowed(prefix), alphabet, characters })
    }

    /// Reads the form of `Display`; none when a store holds anything else.
    pub fn stored(text: &str) -> Option<Self> {
        match text.strip_prefix(SIGNED) {
            Some(claims) => Some(Self::Signed(claims.to_owned())),
            None => RandomForm::stored(text).map(Self::Random),
        }
    }
}

/// As the store keeps it: how many characters, of which alphabet, behind which prefix; or the claims.
impl fmt::Display for SecretForm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random(RandomForm { prefix, alphabet, characters }) => {
                write!(out, "{characters} {} {prefix}", alphabet.word())
            }
            Self::Signed(claims) => write!(out, "{SIGNED}{claims}"),
        }
    }
}

/// A prefix, and this many random characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RandomForm {
    prefix: Cow<'static, str>,
    alphabet: Alphabet,
    characters: usize,
}

impl RandomForm {
    /// A new random part, each character equally likely.
    pub fn random_part(&self, randomness: &dyn Randomness) -> Secret {
        let mut text = String::with_capacity(self.characters);
        random_characters(&mut text, self.alphabet.characters(), self.characters, randomness);
        Secret::new(text)
    }

    /// The secret of the token with this number that has this random part.
    pub fn secret(&self, number: TokenNumber, random_part: &Secret) -> Secret {
        Secret::new(self.prefix.replace(NUMBER, &number.grouped()) + random_part.expose())
    }

    fn stored(text: &str) -> Option<Self> {
        let mut words = text.splitn(3, ' ');
        let (characters, alphabet, prefix) = (words.next()?, words.next()?, words.next()?);
        Some(Self {
            prefix: Cow::Owned(prefix.to_owned()),
            alphabet: Alphabet::ALL.into_iter().find(|known| known.word() == alphabet)?,
            characters: characters.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Randomness for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            for (value, byte) in (0..).zip(buffer) {
                *byte = value;
            }
        }
    }

    #[test]
    fn forms_read_back_as_they_were_kept() {
        for form in [
            SecretForm::new("", Alphabet::Hexadecimal, 40),
            SecretForm::new("a_", Alphabet::LettersAndDigits, 48),
            SecretForm::new("a:B-{number}:", Alphabet::LettersAndDigits, 64),
            SecretForm::Signed(r#"{"iss":"a b"}"#.to_owned()),
        ] {
            assert_eq!(SecretForm::stored(&form.to_string()), Some(form));
        }
        for wrong in ["", "40", "40 hexadecimal", "x hexadecimal ", "40 octal "] {
            assert_eq!(SecretForm::stored(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_holds_the_number_of_its_token() {
        let SecretForm::Random(form) = SecretForm::new("a:B-{number}:", Alphabet::Hexadecimal, 4) else { panic!() };
        let random = form.random_part(&Counting);
        assert_eq!(form.secret(TokenNumber(120_034), &random).expose(), "a:B-0012-0034:0123");
    }
}
