//! `PLS025`: NAT addresses race with others for a subnet.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS025",
    severity: Severity::Warning,
    title: "NAT addresses race with others for a subnet",
    why: "a dynamic NAT address takes the lowest free one, which something else may be meant to have",
    mend: "give the Private Link Service a subnet of its own, or static `natIPs`",
    source: "https://learn.microsoft.com/azure/private-link/disable-private-link-service-network-policy",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &["NET010"],
    bad: &["privateLinkServices: { APIM-PLS: { privateIPAllocationMethod: Dynamic } }"],
    good: &["privateLinkServices: { APIM-PLS: { privateIPAllocationMethod: Static } }", "virtualNetworks: { MainNet: { subnets: { natSubnet: { addressPrefix: 10.0.3.0/24 } } } }
privateLinkServices: { APIM-PLS: { subnet: MainNet/natSubnet, privateIPAllocationMethod: Dynamic } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let configs = body.ip_configurations.iter().enumerate();
        let dynamic: Vec<usize> = configs
            .filter(|(_, config)| {
                let method = config.properties.private_ip_allocation_method.as_deref();
                method.is_none_or(|method| method.eq_ignore_ascii_case("Dynamic"))
            })
            .map(|(index, _)| index)
            .collect();
        let found = dynamic.iter().find_map(|index| {
            let config = body.ip_configurations.get(*index)?;
            let subnet = &config.properties.subnet.as_ref()?.id;
            let mut others = subject.subnets.occupants(subnet).iter();
            let other = others.find(|other| is_machine_or_balancer(other.resource))?;
            Some((*index, subnet, other))
        });
        let Some((index, subnet, other)) = found else {
            continue;
        };
        let at = |index: usize, member: &str| {
            format!("/properties/ipConfigurations/{index}/properties/{member}")
        };
        let message = format!(
            "the NAT address of `{}` is dynamic in `{}`, beside `{}`",
            service.id.name(),
            subnet.name(),
            other.resource.id.name()
        );
        let finding = rule
            .at(&service.id, at(index, "privateIPAllocationMethod"), message)
            .related(
                &other.resource.id,
                other.pointer.clone(),
                "stands there too",
            );
        let changes: Option<Vec<[Change; 2]>> = dynamic
            .iter()
            .map(|index| {
                let holder = Holder::Nat(service.id.clone(), *index);
                let address = subject.addresses.get(&holder)?;
                Some([
                    Change::set(
                        &service.id,
                        at(*index, "privateIPAddress"),
                        address.to_string(),
                    ),
                    Change::set(
                        &service.id,
                        at(*index, "privateIPAllocationMethod"),
                        "Static",
                    ),
                ])
            })
            .collect();
        out.push(match changes {
            Some(changes) if !service.existing => finding.fix(
                "keep the lowest free address",
                changes.into_iter().flatten(),
            ),
            _ => finding,
        });
    }
}

/// Not the NIC that Azure makes for a private endpoint or for the service itself.
fn is_machine_or_balancer(resource: &Resource) -> bool {
    match &resource.body {
        Body::NetworkInterface(nic) => {
            nic.private_endpoint.is_none() && nic.private_link_service.is_none()
        }
        Body::LoadBalancer(_) => true,
        _ => false,
    }
}
