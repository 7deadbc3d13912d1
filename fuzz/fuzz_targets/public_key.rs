//! Public keys as PEM: what is read is written in one spelling, and verifies nothing that it did not sign.
#![no_main]

use authority::signature::public_key::PublicKey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8])| {
    let (text, signature) = input;
    match PublicKey::from_pem("publicKey", text) {
        Ok(key) => {
            let pem = key.to_pem().unwrap();
            assert_eq!(PublicKey::from_pem("publicKey", &pem), Ok(key.clone()));
            // Nobody finds a signature by chance.
            assert!(key.verify(b"a message", signature).is_err());
        }
        Err(invalid) => {
            let [field] = invalid.fields() else { panic!("{invalid}") };
            // The refusal is a sentence, in which no line of a key stands.
            assert!(field.rule.split_whitespace().all(|word| word.len() < 40), "{invalid}");
        }
    }
});
