//! The backup of the server key: nothing but what was sealed opens, and its strength is bounded.
#![no_main]

use domain::{
    id::Randomness,
    secret::{Keyring, Secret},
    time::Timestamp,
};
use libfuzzer_sys::fuzz_target;
use server::key_backup;
use std::sync::LazyLock;

struct Fixed;

impl Randomness for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

fn passphrase() -> Secret {
    Secret::new("correct horse battery staple".to_owned())
}

static GOOD: LazyLock<String> = LazyLock::new(|| {
    key_backup::seal(&Keyring::generate(&Fixed), &passphrase(), Timestamp::from_milliseconds(0), &Fixed).unwrap()
});

fuzz_target!(|input: (u16, &str)| {
    // The input takes the place of the text from some place on, so that much of it stays good.
    let (place, text) = input;
    let place = usize::from(place) % (GOOD.len() + 1);
    let changed = format!("{}{text}", &GOOD[..place]);
    if changed.trim_end() != GOOD.trim_end() {
        assert!(key_backup::open(&changed, &passphrase()).is_err());
    }
});
