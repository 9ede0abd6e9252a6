//! `LB025`: too many rules on a NIC, or machines in a pool.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB025",
    severity: Severity::Error,
    title: "too many rules on a NIC, or machines in a pool",
    why: "a NIC takes 300 rules, and a pool 150 availability sets, of which a machine without one counts as one",
    mend: "split them over several pools",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-common-deployment-errors",
    arm_code: Some("LoadBalancerRuleCountLimitReachedForNic"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "forwarders:
  fwd:
    relay:
#* 301:       - { listen: 1{n}, to: apim1449 }
",
        "forwarders: { fwd: { instances: 151 } }",
    ],
    good: &["forwarders: { fwd: { instances: 150 } }"],
    check,
};

const RULES: usize = 300;
const SETS: usize = 150;

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (nic, body) in subject.kinds.network_interfaces() {
        let count: usize = body
            .ip_configurations
            .iter()
            .flat_map(|config| &config.properties.load_balancer_backend_address_pools)
            .map(|pool| subject.pools.users(&pool.id).count())
            .sum();
        if count > RULES {
            let message = format!("{count} rules send to `{}`", nic.id.name());
            out.push(rule.at(&nic.id, "/properties/ipConfigurations", message));
        }
    }
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, pool) in body.backend_address_pools.iter().enumerate() {
            let id = balancer.id.child("backendAddressPools", &pool.name);
            let members = subject.pools.members(&id).iter();
            let sets: BTreeSet<&ResourceId> = members
                .filter_map(|member| subject.pools.machine_of(&member.nic.id))
                .filter_map(set_of)
                .collect();
            if sets.len() > SETS {
                let message = format!(
                    "pool `{}` of `{}` has {} machines or availability sets",
                    pool.name,
                    balancer.id.name(),
                    sets.len()
                );
                let pointer = format!("/properties/backendAddressPools/{index}");
                out.push(rule.at(&balancer.id, pointer, message));
            }
        }
    }
}

/// The availability set of a machine, or the machine itself; nothing for one of a scale set.
fn set_of(machine: &Resource) -> Option<&ResourceId> {
    let Body::VirtualMachine(body) = &machine.body else {
        return None;
    };
    if body.virtual_machine_scale_set.is_some() {
        return None;
    }
    let set = body.availability_set.as_ref().map(|set| &set.id);
    Some(set.unwrap_or(&machine.id))
}
