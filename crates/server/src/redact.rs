//! Texts from outside are shown again only when they cannot hold a secret or forge a line.

use domain::format::Kind;

/// How many letters and digits behind a prefix make a text look like a secret.
const SECRET_CHARACTERS: usize = 8;
/// The longest run of letters and digits in such a name: a longer one may be a secret that nothing tells from a word.
const WORD_BYTES: usize = 31;
/// The longest name that is repeated.
const NAME_BYTES: usize = 64;

/// What VectorAI's keys begin with.
const KEY: &str = "vdai_";
/// What SoftwareOne's tokens begin with; their number and a colon follow.
const NUMBERED: &str = "idt:TKN-";
/// What a JSON Web Token begins with: the first letters of `{"` in base64.
const WEB_TOKEN: &str = "eyJ";

/// True when the text holds something of the form of a secret that this server gives out, whole or in part.
pub fn holds_secret(text: &str) -> bool {
    let prefixed = [Kind::Token.prefix(), Kind::Session.prefix(), KEY];
    prefixed.iter().any(|prefix| rests(text, prefix).any(begins_secret))
        || rests(text, NUMBERED).any(|rest| {
            let numbered = rest.trim_start_matches(|character: char| character.is_ascii_digit() || character == '-');
            numbered.strip_prefix(':').is_some_and(begins_secret)
        })
        || rests(text, WEB_TOKEN).any(|rest| {
            let rest = rest.split_once('.').map_or("", |(part, _)| part);
            rest.len() >= SECRET_CHARACTERS
                && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        })
}

/// True when a text begins with as many letters and digits as no other text than a secret has here.
fn begins_secret(text: &str) -> bool {
    text.bytes().take_while(u8::is_ascii_alphanumeric).count() >= SECRET_CHARACTERS
}

/// What follows each place where the text has the prefix.
fn rests<'a>(text: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(prefix).map(move |(place, found)| &text[place + found.len()..])
}

/// A name from outside, such as the key of an object, as an answer or a log line may show it.
pub fn name(text: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:$@/ ".contains(&byte);
    let word = text.split(|character: char| !character.is_ascii_alphanumeric()).map(str::len).max();
    let shown = text.len() <= NAME_BYTES && word <= Some(WORD_BYTES) && text.bytes().all(plain) && !holds_secret(text);
    if shown { text } else { "(not shown)" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_noticed_wherever_they_stand() {
        let native = ["jtn_0123456789", "xjts_abcdefgh", "a=jtn_&b=jtn_ABCDEFGH", "/v1/jtn_abcdefgh/x"];
        let foreign = ["vdai_0123456789", "Bearer idt:TKN-0000-0012:AbCdEfGh", "?q=eyJhbGciOiJIUzI1NiJ9.eyJzdWIi"];
        for text in native.into_iter().chain(foreign) {
            assert!(holds_secret(text), "{text}");
        }
        for text in
            ["", "jtn_", "jtn_short", "jtn-0123456789", "tokens", "vdai_x", "TKN-0000-0012", "eyJhbGciOi", "a.b.c"]
        {
            assert!(!holds_secret(text), "{text}");
        }
    }

    #[test]
    fn names_are_shown_when_they_are_plain() {
        assert_eq!(name("expires_at"), "expires_at");
        for text in ["jtn_0123456789", "a\nb", "é", "<script>", &"x".repeat(65), &format!("a-{}", "0".repeat(32))] {
            assert_eq!(name(text), "(not shown)", "{text}");
        }
    }
}
