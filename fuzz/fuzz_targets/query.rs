//! The query of a list of tokens: checked values, or every parameter that was refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::{api::token_filter::TokenFilterQuery, query};

fuzz_target!(|text: &str| {
    match query::parse::<TokenFilterQuery>(text) {
        Err(problem) => assert!(!problem.fields().is_empty()),
        Ok(filter) => match filter.check() {
            Err(invalid) => assert!(!invalid.fields().is_empty()),
            Ok(listing) => assert!((1..=domain::limits::PAGE).contains(&listing.page.limit)),
        },
    }
});
