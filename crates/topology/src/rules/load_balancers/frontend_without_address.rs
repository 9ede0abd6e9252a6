//! `LB002`: frontend without subnet or public address.

use crate::{model::network::FrontendIpConfiguration, rules::prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB002",
    severity: Severity::Error,
    title: "frontend without subnet or public address",
    why: "a frontend has its address from one of the two",
    mend: "name a `subnet`",
    source: "https://learn.microsoft.com/azure/load-balancer/components",
    arm_code: Some("FrontendIPConfigHasNoSubnetOrPublicIP"),
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { frontendIPConfigurations: [ { name: spare, zones: ["1", "2", "3"], properties: {} } ] } } ]"#,
        r#"resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { frontendIPConfigurations: [ { name: spare, zones: ["1", "2", "3"],
    properties: { privateIPAllocationMethod: Static, privateIPAddress: 10.0.1.77 } } ] } } ]"#,
    ],
    good: &[
        r#"resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { frontendIPConfigurations: [ { name: spare, zones: ["1", "2", "3"],
    properties: { privateIPAllocationMethod: Static, privateIPAddress: 10.0.1.77,
    subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet } } } ] } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, frontend) in body.frontend_ip_configurations.iter().enumerate() {
            let properties = &frontend.properties;
            if properties.subnet.is_some()
                || properties.public_ip_address.is_some()
                || properties.public_ip_prefix.is_some()
            {
                continue;
            }
            let pointer = format!("/properties/frontendIPConfigurations/{index}");
            let message = format!("frontend `{}` has no subnet", frontend.name);
            let finding = rule.at(&balancer.id, pointer.clone(), message);
            out.push(match subnet_around(subject, balancer, properties) {
                Some(at) => finding.fix(
                    format!("name subnet `{}`", at.subnet.name),
                    [Change::set(
                        &balancer.id,
                        format!("{pointer}/properties/subnet/id"),
                        at.id.as_str(),
                    )],
                ),
                None => finding,
            });
        }
    }
}

/// The only subnet of the load balancer's region and subscription that its address lies in.
fn subnet_around<'s, 't>(
    subject: &'s Subject<'t>,
    balancer: &Resource,
    frontend: &FrontendIpConfiguration,
) -> Option<&'s SubnetAt<'t>> {
    let address = frontend.ipv4()?;
    let mut around = subject.subnets.all.iter().filter(|at| {
        at.network.location == balancer.location
            && at
                .id
                .subscription()
                .eq_ignore_ascii_case(balancer.id.subscription())
            && at
                .subnet
                .properties
                .prefixes()
                .any(|prefix| prefix.contains(address))
    });
    around.next().filter(|_| around.next().is_none())
}
