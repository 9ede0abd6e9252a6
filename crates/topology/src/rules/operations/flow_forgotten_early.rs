//! `OPS008`: flow forgotten before the load balancer gives it up.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "OPS008",
    severity: Severity::Warning,
    title: "flow forgotten before the load balancer gives it up",
    why: "idle limits should not grow towards the application: what lies between cuts first, and tells nobody",
    mend: "make the flow timeout of the network at least as long as the idle timeout of the rule",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout",
    arm_code: None,
    has_fix: true,
    after: &["LB020"],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { flowTimeoutInMinutes: 4 } } ]
loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, idleTimeoutInMinutes: 5 } ] } }",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { flowTimeoutInMinutes: 10 } } ]
loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, idleTimeoutInMinutes: 5 } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut longest: BTreeMap<ResourceId, (u32, &ResourceId, usize)> = BTreeMap::new();
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, inner) in body.load_balancing_rules.iter().enumerate() {
            let minutes = inner.properties.idle_timeout_in_minutes.unwrap_or(4);
            let pool = inner.properties.backend_address_pool.as_ref();
            let members = pool.map_or(&[][..], |pool| subject.pools.members(&pool.id));
            let networks = members.iter().filter_map(|member| {
                let (subnet, _) = subject.where_is(member)?;
                subnet.parent()
            });
            for network in networks {
                let known = longest
                    .entry(network)
                    .or_insert((minutes, &balancer.id, index));
                if known.0 < minutes {
                    *known = (minutes, &balancer.id, index);
                }
            }
        }
    }
    for (network, body) in subject.kinds.virtual_networks() {
        let (Some(kept), Some((minutes, balancer, index))) =
            (body.flow_timeout_in_minutes, longest.get(&network.id))
        else {
            continue;
        };
        if kept >= *minutes {
            continue;
        }
        let pointer = "/properties/flowTimeoutInMinutes";
        let message = format!(
            "`{}` forgets a flow after {kept} minutes, and `{}` keeps it for {minutes}",
            network.id.name(),
            balancer.name()
        );
        let at = format!("/properties/loadBalancingRules/{index}/properties/idleTimeoutInMinutes");
        let finding = rule
            .at(&network.id, pointer, message)
            .related(balancer, at, "the rule");
        // A network takes 4 to 30.
        out.push(if *minutes <= 30 && !network.existing {
            let change = Change::set(&network.id, pointer, *minutes);
            finding.fix(format!("keep it for {minutes}"), [change])
        } else {
            finding
        });
    }
}
