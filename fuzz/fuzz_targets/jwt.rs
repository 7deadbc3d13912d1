//! JSON Web Tokens: what was signed with a key is read back, and any change of it is nothing.
#![no_main]

use authority::jwt;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const KEY: &[u8] = &[7; 32];
const OTHER_KEY: &[u8] = &[8; 32];

fuzz_target!(|input: (&str, usize, char)| {
    let (text, place, character) = input;
    // Nobody guesses a signature of 256 bits.
    assert!(jwt::verify::<Value>(text, KEY).is_none());
    let claims = json!({"sub": text, "exp": place});
    let Ok(token) = jwt::sign(&claims, KEY) else { return };
    assert!(jwt::verify::<Value>(&token, OTHER_KEY).is_none());
    if let Some(read) = jwt::verify::<Value>(&token, KEY) {
        assert_eq!(read, claims);
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
        assert!(changed == token || jwt::verify::<Value>(&changed, KEY).is_none(), "{changed}");
    }
});
