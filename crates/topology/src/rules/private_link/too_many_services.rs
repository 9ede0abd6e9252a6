//! `PLS012`: more services, or endpoints, than Azure takes.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS012",
    severity: Severity::Error,
    title: "more services, or endpoints, than Azure takes",
    why: "a frontend takes one Private Link Service, a load balancer 8, a subscription 800, and a service 1,000 private endpoints",
    mend: "use another frontend, load balancer or service",
    source: "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "privateLinkServices: { Second: { loadBalancer: PrivateLinkServiceLB, visibility: [partner] } }",
    ],
    good: &[
        r#"forwarders: { other: { subnet: MainNet/plsSubnet, instances: 2, zones: ["1", "2"], relay: [ { listen: 443,
    to: apim1449 } ] } }
loadBalancers: { Second: { subnet: MainNet/plsSubnet, backend: other, zones: ["1", "2", "3"] } }
privateLinkServices: { Other: { loadBalancer: Second, visibility: [partner] } }"#,
    ],
    check,
};

const PER_BALANCER: usize = 8;
const PER_SUBSCRIPTION: usize = 800;
const ENDPOINTS: usize = 1000;

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (frontend, services) in subject.pools.fronts() {
        let [(first, _), rest @ ..] = services else {
            continue;
        };
        for (other, _) in rest.iter().filter(|(other, _)| other.id != first.id) {
            let pointer = "/properties/loadBalancerFrontendIpConfigurations";
            let message = format!(
                "`{}` and `{}` stand in front of one frontend, `{}`",
                first.id.name(),
                other.id.name(),
                frontend.short()
            );
            out.push(rule.at(&other.id, pointer, message).related(
                &first.id,
                pointer,
                "stands there too",
            ));
        }
    }
    for (balancer, _) in subject.kinds.load_balancers() {
        let count = subject.pools.services(&balancer.id).len();
        if count > PER_BALANCER {
            let message = format!(
                "{count} Private Link Services stand in front of `{}`",
                balancer.id.name()
            );
            out.push(rule.at(&balancer.id, "", message));
        }
    }
    let mut by_subscription: BTreeMap<String, (usize, &ResourceId)> = BTreeMap::new();
    for (service, body) in subject.kinds.private_link_services() {
        let subscription = service.id.subscription().to_ascii_lowercase();
        let (count, last) = by_subscription
            .entry(subscription)
            .or_insert((0, &service.id));
        *count = count.saturating_add(1);
        *last = &service.id;
        let known = subject.consumers.at(&service.id).len();
        let endpoints = known.max(body.private_endpoint_connections.len());
        if endpoints > ENDPOINTS {
            let message = format!("`{}` has {endpoints} private endpoints", service.id.name());
            out.push(rule.at(
                &service.id,
                "/properties/privateEndpointConnections",
                message,
            ));
        }
    }
    for (subscription, (count, last)) in by_subscription {
        if count > PER_SUBSCRIPTION {
            let message =
                format!("subscription `{subscription}` has {count} Private Link Services");
            out.push(rule.at(last, "", message));
        }
    }
}
