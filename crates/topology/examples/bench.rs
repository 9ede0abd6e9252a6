//! How long the core takes, by size: `cargo xtask bench core`.
//!
//! The topologies are many copies of `examples/internal-apim.yaml`, each with names of its own, so
//! that every one is clean and every rule has work. Prints Markdown tables; asserts nothing. A time
//! is the processor's, and the mean of many runs: a machine that does other work at the same time
//! gives nearly the same figures.
//! `cargo run --release --package topology --example bench -- arm N` prints one of N resources as
//! an ARM template, for peers.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal, not part of the library"
)]

#[path = "bench/generate.rs"]
mod generate;
#[path = "bench/hostile.rs"]
mod hostile;

use std::{
    hint::black_box,
    process::ExitCode,
    sync::LazyLock,
    time::{Duration, Instant},
};
use topology::{
    Topology, diagnose,
    import::{self, File},
    render, rules,
    source::SourceMap,
    trace::{self, Flow},
};

/// The allocator of the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sizes that are measured.
const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

const HELP: &str = "\
bench                   every table
bench check|trace|export|keystroke|import N
                        one measure at one size
bench rules N           which rules take longest
bench arm|manifest N    prints a topology
bench hostile [NAME]    reads a text that is made to hurt, or names those texts";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (command, size) = match words.as_slice() {
        [] => {
            checks();
            manifests();
            exports(&[1_000, 10_000]);
            return ExitCode::SUCCESS;
        }
        ["hostile"] => {
            for (name, _) in hostile::TEXTS {
                println!("{name}");
            }
            return ExitCode::SUCCESS;
        }
        ["hostile", name] => {
            let (bytes, findings) = hostile::read(name);
            println!("{bytes} {findings}");
            return ExitCode::SUCCESS;
        }
        [command, size] => (*command, size.parse().ok()),
        _ => ("", None),
    };
    let Some(size) = size else {
        eprintln!("{HELP}");
        return ExitCode::from(2);
    };
    match command {
        "arm" => println!("{}", generate::arm_template(&generate::topology(size))),
        "manifest" => print!("{}", generate::manifest(size)),
        "rules" => by_rule(size),
        "check" => {
            let topology = generate::topology(size);
            println!("{}", show(time(|| rules::check(&topology))));
        }
        "trace" => {
            let topology = generate::topology(size);
            if let Some(flow) = flow(&topology) {
                println!("{}", show(time(|| trace::trace(&topology, &flow))));
            }
        }
        "keystroke" => println!("{}", manifest(size)),
        "import" => println!("{}", imported(size)),
        "export" => exports(&[size]),
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// The time that this thread has had of a processor, in steps of some milliseconds; the wall's
/// where Linux does not tell.
fn now() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse().ok())
        .map_or_else(|| START.elapsed(), Duration::from_nanos)
}

fn once<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = now();
    let done = black_box(work());
    (done, now().saturating_sub(began))
}

/// The mean of so many runs that they take half a second or more, after one that has the memory
/// brought in: what a virtual machine's first touch of it costs is its host's.
fn time<T>(mut work: impl FnMut() -> T) -> Duration {
    drop(black_box(work()));
    let mut runs = 1_u32;
    loop {
        let ((), taken) = once(|| {
            for _ in 0..runs {
                let _kept = black_box(work());
            }
        });
        if taken >= Duration::from_millis(500) {
            return taken / runs;
        }
        runs = runs.saturating_mul(2);
    }
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

fn checks() {
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
}

fn manifests() {
    println!("\n| manifest of | text | parse, resolve and check | with one trace (a keystroke) |");
    println!("|---:|---:|---:|---:|");
    for size in [20, 200, 2_000, 10_000, 100_000] {
        println!("{}", manifest(size));
    }
    println!(
        "\n| import of | text | read and merged | as a manifest | manifest read and checked |"
    );
    println!("|---:|---:|---:|---:|---:|");
    for size in [1_000, 10_000, 100_000] {
        println!("{}", imported(size));
    }
}

fn manifest(size: usize) -> String {
    let text = generate::manifest(size);
    let sources = SourceMap::of("bench.yaml", text.clone());
    let diagnosis = diagnose(&sources);
    let read = time(|| diagnose(&sources));
    let keystroke = flow(&diagnosis.topology).map(|flow| {
        time(|| {
            let diagnosis = diagnose(&sources);
            trace::trace(&diagnosis.topology, &flow)
        })
    });
    format!(
        "| {} resources, {} findings | {} KiB | {} | {} |",
        diagnosis.topology.resources.len(),
        diagnosis.findings.len(),
        text.len() / 1024,
        show(read),
        keystroke.map_or_else(|| "–".to_owned(), show)
    )
}

/// The answer of `az resource list` for such a topology, as a manifest, and that read again.
fn imported(size: usize) -> String {
    let text = generate::answer(&generate::topology(size));
    let bytes = text.len();
    let file = File {
        name: "bench.json".to_owned(),
        text,
    };
    let (imported, read) = once(|| import::read(vec![file], &import::Options::default()));
    let (manifest, written) = once(|| import::to_manifest(&imported.topology));
    let size = manifest.len() / 1024;
    let (diagnosis, again) = once(|| diagnose(&SourceMap::of("bench.yaml", manifest)));
    format!(
        "| {} resources | {} KiB | {} | {}, {} KiB | {}, {} resources, {} findings |",
        imported.topology.resources.len(),
        bytes / 1024,
        show(read),
        show(written),
        size,
        show(again),
        diagnosis.topology.resources.len(),
        diagnosis.findings.len()
    )
}

fn exports(sizes: &[usize]) {
    println!("\n| export of | format | time | text |");
    println!("|---:|---|---:|---:|");
    for size in sizes {
        let checked = match rules::checked(generate::topology(*size), Vec::new()) {
            Ok((checked, _)) => checked,
            Err((_, findings)) => {
                println!("| {size} | not clean | {} findings | |", findings.len());
                continue;
            }
        };
        for exporter in render::EXPORTERS {
            let options = render::Options::default();
            let (files, taken) = once(|| exporter.export(&checked, &options));
            let bytes = files.map_or(0, |files| files.iter().map(|file| file.text.len()).sum());
            println!(
                "| {} resources | {} | {} | {} KiB |",
                checked.topology().resources.len(),
                exporter.id,
                show(taken),
                bytes / 1024
            );
        }
    }
}

/// Which rules take longest, by checking with each alone.
fn by_rule(size: usize) {
    let topology = generate::topology(size);
    let facts = time(|| rules::check_with(&topology, |_| false));
    println!("{size} resources, no rule: {}", show(facts));
    let mut times: Vec<(Duration, &str)> = rules::all()
        .map(|rule| {
            let alone = || rules::check_with(&topology, |other| other.code == rule.code);
            let taken = (0..3).map(|_| once(alone).1);
            (taken.min().unwrap_or_default(), rule.code)
        })
        .collect();
    times.sort_unstable_by(|one, other| other.cmp(one));
    for (time, code) in times.iter().take(30) {
        println!("{code}: {} beyond that", show(time.saturating_sub(facts)));
    }
}
