//! Scopes: what is taken reads back, and two sets allow together exactly what both allow.
#![no_main]

use domain::scope::{Scope, Scopes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str, &str)| {
    let (left, right, wanted) = input;
    let read = |text: &str| Scopes::parse("scopes", text.split(' ').filter(|word| !word.is_empty()));
    let (Ok(left), Ok(right)) = (read(left), read(right)) else { return };
    assert_eq!(Scopes::stored(&left.to_string()), left);
    let both = left.intersection(&right);
    assert_eq!(both, right.intersection(&left));
    if Scope::parse("scope", wanted).is_ok() {
        assert_eq!(both.cover(wanted), left.cover(wanted) && right.cover(wanted));
    }
    assert!(left.first_uncovered(&both).is_none() && right.first_uncovered(&both).is_none());
});
