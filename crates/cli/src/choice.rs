//! Which rules are asked: `--select` and `--ignore`, by the beginning of their codes.

use anyhow::{Result, ensure};
use topology::rules;

/// The choice of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice<'a> {
    select: &'a [String],
    ignore: &'a [String],
}

impl<'a> Choice<'a> {
    /// Fails if no rule begins with one of the texts.
    pub(crate) fn of(select: &'a [String], ignore: &'a [String]) -> Result<Self> {
        for prefix in select.iter().chain(ignore) {
            ensure!(
                rules::all().any(|rule| starts_with(rule.code, prefix)),
                "no rule begins with `{prefix}`; `linkspan explain --all` lists them"
            );
        }
        Ok(Self { select, ignore })
    }

    /// Whether the rule is selected, or nothing is, and it is not ignored.
    pub(crate) fn takes(self, code: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|prefix| starts_with(code, prefix));
        (self.select.is_empty() || named(self.select)) && !named(self.ignore)
    }
}

fn starts_with(code: &str, prefix: &str) -> bool {
    code.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
