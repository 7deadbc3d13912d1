//! One-time links: nothing but what was sealed opens.
#![no_main]

use authority::link::{self, Link, Purpose};
use domain::{
    id::{OwnerId, Randomness},
    secret::Keyring,
    time::Timestamp,
};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

struct Fixed;

impl Randomness for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

static KEYRING: LazyLock<Keyring> = LazyLock::new(|| Keyring::generate(&Fixed));
static GOOD: LazyLock<String> = LazyLock::new(|| {
    let link = Link {
        purpose: Purpose::SetPassword,
        subject: OwnerId::from_bytes([3; 16]),
        credential_revision: 4,
        expires_at: Timestamp::from_milliseconds(2_000),
    };
    link::seal(&KEYRING, &link).expose().to_owned()
});

fuzz_target!(|input: (&[u8], &str)| {
    let (changes, text) = input;
    let now = Timestamp::from_milliseconds(1_000);
    assert!(link::open(&KEYRING, text, now).is_err() || text == GOOD.as_str());
    let mut bytes = GOOD.as_bytes().to_vec();
    for (byte, change) in bytes.iter_mut().zip(changes) {
        *byte ^= change;
    }
    if let Ok(changed) = std::str::from_utf8(&bytes) {
        assert_eq!(link::open(&KEYRING, changed, now).is_ok(), changed == GOOD.as_str());
    }
});
