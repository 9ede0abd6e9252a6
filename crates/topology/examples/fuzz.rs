//! Feeds mutated inputs to the bodies of `tests/bad_input` for a while.
//!
//! `cargo run --release --package topology --example fuzz -- [--seconds N] [--seed N] [TARGET…]`.
//! An input that breaks a law, or takes too long, is written to `target/fuzz`, and the exit code
//! is 1; put it into the target's corpus when it is mended.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a program for a terminal, not part of the library"
)]

#[path = "../tests/bad_input/mutate.rs"]
mod mutate;
#[path = "../tests/bad_input/targets.rs"]
mod targets;

use std::{
    fs,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

/// No input of at most 64 KiB may take longer.
const SLOW: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    let (mut seconds, mut seed, mut wanted) = (20.0, 1_u64, Vec::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seconds" => {
                seconds = words
                    .next()
                    .and_then(|word| word.parse().ok())
                    .unwrap_or(seconds);
            }
            "--seed" => {
                seed = words
                    .next()
                    .and_then(|word| word.parse().ok())
                    .unwrap_or(seed);
            }
            _ => wanted.push(word),
        }
    }
    let chosen: Vec<_> = targets::TARGETS
        .iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|word| word == name))
        .collect();
    let each = Duration::from_secs_f64(seconds)
        .div_f64(f64::from(u32::try_from(chosen.len().max(1)).unwrap_or(1)));
    let mut good = !chosen.is_empty();
    for (name, body) in chosen {
        good &= one(name, *body, each, seed);
    }
    ExitCode::from(u8::from(!good))
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(name);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| {
            entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .collect()
        })
        .unwrap_or_default();
    files.sort();
    files
        .iter()
        .filter_map(|file| fs::read(file).ok())
        .collect()
}

fn one(name: &str, body: targets::Body, time: Duration, seed: u64) -> bool {
    let corpus = corpus(name);
    if corpus.is_empty() {
        println!("{name}: no corpus");
        return false;
    }
    let mut mutator = mutate::Mutator::new(seed);
    let start = Instant::now();
    let (mut inputs, mut slowest) = (0_u64, Duration::ZERO);
    while start.elapsed() < time {
        let input = mutator.mutate(&corpus);
        let began = Instant::now();
        let result = panic::catch_unwind(AssertUnwindSafe(|| body(&input)));
        let took = began.elapsed();
        slowest = slowest.max(took);
        inputs += 1;
        if result.is_err() || took > SLOW {
            let kept = keep(name, &input);
            println!(
                "{name}: broken after {inputs} inputs, {took:?}, seed {seed}: {}",
                kept.display()
            );
            return false;
        }
    }
    println!(
        "{name}: {inputs} inputs in {:.1?}, slowest {slowest:.1?}",
        start.elapsed()
    );
    true
}

fn keep(name: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new("target/fuzz");
    let hash = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let file = folder.join(format!("{name}-{hash:016x}"));
    if fs::create_dir_all(folder)
        .and_then(|()| fs::write(&file, input))
        .is_err()
    {
        println!("{input:?}");
    }
    file
}
