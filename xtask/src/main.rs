//! Builds, checks, packages and drives Linkspan.
fn main() {}
