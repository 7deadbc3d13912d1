//! Labels and label filters: what is taken fits its bounds and reads back.
#![no_main]

use domain::{limits, name};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

fuzz_target!(|input: (BTreeMap<String, String>, &str)| {
    let (labels, filter) = input;
    if let Ok(labels) = name::Labels::parse("labels", labels) {
        assert!(labels.as_map().len() <= limits::LABELS);
        for (key, value) in labels.as_map() {
            let read = name::label_filter("label", &format!("{key}={value}"));
            assert_eq!(read, Ok((key.clone(), Some(value.clone()))));
        }
    }
    if let Ok((key, value)) = name::label_filter("label", filter) {
        assert_eq!(filter, value.map_or(key.clone(), |value| format!("{key}={value}")));
    }
});
