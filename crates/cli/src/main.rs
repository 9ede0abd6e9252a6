//! The `linkspan` command: arguments to one function to an exit code.
//!
//! Exit codes: 0 clean, 1 findings at or above the chosen level or a proof that failed, 2 could
//! not run, 3 proven in memory only.
#![expect(
    clippy::print_stderr,
    reason = "a program for a terminal: data on stdout, everything else on stderr"
)]

mod arguments;
mod choice;
mod cloud;
mod commands;
mod input;
mod out;
mod print;
mod proof;
mod prove;
mod report;
mod runtime;

use arguments::{Arguments, Command};
use clap::Parser as _;
use std::process::ExitCode;

/// Reading and checking makes and drops millions of small things; with this it takes a quarter less
/// than with the allocator of the C library (`crates/topology/BENCH.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The relay brings its own arguments and its own log: hand over before anything is read.
    let mut words = std::env::args_os();
    if let (Some(program), Some(first)) = (words.next(), words.next())
        && first == "forwarder"
    {
        return forwarder::program::main(std::iter::once(program).chain(words));
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            return match error.print() {
                Ok(()) => ExitCode::from(code),
                Err(_) => ExitCode::from(2),
            };
        }
    };
    runtime::log();
    let result = match arguments.command {
        Command::Check(options) => commands::check::run(&options),
        Command::Expand(options) => commands::expand::run(&options),
        Command::Import(options) => commands::import::run(&options),
        Command::Schema => Ok(commands::schema::run()),
        Command::Explain(options) => commands::explain::run(&options),
        Command::Fix(options) => commands::fix::run(&options),
        Command::Trace(options) => commands::trace::run(&options),
        Command::Diff(options) => commands::diff::run(&options),
        Command::Advise(options) => commands::advise::run(&options),
        Command::Export(options) => commands::export::run(&options),
        Command::Plan(options) => commands::plan::run(&options),
        Command::Apply(options) => commands::apply::run(&options),
        Command::Down(options) => commands::down::run(&options),
        Command::Up(options) => commands::up::run(&options),
        Command::Twin(options) => commands::twin::run(&options),
        Command::Exec(options) => commands::exec::run(&options),
        Command::Forwarder(_) => Ok(2),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("linkspan: {error:#}");
            ExitCode::from(2)
        }
    }
}
