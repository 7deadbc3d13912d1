//! The one binary, `jeton`.
fn main() {}
