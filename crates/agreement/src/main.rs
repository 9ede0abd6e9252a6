//! Holds the tracer against the packet engine: `agreement [COUNT [SEED]]`.
//!
//! Generates topologies around the main job, walks one connection through each twice, by reasoning
//! and by forwarding, and stops at the first one where they differ, printing the manifest. The two
//! share no decision code, so agreement means something.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal"
)]

mod compare;
mod generate;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let (Ok(count), Ok(seed)) = (
        arguments.next().unwrap_or(Ok(2_000)),
        arguments.next().unwrap_or(Ok(1)),
    ) else {
        eprintln!("usage: agreement [COUNT [SEED]]");
        return ExitCode::from(2);
    };
    let mut sum = compare::Sum::default();
    for number in seed..seed.saturating_add(count) {
        let text = generate::manifest(number);
        match compare::agree(&text) {
            Ok(outcome) => sum.add(outcome),
            Err(difference) => {
                println!("{text}");
                eprintln!("they differ at seed {number}: {difference}");
                return ExitCode::from(1);
            }
        }
    }
    println!("{count} topologies from seed {seed}: {sum}");
    ExitCode::SUCCESS
}
