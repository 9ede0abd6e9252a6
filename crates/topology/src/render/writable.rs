//! A resource's JSON without what ARM only reports.
//!
//! A topology that was read from ARM carries states, etags and back references. A template that
//! sends them back is noise at best; some of them ARM refuses.

use serde_json::{Map, Value};

/// Members that ARM fills in, whatever the type.
const ANYWHERE: &[&str] = &["provisioningState", "resourceGuid", "etag", "systemData"];

/// Members of `properties` that ARM fills in, by type.
const OF_TYPE: &[(&str, &[&str])] = &[
    (
        "Microsoft.Network/networkInterfaces",
        &[
            "virtualMachine",
            "privateEndpoint",
            "privateLinkService",
            "macAddress",
            "primary",
            "hostedWorkloads",
            "tapConfigurations",
            "vnetEncryptionSupported",
            "allowPort25Out",
            "defaultOutboundConnectivityEnabled",
            "nicType",
        ],
    ),
    (
        "Microsoft.Network/networkSecurityGroups",
        &["defaultSecurityRules", "networkInterfaces", "subnets"],
    ),
    ("Microsoft.Network/routeTables", &["subnets"]),
    ("Microsoft.Network/natGateways", &["subnets"]),
    (
        "Microsoft.Network/publicIPAddresses",
        &["ipConfiguration", "natGateway"],
    ),
    (
        "Microsoft.Network/privateLinkServices",
        &["alias", "privateEndpointConnections", "networkInterfaces"],
    ),
    (
        "Microsoft.Network/privateEndpoints",
        &["networkInterfaces", "customDnsConfigs"],
    ),
    (
        "Microsoft.Network/privateDnsZones",
        &[
            "maxNumberOfRecordSets",
            "maxNumberOfVirtualNetworkLinks",
            "maxNumberOfVirtualNetworkLinksWithRegistration",
            "numberOfRecordSets",
            "numberOfVirtualNetworkLinks",
            "numberOfVirtualNetworkLinksWithRegistration",
            "internalId",
        ],
    ),
    (
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        &["virtualNetworkLinkState"],
    ),
    (
        "Microsoft.Network/privateDnsZones/A",
        &["fqdn", "isAutoRegistered"],
    ),
    (
        "Microsoft.Compute/virtualMachines",
        &["vmId", "instanceView", "timeCreated"],
    ),
    (
        "Microsoft.Compute/virtualMachineScaleSets",
        &["uniqueId", "timeCreated"],
    ),
    (
        "Microsoft.ApiManagement/service",
        &[
            "privateIPAddresses",
            "publicIPAddresses",
            "gatewayUrl",
            "gatewayRegionalUrl",
            "portalUrl",
            "developerPortalUrl",
            "managementApiUrl",
            "scmUrl",
            "createdAtUtc",
            "targetProvisioningState",
            "outboundPublicIPAddresses",
            "platformVersion",
            "privateEndpointConnections",
        ],
    ),
];

/// Members of inline children's `properties` that ARM fills in, by the list they stand in.
const OF_CHILDREN: &[(&str, &[&str])] = &[
    (
        "subnets",
        &[
            "ipConfigurations",
            "ipConfigurationProfiles",
            "privateEndpoints",
            "purpose",
            "resourceNavigationLinks",
            "serviceAssociationLinks",
        ],
    ),
    (
        "virtualNetworkPeerings",
        &[
            "peeringState",
            "peeringSyncLevel",
            "remoteAddressSpace",
            "remoteVirtualNetworkAddressSpace",
        ],
    ),
    (
        "frontendIPConfigurations",
        &[
            "inboundNatRules",
            "inboundNatPools",
            "outboundRules",
            "loadBalancingRules",
        ],
    ),
    (
        "backendAddressPools",
        &[
            "backendIPConfigurations",
            "loadBalancingRules",
            "outboundRule",
            "outboundRules",
            "inboundNatRules",
        ],
    ),
    ("probes", &["loadBalancingRules"]),
    (
        "privateLinkServiceConnections",
        &["privateLinkServiceConnectionState"],
    ),
    (
        "manualPrivateLinkServiceConnections",
        &["privateLinkServiceConnectionState"],
    ),
    ("routes", &["hasBgpOverride"]),
    ("privateDnsZoneConfigs", &["recordSets"]),
];

/// Leaves only what may be sent in a PUT.
pub(super) fn writable(arm_type: &str, mut body: Value) -> Value {
    if let Value::Object(members) = &mut body {
        for gone in ["id", "name", "type", "apiVersion"] {
            members.shift_remove(gone);
        }
        if let Some(Value::Object(properties)) = members.get_mut("properties") {
            for (of, gone) in OF_TYPE {
                if of.eq_ignore_ascii_case(arm_type) {
                    drop_members(properties, gone);
                }
            }
        }
    }
    clean(&mut body);
    body
}

fn drop_members(members: &mut Map<String, Value>, gone: &[&str]) {
    for name in gone {
        members.shift_remove(*name);
    }
}

fn clean(value: &mut Value) {
    match value {
        Value::Object(members) => {
            drop_members(members, ANYWHERE);
            for (name, member) in members.iter_mut() {
                if let Value::Array(children) = member {
                    for child in children {
                        clean_child(name, child);
                    }
                }
                clean(member);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(clean),
        _ => {}
    }
}

/// An inline child is known by its name; its id and type follow from where it stands.
fn clean_child(list: &str, child: &mut Value) {
    let Value::Object(members) = child else {
        return;
    };
    if !(members.contains_key("name") && members.contains_key("properties")) {
        return;
    }
    drop_members(members, &["id", "type"]);
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        for (of, gone) in OF_CHILDREN {
            if of.eq_ignore_ascii_case(list) {
                drop_members(properties, gone);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_arm_reports_is_left_out() {
        let read = json!({
            "id": "/x", "name": "lb", "type": "t", "etag": "e", "location": "uksouth",
            "properties": {
                "provisioningState": "Succeeded",
                "frontendIPConfigurations": [
                    { "id": "/x/f", "name": "f", "type": "t", "etag": "e", "properties": { "privateIPAddress": "10.0.0.4", "loadBalancingRules": [] } }
                ],
            },
        });
        let sent = json!({
            "location": "uksouth",
            "properties": { "frontendIPConfigurations": [{ "name": "f", "properties": { "privateIPAddress": "10.0.0.4" } }] },
        });
        assert_eq!(writable("Microsoft.Network/loadBalancers", read), sent);
    }

    #[test]
    fn references_keep_their_ids() {
        let body = json!({ "properties": { "networkProfile": { "networkInterfaces": [{ "id": "/n", "properties": { "primary": true } }] } } });
        assert_eq!(
            writable("Microsoft.Compute/virtualMachines", body.clone()),
            body
        );
    }
}
