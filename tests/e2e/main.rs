//! The whole system as a user runs it, positive and negative: started by `cargo xtask e2e`.
//!
//! `linkspan-e2e [NAME…]` runs the cases whose name contains one of the words. `linkspan-e2e get URL`
//! is one HTTPS request, for running where a client stands. Ends with `N passed, N failed, N skipped`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a program for a terminal, whose cases may panic"
)]

mod cases;
mod https;
mod world;

use std::{panic, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some("get") = arguments.first().map(String::as_str) {
        return get(arguments.get(1).map_or("", String::as_str));
    }
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (name, case) in cases::ALL {
        if !arguments.is_empty() && !arguments.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        eprintln!("-- {name}");
        match panic::catch_unwind(case) {
            Ok(Ok(cases::Ended::Passed)) => passed += 1,
            Ok(Ok(cases::Ended::Skipped(why))) => {
                skipped += 1;
                println!("skipped: {name}: {why}");
            }
            Ok(Err(error)) => {
                failed += 1;
                eprintln!("failed: {name}: {error:#}");
            }
            Err(_) => {
                failed += 1;
                eprintln!("failed: {name}: panicked");
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Prints status and body; exit code 0 for 200, 1 for another status, 2 for no answer.
fn get(url: &str) -> ExitCode {
    let ca = std::env::var("SSL_CERT_FILE").unwrap_or_default();
    match https::request("GET", url, &[], None, ca.as_ref()) {
        Ok(answer) => {
            println!("{} {}", answer.status, answer.body);
            if answer.status == 200 {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            println!("{error:#}");
            ExitCode::from(2)
        }
    }
}
