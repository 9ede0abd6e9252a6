//! `NET010`: dynamic address that may take a planned one.

use crate::rules::{facts::dynamic::Dynamic, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET010",
    severity: Severity::Warning,
    title: "dynamic address that may take a planned one",
    why: "Azure hands out the lowest free address, so what is made first may take an address that is planned for something else",
    mend: "make both static, or use separate subnets, or an address farther up",
    source: "https://learn.microsoft.com/azure/virtual-network/ip-services/private-ip-addresses",
    arm_code: None,
    has_fix: true,
    after: &["NET007"],
    also: &[],
    bad: &["forwarders: { fwd: { privateIPAllocationMethod: Dynamic } }"],
    good: &["forwarders: { fwd: { privateIPAllocationMethod: Dynamic } }
loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.100 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut dynamic: BTreeMap<&ResourceId, Vec<&Dynamic>> = BTreeMap::new();
    for one in &subject.dynamic {
        dynamic.entry(&one.subnet).or_default().push(one);
    }
    let mut reported: BTreeSet<&ResourceId> = BTreeSet::new();
    for one in &subject.stated {
        let Ok((id, pointer)) = &one.place else {
            continue;
        };
        let is_planned = subject
            .topology
            .resources
            .get(id)
            .is_some_and(|resource| !resource.existing);
        let (Some(others), Some(at)) = (dynamic.get(&one.subnet), subject.subnets.get(&one.subnet))
        else {
            continue;
        };
        let Some(first) = others.first() else {
            continue;
        };
        // The dynamic ones take as many of the lowest addresses as they are.
        let mut lowest = at
            .subnet
            .properties
            .prefixes()
            .flat_map(Cidr::usable)
            .take(others.len());
        if !is_planned
            || !lowest.any(|address| address == one.address)
            || !reported.insert(&one.subnet)
        {
            continue;
        }
        let message = format!(
            "`{}` may get {}, which is planned for `{}`",
            first.id.name(),
            one.address,
            id.name()
        );
        let finding = rule.at(&first.id, first.pointer.clone(), message);
        let finding = finding.related(id, pointer.clone(), "the planned address");
        let changes: Option<Vec<Vec<Change>>> = others
            .iter()
            .map(|other| other.made_static(subject))
            .collect();
        out.push(match changes {
            Some(changes) => finding.fix(
                "make the dynamic addresses static",
                changes.into_iter().flatten(),
            ),
            None => finding,
        });
    }
}
