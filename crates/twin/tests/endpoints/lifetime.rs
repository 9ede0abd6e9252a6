//! Who may start endpoints, and that all of it ends.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::poll::PollFlags;
use twin::endpoints::{Backend, Denied, SpawnCommand, Spawner};

use crate::Outcome;
use crate::world::{LEFT, World, eventually, pipe, spec, this_program, wait_for};

/// Not gone, and not waiting to be reaped by the system's init either.
fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().unwrap_or_default().trim_start();
    !state.is_empty() && !state.starts_with('Z')
}

/// Everything that descends from a process.
fn descendants(of: u32) -> Vec<u32> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let after = stat.rsplit(')').next().unwrap_or_default();
        let numbers = (
            entry.file_name().to_string_lossy().parse(),
            after.split_whitespace().nth(1).map(str::parse),
        );
        if let (Ok(pid), Some(Ok(parent))) = numbers {
            parents.push((pid, parent));
        }
    }
    let mut found = vec![of];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(
            parents
                .iter()
                .filter(|(_, of)| *of == parent)
                .map(|(pid, _): &(u32, u32)| *pid),
        );
        next += 1;
    }
    found.remove(0);
    found
}

pub(crate) fn dropped_endpoint_kills_its_processes(world: &World) -> Outcome {
    let endpoint = world.endpoint(&spec("brief", LEFT, Backend::Auto));
    // A grandchild in a session of its own, which no signal to the group would reach.
    let (read, write) = pipe();
    let command = SpawnCommand {
        program: "/bin/sh".into(),
        args: vec![
            "-c".into(),
            "setsid sleep 60 & echo started; sleep 60".into(),
        ],
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
        stdout: Some(write),
        ..SpawnCommand::default()
    };
    let process = endpoint.spawn(command).unwrap();
    wait_for(&read, PollFlags::POLLIN);
    let pid = process.pid().unwrap();
    let below = descendants(pid);
    assert!(!below.is_empty());
    drop(endpoint);
    assert!(
        !is_alive(pid) && !below.iter().any(|pid| is_alive(*pid)),
        "gone when drop returns"
    );
    assert_eq!(process.wait().unwrap().signal(), Some(libc::SIGKILL));
    assert!(process.signal(libc::SIGTERM).is_err());
    Outcome::Passed
}

pub(crate) fn killed_parent_takes_all_with_it(_: &World) -> Outcome {
    let mut twin = Command::new(this_program())
        .args(["--role", "hold"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(twin.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let process: u32 = line.trim().parse().unwrap();
    let all = descendants(twin.id());
    assert!(all.contains(&process), "{process} is among {all:?}");
    assert!(all.len() >= 3, "helper, keeper, process: {all:?}");
    twin.kill().unwrap();
    twin.wait().unwrap();
    eventually("all processes are gone", || {
        !all.iter().any(|pid| is_alive(*pid))
    });
    Outcome::Passed
}

pub(crate) fn late_start_is_refused(_: &World) -> Outcome {
    // The runtime's threads are there.
    assert!(matches!(Spawner::start(), Err(Denied::Threads(2..))));
    Outcome::Passed
}

pub(crate) fn many_endpoints_come_and_go(world: &World) -> Outcome {
    let before = descendants(std::process::id()).len();
    let descriptors = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let open = descriptors();
    for backend in [Backend::Auto, Backend::Packet, Backend::Auto] {
        let began = Instant::now();
        let many: Vec<_> = (0..8)
            .map(|_| world.endpoint(&spec("one", LEFT, backend)))
            .collect();
        let made = began.elapsed();
        drop(many);
        let ended = began.elapsed().saturating_sub(made);
        println!(
            "     8 endpoints made in {} ms, ended in {} ms",
            made.as_millis(),
            ended.as_millis()
        );
    }
    eventually("the helper has reaped all keepers", || {
        descendants(std::process::id()).len() == before
    });
    assert_eq!(descriptors(), open);
    Outcome::Passed
}

pub(crate) fn ordinary_user_can_do_all_this(_: &World) -> Outcome {
    if !nix::unistd::geteuid().is_root() {
        return Outcome::Skipped("already an ordinary user".to_owned());
    }
    // Copied to where that user may read it: a program that cannot be read has no say over its own /proc.
    let folder = std::env::temp_dir().join(format!("linkspan-endpoints-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.join("endpoints");
    std::fs::copy(this_program(), &program).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let done = Command::new(&program)
        .uid(65534)
        .gid(65534)
        .current_dir("/")
        .output();
    std::fs::remove_dir_all(&folder).unwrap();
    let done = done.unwrap();
    let text = String::from_utf8_lossy(&done.stdout);
    for line in text.lines() {
        println!("  as an ordinary user: {line}");
    }
    eprint!("{}", String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success());
    if text.contains("\n0 passed") || text.starts_with("0 passed") {
        let why = text
            .lines()
            .find_map(|line| line.split_once("skipped: "))
            .map_or("all skipped", |(_, why)| why);
        return Outcome::Skipped(why.to_owned());
    }
    Outcome::Passed
}
