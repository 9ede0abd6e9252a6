//! `FWD001`: one instance only.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD001",
    severity: Severity::Warning,
    title: "one instance only",
    why: "a patch, a restart or a failed host then cuts off every consumer; the load balancer's service level wants two",
    mend: "use `instances: 2` or more",
    source: "https://learn.microsoft.com/azure/reliability/reliability-load-balancer",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["forwarders: { fwd: { instances: 1 } }"],
    good: &["forwarders: { fwd: { instances: 3 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for used in &subject.pools.used {
        if let ([only], true) = (subject.pools.members(used.pool), seen.insert(used.pool)) {
            out.push(rule.at(
                &only.nic.id,
                "",
                format!("`{}` is the only member of its pool", only.nic.id.name()),
            ));
        }
    }
}
