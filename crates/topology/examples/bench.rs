//! How long checking and tracing take, by size: `cargo xtask bench core`.
//!
//! The topologies are many copies of `examples/internal-apim.yaml`, each with names of its own, so
//! that every one is clean and every rule has work. Prints a Markdown table; asserts nothing.
//! `cargo run --release --package topology --example bench -- arm N` prints one of N resources as
//! an ARM template, for peers.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a program for a terminal, not part of the library"
)]

#[path = "bench/generate.rs"]
mod generate;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};
use topology::{
    Topology, diagnose, rules,
    source::SourceMap,
    trace::{self, Flow},
};

/// Sizes that are measured.
const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["arm", size] => {
            let topology = generate::topology(size.parse().unwrap_or(100));
            println!("{}", generate::arm_template(&topology));
        }
        ["rules", size] => by_rule(size.parse().unwrap_or(10_000)),
        ["manifest", size] => print!("{}", generate::manifest(size.parse().unwrap_or(200))),
        [] => table(),
        _ => println!("bench [arm N | rules N | manifest N]"),
    }
}

/// The median of as many runs as fit into about a second, at least three.
fn time<T>(mut work: impl FnMut() -> T) -> Duration {
    let mut times = Vec::new();
    let start = Instant::now();
    while times.len() < 3 || (start.elapsed() < Duration::from_secs(1) && times.len() < 200) {
        let began = Instant::now();
        let _kept = black_box(work());
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn flow(topology: &Topology) -> Option<Flow> {
    let (client, host) = generate::last_flow(topology)?;
    Some(Flow {
        from: client,
        to: format!("https://{host}").parse().ok()?,
    })
}

fn show(time: Duration) -> String {
    match time.as_secs_f64() {
        long if long >= 1.0 => format!("{long:.2} s"),
        middle if middle >= 1e-3 => format!("{:.2} ms", middle * 1e3),
        short => format!("{:.0} µs", short * 1e6),
    }
}

fn table() {
    println!(
        "| resources | findings | check | one trace, index included | one trace, index kept |"
    );
    println!("|---:|---:|---:|---:|---:|");
    for size in SIZES {
        let topology = generate::topology(size);
        let findings = rules::check(&topology).len();
        let check = time(|| rules::check(&topology));
        let (mut whole, mut kept) = ("–".to_owned(), "–".to_owned());
        if let Some(flow) = flow(&topology) {
            let outcome = trace::trace(&topology, &flow).outcome;
            whole = format!(
                "{} ({outcome:?})",
                show(time(|| trace::trace(&topology, &flow)))
            );
            let world = trace::World::new(&topology);
            kept = show(time(|| world.trace(&flow)));
        }
        println!(
            "| {} | {findings} | {} | {whole} | {kept} |",
            topology.resources.len(),
            show(check)
        );
    }
    println!("\n| manifest of | text | parse, resolve and check | with one trace (a keystroke) |");
    println!("|---:|---:|---:|---:|");
    for size in [20, 200, 2_000, 10_000] {
        let text = generate::manifest(size);
        let diagnosis = diagnose(&SourceMap::of("bench.yaml", text.clone()));
        let read = time(|| diagnose(&SourceMap::of("bench.yaml", text.clone())));
        let keystroke = flow(&diagnosis.topology).map(|flow| {
            time(|| {
                let diagnosis = diagnose(&SourceMap::of("bench.yaml", text.clone()));
                trace::trace(&diagnosis.topology, &flow)
            })
        });
        println!(
            "| {} resources, {} findings | {} KiB | {} | {} |",
            diagnosis.topology.resources.len(),
            diagnosis.findings.len(),
            text.len() / 1024,
            show(read),
            keystroke.map_or_else(|| "–".to_owned(), show)
        );
    }
}

/// Which rules take longest, by checking with each alone.
fn by_rule(size: usize) {
    let topology = generate::topology(size);
    let facts = time(|| rules::check_with(&topology, |_| false));
    println!("{size} resources, no rule: {}", show(facts));
    let mut times: Vec<(Duration, &str)> = rules::all()
        .map(|rule| {
            let code = rule.code;
            (
                time(|| rules::check_with(&topology, |other| other.code == code)),
                code,
            )
        })
        .collect();
    times.sort_unstable_by(|one, other| other.cmp(one));
    for (time, code) in times.iter().take(30) {
        println!("{code}: {} beyond that", show(time.saturating_sub(facts)));
    }
}
