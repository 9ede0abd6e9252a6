//! Endpoints on the real kernel: namespaces, devices, sockets, programs, and that nothing is left.
//!
//! No standard harness, because the helper must be forked before any thread exists and the
//! harness starts threads. Every case has its name printed; where namespaces are denied all are
//! skipped with the reason. Started by root, everything runs again as an ordinary user.
#![cfg(test)]

mod lifetime;
mod programs;
mod roles;
mod traffic;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use twin::endpoints::Spawner;
use world::World;

/// What came of a case.
enum Outcome {
    Passed,
    Skipped(String),
}

type Case = (&'static str, fn(&World) -> Outcome);

const CASES: &[Case] = &[
    ("tcp_crosses_tun_whole", traffic::tcp_crosses_tun_whole),
    (
        "tcp_crosses_packet_socket_whole",
        traffic::tcp_crosses_packet_socket_whole,
    ),
    (
        "tcp_crosses_from_one_backend_to_the_other",
        traffic::tcp_crosses_from_one_backend_to_the_other,
    ),
    (
        "udp_is_answered_on_both_backends",
        traffic::udp_is_answered_on_both_backends,
    ),
    (
        "rewritten_addresses_keep_checksums_right",
        traffic::rewritten_addresses_keep_checksums_right,
    ),
    (
        "connection_to_nobody_is_refused",
        traffic::connection_to_nobody_is_refused,
    ),
    (
        "addresses_change_while_running",
        traffic::addresses_change_while_running,
    ),
    (
        "program_sees_bound_files",
        programs::program_sees_bound_files,
    ),
    (
        "program_sees_files_where_the_host_has_none",
        programs::program_sees_files_where_the_host_has_none,
    ),
    (
        "program_has_its_own_files_besides",
        programs::program_has_its_own_files_besides,
    ),
    (
        "program_is_found_on_its_path",
        programs::program_is_found_on_its_path,
    ),
    (
        "missing_program_is_an_error",
        programs::missing_program_is_an_error,
    ),
    (
        "exit_status_and_signals_are_told",
        programs::exit_status_and_signals_are_told,
    ),
    ("program_listens_inside", programs::program_listens_inside),
    (
        "dropped_endpoint_kills_its_processes",
        lifetime::dropped_endpoint_kills_its_processes,
    ),
    (
        "killed_parent_takes_all_with_it",
        lifetime::killed_parent_takes_all_with_it,
    ),
    ("late_start_is_refused", lifetime::late_start_is_refused),
    (
        "many_endpoints_come_and_go",
        lifetime::many_endpoints_come_and_go,
    ),
    (
        "ordinary_user_can_do_all_this",
        lifetime::ordinary_user_can_do_all_this,
    ),
];

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("--role") {
        return roles::play(&args.collect::<Vec<_>>());
    }
    let filters: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let listed = std::env::args().any(|arg| arg == "--list");
    let chosen = CASES.iter().filter(|(name, _)| {
        filters.is_empty() || filters.iter().any(|f| name.contains(f.as_str()))
    });
    if listed {
        for (name, _) in chosen {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    let spawner = Spawner::start();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let world = match spawner {
        Ok(spawner) => Ok(World::new(spawner)),
        Err(denied) => Err(world::chain(&denied)),
    };
    for (name, case) in chosen {
        let began = std::time::Instant::now();
        let outcome = match &world {
            Err(denied) => Ok(Outcome::Skipped(denied.clone())),
            Ok(world) => catch_unwind(AssertUnwindSafe(|| case(world))),
        };
        let took = began.elapsed().as_millis();
        match outcome {
            Ok(Outcome::Passed) => {
                passed += 1;
                println!("test {name} ... ok ({took} ms)");
            }
            Ok(Outcome::Skipped(why)) => {
                skipped += 1;
                println!("test {name} ... skipped: {why}");
            }
            Err(_) => {
                failed += 1;
                println!("test {name} ... FAILED ({took} ms)");
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    ExitCode::from(u8::from(failed > 0))
}
