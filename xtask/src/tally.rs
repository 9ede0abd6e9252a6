//! Counts what passed, failed and was skipped, over all runners.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

/// The sum.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    skipped: Vec<String>,
}

impl Tally {
    /// Counts one check.
    pub(crate) fn check(&mut self, name: &str, result: anyhow::Result<bool>) {
        match result {
            Ok(true) => self.passed += 1,
            Ok(false) => {
                self.failed += 1;
                eprintln!("failed: {name}");
            }
            Err(error) => {
                self.failed += 1;
                eprintln!("failed: {name}: {error:#}");
            }
        }
    }

    /// Counts something that could not run here.
    pub(crate) fn skip(&mut self, why: impl Into<String>) {
        self.skipped.push(why.into());
    }

    /// Runs a command, passes its output through, and adds up the lines in which test runners
    /// close (`test result: … N passed; N failed`, or `N passed, N failed, N skipped`). A command that
    /// fails without counting a failure counts as one.
    pub(crate) fn command(&mut self, name: &str, command: &mut Command) {
        eprintln!("== {name}");
        let before = self.failed;
        let counted = self.passed;
        let success = self.stream(command);
        match success {
            Ok(true) => {
                if self.failed == before && self.passed == counted {
                    self.passed += 1;
                }
            }
            Ok(false) => {
                if self.failed == before {
                    self.failed += 1;
                }
                eprintln!("failed: {name}");
            }
            Err(error) => {
                self.failed += 1;
                eprintln!("failed: {name}: {error}");
            }
        }
    }

    fn stream(&mut self, command: &mut Command) -> std::io::Result<bool> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(out) = child.stdout.take() {
            for line in BufReader::new(out).lines() {
                let line = line?;
                if !self.count(&line) {
                    println!("{line}");
                }
            }
        }
        Ok(child.wait()?.success())
    }

    /// Adds a closing line; false if it is none.
    fn count(&mut self, line: &str) -> bool {
        if let Some(why) = line.trim().strip_prefix("skipped: ") {
            self.skipped.push(why.to_owned());
            return true;
        }
        let Some(rest) = closing(line) else {
            return false;
        };
        for part in rest.split([',', ';']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(word)) = (words.next(), words.next()) else {
                continue;
            };
            let Ok(number) = number.parse::<usize>() else {
                continue;
            };
            match word {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                _ => {}
            }
        }
        true
    }

    /// Prints the sum; true if nothing failed.
    pub(crate) fn finish(self) -> bool {
        for why in &self.skipped {
            println!("skipped: {why}");
        }
        println!(
            "{} passed, {} failed, {} skipped",
            self.passed,
            self.failed,
            self.skipped.len()
        );
        self.failed == 0
    }
}

/// The counts in a closing line of libtest or of our own runners.
fn closing(line: &str) -> Option<&str> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix("test result: ") {
        return rest.split_once(". ").map(|(_, counts)| counts);
    }
    let mut words = line.split_whitespace();
    let number = words.next()?.parse::<usize>().is_ok();
    (number && words.next()? == "passed," && line.contains(" failed")).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_every_runner_add_up() {
        let mut tally = Tally::default();
        for line in [
            "test result: ok. 7 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 1 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out",
            "2 passed, 1 failed, 1 skipped",
            "skipped: browser: no Chromium",
            "running 7 tests",
            "12 frogs",
        ] {
            tally.count(line);
        }
        assert_eq!(
            (tally.passed, tally.failed, tally.skipped.len()),
            (10, 4, 1)
        );
    }
}
