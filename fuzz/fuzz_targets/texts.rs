//! Names, descriptions, reasons and addresses: what is taken cannot forge a line, and reads back.
#![no_main]

use domain::{
    limits,
    name::{Email, Name, description, reason},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(name) = Name::parse("name", text) {
        let taken = name.as_str();
        assert!(!taken.is_empty() && !taken.chars().any(char::is_control));
        assert_eq!(Name::parse("name", taken), Ok(name.clone()));
    }
    if let Ok(taken) = reason("reason", text) {
        assert!(taken.chars().count() <= limits::REASON_CHARACTERS && !taken.chars().any(char::is_control));
    }
    if let Ok(taken) = description("description", text) {
        assert!(!taken.chars().any(|character| character.is_control() && character != '\n'));
    }
    if let Ok(email) = Email::parse("email", text) {
        assert!(email.as_str().len() <= limits::EMAIL_BYTES && email.as_str().matches('@').count() == 1);
        assert_eq!(Email::parse("email", email.as_str()), Ok(email.clone()));
    }
});
