//! Private Link Services: what one may stand in front of, and where its NAT addresses are.

use super::{Subject, subnets::SubnetAt};
use crate::model::{Resource, id::ResourceId, network::PrivateLinkService};
use std::collections::BTreeSet;

/// Whether an id is that of a load balancer's frontend.
pub(in crate::rules) fn is_frontend(id: &ResourceId) -> bool {
    id.arm_type()
        .eq_ignore_ascii_case("Microsoft.Network/loadBalancers/frontendIPConfigurations")
}

/// A subnet that holds NAT addresses under policies that it must not have.
#[derive(Debug)]
pub(in crate::rules) struct Held<'s, 't> {
    /// The first Private Link Service in it.
    pub(in crate::rules) service: &'t Resource,
    /// The subnet.
    pub(in crate::rules) at: &'s SubnetAt<'t>,
    /// JSON pointer to its policies, in the network.
    pub(in crate::rules) pointer: String,
}

/// Subnets with NAT addresses whose policies are on, each once: those whose service Azure has
/// already, or those whose service it does not have.
pub(in crate::rules) fn held<'s, 't>(
    subject: &'s Subject<'t>,
    is_there: bool,
) -> Vec<Held<'s, 't>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (service, body) in subject.kinds.private_link_services() {
        if is_known_to_azure(service, body) != is_there {
            continue;
        }
        for config in &body.ip_configurations {
            let subnet = config.properties.subnet.as_ref();
            let Some(at) = subnet.and_then(|subnet| subject.subnets.get(&subnet.id)) else {
                continue;
            };
            let policies = &at.subnet.properties.private_link_service_network_policies;
            let is_off = match policies.as_deref() {
                Some(policies) => policies.eq_ignore_ascii_case("Disabled"),
                // What is only read may be written down in part.
                None => at.network.existing,
            };
            if !is_off && seen.insert(&at.id) {
                found.push(Held {
                    service,
                    at,
                    pointer: at.pointer("/properties/privateLinkServiceNetworkPolicies"),
                });
            }
        }
    }
    found
}

fn is_known_to_azure(service: &Resource, body: &PrivateLinkService) -> bool {
    service.existing || body.alias.is_some()
}
