//! Whole-system tests: they drive the built programs and read the workspace, and link none of our crates.
#![cfg(test)]

mod architecture;
mod command_line;
mod function_app;
mod hostile;
mod overlays;
mod provisioning;
mod reports;
