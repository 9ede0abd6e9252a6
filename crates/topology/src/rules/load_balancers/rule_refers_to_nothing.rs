//! `LB005`: rule refers to nothing.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB005",
    severity: Severity::Error,
    title: "rule refers to nothing",
    why: "a rule joins a frontend, a pool and a probe of the same load balancer",
    mend: "name a frontend, pool and probe that the load balancer has",
    source: "https://learn.microsoft.com/azure/load-balancer/manage-rules-how-to",
    arm_code: Some("InvalidResourceReference"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { loadBalancingRules: [ { name: tcp-443, properties: { probe: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/probes/other } } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { loadBalancingRules: [ { name: tcp-443, properties: { probe: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/probes/health } } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        let has = |id: &ResourceId, mut names: Vec<&String>| {
            names.retain(|name| name.eq_ignore_ascii_case(id.name()));
            id.parent().as_ref() == Some(&balancer.id) && !names.is_empty()
        };
        for (index, one) in body.load_balancing_rules.iter().enumerate() {
            let properties = &one.properties;
            let frontend = properties.frontend_ip_configuration.as_ref().filter(|sub| {
                !has(
                    &sub.id,
                    body.frontend_ip_configurations
                        .iter()
                        .map(|child| &child.name)
                        .collect(),
                )
            });
            let pool = properties.backend_address_pool.as_ref().filter(|sub| {
                !has(
                    &sub.id,
                    body.backend_address_pools
                        .iter()
                        .map(|child| &child.name)
                        .collect(),
                )
            });
            let probe = properties.probe.as_ref().filter(|sub| {
                !has(
                    &sub.id,
                    body.probes.iter().map(|child| &child.name).collect(),
                )
            });
            if let Some(missing) = frontend.or(pool).or(probe) {
                out.push(rule.at(
                    &balancer.id,
                    format!("/properties/loadBalancingRules/{index}"),
                    format!(
                        "rule `{}` refers to `{}`, which is not there",
                        one.name,
                        missing.id.short()
                    ),
                ));
            }
        }
    }
}
