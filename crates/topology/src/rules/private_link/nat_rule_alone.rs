//! `PLS024`: inbound NAT rule alone behind a Private Link Service.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS024",
    severity: Severity::Error,
    title: "inbound NAT rule alone behind a Private Link Service",
    why: "an inbound NAT rule for a pool works behind a Private Link Service only beside a load-balancing rule of that frontend",
    mend: "add a load-balancing rule to the frontend",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { inboundNatRules: [ { name: each,
    properties: { frontendIPConfiguration: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/frontendIPConfigurations/frontend },
    backendAddressPool: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/backend },
    protocol: Tcp, frontendPortRangeStart: 5000, frontendPortRangeEnd: 5010, backendPort: 443 } } ],
    loadBalancingRules: null } } ]"],
    good: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { inboundNatRules: [ { name: each,
    properties: { frontendIPConfiguration: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/frontendIPConfigurations/frontend },
    backendAddressPool: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/backend },
    protocol: Tcp, frontendPortRangeStart: 5000, frontendPortRangeEnd: 5010, backendPort: 443 } } ] } } ]"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut ruled: BTreeSet<&ResourceId> = BTreeSet::new();
    for (_, body) in subject.kinds.load_balancers() {
        let rules = body.load_balancing_rules.iter();
        ruled.extend(
            rules.filter_map(|one| Some(&one.properties.frontend_ip_configuration.as_ref()?.id)),
        );
    }
    let fronts: BTreeMap<&ResourceId, &Resource> = subject
        .pools
        .fronts()
        .filter_map(|(id, services)| Some((id, services.first()?.0)))
        .collect();
    for nat in subject.nat_rules() {
        let frontend = nat.rule.frontend_ip_configuration.as_ref();
        let Some(frontend) = frontend.map(|frontend| &frontend.id) else {
            continue;
        };
        let Some(service) = fronts.get(frontend) else {
            continue;
        };
        if nat.rule.backend_address_pool.is_none() || ruled.contains(frontend) {
            continue;
        }
        let message = format!(
            "`{}` is all that frontend `{}` has behind `{}`",
            nat.name,
            frontend.name(),
            service.id.name()
        );
        out.push(rule.at(&nat.holder.id, nat.pointer, message).related(
            &service.id,
            "",
            "is in front of it",
        ));
    }
}
