//! When to try again and how long to wait.

use crate::error::AzureError;
use std::time::Duration;

/// How fast and how often things are asked again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Requests in all, the first one included.
    pub(crate) attempts: u32,
    /// The first pause between two requests; doubles every time.
    pub(crate) backoff: Duration,
    /// The first pause between two polls if ARM asks for none; doubles every time.
    pub(crate) poll: Duration,
    /// The longest pause if ARM asks for none.
    pub(crate) longest: Duration,
    /// How long an operation may take.
    pub(crate) deadline: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            attempts: 10,
            backoff: Duration::from_millis(250),
            poll: Duration::from_millis(500),
            longest: Duration::from_secs(15),
            deadline: Duration::from_hours(3),
        }
    }
}

/// Longer than this nobody waits, whatever the server asks for.
const PATIENCE: Duration = Duration::from_mins(5);

/// A pause that doubles, unless the server names one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        Self {
            next: first,
            longest,
        }
    }

    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Duration {
        if let Some(asked) = asked {
            return asked.min(PATIENCE);
        }
        let pause = self.next.min(self.longest);
        self.next = pause.saturating_mul(2);
        pause
    }
}

/// The attempts at one request.
#[derive(Debug)]
pub(crate) struct Attempts {
    made: u32,
    most: u32,
    pauses: Pauses,
}

impl Attempts {
    pub(crate) fn new(pace: &Pace) -> Self {
        Self {
            made: 0,
            most: pace.attempts,
            pauses: Pauses::new(pace.backoff, pace.longest),
        }
    }

    /// After a failure: the number of the next attempt and the pause before it, or `None` if the
    /// failure is not one that passes, or there were enough attempts.
    pub(crate) fn again(&mut self, error: &AzureError) -> Option<(u32, Duration)> {
        self.made = self.made.saturating_add(1);
        let asked = error.passing()?;
        (self.made < self.most).then(|| (self.made.saturating_add(1), self.pauses.next(asked)))
    }
}
