//! What stands in the way of a deletion, and what goes with it.

use super::{error::ArmError, inline, world::State};
use serde_json::Value;
use topology::{ResourceId, model::addresses::Addresses};

/// Refuses as ARM does if something still uses the resource.
pub(crate) fn check(state: &State, id: &ResourceId) -> Result<(), ArmError> {
    let topology = state.topology();
    let in_use = |code: &str, by: &ResourceId| {
        Err(ArmError::bad(
            code,
            format!(
                "{} {} cannot be deleted because it is in use by {by}.",
                id.arm_type(),
                id.name()
            ),
        ))
    };
    let subnet_user = |subnet: &ResourceId| {
        Addresses::of(&topology)
            .iter()
            .find(|(_, at, _)| *at == subnet)
            .map(|(holder, _, _)| format!("{holder:?}"))
    };
    if let Some((network, _)) = topology
        .virtual_network(id)
        .map(|(network, body)| (network.id.clone(), body.clone()))
    {
        let body = topology
            .virtual_network(&network)
            .map(|(_, body)| body.subnets.clone())
            .unwrap_or_default();
        for subnet in body {
            check_subnet(
                &network.child("subnets", &subnet.name),
                subnet_user(&network.child("subnets", &subnet.name)),
            )?;
        }
    }
    if id.is_type("Microsoft.Network/virtualNetworks/subnets") {
        check_subnet(id, subnet_user(id))?;
    }
    if id.is_type("Microsoft.Network/networkSecurityGroups") {
        for (network, body) in topology.virtual_networks() {
            if body.subnets.iter().any(|subnet| {
                subnet
                    .properties
                    .network_security_group
                    .as_ref()
                    .is_some_and(|group| group.id == *id)
            }) {
                return in_use("InUseNetworkSecurityGroupCannotBeDeleted", &network.id);
            }
        }
        for (nic, body) in topology.network_interfaces() {
            if body
                .network_security_group
                .as_ref()
                .is_some_and(|group| group.id == *id)
            {
                return in_use("InUseNetworkSecurityGroupCannotBeDeleted", &nic.id);
            }
        }
    }
    if let Some((_, nic)) = topology.network_interface(id) {
        if let Some(machine) = &nic.virtual_machine {
            return in_use("NicInUse", &machine.id);
        }
        for owner in [&nic.private_endpoint, &nic.private_link_service]
            .into_iter()
            .flatten()
        {
            if state.resources.contains_key(&owner.id) {
                return in_use("NetworkInterfaceInUse", &owner.id);
            }
        }
    }
    if id.is_type("Microsoft.Network/loadBalancers") {
        for (service, body) in topology.private_link_services() {
            if body
                .load_balancer_frontend_ip_configurations
                .iter()
                .any(|frontend| frontend.id.parent().as_ref() == Some(id))
            {
                return in_use(
                    "CannotDeleteLoadBalancerWithPrivateLinkService",
                    &service.id,
                );
            }
        }
    }
    if let Some((_, service)) = topology.private_link_service(id)
        && let Some(endpoint) = service
            .private_endpoint_connections
            .iter()
            .find_map(|connection| connection.properties.private_endpoint.as_ref())
    {
        return in_use(
            "PrivateLinkServiceWithPrivateEndpointConnectionsCannotBeDeleted",
            &endpoint.id,
        );
    }
    if id.is_type("Microsoft.Network/privateDnsZones")
        && let Some((link, _)) = topology
            .virtual_network_links()
            .find(|(link, _)| link.id.parent().as_ref() == Some(id))
    {
        let message = format!(
            "Can not delete resource {id} before nested resources are deleted: {}.",
            link.id
        );
        return Err(ArmError::conflict("CannotDeleteResource", message));
    }
    if id.is_type("Microsoft.Resources/resourceGroups") {
        // Endpoints of other groups hold on to a Private Link Service of this one.
        for (service, body) in topology
            .private_link_services()
            .filter(|(service, _)| service.id.group_id() == *id)
        {
            let outside = body
                .private_endpoint_connections
                .iter()
                .filter_map(|connection| connection.properties.private_endpoint.as_ref());
            if let Some(endpoint) = outside
                .into_iter()
                .find(|endpoint| endpoint.id.group_id() != *id)
            {
                let message = format!(
                    "Deletion of resource group '{}' failed as {} is in use by {}.",
                    id.name(),
                    service.id,
                    endpoint.id
                );
                return Err(ArmError::conflict("ResourceGroupDeletionBlocked", message));
            }
        }
    }
    Ok(())
}

fn check_subnet(subnet: &ResourceId, user: Option<String>) -> Result<(), ArmError> {
    match user {
        Some(user) => Err(ArmError::bad(
            "InUseSubnetCannotBeDeleted",
            format!(
                "Subnet {} is in use by {user} and cannot be deleted.",
                subnet.name()
            ),
        )),
        None => Ok(()),
    }
}

/// Removes a resource with all that goes with it.
pub(crate) fn remove(state: &mut State, id: &ResourceId) {
    if id.is_type("Microsoft.Resources/resourceGroups") {
        let inside: Vec<ResourceId> = state
            .resources
            .keys()
            .filter(|other| other.group_id() == *id && *other != id)
            .cloned()
            .collect();
        for other in inside {
            remove(state, &other);
        }
    }
    if let Some((parent, _, pointer)) = inline::pointer(id) {
        if let Some(list) = state
            .resources
            .get_mut(&parent)
            .and_then(|value| value.pointer_mut(pointer))
            .and_then(Value::as_array_mut)
        {
            list.retain(|child| {
                child
                    .get("name")
                    .and_then(Value::as_str)
                    .is_none_or(|name| !name.eq_ignore_ascii_case(id.name()))
            });
        }
        return;
    }
    state.resources.remove(id);
    state.stopped.remove(id);
    let children: Vec<ResourceId> = state
        .resources
        .keys()
        .filter(|other| other.parent().as_ref() == Some(id))
        .cloned()
        .collect();
    for child in children {
        remove(state, &child);
    }
    let text = id.as_str().to_ascii_lowercase();
    let is_it = |value: Option<&Value>| {
        value
            .and_then(Value::as_str)
            .is_some_and(|other| other.eq_ignore_ascii_case(&text))
    };
    // NICs of a private endpoint or Private Link Service go with it; a machine's stay.
    state.resources.retain(|_, value| {
        !is_it(value.pointer("/properties/privateEndpoint/id"))
            && !is_it(value.pointer("/properties/privateLinkService/id"))
    });
    for value in state.resources.values_mut() {
        let was_machine = is_it(value.pointer("/properties/virtualMachine/id"));
        let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        if was_machine {
            properties.remove("virtualMachine");
        }
        if let Some(list) = properties
            .get_mut("privateEndpointConnections")
            .and_then(Value::as_array_mut)
        {
            list.retain(|connection| !is_it(connection.pointer("/properties/privateEndpoint/id")));
        }
        // Members leave the pools of a load balancer that is gone.
        for config in properties
            .get_mut("ipConfigurations")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            if let Some(pools) = config
                .pointer_mut("/properties/loadBalancerBackendAddressPools")
                .and_then(Value::as_array_mut)
            {
                pools.retain(|pool| {
                    pool.get("id").and_then(Value::as_str).is_none_or(|pool| {
                        !pool.to_ascii_lowercase().starts_with(&format!("{text}/"))
                    })
                });
            }
        }
    }
}
