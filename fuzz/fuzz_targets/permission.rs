//! What a token of VectorAI's contract may do: every text is refused by name, or says the same when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::contracts::vectorai::permission::{names, scopes};

fuzz_target!(|text: &str| {
    match scopes(text) {
        Err(invalid) => assert_eq!(invalid.fields()[0].field, "permission"),
        Ok(read) => {
            let spoken = names(&read);
            assert!(!spoken.is_empty() && spoken.len() <= "read,write,admin".len());
            assert_eq!(scopes(&spoken).unwrap(), read);
        }
    }
});
