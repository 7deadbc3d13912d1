//! What a browser sends to the console: the query of the list of tokens reads back as it is written into links, no way
//! back leads out of the console, and a notice is one of our sentences.
#![no_main]

use domain::invalid::Checks;
use http::Uri;
use libfuzzer_sys::fuzz_target;
use server::console::{fields::Fields, notice::Notice, texts::ENGLISH, token_list::view, way_back};

fuzz_target!(|text: &str| {
    let way = way_back::checked(text);
    assert!(way.starts_with("/console/") && way.parse::<Uri>().is_ok());
    assert!(way.parse::<Uri>().is_ok_and(|uri| uri.host().is_none()));

    if let Some(notice) = Notice::read(text) {
        assert!(!notice.sentence(&ENGLISH).is_empty());
    }

    let Ok(fields) = Fields::read(text.as_bytes()) else { return };
    let mut checks = Checks::new();
    let (view, _) = view::read(&fields, true, &mut checks);
    if checks.finish().is_ok() {
        let address = view.address();
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let mut checks = Checks::new();
        let (again, _) = view::read(&Fields::read(query.as_bytes()).unwrap(), true, &mut checks);
        assert!(checks.finish().is_ok());
        assert_eq!(again.address(), address);
    }
});
