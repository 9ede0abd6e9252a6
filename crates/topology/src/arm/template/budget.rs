//! How much a template may cost, so that a hostile one ends in a finding and not in a hang.

use super::{
    problem::Problem,
    value::{Size, Value},
};

/// What evaluating a template may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps: calls, accesses and values walked.
    pub steps: u64,
    /// About the bytes of everything that is computed, in sum.
    pub bytes: u64,
    /// About the bytes of one value.
    pub value: u64,
    /// How deep evaluation may nest: calls in calls, variables in variables.
    pub depth: u32,
}

impl Default for Limits {
    /// Azure takes templates of 4 MB with 800 resources
    /// (<https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits>),
    /// which need a tenth of this.
    fn default() -> Self {
        Self {
            steps: 2_000_000,
            bytes: 128 * 1024 * 1024,
            value: 8 * 1024 * 1024,
            depth: 100,
        }
    }
}

/// How deep the values themselves may nest.
const VALUE_DEPTH: u32 = 96;

/// What is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    limits: Limits,
    depth: u32,
    /// Whether it ran out; what comes after that is unknown and reported once.
    pub(super) is_spent: bool,
}

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            depth: 0,
            is_spent: false,
        }
    }

    /// Goes one level deeper; every success is followed by [`Budget::leave`].
    pub(super) fn enter(&mut self) -> Result<(), Problem> {
        self.spend(1)?;
        if self.depth >= self.limits.depth {
            return Err(Problem::new(
                "TPL010",
                format!("evaluation nests deeper than {} levels", self.limits.depth),
                "split it over variables, or look for one that leads back to itself",
            ));
        }
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Takes steps.
    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Problem> {
        match self.limits.steps.checked_sub(steps) {
            Some(left) if !self.is_spent => {
                self.limits.steps = left;
                Ok(())
            }
            _ => Err(self.exhausted("it takes too many steps")),
        }
    }

    /// Asks for room before a value of about `bytes` is built.
    pub(super) fn ask(&mut self, bytes: u64) -> Result<(), Problem> {
        if bytes > self.limits.value {
            return Err(Problem::new(
                "TPL010",
                format!("a value of more than {} bytes", self.limits.value),
                "make it smaller; Azure takes templates of at most 4 MB",
            ));
        }
        match self.limits.bytes.checked_sub(bytes) {
            Some(left) if !self.is_spent => {
                self.limits.bytes = left;
                Ok(())
            }
            _ => Err(self.exhausted("its values are too large")),
        }
    }

    /// Checks a value that was built.
    pub(super) fn admit(&mut self, value: Value) -> Result<Value, Problem> {
        let Size { weight, depth, .. } = value.size();
        if depth > VALUE_DEPTH {
            return Err(Problem::new(
                "TPL010",
                format!("a value that nests deeper than {VALUE_DEPTH} levels"),
                "make it flatter",
            ));
        }
        if weight > self.limits.value {
            self.ask(weight)?;
        }
        Ok(value)
    }

    fn exhausted(&mut self, why: &str) -> Problem {
        self.is_spent = true;
        Problem::new(
            "TPL010",
            format!("the template is not evaluated to its end: {why}"),
            "look for loops in loops, or split the template",
        )
    }
}
