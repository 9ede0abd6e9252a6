//! `cargo xtask`: builds, checks and drives Linkspan. One file a command.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal"
)]

mod bench;
mod e2e;
mod exports;
mod format;
mod fuzz;
mod new;
mod setup;
mod tally;
mod test;
mod tidy;
mod wasm;
mod web;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  test [--fast]   set up what the tests need and run everything; --fast is the part under 3 minutes
  fmt             format every Rust file, the rules' too, which `cargo fmt` does not find
  new rule CODE AREA/NAME
                  write the frame of a rule and its line in the table
  tidy            check what no compiler checks: docs, sizes, crate map, paths
  wasm            build the planner's core for the browser
  web             build the planner page into web/dist
  e2e             run the main job and its negative cases as a user would
  bench [core|peers]
                  measure; prints figures, asserts nothing; `core` writes crates/topology/BENCH.md,
                  `peers` sets checkov beside `linkspan check`
  fuzz            feed mutated inputs to every reader: [--seconds N], or --coverage TARGET…

Exit codes: 0 good, 1 something failed, 2 could not run.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["test"] => Ok(test::run(false)),
        ["test", "--fast"] => Ok(test::run(true)),
        ["fmt"] => format::run(&[]),
        ["new", "rule", code, path] => new::rule(code, path).map(|()| true),
        ["tidy"] => tidy::run(),
        ["wasm"] => wasm::build().map(|path| {
            println!("{}", path.display());
            true
        }),
        ["web"] => web::build().map(|()| true),
        ["e2e", rest @ ..] => Ok(e2e::run(rest)),
        ["bench"] => bench::run(),
        ["bench", "core"] => bench::core(),
        ["bench", "peers"] => bench::peers(),
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}
