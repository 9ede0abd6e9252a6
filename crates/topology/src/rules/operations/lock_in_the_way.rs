//! `OPS010`: lock in the way of changes.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "OPS010",
    severity: Severity::Hint,
    title: "lock in the way of changes",
    why: "a lock keeps things from being deleted, or changed at all, and API Management from leaving a subnet",
    mend: "lift it for the change",
    source: "https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Authorization/locks, name: keep, resourceGroup: PrivateAPIM, properties: { level: CanNotDelete } } ]",
    ],
    good: &[
        "resources: [ { id: /subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/Others/providers/Microsoft.Authorization/locks/keep, existing: true, properties: { level: CanNotDelete } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    if subject.kinds.locks().next().is_none() {
        return;
    }
    // Only scopes in which something is made here.
    let made = subject.topology.resources.values();
    let made = made.filter(|one| !one.existing && !matches!(one.body, Body::Lock(_)));
    let made: IdSet = made.map(|one| one.id.group_id()).collect();
    for (lock, body) in subject.kinds.locks() {
        let group = lock.id.group_id();
        let is_ours = made.contains(&group);
        if is_ours {
            let level = body.level.as_deref().unwrap_or("CanNotDelete");
            let message = format!(
                "`{}` is a lock ({level}) on `{}`",
                lock.id.name(),
                group.name()
            );
            out.push(rule.at(&lock.id, "/properties/level", message));
        }
    }
}
