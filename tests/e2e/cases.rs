//! The cases, each from the user's point of view.

#![expect(
    unsafe_code,
    reason = "one child denies itself namespaces before it starts"
)]

use crate::world::{EXAMPLE, LIMIT, Started, World, linkspan, programs, signal, wait_for};
use anyhow::{Context as _, Result, ensure};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    process::{Output, Stdio},
    time::Duration,
};

/// How a case ended, if it did not fail.
pub(crate) enum Ended {
    Passed,
    Skipped(String),
}

/// A name and what to do.
pub(crate) type Case = (&'static str, fn() -> Result<Ended>);

/// All of them.
pub(crate) const ALL: &[Case] = &[
    ("the main job is proven on real packets", main_job),
    ("the main job is proven as an ordinary user", rootless),
    (
        "two instances beside each other do not disturb one another",
        beside_each_other,
    ),
    (
        "an altered translation makes the proof fail",
        altered_translation,
    ),
    (
        "without namespaces the proof is in memory and says so",
        in_memory,
    ),
    ("a signal at any moment leaves nothing behind", signals),
    (
        "a killed up leaves nothing behind and a new one works",
        killed,
    ),
    ("forwarders stop one after the other", forwarders_stop),
    (
        "a rejected connection carries nothing until it is approved",
        rejected,
    ),
    ("a rule that denies 443 is named by the trace", denied),
];

fn once(command: &mut std::process::Command) -> Result<(Output, Value)> {
    let output = command
        .args(["up", "--once", "--format", "json", EXAMPLE])
        .output()?;
    let json = serde_json::from_slice(&output.stdout).with_context(|| {
        format!(
            "{} {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    Ok((output, json))
}

fn proven(output: &Output, json: &Value) -> Result<()> {
    ensure!(
        output.status.code() == Some(0),
        "{} {json:#} {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let proof = json;
    ensure!(
        proof["proof"] == "packets" && proof["holds"] == true,
        "{proof:#}"
    );
    ensure!(
        proof["observed"]
            .as_array()
            .is_some_and(|hops| hops.len() == 7),
        "{proof:#}"
    );
    ensure!(
        proof["requests"]
            .as_array()
            .is_some_and(|requests| requests.len() >= 4),
        "{proof:#}"
    );
    Ok(())
}

fn main_job() -> Result<Ended> {
    let (output, json) = once(&mut linkspan()?)?;
    proven(&output, &json)?;
    Ok(Ended::Passed)
}

fn rootless() -> Result<Ended> {
    if !nix::unistd::geteuid().is_root() {
        return Ok(Ended::Skipped(
            "this is an ordinary user already".to_owned(),
        ));
    }
    let folder = readable_copies()?;
    let program = folder.path().join("linkspan");
    let mut command = std::process::Command::new(&program);
    command
        .current_dir(folder.path())
        .uid(65534)
        .gid(65534)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null());
    let (output, json) = once(&mut command)?;
    proven(&output, &json)?;
    Ok(Ended::Passed)
}

fn beside_each_other() -> Result<Ended> {
    let start = || -> Result<Started> {
        Ok(Started(
            linkspan()?
                .args(["up", "--once", EXAMPLE])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?,
        ))
    };
    let mut both = [start()?, start()?];
    for one in &mut both {
        let status = one.0.wait()?;
        ensure!(status.code() == Some(0), "{status}");
    }
    Ok(Ended::Passed)
}

fn altered_translation() -> Result<Ended> {
    let output = linkspan()?
        .args([
            "up",
            "--once",
            "--format",
            "json",
            "--fault",
            "nat-source=10.0.1.99",
            EXAMPLE,
        ])
        .output()?;
    ensure!(
        output.status.code() == Some(1),
        "{}: {}",
        output.status,
        String::from_utf8_lossy(&output.stdout)
    );
    let json: Value = serde_json::from_slice(&output.stdout)?;
    let proof = &json;
    ensure!(
        proof["because"]
            .as_str()
            .is_some_and(|because| because.contains("10.0.1.99")),
        "{proof:#}"
    );
    Ok(Ended::Passed)
}

fn in_memory() -> Result<Ended> {
    let folder = readable_copies()?;
    let mut command = std::process::Command::new(folder.path().join("linkspan"));
    command
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::null());
    let deny = || -> std::io::Result<()> {
        // Inside a user namespace of its own, this limit holds for everything below.
        nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWUSER)?;
        std::fs::write("/proc/sys/user/max_user_namespaces", "0")?;
        std::fs::write("/proc/sys/user/max_net_namespaces", "0")
    };
    // SAFETY: the closure only makes system calls; the child has one thread.
    unsafe { command.pre_exec(deny) };
    let (output, json) = once(&mut command)?;
    ensure!(output.status.code() == Some(3), "{}", output.status);
    ensure!(
        json["proof"] == "in-memory" && json["holds"] == true,
        "{json:#}"
    );
    Ok(Ended::Passed)
}

/// Copies that an ordinary user may read and run, wherever the checkout lies.
fn readable_copies() -> Result<tempfile::TempDir> {
    let folder = tempfile::Builder::new().prefix("linkspan-e2e-").tempdir()?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    std::fs::copy(programs()?.join("linkspan"), folder.path().join("linkspan"))?;
    std::fs::create_dir(folder.path().join("examples"))?;
    std::fs::copy(EXAMPLE, folder.path().join(EXAMPLE))?;
    Ok(folder)
}

/// Processes of the built program, by id, that are not of this case's own doing.
fn processes() -> Result<BTreeSet<u32>> {
    let program = std::fs::canonicalize(programs()?.join("linkspan"))?;
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Some(id) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        if std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program) {
            found.insert(id);
        }
    }
    Ok(found)
}

fn folders() -> Result<BTreeSet<String>> {
    let names = std::fs::read_dir(std::env::temp_dir())?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    Ok(names
        .filter(|name| {
            name.starts_with("linkspan")
                && !name.starts_with("linkspan-e2e-")
                && !name.starts_with("linkspan-test-")
        })
        .collect())
}

fn signals() -> Result<Ended> {
    for (moment, kind) in [
        (0, Signal::SIGTERM),
        (50, Signal::SIGINT),
        (300, Signal::SIGTERM),
        (900, Signal::SIGINT),
        (2500, Signal::SIGTERM),
    ] {
        let (before, folders_before) = (processes()?, folders()?);
        let mut up = Started(
            linkspan()?
                .args(["up", EXAMPLE])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?,
        );
        std::thread::sleep(Duration::from_millis(moment));
        signal(&up.0, kind)?;
        wait_for("its end", LIMIT, || {
            up.0.try_wait()?.context("still running")
        })?;
        wait_for("nothing left", LIMIT, || {
            ensure!(
                processes()?.is_subset(&before),
                "processes are left after {moment} ms"
            );
            Ok(())
        })?;
        ensure!(
            folders()?.is_subset(&folders_before),
            "folders are left after {moment} ms: {:?}",
            folders()?
        );
    }
    Ok(Ended::Passed)
}

fn killed() -> Result<Ended> {
    let before = processes()?;
    let mut up = Started(
        linkspan()?
            .args(["up", EXAMPLE])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?,
    );
    wait_for("its children", LIMIT, || {
        ensure!(processes()?.len() > before.len() + 3, "not yet");
        Ok(())
    })?;
    signal(&up.0, Signal::SIGKILL)?;
    up.0.wait()?;
    wait_for("nothing left", LIMIT, || {
        ensure!(processes()?.is_subset(&before), "processes are left");
        Ok(())
    })?;
    let folders_before = folders()?;
    let (output, json) = once(&mut linkspan()?)?;
    proven(&output, &json)?;
    ensure!(folders()?.is_subset(&folders_before), "folders are left");
    Ok(Ended::Passed)
}

fn forwarders_stop() -> Result<Ended> {
    let world = World::start()?;
    world.machine("fwd-0", "powerOff")?;
    wait_for("the other forwarder", Duration::from_secs(30), || {
        world.serves()
    })?;
    for _ in 0..5 {
        world.serves().context("with one forwarder")?;
    }
    world.machine("fwd-1", "powerOff")?;
    wait_for("refusal", Duration::from_secs(30), || world.refuses())?;
    let trace = wait_for("the live trace to see it", Duration::from_secs(30), || {
        let trace = world.live_trace()?;
        ensure!(trace["outcome"] == "dropped", "{trace:#}");
        Ok(trace)
    })?;
    let because = trace["because"].as_str().unwrap_or("").to_lowercase();
    ensure!(
        because.contains("probe") || because.contains("healthy"),
        "{because}"
    );
    world.machine("fwd-0", "start")?;
    wait_for("the forwarder to be back", LIMIT, || world.serves())?;
    Ok(Ended::Passed)
}

fn rejected() -> Result<Ended> {
    let world = World::start()?;
    world.decide("Rejected")?;
    wait_for("refusal", Duration::from_secs(20), || world.refuses())?;
    let trace = world.live_trace()?;
    ensure!(
        trace["outcome"] == "dropped" && trace.to_string().contains("Rejected"),
        "{trace:#}"
    );
    world.decide("Approved")?;
    wait_for("service", Duration::from_secs(20), || world.serves())?;
    Ok(Ended::Passed)
}

fn denied() -> Result<Ended> {
    let world = World::start()?;
    let path = "Microsoft.Network/networkSecurityGroups/NSG-PLS/securityRules/Deny443?api-version=2024-03-01";
    let rule = json!({ "properties": {
        "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourceAddressPrefix": "*",
        "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443",
    } });
    world.arm("PUT", path, Some(&rule))?;
    wait_for("refusal", Duration::from_secs(20), || world.refuses())?;
    let trace = world.live_trace()?;
    ensure!(
        trace["outcome"] == "dropped"
            && trace["because"]
                .as_str()
                .is_some_and(|because| because.contains("Deny443")),
        "{trace:#}"
    );
    world.arm("DELETE", path, None)?;
    wait_for("service", Duration::from_secs(20), || world.serves())?;
    Ok(Ended::Passed)
}
