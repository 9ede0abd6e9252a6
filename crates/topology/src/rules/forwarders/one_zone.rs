//! `FWD011`: all machines in one zone, or none stated.

use crate::{model::regions::has_zones, rules::prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD011",
    severity: Severity::Warning,
    title: "all machines in one zone, or none stated",
    why: "a zone that fails takes all of them at once, and Azure may put machines without a zone into one",
    mend: r#"say `zones: ["1", "2"]` or more"#,
    source: "https://learn.microsoft.com/azure/reliability/reliability-load-balancer",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "forwarders: { fwd: { zones: null } }",
        r#"forwarders: { fwd: { zones: ["2"] } }"#,
    ],
    good: &[
        r#"forwarders: { fwd: { instances: 3, zones: ["1", "2", "3"] } }"#,
        r#"forwarders: { fwd: { zones: ["1", "3"] } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for used in subject.private_pools() {
        let nics = subject.pools.members(used.pool);
        let sets = subject.pools.sets(used.pool);
        let mut machines: Vec<&Resource> = nics
            .iter()
            .filter_map(|member| subject.pools.machine_of(&member.nic.id))
            .collect();
        if machines.len() != nics.len() {
            continue;
        }
        let instances = sets.iter().fold(machines.len(), |sum, member| {
            sum.saturating_add(usize::try_from(member.instances()).unwrap_or(usize::MAX))
        });
        machines.extend(sets.iter().map(|member| member.set));
        let Some(first) = machines.first() else {
            continue;
        };
        let is_zonal =
            |machine: &&Resource| has_zones(machine.location.as_deref().unwrap_or_default());
        if !machines.iter().all(is_zonal) || !seen.insert(&first.id) {
            continue;
        }
        let zones: BTreeSet<&String> = machines.iter().flat_map(|machine| &machine.zones).collect();
        // Of a single machine in a zone the number is what matters (FWD001).
        if zones.len() > 1 || (instances == 1 && !zones.is_empty()) {
            continue;
        }
        let balancer = used.balancer.id.name();
        let message = match (zones.first(), instances) {
            (Some(zone), _) => format!("all machines behind `{balancer}` are in zone {zone}"),
            (None, 1) => format!("the machine behind `{balancer}` has no zone"),
            (None, _) => format!("the machines behind `{balancer}` have no zones"),
        };
        let finding =
            rule.at(&first.id, "/zones", message)
                .related(&used.balancer.id, "", "sends to them");
        let is_free = zones.is_empty()
            && machines
                .iter()
                .all(|machine| !machine.existing && !is_in_set(machine));
        out.push(if is_free {
            let zones = ["1", "2", "3"].into_iter().cycle();
            let changes = machines.iter().zip(zones).map(|(machine, zone)| {
                let zones = match &machine.body {
                    Body::VirtualMachineScaleSet(_) => json!(["1", "2", "3"]),
                    _ => json!([zone]),
                };
                Change::set(&machine.id, "/zones", zones)
            });
            finding.fix("spread them over three zones", changes)
        } else {
            finding
        });
    }
}

/// Whether the machine is in an availability set, which has no zones.
fn is_in_set(machine: &Resource) -> bool {
    match &machine.body {
        Body::VirtualMachine(body) => body.availability_set.is_some(),
        _ => false,
    }
}
