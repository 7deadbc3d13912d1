//! JSON Web Tokens: what was signed with a key is read back, and any change of it is nothing.
#![no_main]

use authority::jwt::{self, ed25519::SigningKey};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use std::sync::LazyLock;
use zeroize::Zeroizing;

const KEY: &[u8] = &[7; 32];
const OTHER_KEY: &[u8] = &[8; 32];

static SIGNING_KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_seed(Zeroizing::new([7; 32])).unwrap());

fuzz_target!(|input: (&str, usize, char)| {
    let (text, place, character) = input;
    // Nobody guesses a signature of 256 bits.
    assert!(jwt::verify::<Value>(text, KEY).is_none());
    let public = SIGNING_KEY.public();
    assert!(public.verify::<Value>(text).is_none());
    let claims = json!({"sub": text, "exp": place});
    if let Ok(token) = jwt::sign(&claims, KEY) {
        assert!(jwt::verify::<Value>(&token, OTHER_KEY).is_none() && public.verify::<Value>(&token).is_none());
        check(&token, &claims, (place, character), |token| jwt::verify(token, KEY));
    }
    if let Ok(token) = SIGNING_KEY.sign(&claims) {
        assert!(jwt::verify::<Value>(&token, KEY).is_none());
        check(&token, &claims, (place, character), |token| public.verify(token));
    }
});

/// Reads a token that was signed, and the same token with one character more or another one.
fn check(token: &str, claims: &Value, (place, character): (usize, char), verify: impl Fn(&str) -> Option<Value>) {
    if let Some(read) = verify(token) {
        assert_eq!(read, *claims);
    } else {
        assert!(token.len() > 4_096, "{token}");
    }
    let characters: Vec<_> = token.chars().collect();
    let place = place % characters.len();
    let with = |end: usize| {
        let (before, after) = (&characters[..place], &characters[end..]);
        before.iter().chain([&character]).chain(after).collect::<String>()
    };
    for changed in [with(place), with(place + 1)] {
        assert!(changed == token || verify(&changed).is_none(), "{changed}");
    }
}
