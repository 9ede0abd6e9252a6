//! What resources refer to, and whether it is there.

use super::Subject;
use crate::model::{Body, Resource, id::ResourceId, network::SubResource};

/// Every id that a resource refers to outside of itself, with the JSON pointer to the reference.
/// What Azure fills in, and what other rules follow (parts of one load balancer, alias or service of
/// a private endpoint), is left out.
pub(in crate::rules) fn references(resource: &Resource) -> Vec<(ResourceId, String)> {
    let mut found: Vec<(ResourceId, String)> = Vec::new();
    let mut one = |reference: Option<&SubResource>, pointer: String| {
        found.extend(reference.map(|reference| (reference.id.clone(), pointer)));
    };
    match &resource.body {
        Body::VirtualNetwork(network) => {
            for (index, subnet) in network.subnets.iter().enumerate() {
                let at = format!("/properties/subnets/{index}/properties");
                let said = &subnet.properties;
                let group = said.network_security_group.as_ref();
                one(group, format!("{at}/networkSecurityGroup"));
                one(said.route_table.as_ref(), format!("{at}/routeTable"));
                one(said.nat_gateway.as_ref(), format!("{at}/natGateway"));
            }
            for (index, peering) in network.virtual_network_peerings.iter().enumerate() {
                let at = format!("/properties/virtualNetworkPeerings/{index}/properties");
                let remote = peering.properties.remote_virtual_network.as_ref();
                one(remote, format!("{at}/remoteVirtualNetwork"));
            }
        }
        Body::NetworkSecurityGroup(group) => {
            for (index, rule) in group.security_rules.iter().enumerate() {
                let at = format!("/properties/securityRules/{index}/properties");
                let said = &rule.properties;
                for (side, groups) in [
                    ("source", &said.source_application_security_groups),
                    ("destination", &said.destination_application_security_groups),
                ] {
                    for (nth, group) in groups.iter().enumerate() {
                        let pointer = format!("{at}/{side}ApplicationSecurityGroups/{nth}");
                        one(Some(group), pointer);
                    }
                }
            }
        }
        Body::NatGateway(gateway) => {
            for (index, address) in gateway.public_ip_addresses.iter().enumerate() {
                one(
                    Some(address),
                    format!("/properties/publicIpAddresses/{index}"),
                );
            }
        }
        // What a private endpoint or Private Link Service has is theirs.
        Body::NetworkInterface(nic)
            if nic.private_endpoint.is_none() && nic.private_link_service.is_none() =>
        {
            let group = nic.network_security_group.as_ref();
            one(group, "/properties/networkSecurityGroup".to_owned());
            for (index, config) in nic.ip_configurations.iter().enumerate() {
                let at = format!("/properties/ipConfigurations/{index}/properties");
                let said = &config.properties;
                one(said.subnet.as_ref(), format!("{at}/subnet"));
                let public = said.public_ip_address.as_ref();
                one(public, format!("{at}/publicIPAddress"));
                for (list, all) in [
                    (
                        "loadBalancerBackendAddressPools",
                        &said.load_balancer_backend_address_pools,
                    ),
                    (
                        "applicationSecurityGroups",
                        &said.application_security_groups,
                    ),
                ] {
                    for (nth, reference) in all.iter().enumerate() {
                        one(Some(reference), format!("{at}/{list}/{nth}"));
                    }
                }
            }
        }
        Body::LoadBalancer(balancer) => {
            for (index, frontend) in balancer.frontend_ip_configurations.iter().enumerate() {
                let at = format!("/properties/frontendIPConfigurations/{index}/properties");
                let said = &frontend.properties;
                one(said.subnet.as_ref(), format!("{at}/subnet"));
                let public = said.public_ip_address.as_ref();
                one(public, format!("{at}/publicIPAddress"));
            }
        }
        Body::PrivateLinkService(service) => {
            for (index, config) in service.ip_configurations.iter().enumerate() {
                let at = format!("/properties/ipConfigurations/{index}/properties/subnet");
                one(config.properties.subnet.as_ref(), at);
            }
            let frontends = service.load_balancer_frontend_ip_configurations.iter();
            for (index, frontend) in frontends.enumerate() {
                // What is no frontend at all is another rule's.
                let is_frontend = frontend
                    .id
                    .is_type("Microsoft.Network/loadBalancers/frontendIPConfigurations");
                let at = format!("/properties/loadBalancerFrontendIpConfigurations/{index}");
                one(Some(frontend).filter(|_| is_frontend), at);
            }
        }
        Body::PrivateEndpoint(endpoint) => {
            one(endpoint.subnet.as_ref(), "/properties/subnet".to_owned());
        }
        Body::VirtualMachine(machine) => {
            let nics = machine.network_profile.network_interfaces.iter();
            found.extend(nics.enumerate().map(|(index, nic)| {
                let at = format!("/properties/networkProfile/networkInterfaces/{index}");
                (nic.id.clone(), at)
            }));
        }
        Body::VirtualMachineScaleSet(set) => {
            let base =
                "/properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations";
            for (nic, inner) in set.nics().iter().enumerate() {
                for (index, config) in inner.properties.ip_configurations.iter().enumerate() {
                    let at = format!("{base}/{nic}/properties/ipConfigurations/{index}/properties");
                    let said = &config.properties;
                    one(said.subnet.as_ref(), format!("{at}/subnet"));
                    let pools = said.load_balancer_backend_address_pools.iter();
                    for (nth, pool) in pools.enumerate() {
                        let pointer = format!("{at}/loadBalancerBackendAddressPools/{nth}");
                        one(Some(pool), pointer);
                    }
                }
            }
        }
        Body::VirtualNetworkLink(link) => {
            let network = link.virtual_network.as_ref();
            one(network, "/properties/virtualNetwork".to_owned());
        }
        Body::ApiManagement(service) => {
            if let Some(subnet) = service.subnet() {
                let at = "/properties/virtualNetworkConfiguration/subnetResourceId";
                found.push((subnet.clone(), at.to_owned()));
            }
            if let Some(address) = &service.public_ip_address_id {
                let at = "/properties/publicIpAddressId";
                found.push((address.clone(), at.to_owned()));
            }
        }
        _ => {}
    }
    found
}

impl Subject<'_> {
    /// Whether something should be in the topology and is not. Of what is managed elsewhere, and of
    /// parts of what only exists, nothing can be said.
    pub(in crate::rules) fn is_absent(&self, id: &ResourceId) -> bool {
        if self.topology.resources.contains_key(id) || !self.is_ours(id) {
            return false;
        }
        let Some(parent) = id.parent() else {
            return true;
        };
        let Some(parent) = self.topology.resources.get(&parent) else {
            return true;
        };
        if parent.existing {
            return false;
        }
        let kind = id.arm_type();
        let kind = kind.rsplit('/').next().unwrap_or_default();
        match &parent.body {
            Body::VirtualNetwork(_) if kind.eq_ignore_ascii_case("subnets") => {
                self.subnets.get(id).is_none()
            }
            Body::LoadBalancer(balancer) => {
                if kind.eq_ignore_ascii_case("frontendIPConfigurations") {
                    let mut all = balancer.frontend_ip_configurations.iter();
                    !all.any(|one| one.name.eq_ignore_ascii_case(id.name()))
                } else if kind.eq_ignore_ascii_case("backendAddressPools") {
                    let mut all = balancer.backend_address_pools.iter();
                    !all.any(|one| one.name.eq_ignore_ascii_case(id.name()))
                } else {
                    false
                }
            }
            _ => false,
        }
    }
}
