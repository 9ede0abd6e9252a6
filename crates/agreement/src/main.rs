//! Generates topologies and flows, and holds trace against fabric.
fn main() {}
