//! `PLS009`: NAT subnet in another network.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS009",
    severity: Severity::Error,
    title: "NAT subnet in another network",
    why: "NAT addresses come from the network of the load balancer's frontend",
    mend: "use a subnet of that network",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM,
    properties: { ipConfigurations: [ { name: nat-0, properties: { privateIPAddress: 192.168.0.77,
    subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/default } } } ] } } ]
virtualNetworks: { External: { subnets: { default: { privateLinkServiceNetworkPolicies: Disabled } } } }"],
    good: &["resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM,
    properties: { ipConfigurations: [ { name: nat-0, properties: { privateIPAddress: 10.0.1.77 } } ] } } ]"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let frontends = body.load_balancer_frontend_ip_configurations.iter();
        let networks: Vec<(ResourceId, ResourceId)> = frontends
            .filter_map(|frontend| {
                let (balancer, inner) = subject.topology.load_balancer(&frontend.id.parent()?)?;
                let mut all = inner.frontend_ip_configurations.iter();
                let found = all.find(|one| one.name.eq_ignore_ascii_case(frontend.id.name()))?;
                let network = found.properties.subnet.as_ref()?.id.parent()?;
                Some((balancer.id.clone(), network))
            })
            .collect();
        let Some((balancer, first)) = networks.first() else {
            continue;
        };
        for (index, config) in body.ip_configurations.iter().enumerate() {
            let subnet = config.properties.subnet.as_ref();
            let Some(network) = subnet.and_then(|subnet| subnet.id.parent()) else {
                continue;
            };
            if networks.iter().any(|(_, known)| *known == network) {
                continue;
            }
            let pointer = format!("/properties/ipConfigurations/{index}/properties/subnet");
            let message = format!(
                "the NAT subnet of `{}` is in `{}`, and its load balancer in `{}`",
                service.id.name(),
                network.name(),
                first.name()
            );
            out.push(rule.at(&service.id, pointer, message).related(
                balancer,
                "",
                "its load balancer",
            ));
        }
    }
}
