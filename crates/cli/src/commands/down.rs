//! `linkspan down`.

use crate::{
    arguments::Down,
    cloud,
    commands::{apply, plan},
    input, runtime,
};
use anyhow::{Result, bail};
use std::io::{BufRead as _, IsTerminal as _};
use tokio_util::sync::CancellationToken;
use topology::plan::Action;

/// 0 gone, 1 a step failed or the user said no.
pub(crate) fn run(options: &Down) -> Result<u8> {
    let stdin = std::io::stdin();
    if !options.yes && !stdin.is_terminal() {
        bail!("`down` deletes: without a terminal to ask on, say `--yes`");
    }
    let read = input::read(&options.manifest)?;
    if read.topology.resources.is_empty() {
        eprint!("{}", crate::print::findings(&read));
        return Ok(1);
    }
    let runtime = runtime::start()?;
    let (arm, plan) = runtime.block_on(async {
        let arm = cloud::connect(&options.cloud, &read.topology)?;
        let observed = arm.observe(&read.topology).await;
        anyhow::Ok((arm, topology::plan::plan_removal(&read.topology, &observed)))
    })?;
    eprint!("{}", plan::text(&plan));
    if plan.steps.iter().all(|step| step.action != Action::Delete) {
        return Ok(0);
    }
    if !options.yes {
        eprint!("Delete these? Type `yes`: ");
        let mut answer = String::new();
        stdin.lock().read_line(&mut answer)?;
        if answer.trim() != "yes" {
            eprintln!("nothing was deleted");
            return Ok(1);
        }
    }
    runtime.block_on(async {
        let stop = CancellationToken::new();
        let deleting = topology::plan::Plan {
            steps: plan
                .steps
                .into_iter()
                .filter(|step| step.action == Action::Delete)
                .collect(),
        };
        let done = apply::execute(&arm, &deleting, &stop, apply::stop_on_signal(&stop)).await;
        Ok(u8::from(!done))
    })
}
