//! Journal entries as they are stored: what is read is written back as the same event.
#![no_main]

use domain::{caller::Actor, journal::Event};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str, &str)| {
    let (kind, body, actor) = input;
    let kind = Event::KINDS[usize::from(kind) % Event::KINDS.len()];
    if let Ok(event) = Event::parse(kind, body) {
        assert_eq!(event.kind(), kind);
        assert_eq!(Event::parse(kind, &event.body().unwrap()).unwrap(), event);
    }
    let actor = Actor::from_text(actor);
    assert_eq!(Actor::from_text(&actor.to_text()), actor);
});
