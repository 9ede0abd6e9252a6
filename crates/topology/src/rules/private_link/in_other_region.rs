//! `PLS010`: Private Link Service in another region than its load balancer.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS010",
    severity: Severity::Error,
    title: "Private Link Service in another region than its load balancer",
    why: "the service, its load balancer and its NAT subnet are of one region; only its consumers may be elsewhere",
    mend: "use the region of the load balancer",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: Some("InvalidResourceReference"),
    has_fix: true,
    after: &["PLS009"],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM, location: ukwest } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM, location: UK South } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let Some(own) = service.location.as_deref() else {
            continue;
        };
        let frontends = body.load_balancer_frontend_ip_configurations.iter();
        let balancers = frontends.filter_map(|frontend| {
            let (balancer, _) = subject.topology.load_balancer(&frontend.id.parent()?)?;
            Some(balancer)
        });
        let configs = body.ip_configurations.iter();
        let networks = configs.filter_map(|config| {
            let subnet = &config.properties.subnet.as_ref()?.id;
            Some(subject.subnets.get(subnet)?.network)
        });
        let others: Vec<(&Resource, &str)> = balancers
            .chain(networks)
            .filter_map(|other| Some((other, other.location.as_deref()?)))
            .collect();
        let Some((other, region)) = others.iter().find(|(_, region)| *region != own) else {
            continue;
        };
        let pointer = "/location";
        let message = format!(
            "`{}` is in {own}, and `{}` in {region}",
            service.id.name(),
            other.id.name()
        );
        let finding =
            rule.at(&service.id, pointer, message)
                .related(&other.id, pointer, "is elsewhere");
        let is_agreed = others.iter().all(|(_, known)| known == region);
        out.push(if is_agreed {
            finding.fix(
                format!("use {region}"),
                [Change::set(&service.id, pointer, *region)],
            )
        } else {
            finding
        });
    }
}
