//! Writes and the one poller for long operations.
//!
//! Follows `Azure-AsyncOperation`, else `Location`, else `provisioningState` of the resource.

use crate::{
    answer::Answer,
    client::Arm,
    error::AzureError,
    generated::Put,
    retry::{Pace, Pauses},
};
use reqwest::{Method, Url};
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;
use topology::model::id::ResourceId;

/// Told about every state that is not the last one.
pub(crate) trait Watch: Sync {
    /// The operation on this resource is in this state.
    fn state(&self, status: &str) -> impl Future<Output = ()> + Send;
}

/// Where an operation stands.
enum State {
    Running(String),
    Done,
    Gone,
}

/// A status word of ARM; anything but the three last words means «still running».
fn judge(status: &str, answer: &Answer) -> Result<State, AzureError> {
    if status.eq_ignore_ascii_case("Succeeded") {
        return Ok(State::Done);
    }
    if ["Failed", "Canceled", "Cancelled"]
        .iter()
        .any(|last| status.eq_ignore_ascii_case(last))
    {
        let mut refusal = answer.refusal();
        if refusal.code.is_empty() {
            // A resource says why in its properties, if anywhere.
            let error = answer
                .body
                .pointer("/properties/error")
                .cloned()
                .unwrap_or(Value::Null);
            refusal = Answer {
                status: answer.status,
                body: error,
                ..Answer::default()
            }
            .refusal();
        }
        return Err(AzureError::Operation {
            status: status.to_owned(),
            refusal: Box::new(refusal),
        });
    }
    Ok(State::Running(status.to_owned()))
}

impl Arm {
    /// Sends a PUT once and waits until the resource is as it was asked to be.
    pub(crate) async fn put(
        &self,
        id: &ResourceId,
        body: &Value,
        watch: &impl Watch,
    ) -> Result<(), AzureError> {
        let answer = if let Some(put) = Put::of(id, body) {
            self.generated(id.subscription())?.put(id, &put).await?
        } else {
            tracing::debug!(%id, "sent as it is, not through a generated model");
            let url = self.resource_url(id, &Method::PUT)?;
            self.send(id.subscription(), Method::PUT, url, Some(body))
                .await?
        };
        let answer = answer.checked()?;
        let started = Instant::now();
        let followed = self.follow(id, &answer, started, watch).await?;
        if !followed && answer.status != 202 && !matches!(state_of(&answer)?, State::Running(_)) {
            return Ok(());
        }
        match self.settle(id, &answer, started, watch).await? {
            State::Gone => Err(AzureError::Answer {
                address: id.to_string(),
                reason: "the resource is not there after it was made".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Sends a DELETE once and waits until the resource is gone.
    pub(crate) async fn delete(
        &self,
        id: &ResourceId,
        watch: &impl Watch,
    ) -> Result<(), AzureError> {
        let answer = match self.generated(id.subscription())?.delete(id).await {
            Some(answer) => answer?,
            None => {
                self.send(
                    id.subscription(),
                    Method::DELETE,
                    self.resource_url(id, &Method::DELETE)?,
                    None,
                )
                .await?
            }
        };
        if answer.status == 404 {
            return Ok(());
        }
        let answer = answer.checked()?;
        let started = Instant::now();
        let followed = self.follow(id, &answer, started, watch).await?;
        if followed || answer.status != 202 {
            return Ok(());
        }
        let mut pauses = Pauses::new(self.pace().poll, self.pace().longest);
        let mut asked = answer.retry_after;
        loop {
            wait(self.pace(), started, pauses.next(asked.take()), "Deleting").await?;
            if self.read(id).await?.is_none() {
                return Ok(());
            }
            watch.state("Deleting").await;
        }
    }

    /// Follows the operation that the answer names, if it names one. An operation that ARM no
    /// longer knows counts as ended: the resource itself is asked next.
    async fn follow(
        &self,
        id: &ResourceId,
        first: &Answer,
        started: Instant,
        watch: &impl Watch,
    ) -> Result<bool, AzureError> {
        let (url, by_status) = match (&first.async_operation, &first.location) {
            (Some(url), _) => (self.named_url(url)?, true),
            // A 200 is final; its `Location` would only say where the resource is.
            (None, Some(url)) if first.status != 200 && first.status != 204 => {
                (self.named_url(url)?, false)
            }
            _ => return Ok(false),
        };
        let mut pauses = Pauses::new(self.pace().poll, self.pace().longest);
        // At the pace that ARM names; if it names none, it is asked at once.
        let mut pause = first
            .retry_after
            .map_or(Duration::ZERO, |asked| pauses.next(Some(asked)));
        loop {
            wait(self.pace(), started, pause, "running").await?;
            let (answer, state) = match self.poll(id, &url, by_status).await? {
                (_, State::Done | State::Gone) => return Ok(true),
                (answer, State::Running(state)) => (answer, state),
            };
            watch.state(&state).await;
            pause = pauses.next(answer.retry_after);
        }
    }

    async fn poll(
        &self,
        id: &ResourceId,
        url: &Url,
        by_status: bool,
    ) -> Result<(Answer, State), AzureError> {
        let answer = match self.get(id.subscription(), url.clone()).await {
            Ok(answer) => answer,
            Err(error) if error.status() == Some(404) => {
                return Ok((Answer::default(), State::Gone));
            }
            Err(error) => return Err(error),
        };
        let state = if by_status {
            let status = answer
                .body
                .get("status")
                .and_then(Value::as_str)
                .ok_or_else(|| AzureError::Answer {
                    address: crate::client::bare(url),
                    reason: "it holds no `status`".to_owned(),
                })?;
            judge(status, &answer)?
        } else if answer.status == 202 {
            State::Running(
                answer
                    .body
                    .get("status")
                    .and_then(Value::as_str)
                    .unwrap_or("Accepted")
                    .to_owned(),
            )
        } else {
            State::Done
        };
        Ok((answer, state))
    }

    /// Waits until the resource's own `provisioningState` is a last word.
    async fn settle(
        &self,
        id: &ResourceId,
        first: &Answer,
        started: Instant,
        watch: &impl Watch,
    ) -> Result<State, AzureError> {
        let url = self.resource_url(id, &Method::GET)?;
        let mut pauses = Pauses::new(self.pace().poll, self.pace().longest);
        let mut last = "Accepted".to_owned();
        loop {
            let mut asked = first.retry_after;
            match self.get(id.subscription(), url.clone()).await {
                Ok(answer) => match state_of(&answer)? {
                    State::Running(state) => {
                        watch.state(&state).await;
                        last = state;
                        asked = answer.retry_after.or(asked);
                    }
                    done => return Ok(done),
                },
                // Accepted, but not to be seen yet.
                Err(error)
                    if error.status() == Some(404)
                        && first.status == 202
                        && started.elapsed() < self.pace().longest => {}
                Err(error) if error.status() == Some(404) => return Ok(State::Gone),
                Err(error) => return Err(error),
            }
            wait(self.pace(), started, pauses.next(asked), &last).await?;
        }
    }
}

/// By `provisioningState`; a resource that has none is ready.
fn state_of(answer: &Answer) -> Result<State, AzureError> {
    judge(answer.provisioning_state().unwrap_or("Succeeded"), answer)
}

/// Sleeps, unless the operation would then be over its time.
async fn wait(
    pace: &Pace,
    started: Instant,
    pause: Duration,
    status: &str,
) -> Result<(), AzureError> {
    if started.elapsed().saturating_add(pause) > pace.deadline {
        return Err(AzureError::Unfinished {
            after: started.elapsed(),
            status: status.to_owned(),
        });
    }
    tokio::time::sleep(pause).await;
    Ok(())
}
