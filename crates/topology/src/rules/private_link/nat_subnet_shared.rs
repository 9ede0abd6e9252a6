//! `PLS025`: NAT addresses and forwarders share a subnet, and one of them is dynamic.

use crate::{model::Body, rules::prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS025",
    severity: Severity::Warning,
    title: "NAT addresses race with others for a subnet",
    why: "a dynamic NAT address takes the lowest free one, which something else may be meant to have",
    mend: "give the Private Link Service a subnet of its own, or static `natIPs`",
    source: "https://learn.microsoft.com/azure/private-link/disable-private-link-service-network-policy",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &["NET010"],
    bad: &["privateLinkServices: { APIM-PLS: { privateIPAllocationMethod: Dynamic } }"],
    good: &["privateLinkServices: { APIM-PLS: { privateIPAllocationMethod: Static } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        for (index, config) in body.ip_configurations.iter().enumerate() {
            let method = config.properties.private_ip_allocation_method.as_deref();
            let is_dynamic = method.is_none_or(|method| method.eq_ignore_ascii_case("Dynamic"));
            let Some(subnet) = config.properties.subnet.as_ref().filter(|_| is_dynamic) else {
                continue;
            };
            let other = subject.subnets.occupants(&subnet.id).iter().find(|other| {
                matches!(
                    other.resource.body,
                    Body::NetworkInterface(_) | Body::LoadBalancer(_)
                )
            });
            if let Some(other) = other {
                out.push(
                    rule.at(
                        &service.id,
                        format!("/properties/ipConfigurations/{index}/properties/privateIPAllocationMethod"),
                        format!(
                            "the NAT address of `{}` is dynamic in `{}`, beside `{}`",
                            service.id.name(),
                            subnet.id.name(),
                            other.resource.id.name()
                        ),
                    )
                    .related(&other.resource.id, other.pointer.clone(), "stands there too"),
                );
                break;
            }
        }
    }
}
