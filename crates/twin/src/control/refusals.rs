//! What ARM refuses before it begins.

use super::{error::ArmError, inline, world::State};
use serde_json::Value;
use topology::{ResourceId, Severity, arm, model::Body};

/// Refuses a body that would be put at `id`.
pub(crate) fn check(state: &State, id: &ResourceId, value: &Value) -> Result<(), ArmError> {
    if !id.is_type("Microsoft.Resources/resourceGroups")
        && !state.resources.contains_key(&id.group_id())
    {
        return Err(ArmError::no_group(id));
    }
    if let Some(parent) = id.parent()
        && !state.resources.contains_key(&parent)
    {
        let message = format!(
            "Can not perform requested operation on nested resource. Parent resource '{}' not found.",
            parent.name()
        );
        return Err(ArmError::new(404, "ParentResourceNotFound", message));
    }
    if value.to_string().contains("addressOf(") {
        return Err(ArmError::bad(
            "InvalidRequestFormat",
            "Cannot parse the request: an address is a placeholder.",
        ));
    }
    let needs_location = id.parent().is_none();
    if needs_location
        && value
            .get("location")
            .and_then(Value::as_str)
            .is_none_or(str::is_empty)
    {
        return Err(ArmError::bad(
            "LocationRequired",
            "The location property is required for this definition.",
        ));
    }
    let mut with_id = value.clone();
    if let Some(map) = with_id.as_object_mut() {
        map.insert("id".to_owned(), serde_json::json!(id));
    }
    let unreadable = |cause: String| {
        ArmError::bad(
            "InvalidRequestFormat",
            format!("Cannot parse the request: {cause}."),
        )
    };
    let (resource, misfits) = arm::read(&with_id).map_err(|error| unreadable(error.to_string()))?;
    if let Some(misfit) = misfits.iter().find(|found| found.severity > Severity::Hint) {
        return Err(unreadable(misfit.message.clone()));
    }
    references(state, id, &resource.body)?;
    if let Body::VirtualNetwork(network) = &resource.body {
        removed_subnets(state, id, network)?;
    }
    let mut topology = state.topology();
    topology.resources.insert(id.clone(), resource);
    match topology::rules::arm_refusal(&topology, id) {
        Some((finding, code)) => Err(ArmError::bad(
            code,
            format!("{}. {}", finding.message, finding.note),
        )),
        None => Ok(()),
    }
}

/// Everything that the body refers to must be there.
fn references(state: &State, id: &ResourceId, body: &Body) -> Result<(), ArmError> {
    let mut wanted: Vec<ResourceId> = Vec::new();
    match body {
        Body::VirtualNetwork(network) => {
            for subnet in &network.subnets {
                wanted.extend(
                    subnet
                        .properties
                        .network_security_group
                        .iter()
                        .chain(&subnet.properties.route_table)
                        .map(|sub| sub.id.clone()),
                );
            }
        }
        Body::NetworkInterface(nic) => {
            for config in &nic.ip_configurations {
                wanted.extend(
                    config
                        .properties
                        .subnet
                        .iter()
                        .chain(&config.properties.load_balancer_backend_address_pools)
                        .map(|sub| sub.id.clone()),
                );
            }
            wanted.extend(nic.network_security_group.iter().map(|sub| sub.id.clone()));
        }
        Body::LoadBalancer(balancer) => {
            wanted.extend(
                balancer
                    .frontend_ip_configurations
                    .iter()
                    .filter_map(|frontend| Some(frontend.properties.subnet.as_ref()?.id.clone())),
            );
            own_references(id, balancer)?;
        }
        Body::PrivateLinkService(service) => {
            wanted.extend(
                service
                    .ip_configurations
                    .iter()
                    .filter_map(|config| Some(config.properties.subnet.as_ref()?.id.clone())),
            );
            wanted.extend(
                service
                    .load_balancer_frontend_ip_configurations
                    .iter()
                    .map(|sub| sub.id.clone()),
            );
        }
        Body::PrivateEndpoint(endpoint) => {
            wanted.extend(endpoint.subnet.iter().map(|sub| sub.id.clone()));
        }
        Body::VirtualNetworkLink(link) => {
            wanted.extend(link.virtual_network.iter().map(|sub| sub.id.clone()));
        }
        _ => {}
    }
    match wanted.into_iter().find(|wanted| !exists(state, wanted)) {
        Some(missing) => Err(ArmError::invalid_reference(&missing, id)),
        None => Ok(()),
    }
}

/// A load balancer's rules refer to its own frontends, pools and probes.
fn own_references(
    id: &ResourceId,
    balancer: &topology::model::network::LoadBalancer,
) -> Result<(), ArmError> {
    let names = |list: Vec<&String>| {
        list.into_iter()
            .map(|name| name.to_ascii_lowercase())
            .collect::<Vec<_>>()
    };
    let frontends = names(
        balancer
            .frontend_ip_configurations
            .iter()
            .map(|child| &child.name)
            .collect(),
    );
    let pools = names(
        balancer
            .backend_address_pools
            .iter()
            .map(|child| &child.name)
            .collect(),
    );
    let probes = names(balancer.probes.iter().map(|child| &child.name).collect());
    for rule in &balancer.load_balancing_rules {
        let parts = [
            (&rule.properties.frontend_ip_configuration, &frontends),
            (&rule.properties.backend_address_pool, &pools),
            (&rule.properties.probe, &probes),
        ];
        for (reference, known) in parts {
            if let Some(reference) = reference
                && (reference.id.parent().as_ref() != Some(id)
                    || !known.contains(&reference.id.name().to_ascii_lowercase()))
            {
                return Err(ArmError::invalid_reference(&reference.id, id));
            }
        }
    }
    Ok(())
}

/// Whether a resource, or a child inside one, is there.
pub(crate) fn exists(state: &State, id: &ResourceId) -> bool {
    if state.resources.contains_key(id) {
        return true;
    }
    child(state, id).is_some()
}

/// A child that lives inside its parent.
pub(crate) fn child<'s>(state: &'s State, id: &ResourceId) -> Option<&'s Value> {
    let (parent, _, pointer) = inline::pointer(id)?;
    let list = state.resources.get(&parent)?.pointer(pointer)?.as_array()?;
    list.iter().find(|child| {
        child
            .get("name")
            .and_then(Value::as_str)
            .is_some_and(|name| name.eq_ignore_ascii_case(id.name()))
    })
}

/// A network that is put without a subnet that something stands in.
fn removed_subnets(
    state: &State,
    id: &ResourceId,
    network: &topology::model::network::VirtualNetwork,
) -> Result<(), ArmError> {
    let known = state
        .resources
        .get(id)
        .and_then(|value| value.pointer("/properties/subnets"))
        .and_then(Value::as_array);
    for name in known
        .into_iter()
        .flatten()
        .filter_map(|subnet| subnet.get("name")?.as_str())
    {
        if !network
            .subnets
            .iter()
            .any(|subnet| subnet.name.eq_ignore_ascii_case(name))
        {
            super::removal::check(state, &id.child("subnets", name))?;
        }
    }
    Ok(())
}
