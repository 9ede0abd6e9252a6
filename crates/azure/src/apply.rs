//! Carries out a plan: in the order of `needs`, as much at a time as they allow.

use crate::{client::Arm, error::AzureError, operation::Watch, retry::Attempts};
use futures_util::{StreamExt, stream::FuturesUnordered};
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;
use topology::{
    model::id::ResourceId,
    plan::{Action, Plan, Step},
};

/// What happens while a plan is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A step begins.
    Started {
        /// The resource.
        id: ResourceId,
        /// What is done.
        action: Action,
    },
    /// A long operation goes on.
    Progress {
        /// The resource.
        id: ResourceId,
        /// ARM's word for it.
        status: String,
        /// Since the step began.
        elapsed: Duration,
    },
    /// A step is done.
    Finished {
        /// The resource.
        id: ResourceId,
        /// What was done.
        action: Action,
        /// Since the step began.
        elapsed: Duration,
    },
    /// A step failed.
    Failed {
        /// The resource.
        id: ResourceId,
        /// Why.
        error: String,
    },
    /// A step is not tried.
    Skipped {
        /// The resource.
        id: ResourceId,
        /// Why.
        because: String,
    },
    /// A request failed in a way that may pass, and is made again.
    Retrying {
        /// The resource.
        id: ResourceId,
        /// The number of the next attempt, from 2.
        attempt: u32,
        /// The pause before it.
        after: Duration,
        /// Why the last one failed.
        reason: String,
    },
}

/// How a plan is carried out.
#[derive(Clone, Copy, Debug)]
pub struct ApplyOptions {
    /// Steps at the same time.
    pub parallel: usize,
}

impl Default for ApplyOptions {
    fn default() -> Self {
        Self { parallel: 8 }
    }
}

/// How it went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Steps that changed something, in the order in which they ended.
    pub done: Vec<(ResourceId, Action)>,
    /// Steps that had nothing to do.
    pub unchanged: Vec<ResourceId>,
    /// Steps that the plan refuses.
    pub refused: Vec<ResourceId>,
    /// Steps that failed, and why.
    pub failed: Vec<(ResourceId, String)>,
    /// Steps that were not tried, and why.
    pub skipped: Vec<(ResourceId, String)>,
    /// Steps that were under way when they were told to stop; ARM may still carry them out.
    pub interrupted: Vec<ResourceId>,
    /// Whether it was told to stop before the end.
    pub cancelled: bool,
}

impl Report {
    /// Whether every step was done.
    pub fn is_success(&self) -> bool {
        self.failed.is_empty()
            && self.skipped.is_empty()
            && self.interrupted.is_empty()
            && !self.cancelled
    }
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Waiting,
    Running,
    Done,
    Failed,
}

/// Steps and where they stand.
struct Board<'a> {
    steps: Vec<(&'a Step, Standing)>,
}

/// What a waiting step has to do next.
enum Next<'a> {
    Run(usize, &'a Step),
    Skip(usize, &'a Step, ResourceId),
}

impl<'a> Board<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self {
            steps: plan
                .steps
                .iter()
                .map(|step| (step, Standing::Waiting))
                .collect(),
        }
    }

    /// How the need stands; what is no step of the plan is there already.
    fn need(&self, need: &ResourceId) -> Standing {
        let all = || {
            self.steps
                .iter()
                .filter(|(step, _)| step.id == *need)
                .map(|(_, standing)| *standing)
        };
        if all().any(|standing| standing == Standing::Failed) {
            Standing::Failed
        } else if all().any(|standing| standing != Standing::Done) {
            Standing::Waiting
        } else {
            Standing::Done
        }
    }

    /// The first waiting step that can be decided.
    fn next(&self) -> Option<Next<'a>> {
        self.steps
            .iter()
            .enumerate()
            .find_map(|(index, &(step, standing))| {
                if standing != Standing::Waiting {
                    return None;
                }
                let mut ready = true;
                for need in step.needs.iter().filter(|need| **need != step.id) {
                    match self.need(need) {
                        Standing::Failed => return Some(Next::Skip(index, step, need.clone())),
                        Standing::Done => {}
                        Standing::Waiting | Standing::Running => ready = false,
                    }
                }
                ready.then_some(Next::Run(index, step))
            })
    }

    fn set(&mut self, index: usize, standing: Standing) {
        if let Some((_, old)) = self.steps.get_mut(index) {
            *old = standing;
        }
    }

    fn of(&self, standing: Standing) -> impl Iterator<Item = &'a Step> {
        self.steps
            .iter()
            .filter(move |(_, now)| *now == standing)
            .map(|(step, _)| *step)
    }
}

/// Sends the states of one step's operation, each once until it changes.
struct Observer<'a> {
    id: &'a ResourceId,
    events: &'a Sender<Event>,
    started: Instant,
    last: Mutex<Option<(String, Instant)>>,
}

/// A state that stays the same is told again after this long.
const REMIND: Duration = Duration::from_secs(10);

impl Watch for Observer<'_> {
    async fn state(&self, status: &str) {
        let told = self.last.lock().is_ok_and(|mut last| {
            let same = last
                .as_ref()
                .is_some_and(|(told, at)| told == status && at.elapsed() < REMIND);
            if !same {
                *last = Some((status.to_owned(), Instant::now()));
            }
            same
        });
        if !told {
            let event = Event::Progress {
                id: self.id.clone(),
                status: status.to_owned(),
                elapsed: self.started.elapsed(),
            };
            tell(self.events, event).await;
        }
    }
}

/// Nobody has to listen.
async fn tell(events: &Sender<Event>, event: Event) {
    if events.send(event).await.is_err() {
        tracing::trace!("nobody listens to events");
    }
}

impl Arm {
    /// Carries out the plan. A step is begun when everything it needs is done, and skipped if
    /// something it needs failed. Once `cancel` is cancelled no step is begun, those under way are
    /// left to ARM, and the report comes at once.
    pub async fn apply(
        &self,
        plan: &Plan,
        events: &Sender<Event>,
        cancel: CancellationToken,
        options: ApplyOptions,
    ) -> Report {
        let mut report = Report::default();
        let mut board = Board::new(plan);
        let mut running = FuturesUnordered::new();
        loop {
            while !cancel.is_cancelled() && running.len() < options.parallel.max(1) {
                let (index, step) = match board.next() {
                    None => break,
                    Some(Next::Skip(index, step, need)) => {
                        board.set(index, Standing::Failed);
                        skip(
                            &mut report,
                            events,
                            &step.id,
                            format!("it needs {}, which was not done", need.short()),
                        )
                        .await;
                        continue;
                    }
                    Some(Next::Run(index, step)) => (index, step),
                };
                match step.action {
                    Action::None => report.unchanged.push(step.id.clone()),
                    Action::Refused => report.refused.push(step.id.clone()),
                    Action::Create | Action::Update | Action::Replace | Action::Delete => {
                        board.set(index, Standing::Running);
                        running.push(async move { (index, step, self.step(step, events).await) });
                        continue;
                    }
                }
                board.set(index, Standing::Done);
            }
            let ended = tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                ended = running.next() => ended,
            };
            let Some((index, step, result)) = ended else {
                break;
            };
            match result {
                Ok(()) => {
                    board.set(index, Standing::Done);
                    report.done.push((step.id.clone(), step.action));
                }
                Err(error) => {
                    board.set(index, Standing::Failed);
                    report.failed.push((step.id.clone(), error));
                }
            }
        }
        drop(running);
        report.cancelled = cancel.is_cancelled()
            && (board.of(Standing::Running).next().is_some() || board.next().is_some());
        report.interrupted = board
            .of(Standing::Running)
            .map(|step| step.id.clone())
            .collect();
        let because = if report.cancelled {
            "it was told to stop"
        } else {
            "its needs need each other"
        };
        for step in board.of(Standing::Waiting) {
            skip(&mut report, events, &step.id, because.to_owned()).await;
        }
        report
    }

    /// One step, from `Started` to `Finished` or `Failed`.
    async fn step(&self, step: &Step, events: &Sender<Event>) -> Result<(), String> {
        let Step { id, action, .. } = step;
        let started = Instant::now();
        tell(
            events,
            Event::Started {
                id: id.clone(),
                action: *action,
            },
        )
        .await;
        let watch = Observer {
            id,
            events,
            started,
            last: Mutex::new(None),
        };
        match self.carry_out(step, &watch).await {
            Ok(()) => {
                tell(
                    events,
                    Event::Finished {
                        id: id.clone(),
                        action: *action,
                        elapsed: started.elapsed(),
                    },
                )
                .await;
                Ok(())
            }
            Err(error) => {
                let error = error.to_string();
                tell(
                    events,
                    Event::Failed {
                        id: id.clone(),
                        error: error.clone(),
                    },
                )
                .await;
                Err(error)
            }
        }
    }

    async fn carry_out(&self, step: &Step, watch: &Observer<'_>) -> Result<(), AzureError> {
        if matches!(step.action, Action::Delete | Action::Replace) {
            let mut attempts = Attempts::new(self.pace());
            while let Err(error) = self.delete(&step.id, watch).await {
                again(&mut attempts, error, watch).await?;
            }
        }
        if step.action == Action::Delete {
            return Ok(());
        }
        let body = step.body.as_ref();
        let body = body.ok_or_else(|| AzureError::Step {
            id: step.id.clone(),
            reason: "it has no body to send",
        })?;
        let body = self.with_addresses(body).await?;
        let mut attempts = Attempts::new(self.pace());
        while let Err(error) = self.put(&step.id, &body, watch).await {
            again(&mut attempts, error, watch).await?;
        }
        Ok(())
    }
}

/// Tells of the next attempt and pauses before it; the error itself if there is none.
async fn again(
    attempts: &mut Attempts,
    error: AzureError,
    watch: &Observer<'_>,
) -> Result<(), AzureError> {
    let Some((attempt, after)) = attempts.again(&error) else {
        return Err(error);
    };
    let event = Event::Retrying {
        id: watch.id.clone(),
        attempt,
        after,
        reason: error.to_string(),
    };
    tell(watch.events, event).await;
    tokio::time::sleep(after).await;
    Ok(())
}

async fn skip(report: &mut Report, events: &Sender<Event>, id: &ResourceId, because: String) {
    tell(
        events,
        Event::Skipped {
            id: id.clone(),
            because: because.clone(),
        },
    )
    .await;
    report.skipped.push((id.clone(), because));
}
