//! `linkspan apply`, and what other commands share with it.

use crate::{
    arguments::{Apply, ManifestOption},
    cloud, input, print, runtime,
};
use anyhow::Result;
use azure::{ApplyOptions, Arm, Event, Report};
use std::io::IsTerminal as _;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use topology::{
    Checked, Topology,
    plan::{Action, Plan},
};

/// 0 applied, 1 findings or a step that failed.
pub(crate) fn run(options: &Apply) -> Result<u8> {
    let Some(checked) = checked(&options.manifest)? else {
        return Ok(1);
    };
    runtime::start()?.block_on(async {
        let arm = cloud::connect(&options.cloud, checked.topology())?;
        let observed = arm.observe(checked.topology()).await;
        let plan = topology::plan::plan(&checked, &observed);
        let stop = CancellationToken::new();
        let report = execute(&arm, &plan, &stop, stop_on_signal(&stop)).await;
        Ok(u8::from(!report))
    })
}

/// Reads, checks, prints what is wrong; `None` if that stands in the way.
pub(crate) fn checked(manifest: &ManifestOption) -> Result<Option<Checked<Topology>>> {
    let read = input::read(manifest)?;
    if read.has_errors() {
        eprint!("{}", print::blocking(&read));
        return Ok(None);
    }
    Ok(topology::rules::checked(read.topology, Vec::new())
        .ok()
        .map(|(checked, _)| checked))
}

/// Ends when the user asks to stop.
pub(crate) async fn stop_on_signal(stop: &CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    stop.cancel();
}

/// Runs a plan and shows its progress; true if every step succeeded.
pub(crate) async fn execute(
    arm: &Arm,
    plan: &Plan,
    stop: &CancellationToken,
    signal: impl Future<Output = ()>,
) -> bool {
    let (events, receiver) = mpsc::channel(64);
    let total = plan
        .steps
        .iter()
        .filter(|step| !matches!(step.action, Action::None | Action::Refused))
        .count();
    let refused: Vec<_> = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::Refused)
        .collect();
    for step in &refused {
        eprintln!("x {} refused: {}", step.id.short(), step.reason);
    }
    if total == 0 {
        eprintln!("nothing to do: the world is as the manifest says");
        return refused.is_empty();
    }
    let applying = async {
        let report: Report = arm
            .apply(plan, &events, stop.clone(), ApplyOptions::default())
            .await;
        drop(events);
        report
    };
    let working = async { tokio::join!(applying, show(receiver, total)).0 };
    tokio::pin!(working, signal);
    let report = tokio::select! {
        report = &mut working => report,
        () = &mut signal => {
            eprintln!("stopping: no new step is started");
            working.await
        }
    };
    report.is_success() && refused.is_empty()
}

/// A live line on a terminal, plain lines elsewhere.
async fn show(mut events: mpsc::Receiver<Event>, total: usize) {
    let live = std::io::stderr().is_terminal();
    let mut done = 0_usize;
    let mut running: Vec<String> = Vec::new();
    while let Some(event) = events.recv().await {
        let line = match event {
            Event::Started { id, .. } => {
                running.push(id.short());
                None
            }
            Event::Progress { .. } => None,
            Event::Finished {
                id,
                action,
                elapsed,
            } => {
                done += 1;
                running.retain(|name| *name != id.short());
                Some(format!(
                    "[{done}/{total}] {} {} ({} ms)",
                    word(action),
                    id.short(),
                    elapsed.as_millis()
                ))
            }
            Event::Failed { id, error } => {
                running.retain(|name| *name != id.short());
                Some(format!("failed: {}: {error}", id.short()))
            }
            Event::Skipped { id, because } => Some(format!("skipped: {}: {because}", id.short())),
            Event::Retrying {
                id,
                attempt,
                after,
                reason,
            } => Some(format!(
                "again in {} ms: {} (attempt {attempt}: {reason})",
                after.as_millis(),
                id.short()
            )),
        };
        if live {
            eprint!("\r\x1b[K");
        }
        if let Some(line) = line {
            eprintln!("{line}");
        }
        if live && !running.is_empty() {
            let now: String = running.join(", ").chars().take(70).collect();
            eprint!("[{done}/{total}] … {now}");
        }
    }
    if live {
        eprint!("\r\x1b[K");
    }
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Update => "updated",
        Action::Replace => "replaced",
        Action::Delete => "deleted",
        Action::None | Action::Refused => "left",
    }
}
