//! `PLS011`: IPv6 at a Private Link Service.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS011",
    severity: Severity::Error,
    title: "IPv6 at a Private Link Service",
    why: "Private Link carries IPv4 only",
    mend: "use IPv4",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM,
    properties: { ipConfigurations: [ { name: nat-0, properties: { privateIPAddressVersion: IPv6 } } ] } } ]", "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { frontendIPConfigurations: [ { name: frontend, properties: { privateIPAddressVersion: IPv6 } } ] } } ]"],
    good: &["resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM,
    properties: { ipConfigurations: [ { name: nat-0, properties: { privateIPAddressVersion: IPv4 } } ] } } ]"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        for (index, config) in body.ip_configurations.iter().enumerate() {
            if !config.properties.is_ipv6() {
                continue;
            }
            let pointer =
                format!("/properties/ipConfigurations/{index}/properties/privateIPAddressVersion");
            let message = format!("NAT address `{}` is an IPv6 one", config.name);
            let finding = rule.at(&service.id, pointer.clone(), message);
            let is_stated = matches!(config.properties.private_ip_address, Some(IpAddr::V6(_)));
            out.push(if is_stated {
                finding
            } else {
                finding.fix("use IPv4", [Change::set(&service.id, pointer, "IPv4")])
            });
        }
        let frontends = body.load_balancer_frontend_ip_configurations.iter();
        for (index, frontend) in frontends.enumerate() {
            let balancer = frontend.id.parent();
            let balancer = balancer.and_then(|id| subject.topology.load_balancer(&id));
            let Some((balancer, inner)) = balancer else {
                continue;
            };
            let mut all = inner.frontend_ip_configurations.iter().enumerate();
            let found = all.find(|(_, one)| one.name.eq_ignore_ascii_case(frontend.id.name()));
            let Some((at, _)) = found.filter(|(_, one)| one.properties.is_ipv6()) else {
                continue;
            };
            let pointer = format!("/properties/loadBalancerFrontendIpConfigurations/{index}");
            let message = format!(
                "`{}` stands in front of an IPv6 frontend, `{}`",
                service.id.name(),
                frontend.id.name()
            );
            out.push(rule.at(&service.id, pointer, message).related(
                &balancer.id,
                format!(
                    "/properties/frontendIPConfigurations/{at}/properties/privateIPAddressVersion"
                ),
                "its version",
            ));
        }
    }
}
