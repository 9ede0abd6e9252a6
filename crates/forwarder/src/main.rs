//! The `linkspan-forwarder` program; the same function as `linkspan forwarder`.

use std::process::ExitCode;

fn main() -> ExitCode {
    forwarder::program::main(std::env::args_os())
}
