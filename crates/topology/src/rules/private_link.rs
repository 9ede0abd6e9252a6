//! Private Link Services and private endpoints.

use super::{Rule, Subject};
use crate::{
    finding::{Finding, Severity},
    model::{id::ResourceId, network::SubscriptionSet},
};

const PLS: &str = "https://learn.microsoft.com/azure/private-link/private-link-service-overview";
const PE: &str = "https://learn.microsoft.com/azure/private-link/private-endpoint-overview";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "PLS001",
        severity: Severity::Error,
        title: "network policies on the NAT subnet",
        why: "a NAT address must not be under the subnet's policies; turning them off affects that address only",
        mend: "say `privateLinkServiceNetworkPolicies: Disabled` on the subnet, or leave it out",
        source: "https://learn.microsoft.com/azure/private-link/disable-private-link-service-network-policy",
        arm_code: Some("PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled"),
        check: policies,
    },
    Rule {
        code: "PLS003",
        severity: Severity::Error,
        title: "behind a load balancer that is not Standard",
        why: "a Private Link Service takes frontends of Standard load balancers only",
        mend: "use `sku: Standard` for the load balancer",
        source: PLS,
        arm_code: Some("PrivateLinkServiceIsNotSupportedForBasicLoadBalancer"),
        check: basic,
    },
    Rule {
        code: "PLS007",
        severity: Severity::Error,
        title: "number of NAT addresses",
        why: "a Private Link Service has one to eight NAT addresses",
        mend: "use one to eight",
        source: "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
        arm_code: None,
        check: nat_count,
    },
    Rule {
        code: "PLS008",
        severity: Severity::Error,
        title: "no single primary NAT address",
        why: "exactly one NAT address is the primary one",
        mend: "mark one as `primary: true`",
        source: PLS,
        arm_code: None,
        check: primary,
    },
    Rule {
        code: "PLS009",
        severity: Severity::Error,
        title: "NAT subnet in another network",
        why: "NAT addresses come from the network of the load balancer's frontend",
        mend: "use a subnet of that network",
        source: PLS,
        arm_code: None,
        check: other_network,
    },
    Rule {
        code: "PLS013",
        severity: Severity::Error,
        title: "frontend without a rule",
        why: "a private endpoint passes every port, and the load balancer drops those without a rule",
        mend: "add a load-balancing rule to the frontend",
        source: PLS,
        arm_code: None,
        check: no_rule,
    },
    Rule {
        code: "PLS014",
        severity: Severity::Error,
        title: "approved, but not visible",
        why: "a subscription that does not see the service cannot be approved",
        mend: "add the subscription to `visibility`",
        source: PLS,
        arm_code: None,
        check: approval,
    },
    Rule {
        code: "PLS015",
        severity: Severity::Warning,
        title: "visible to everyone",
        why: "anyone with the alias may ask, and with automatic approval for everyone, anyone is in",
        mend: "list the subscriptions",
        source: PLS,
        arm_code: None,
        check: everyone,
    },
    Rule {
        code: "PE001",
        severity: Severity::Error,
        title: "private endpoint away from its network",
        why: "a private endpoint stands in the region and subscription of its network; its service may be anywhere",
        mend: "use the network's region and subscription",
        source: PE,
        arm_code: None,
        check: away,
    },
    Rule {
        code: "PE004",
        severity: Severity::Error,
        title: "no service",
        why: "a connection names a resource id or an alias",
        mend: "name a Private Link Service or its alias",
        source: PE,
        arm_code: None,
        check: no_service,
    },
    Rule {
        code: "PE005",
        severity: Severity::Error,
        title: "group ids for a Private Link Service",
        why: "a Private Link Service has no sub-resources",
        mend: "leave `groupIds` out",
        source: PE,
        arm_code: None,
        check: group_ids,
    },
    Rule {
        code: "PE006",
        severity: Severity::Error,
        title: "not exactly one connection",
        why: "a private endpoint connects to one service",
        mend: "give exactly one connection",
        source: PE,
        arm_code: None,
        check: one_connection,
    },
    Rule {
        code: "PLS017",
        severity: Severity::Error,
        title: "service not visible to the endpoint's subscription",
        why: "who does not see a service is told that it does not exist",
        mend: "add the subscription to the service's `visibility`",
        source: PLS,
        arm_code: Some(
            "ThirdPartyPrivateLinkServiceProvidedDuringPrivateEndpointCreationDoesNotExistOrIsNotVisible",
        ),
        check: invisible,
    },
];

fn policies(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        for config in &body.ip_configurations {
            let Some((network, subnet)) = config
                .properties
                .subnet
                .as_ref()
                .and_then(|sub| subject.topology.subnet(&sub.id))
            else {
                continue;
            };
            let policies = subnet
                .properties
                .private_link_service_network_policies
                .as_deref()
                .unwrap_or("Enabled");
            if !policies.eq_ignore_ascii_case("Disabled") {
                let index = subject
                    .topology
                    .virtual_network(&network.id)
                    .and_then(|(_, body)| {
                        body.subnets.iter().position(|one| one.name == subnet.name)
                    })
                    .unwrap_or(0);
                let pointer = format!(
                    "/properties/subnets/{index}/properties/privateLinkServiceNetworkPolicies"
                );
                let mut finding = rule.at(
                    &network.id,
                    pointer,
                    format!(
                        "`{}` cannot have a NAT address in subnet `{}`",
                        service.id.name(),
                        subnet.name
                    ),
                );
                // The text to mend is the subnet's; ARM refuses the service.
                finding.span = finding
                    .place
                    .as_ref()
                    .and_then(|place| subject.topology.provenance.span(place));
                finding.place = Some(crate::finding::Place {
                    id: service.id.clone(),
                    pointer: "/properties/ipConfigurations".to_owned(),
                });
                out.push(finding);
            }
        }
    }
}

fn basic(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        for frontend in &body.load_balancer_frontend_ip_configurations {
            let balancer = frontend
                .id
                .parent()
                .and_then(|id| subject.topology.load_balancer(&id));
            if let Some((balancer, _)) = balancer
                && !balancer
                    .sku
                    .as_ref()
                    .and_then(|sku| sku.name.as_deref())
                    .is_some_and(|name| name.eq_ignore_ascii_case("Standard"))
            {
                out.push(rule.at(
                    &service.id,
                    "/properties/loadBalancerFrontendIpConfigurations",
                    format!("`{}` is not Standard", balancer.id.name()),
                ));
            }
        }
    }
}

fn nat_count(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        let count = body.ip_configurations.len();
        if !(1..=8).contains(&count) {
            out.push(rule.at(
                &service.id,
                "/properties/ipConfigurations",
                format!("`{}` has {count} NAT addresses", service.id.name()),
            ));
        }
    }
}

fn primary(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        let count = body
            .ip_configurations
            .iter()
            .filter(|config| config.properties.primary == Some(true))
            .count();
        if count != 1 && !body.ip_configurations.is_empty() {
            out.push(rule.at(
                &service.id,
                "/properties/ipConfigurations",
                format!("`{}` has {count} primary NAT addresses", service.id.name()),
            ));
        }
    }
}

fn other_network(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
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

fn no_rule(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        for frontend in &body.load_balancer_frontend_ip_configurations {
            let Some((balancer, inner)) = frontend
                .id
                .parent()
                .and_then(|id| subject.topology.load_balancer(&id))
            else {
                continue;
            };
            if !inner.load_balancing_rules.iter().any(|one| {
                one.properties
                    .frontend_ip_configuration
                    .as_ref()
                    .is_some_and(|sub| sub.id == frontend.id)
            }) {
                let message = format!(
                    "frontend `{}` of `{}` has no rule",
                    frontend.id.name(),
                    balancer.id.name()
                );
                out.push(rule.at(
                    &service.id,
                    "/properties/loadBalancerFrontendIpConfigurations",
                    message,
                ));
            }
        }
    }
}

fn list(set: Option<&SubscriptionSet>) -> &[String] {
    set.map_or(&[], |set| &set.subscriptions)
}

fn holds(set: &[String], subscription: &str) -> bool {
    set.iter()
        .any(|one| one == "*" || one.eq_ignore_ascii_case(subscription))
}

fn approval(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        let visible = list(body.visibility.as_ref());
        for (index, one) in list(body.auto_approval.as_ref())
            .iter()
            .enumerate()
            .filter(|(_, one)| !holds(visible, one))
        {
            out.push(rule.at(
                &service.id,
                format!("/properties/autoApproval/subscriptions/{index}"),
                format!(
                    "`{one}` is approved, but does not see `{}`",
                    service.id.name()
                ),
            ));
        }
    }
}

fn everyone(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        if list(body.visibility.as_ref()).iter().any(|one| one == "*") {
            out.push(rule.at(
                &service.id,
                "/properties/visibility",
                format!("`{}` is visible to everyone", service.id.name()),
            ));
        }
    }
}

fn away(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.topology.private_endpoints() {
        let Some((network, _)) = body
            .subnet
            .as_ref()
            .and_then(|sub| subject.topology.subnet(&sub.id))
        else {
            continue;
        };
        if endpoint.location != network.location
            || !endpoint
                .id
                .subscription()
                .eq_ignore_ascii_case(network.id.subscription())
        {
            out.push(rule.at(
                &endpoint.id,
                "/location",
                format!(
                    "`{}` is not where `{}` is",
                    endpoint.id.name(),
                    network.id.name()
                ),
            ));
        }
    }
}

/// `{prefix}.{guid}.{region}.azure.privatelinkservice`.
fn is_alias(text: &str) -> bool {
    let mut parts = text.rsplit('.');
    let end = (parts.next(), parts.next());
    end == (Some("privatelinkservice"), Some("azure")) && parts.count() >= 3
}

fn no_service(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.topology.private_endpoints() {
        for connection in body.connections() {
            let text = &connection.properties.private_link_service_id;
            if text.parse::<ResourceId>().is_err() && !is_alias(text) {
                out.push(rule.at(
                    &endpoint.id,
                    "/properties/privateLinkServiceConnections",
                    format!("`{text}` is neither a resource id nor an alias"),
                ));
            }
        }
    }
}

fn group_ids(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.topology.private_endpoints() {
        for connection in body
            .connections()
            .filter(|connection| !connection.properties.group_ids.is_empty())
        {
            let is_service = connection
                .properties
                .private_link_service_id
                .parse::<ResourceId>()
                .is_ok_and(|id| id.is_type("Microsoft.Network/privateLinkServices"));
            if is_service {
                out.push(rule.at(
                    &endpoint.id,
                    "/properties/privateLinkServiceConnections",
                    format!(
                        "`{}` asks for group ids of a Private Link Service",
                        endpoint.id.name()
                    ),
                ));
            }
        }
    }
}

fn one_connection(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.topology.private_endpoints() {
        let count = body.connections().count();
        if count != 1 {
            out.push(rule.at(
                &endpoint.id,
                "/properties/privateLinkServiceConnections",
                format!("`{}` has {count} connections", endpoint.id.name()),
            ));
        }
    }
}

fn invisible(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.topology.private_endpoints() {
        for connection in body.connections() {
            let service = connection
                .properties
                .private_link_service_id
                .parse::<ResourceId>()
                .ok();
            let Some((service, inner)) = service
                .as_ref()
                .and_then(|id| subject.topology.private_link_service(id))
            else {
                continue;
            };
            let is_own = service
                .id
                .subscription()
                .eq_ignore_ascii_case(endpoint.id.subscription());
            if !is_own && !holds(list(inner.visibility.as_ref()), endpoint.id.subscription()) {
                let message = format!(
                    "`{}` is not visible to the subscription of `{}`",
                    service.id.name(),
                    endpoint.id.name()
                );
                out.push(rule.at(
                    &endpoint.id,
                    "/properties/privateLinkServiceConnections/0/properties/privateLinkServiceId",
                    message,
                ));
            }
        }
    }
}
