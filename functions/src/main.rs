//! The Linkspan function app.
fn main() {}
