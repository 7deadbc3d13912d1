//! The promises of a store.
