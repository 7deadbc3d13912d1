//! The offline check of a secret: what passes has the published form, and no change of it passes.
#![no_main]

use domain::{
    format::{Kind, check, generate},
    id::Randomness,
    secret::{hint, may_be_looked_up, shown},
};
use libfuzzer_sys::fuzz_target;

/// Random bytes from the input; those from 248 on would be left out, so there are none.
struct Input([u8; 32]);

impl Randomness for Input {
    fn fill(&self, buffer: &mut [u8]) {
        for (byte, random) in buffer.iter_mut().zip(self.0.iter().cycle()) {
            *byte = random % 248;
        }
    }
}

fuzz_target!(|input: (&str, [u8; 32])| {
    let (text, random) = input;
    examine(text);
    let secret = generate(Kind::Token, &Input(random));
    assert!(check(Kind::Token, secret.expose()).is_ok());
    examine(secret.expose());
});

fn examine(text: &str) {
    let good = check(Kind::Token, text).is_ok();
    if good {
        assert!(text.len() == 42 && text[4..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert!(may_be_looked_up(text) && check(Kind::Session, text).is_err());
        for place in 4..42 {
            let mut bytes = text.as_bytes().to_vec();
            bytes[place] = if bytes[place] == b'a' { b'b' } else { b'a' };
            assert!(check(Kind::Token, std::str::from_utf8(&bytes).unwrap()).is_err());
        }
    }
    if may_be_looked_up(text) {
        assert!(good || !text.starts_with("jtn_"));
        assert!(!text.starts_with("jts_") && text.len() <= domain::limits::SECRET_BYTES);
    }
    let hint = hint(text);
    assert!(hint.chars().count() <= 13);
    assert!(shown(&hint).chars().count() <= 13);
}
