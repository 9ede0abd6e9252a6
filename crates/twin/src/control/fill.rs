//! What ARM adds to what was sent, by type: ids, addresses, NICs, states.

use super::{addresses, connections, error::ArmError, inline, world::State};
use serde_json::{Map, Value, json};
use topology::{
    ResourceId, arm,
    model::{
        addresses::{Addresses, Holder},
        api_management::ApiManagement,
    },
};

/// Completes `value`, which was sent for `id`; may add and change other resources of `state`, which
/// the caller throws away if this fails.
pub(crate) fn complete(
    state: &mut State,
    id: &ResourceId,
    value: &mut Value,
) -> Result<(), ArmError> {
    let old = state.resources.get(id).cloned();
    head(id, value, old.as_ref())?;
    inline::complete(id, value)?;
    let kind = id.arm_type().to_ascii_lowercase();
    match kind.as_str() {
        "microsoft.network/networkinterfaces" => {
            keep(
                value,
                old.as_ref(),
                &["virtualMachine", "privateEndpoint", "privateLinkService"],
            );
            give_all(state, id, value, "ipConfigurations", |index| {
                Holder::Nic(id.clone(), index)
            })
        }
        "microsoft.network/loadbalancers" => {
            give_all(state, id, value, "frontendIPConfigurations", |index| {
                Holder::Frontend(id.clone(), index)
            })
        }
        "microsoft.network/privatelinkservices" => {
            private_link_service(state, id, value, old.as_ref())
        }
        "microsoft.network/privateendpoints" => private_endpoint(state, id, value, old.as_ref()),
        "microsoft.compute/virtualmachines" => virtual_machine(state, id, value, old.as_ref()),
        "microsoft.apimanagement/service" => api_management(state, id, value, old.as_ref()),
        "microsoft.network/privatednszones/virtualnetworklinks" => {
            set(value, "virtualNetworkLinkState", json!("Completed"));
            Ok(())
        }
        "microsoft.network/privatednszones/a" => {
            let zone = id
                .parent()
                .map(|zone| zone.name().to_owned())
                .unwrap_or_default();
            let host = if id.name() == "@" {
                format!("{zone}.")
            } else {
                format!("{}.{zone}.", id.name())
            };
            set(value, "fqdn", json!(host));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Members that every resource has.
fn head(id: &ResourceId, value: &mut Value, old: Option<&Value>) -> Result<(), ArmError> {
    let Some(sent) = value.as_object_mut() else {
        return Err(ArmError::bad(
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized: it is no JSON object.",
        ));
    };
    let mut map = Map::new();
    map.insert("id".to_owned(), json!(id));
    map.insert("name".to_owned(), json!(id.name()));
    map.insert("type".to_owned(), json!(id.arm_type()));
    map.insert(
        "etag".to_owned(),
        json!(format!("W/\"{}\"", uuid::Uuid::new_v4())),
    );
    for (name, member) in std::mem::take(sent) {
        if !map.contains_key(&name) {
            map.insert(name, member);
        }
    }
    if let Some(location) = map
        .get("location")
        .and_then(Value::as_str)
        .map(arm::normal_location)
    {
        map.insert("location".to_owned(), json!(location));
    }
    if let (Some(was), Some(now)) = (old.and_then(|old| old.get("location")), map.get("location"))
        && was != now
    {
        let message = format!(
            "The resource '{}' already exists in location {was} in resource group '{}'. A resource with the same name cannot be created in location {now}.",
            id.name(),
            id.resource_group()
        );
        return Err(ArmError::conflict("InvalidResourceLocation", message));
    }
    let properties = map.entry("properties").or_insert_with(|| json!({}));
    if !properties.is_object() {
        return Err(ArmError::bad(
            "InvalidRequestContent",
            "The request content was invalid: properties is no object.",
        ));
    }
    *value = Value::Object(map);
    Ok(())
}

fn set(value: &mut Value, name: &str, to: Value) {
    if let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(name.to_owned(), to);
    }
}

/// Read-only members stay as they were, whatever was sent.
fn keep(value: &mut Value, old: Option<&Value>, names: &[&str]) {
    for name in names {
        match old
            .and_then(|old| old.get("properties"))
            .and_then(|properties| properties.get(*name))
        {
            Some(was) => set(value, name, was.clone()),
            None => {
                if let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut)
                {
                    properties.remove(*name);
                }
            }
        }
    }
}

/// Gives each IP configuration of a list its address.
fn give_all(
    state: &mut State,
    id: &ResourceId,
    value: &mut Value,
    list: &str,
    holder: impl Fn(usize) -> Holder,
) -> Result<(), ArmError> {
    let count = value
        .pointer(&format!("/properties/{list}"))
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    for index in 0..count {
        let at = format!("/properties/{list}/{index}/properties");
        let was = old_address(state, id, list, index);
        if let Some(properties) = value.pointer_mut(&at).and_then(Value::as_object_mut) {
            let is_static = properties
                .get("privateIPAllocationMethod")
                .and_then(Value::as_str)
                .is_some_and(|method| method.eq_ignore_ascii_case("Static"));
            if !is_static {
                // A dynamic address stays while its subnet does.
                match was {
                    Some((subnet, address))
                        if properties.get("subnet").and_then(|subnet| subnet.get("id"))
                            == Some(&subnet) =>
                    {
                        properties.insert("privateIPAddress".to_owned(), address);
                    }
                    _ => {
                        properties.remove("privateIPAddress");
                    }
                }
            }
        }
        let mut topology = state.topology();
        if let Ok(resource) = arm::resource(value) {
            topology.resources.insert(id.clone(), resource);
        }
        if let Some(properties) = value.pointer_mut(&at) {
            addresses::give(&topology, &holder(index), id, properties)?;
        }
    }
    Ok(())
}

fn old_address(state: &State, id: &ResourceId, list: &str, index: usize) -> Option<(Value, Value)> {
    let properties = state
        .resources
        .get(id)?
        .pointer(&format!("/properties/{list}/{index}/properties"))?;
    Some((
        properties.pointer("/subnet/id")?.clone(),
        properties.get("privateIPAddress")?.clone(),
    ))
}

fn private_link_service(
    state: &mut State,
    id: &ResourceId,
    value: &mut Value,
    old: Option<&Value>,
) -> Result<(), ArmError> {
    keep(
        value,
        old,
        &["alias", "privateEndpointConnections", "networkInterfaces"],
    );
    if old.is_none() {
        let region = value
            .get("location")
            .and_then(Value::as_str)
            .unwrap_or("local")
            .to_owned();
        set(
            value,
            "alias",
            json!(format!(
                "{}.{}.{region}.azure.privatelinkservice",
                id.name().to_ascii_lowercase(),
                uuid::Uuid::new_v4()
            )),
        );
        set(value, "privateEndpointConnections", json!([]));
    }
    for name in ["visibility", "autoApproval"] {
        if value
            .pointer(&format!("/properties/{name}"))
            .is_none_or(Value::is_null)
        {
            set(value, name, json!({ "subscriptions": [] }));
        }
    }
    // Its NIC holds the addresses, so only one of the two may be there while they are given.
    let nic = ResourceId::new(
        id.subscription(),
        id.resource_group(),
        "Microsoft.Network/networkInterfaces",
        &format!("{}.nic", id.name()),
    );
    state.resources.remove(&nic);
    give_all(state, id, value, "ipConfigurations", |index| {
        Holder::Nat(id.clone(), index)
    })?;
    let configurations: Vec<Value> = value
        .pointer("/properties/ipConfigurations")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|config| json!({ "name": config["name"], "properties": config["properties"] }))
        .collect();
    set(value, "networkInterfaces", json!([{ "id": nic }]));
    let mut body = json!({ "location": value["location"], "properties": { "ipConfigurations": configurations } });
    head(&nic, &mut body, None)?;
    inline::complete(&nic, &mut body)?;
    set(&mut body, "privateLinkService", json!({ "id": id }));
    set(&mut body, "provisioningState", json!("Succeeded"));
    state.resources.insert(nic, body);
    connections::approve_by_subscription(state, id, value);
    Ok(())
}

fn private_endpoint(
    state: &mut State,
    id: &ResourceId,
    value: &mut Value,
    old: Option<&Value>,
) -> Result<(), ArmError> {
    keep(value, old, &["networkInterfaces"]);
    if old.is_none() {
        let nic = ResourceId::new(
            id.subscription(),
            id.resource_group(),
            "Microsoft.Network/networkInterfaces",
            &format!("{}.nic.{}", id.name(), uuid::Uuid::new_v4()),
        );
        let config = json!({ "name": "privateEndpointIpConfig", "properties": {
            "primary": true, "privateIPAllocationMethod": "Dynamic", "subnet": value.pointer("/properties/subnet").cloned().unwrap_or_default() } });
        let mut body = json!({ "location": value["location"], "properties": { "ipConfigurations": [config] } });
        head(&nic, &mut body, None)?;
        inline::complete(&nic, &mut body)?;
        give_all(state, &nic, &mut body, "ipConfigurations", |index| {
            Holder::Nic(nic.clone(), index)
        })?;
        set(&mut body, "privateEndpoint", json!({ "id": id }));
        set(&mut body, "provisioningState", json!("Succeeded"));
        state.resources.insert(nic.clone(), body);
        set(value, "networkInterfaces", json!([{ "id": nic }]));
    }
    connections::connect(state, id, value)
}

fn virtual_machine(
    state: &mut State,
    id: &ResourceId,
    value: &mut Value,
    old: Option<&Value>,
) -> Result<(), ArmError> {
    keep(value, old, &["vmId", "timeCreated"]);
    if old.is_none() {
        set(value, "vmId", json!(uuid::Uuid::new_v4().to_string()));
    }
    // A PUT without user data leaves it: <https://learn.microsoft.com/azure/virtual-machines/user-data>.
    if value.pointer("/properties/userData").is_none()
        && let Some(was) = old.and_then(|old| old.pointer("/properties/userData"))
    {
        set(value, "userData", was.clone());
    }
    let nics: Vec<ResourceId> = value
        .pointer("/properties/networkProfile/networkInterfaces")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|nic| nic.get("id")?.as_str()?.parse().ok())
        .collect();
    if nics.is_empty() {
        return Err(ArmError::bad(
            "InvalidParameter",
            "Required parameter 'networkProfile' is missing (null).",
        ));
    }
    for nic in nics {
        let Some(body) = state.resources.get_mut(&nic) else {
            return Err(ArmError::invalid_reference(&nic, id));
        };
        let user = body
            .pointer("/properties/virtualMachine/id")
            .and_then(Value::as_str)
            .map(str::to_owned);
        if let Some(user) = user.filter(|user| !user.eq_ignore_ascii_case(id.as_str())) {
            return Err(ArmError::bad(
                "NicInUse",
                format!(
                    "Network Interface {nic} is used by existing resource {user}. In order to delete the network interface, it must be dissociated from the resource."
                ),
            ));
        }
        set(body, "virtualMachine", json!({ "id": id }));
    }
    Ok(())
}

fn api_management(
    state: &mut State,
    id: &ResourceId,
    value: &mut Value,
    old: Option<&Value>,
) -> Result<(), ArmError> {
    keep(value, old, &["privateIPAddresses"]);
    let host = ApiManagement::gateway_host(id.name());
    set(value, "gatewayUrl", json!(format!("https://{host}")));
    set(
        value,
        "hostnameConfigurations",
        json!([{ "type": "Proxy", "hostName": host, "defaultSslBinding": true, "certificateSource": "BuiltIn" }]),
    );
    for needed in ["publisherEmail", "publisherName"] {
        if value
            .pointer(&format!("/properties/{needed}"))
            .and_then(Value::as_str)
            .is_none_or(str::is_empty)
        {
            return Err(ArmError::bad(
                "InvalidParameters",
                format!("Invalid parameter: {needed} is missing."),
            ));
        }
    }
    if value
        .get("sku")
        .and_then(|sku| sku.get("name"))
        .and_then(Value::as_str)
        .is_none()
    {
        return Err(ArmError::bad(
            "InvalidParameters",
            "Invalid parameter: sku is missing.",
        ));
    }
    if let Some(capacity) = value.get_mut("sku").and_then(Value::as_object_mut) {
        capacity.entry("capacity").or_insert(json!(1));
    }
    let is_internal = value
        .pointer("/properties/virtualNetworkType")
        .and_then(Value::as_str)
        == Some("Internal");
    if is_internal && value.pointer("/properties/privateIPAddresses").is_none() {
        let mut topology = state.topology();
        if let Ok(resource) = arm::resource(value) {
            topology.resources.insert(id.clone(), resource);
        }
        let subnet = value
            .pointer("/properties/virtualNetworkConfiguration/subnetResourceId")
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned();
        let known = subnet
            .parse::<ResourceId>()
            .ok()
            .filter(|subnet| topology.subnet(subnet).is_some());
        if known.is_none() {
            return Err(ArmError::bad(
                "InvalidSubnet",
                format!(
                    "The subnet '{subnet}' of an internal API Management service was not found."
                ),
            ));
        }
        match Addresses::of(&topology).get(&Holder::Vip(id.clone())) {
            Some(address) => set(value, "privateIPAddresses", json!([address])),
            None => {
                return Err(ArmError::bad(
                    "SubnetIsFull",
                    format!("The subnet '{subnet}' has too few addresses."),
                ));
            }
        }
    }
    Ok(())
}
