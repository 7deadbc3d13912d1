//! The file of the server key: what is read is written back as the same keys.
#![no_main]

use domain::secret::Keyring;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(keyring) = Keyring::parse(text) {
        let again = Keyring::parse(keyring.to_text().expose()).unwrap();
        assert!(keyring.ids().eq(again.ids()));
        assert!(keyring.digests("x").eq(again.digests("x")));
    }
});
