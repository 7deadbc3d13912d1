//! Texts from outside are shown again only when they cannot hold a secret or forge a line.

use domain::format::Kind;

/// How many letters and digits behind a prefix make a text look like a secret.
const SECRET_CHARACTERS: usize = 8;
/// The longest name that is repeated.
const NAME_BYTES: usize = 64;

/// True when the text holds something of the form of a native secret, whole or in part.
pub fn holds_secret(text: &str) -> bool {
    [Kind::Token, Kind::Session].iter().any(|kind| {
        text.match_indices(kind.prefix()).any(|(place, prefix)| {
            let rest = text[place + prefix.len()..].bytes();
            rest.take_while(u8::is_ascii_alphanumeric).count() >= SECRET_CHARACTERS
        })
    })
}

/// A name from outside, such as the key of an object, as an answer or a log line may show it.
pub fn name(text: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:$@/ ".contains(&byte);
    if text.len() <= NAME_BYTES && text.bytes().all(plain) && !holds_secret(text) { text } else { "(not shown)" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_noticed_wherever_they_stand() {
        for text in ["jtn_0123456789", "xjts_abcdefgh", "a=jtn_&b=jtn_ABCDEFGH", "/v1/jtn_abcdefgh/x"] {
            assert!(holds_secret(text), "{text}");
        }
        for text in ["", "jtn_", "jtn_short", "jtn-0123456789", "tokens"] {
            assert!(!holds_secret(text), "{text}");
        }
    }

    #[test]
    fn names_are_shown_when_they_are_plain() {
        assert_eq!(name("expires_at"), "expires_at");
        for text in ["jtn_0123456789", "a\nb", "é", "<script>", &"x".repeat(65)] {
            assert_eq!(name(text), "(not shown)", "{text}");
        }
    }
}
