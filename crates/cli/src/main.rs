//! Plan, check, trace, provision, run and prove private access to an internal service.
fn main() {}
