//! The TOML file of the configuration: one reading or a list of everything that is wrong.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::config::{self, FileText, Flags};

fuzz_target!(|text: &str| {
    match config::load(&Flags::new(), &[], Some(FileText { name: "jeton.toml", text })) {
        Ok(_) => {}
        Err(problems) => assert!(!problems.is_empty()),
    }
});
