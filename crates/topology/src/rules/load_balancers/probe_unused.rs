//! `LB008`: probe that no rule uses.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB008",
    severity: Severity::Warning,
    title: "probe that no rule uses",
    why: "a probe that no rule names has no effect",
    mend: "bind it to a rule, or delete it",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview",
    arm_code: None,
    has_fix: true,
    after: &["LB004", "LB005", "PLS013", "PLS024"],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { probes: [ { name: spare, properties: { protocol: Tcp, port: 8080, intervalInSeconds: 5,
    probeThreshold: 1 } } ] } } ]"],
    good: &["loadBalancers: { PrivateLinkServiceLB: { probe: { name: other } } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        let mut used: BTreeSet<String> = body
            .load_balancing_rules
            .iter()
            .filter_map(|one| {
                Some(
                    one.properties
                        .probe
                        .as_ref()?
                        .id
                        .name()
                        .to_ascii_lowercase(),
                )
            })
            .collect();
        // What a scale set asks for is FWD012's, if no rule has it.
        let sets = subject.pools.watchers(&balancer.id);
        used.extend(sets.map(|probe| probe.name().to_ascii_lowercase()));
        let probes = body.probes.iter().enumerate();
        let unused: Vec<_> = probes
            .filter(|(_, probe)| !used.contains(&probe.name.to_ascii_lowercase()))
            .collect();
        let last = unused.last().map(|(index, _)| *index);
        for (index, probe) in unused {
            let pointer = format!("/properties/probes/{index}");
            let message = format!("no rule uses probe `{}`", probe.name);
            let finding = rule.at(&balancer.id, pointer.clone(), message);
            // One at a time, the last first: places in the list move up behind one that goes.
            out.push(if last == Some(index) {
                finding.fix("delete it", [Change::remove(&balancer.id, pointer)])
            } else {
                finding
            });
        }
    }
}
