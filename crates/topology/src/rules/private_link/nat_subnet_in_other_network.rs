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
    bad: &[
        "resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM, properties: { ipConfigurations: [ { name: nat-0, properties: { privateIPAddress: 192.168.0.77, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/default } } } ] } } ]\nvirtualNetworks: { External: { subnets: { default: { privateLinkServiceNetworkPolicies: Disabled } } } }",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM, properties: { ipConfigurations: [ { name: nat-0, properties: { privateIPAddress: 10.0.1.77 } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        let networks: Vec<ResourceId> = body
            .load_balancer_frontend_ip_configurations
            .iter()
            .filter_map(|frontend| {
                let (_, balancer) = subject.topology.load_balancer(&frontend.id.parent()?)?;
                let found = balancer
                    .frontend_ip_configurations
                    .iter()
                    .find(|one| one.name.eq_ignore_ascii_case(frontend.id.name()))?;
                found.properties.subnet.as_ref()?.id.parent()
            })
            .collect();
        for (index, config) in body.ip_configurations.iter().enumerate() {
            let network = config
                .properties
                .subnet
                .as_ref()
                .and_then(|sub| sub.id.parent());
            if let Some(network) =
                network.filter(|network| !networks.is_empty() && !networks.contains(network))
            {
                let pointer = format!("/properties/ipConfigurations/{index}/properties/subnet");
                out.push(rule.at(
                    &service.id,
                    pointer,
                    format!(
                        "the NAT subnet of `{}` is in `{}`, its load balancer is not",
                        service.id.name(),
                        network.name()
                    ),
                ));
            }
        }
    }
}
