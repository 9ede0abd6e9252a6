//! What Azure, its CLI and Resource Graph answer.

use super::*;
use serde_json::json;
use topology::{
    import::{Observed, essence},
    model::id::ResourceId,
};

const SUBSCRIPTION: &str = "22222222-2222-2222-2222-222222222222";
const PROVIDERS: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/G/providers";

fn id(rest: &str) -> ResourceId {
    format!("{PROVIDERS}/{rest}").parse().unwrap()
}

/// Imports JSON texts named `0.json`, `1.json`, …; nothing may be wrong with them.
#[track_caller]
fn clean(texts: &[&str]) -> Imported {
    let imported = read(texts);
    assert_eq!(
        shown(&imported.findings, &imported.sources),
        [""; 0],
        "{texts:?}"
    );
    check_law(&imported.topology);
    imported
}

fn read(texts: &[&str]) -> Imported {
    let names: Vec<String> = (0..texts.len()).map(|at| format!("{at}.json")).collect();
    let files: Vec<(&str, &str)> = names
        .iter()
        .map(String::as_str)
        .zip(texts.iter().copied())
        .collect();
    imported(&files, &options())
}

/// As `az network vnet show` prints it: no `properties`, `resourceGroup` beside each id, nulls.
const FLAT_NETWORK: &str = r#"{
  "addressSpace": { "addressPrefixes": [ "10.0.0.0/16" ] },
  "dhcpOptions": null,
  "enableDdosProtection": false,
  "etag": "W/\"1\"",
  "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V",
  "location": "UK South",
  "name": "V",
  "provisioningState": "Succeeded",
  "resourceGroup": "G",
  "resourceGuid": "x",
  "subnets": [
    {
      "addressPrefix": "10.0.1.0/24",
      "delegations": [
        { "name": "d", "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V/subnets/s/delegations/d", "actions": [ "a" ], "serviceName": "Microsoft.Web/serverFarms", "resourceGroup": "G", "provisioningState": "Succeeded" }
      ],
      "etag": "W/\"1\"",
      "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V/subnets/s",
      "ipConfigurations": [
        { "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/G/providers/Microsoft.Network/networkInterfaces/n/ipConfigurations/c", "resourceGroup": "G" }
      ],
      "name": "s",
      "networkSecurityGroup": { "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/G/providers/Microsoft.Network/networkSecurityGroups/N", "resourceGroup": "G", "securityRules": null },
      "privateEndpointNetworkPolicies": "Disabled",
      "provisioningState": "Succeeded",
      "resourceGroup": "G",
      "type": "Microsoft.Network/virtualNetworks/subnets"
    }
  ],
  "tags": {},
  "type": "Microsoft.Network/virtualNetworks",
  "virtualNetworkPeerings": []
}"#;

/// As ARM answers the same.
fn nested_network() -> String {
    json!({
        "id": format!("{PROVIDERS}/Microsoft.Network/virtualNetworks/V"),
        "name": "V", "type": "Microsoft.Network/virtualNetworks", "location": "uksouth", "etag": "W/\"2\"",
        "properties": {
            "provisioningState": "Succeeded",
            "resourceGuid": "x",
            "enableDdosProtection": false,
            "addressSpace": { "addressPrefixes": [ "10.0.0.0/16" ] },
            "subnets": [ {
                "name": "s",
                "id": format!("{PROVIDERS}/Microsoft.Network/virtualNetworks/V/subnets/s"),
                "properties": {
                    "addressPrefix": "10.0.1.0/24",
                    "delegations": [ { "name": "d", "id": format!("{PROVIDERS}/Microsoft.Network/virtualNetworks/V/subnets/s/delegations/d"), "properties": { "actions": [ "a" ], "serviceName": "Microsoft.Web/serverFarms" } } ],
                    "ipConfigurations": [ { "id": format!("{PROVIDERS}/Microsoft.Network/networkInterfaces/n/ipConfigurations/c") } ],
                    "networkSecurityGroup": { "id": format!("{PROVIDERS}/Microsoft.Network/networkSecurityGroups/N") },
                    "privateEndpointNetworkPolicies": "Disabled",
                }
            } ],
        }
    })
    .to_string()
}

#[test]
fn the_cli_prints_a_network_without_nesting() {
    let flat = clean(&[FLAT_NETWORK]);
    let nested = clean(&[&nested_network()]);
    let network = id("Microsoft.Network/virtualNetworks/V");
    assert_eq!(
        essence(&flat.topology.resources[&network]),
        essence(&nested.topology.resources[&network])
    );
    assert_eq!(flat.kinds[0].1, Some(Kind::Resource));
    let place = Place {
        id: id("Microsoft.Network/virtualNetworks/V/subnets/s"),
        pointer: "/properties/addressPrefix".to_owned(),
    };
    let subnet = flat.topology.provenance.span(&Place {
        id: network,
        pointer: format!("/properties/subnets/0{}", place.pointer),
    });
    let at = flat.sources.location(subnet.unwrap());
    assert_eq!((at.file.as_str(), at.line, at.column), ("0.json", 14, 24));
}

#[test]
fn older_commands_have_names_of_their_own() {
    let text = json!({
        "enableAcceleratedNetworking": false,
        "enableIpForwarding": true,
        "id": format!("{PROVIDERS}/Microsoft.Network/networkInterfaces/n"),
        "ipConfigurations": [ {
            "id": format!("{PROVIDERS}/Microsoft.Network/networkInterfaces/n/ipConfigurations/c"),
            "name": "c", "primary": true, "resourceGroup": "G",
            "privateIpAddress": "10.0.1.4", "privateIpAllocationMethod": "Static",
            "publicIpAddress": null,
            "subnet": { "id": format!("{PROVIDERS}/Microsoft.Network/virtualNetworks/V/subnets/s"), "resourceGroup": "G" }
        } ],
        "location": "uksouth", "name": "n", "resourceGroup": "G",
        "type": "Microsoft.Network/networkInterfaces"
    })
    .to_string();
    let imported = clean(&[&text]);
    let (_, nic) = imported.topology.network_interfaces().next().unwrap();
    assert_eq!(nic.enable_ip_forwarding, Some(true));
    let configuration = &nic.ip_configurations[0].properties;
    assert_eq!(
        configuration
            .private_ip_address
            .map(|address| address.to_string()),
        Some("10.0.1.4".to_owned())
    );
    assert_eq!(
        configuration.private_ip_allocation_method.as_deref(),
        Some("Static")
    );
    assert!(configuration.extra.is_empty());
}

#[test]
fn machines_and_services_are_nested_again() {
    let machine = json!({
        "hardwareProfile": { "vmSize": "Standard_B2s" },
        "id": format!("{PROVIDERS}/Microsoft.Compute/virtualMachines/m"),
        "location": "uksouth", "name": "m", "resourceGroup": "G",
        "networkProfile": { "networkInterfaces": [ { "deleteOption": null, "id": format!("{PROVIDERS}/Microsoft.Network/networkInterfaces/n"), "primary": true, "resourceGroup": "G" } ] },
        "userData": null, "vmId": "y", "zones": ["1"]
    });
    let service = json!({
        "id": format!("{PROVIDERS}/Microsoft.ApiManagement/service/a"),
        "location": "UK South", "name": "a", "publisherEmail": "ops@example.com", "publisherName": "ops",
        "privateIpAddresses": ["10.0.2.5"], "resourceGroup": "G",
        "sku": { "capacity": 1, "name": "Developer" }, "type": "Microsoft.ApiManagement/service",
        "virtualNetworkConfiguration": { "subnetResourceId": format!("{PROVIDERS}/Microsoft.Network/virtualNetworks/V/subnets/s"), "subnetname": null, "vnetid": "00000000-0000-0000-0000-000000000000" },
        "virtualNetworkType": "Internal"
    });
    let imported = clean(&[&json!([machine, service]).to_string()]);
    assert_eq!(imported.kinds[0].1, Some(Kind::Resources));
    let (resource, machine) = imported.topology.virtual_machines().next().unwrap();
    assert_eq!(resource.zones, ["1"]);
    assert_eq!(machine.network_profile.network_interfaces.len(), 1);
    let (_, service) = imported.topology.api_managements().next().unwrap();
    assert_eq!(service.virtual_network_type.as_deref(), Some("Internal"));
    assert_eq!(service.private_ip_addresses.len(), 1);
}

#[test]
fn resource_graph_answers_rows_and_tables() {
    let row = json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/microsoft.network/virtualnetworks/v"),
        "name": "v", "type": "microsoft.network/virtualnetworks", "kind": "", "location": "uksouth",
        "resourceGroup": "g", "subscriptionId": SUBSCRIPTION, "tenantId": "t", "managedBy": "",
        "sku": null, "plan": null, "zones": null, "identity": null, "extendedLocation": null,
        "tags": { "Name": "x" },
        "properties": { "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] } }
    });
    let rows = json!({ "count": 1, "data": [row], "skip_token": null, "total_records": 1 });
    let names: Vec<_> = row.as_object().unwrap().keys().collect();
    let columns: Vec<_> = names
        .iter()
        .map(|name| json!({ "name": name, "type": "string" }))
        .collect();
    let values: Vec<_> = row.as_object().unwrap().values().collect();
    let table = json!({ "count": 1, "data": { "columns": columns, "rows": [values] } });
    let one = clean(&[&rows.to_string()]);
    let other = clean(&[&table.to_string()]);
    let network = id("Microsoft.Network/virtualNetworks/V");
    for imported in [&one, &other] {
        assert_eq!(imported.kinds[0].1, Some(Kind::ResourceGraph));
        let resource = &imported.topology.resources[&network];
        assert_eq!(resource.tags["Name"], "x", "what people name stays");
        assert!(resource.extra.is_empty(), "{:?}", resource.extra);
        assert!(resource.existing);
    }
}

#[test]
fn lists_requests_and_changes_are_understood() {
    let network = nested_network();
    let network: serde_json::Value = serde_json::from_str(&network).unwrap();
    let template = json!({
        "resources": [ { "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-03-01", "name": "[parameters('n')]" } ],
        "parameters": { "n": { "type": "string" } }
    });
    let parameters = json!({ "n": { "value": "W" } });
    let cases = [
        (json!({ "value": [network] }), Kind::Resources, "V"),
        (json!([[network], []]), Kind::Resources, "V"),
        (
            json!({ "properties": { "mode": "Incremental", "template": template, "parameters": parameters } }),
            Kind::Template,
            "W",
        ),
        (
            json!({ "status": "Succeeded", "properties": { "changes": [ { "changeType": "Create", "after": network }, { "changeType": "Delete", "before": {} } ] } }),
            Kind::WhatIf,
            "V",
        ),
    ];
    for (text, kind, name) in cases {
        let imported = clean(&[&text.to_string()]);
        assert_eq!(imported.kinds[0].1, Some(kind));
        let (resource, _) = imported.topology.virtual_networks().next().unwrap();
        assert_eq!(resource.id.name(), name);
        assert_eq!(resource.existing, kind != Kind::Template);
    }
    assert_eq!(clean(&["[]"]).kinds[0].1, Some(Kind::Empty));
    assert_eq!(clean(&["{\"value\": []}"]).kinds[0].1, Some(Kind::Empty));
}

#[test]
fn parameters_are_found_by_the_name_of_their_template() {
    let template = |kind: &str| {
        json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "parameters": { "n": { "type": "string" } },
            "resources": [ { "type": kind, "apiVersion": "1", "name": "[parameters('n')]" } ],
            "outputs": { "name": { "type": "string", "value": "[parameters('n')]" } }
        })
        .to_string()
    };
    let given = |name: &str| json!({ "parameters": { "n": { "value": name } } }).to_string();
    let (a, b) = (template("A.A/a"), template("B.B/b"));
    let (for_a, for_b, astray) = (given("x"), given("y"), given("z"));
    let files = [
        ("one/a.parameters.json", for_a.as_str()),
        ("one/a.json", &a),
        ("two/template.json", &b),
        ("two/parameters.json", &for_b),
        ("c.parameters.json", &astray),
    ];
    let imported = imported(&files, &options());
    assert_eq!(
        shown(&imported.findings, &imported.sources),
        ["IMP004 c.parameters.json:1:1 which template these parameters belong to is not known"]
    );
    let ids: Vec<String> = imported
        .topology
        .resources
        .keys()
        .map(ResourceId::short)
        .collect();
    assert_eq!(ids, ["a/x", "b/y", "resourceGroups/rg"]);
    let output = &imported.outputs["two/template.json"]["name"];
    assert_eq!(output.as_str(), Some("y"));
}

#[test]
fn the_richer_of_two_counts_and_a_difference_is_found() {
    let poor = json!({
        "id": format!("{PROVIDERS}/Microsoft.Network/virtualNetworks/v"),
        "location": "UK South", "tags": { "only": "here" }, "etag": "old",
        "properties": { "addressSpace": { "addressPrefixes": ["10.9.0.0/16"] }, "subnets": [ { "name": "S", "properties": { "addressPrefix": "10.0.1.0/24", "defaultOutboundAccess": false } }, { "name": "more", "properties": { "addressPrefix": "10.0.5.0/24" } } ] }
    });
    let poor = serde_json::to_string_pretty(&poor).unwrap();
    let imported = read(&[&poor, &nested_network()]);
    assert_eq!(
        shown(&imported.findings, &imported.sources),
        ["IMP003 0.json:10:26 `virtualNetworks/V` is given twice, with another `addressPrefixes`"]
    );
    let (resource, network) = imported.topology.virtual_networks().next().unwrap();
    assert_eq!(resource.tags["only"], "here");
    assert_eq!(
        network.address_space.address_prefixes[0].to_string(),
        "10.0.0.0/16"
    );
    assert_eq!(network.subnets.len(), 2);
    let first = &network.subnets[0].properties;
    assert_eq!(first.default_outbound_access, Some(false));
    assert!(first.network_security_group.is_some());
    let at = |pointer: &str| {
        let place = Place {
            id: resource.id.clone(),
            pointer: pointer.to_owned(),
        };
        let span = imported.topology.provenance.span(&place).unwrap();
        imported.sources.location(span).file
    };
    assert_eq!(at("/tags/only"), "0.json");
    assert_eq!(at("/properties/addressSpace/addressPrefixes/0"), "1.json");
    assert_eq!(
        at("/properties/subnets/0/properties/defaultOutboundAccess"),
        "0.json"
    );
    assert_eq!(
        at("/properties/subnets/0/properties/addressPrefix"),
        "1.json"
    );
    assert_eq!(
        at("/properties/subnets/1/properties/addressPrefix"),
        "0.json"
    );
    check_law(&imported.topology);
}

#[test]
fn equal_answers_are_no_difference() {
    let nested = nested_network();
    clean(&[FLAT_NETWORK, &nested, FLAT_NETWORK]);
}

#[test]
fn subscriptions_are_named_by_the_account() {
    let account = json!([
        { "id": SUBSCRIPTION, "name": "Contoso Prod (EU)", "tenantId": "33333333-3333-3333-3333-333333333333", "state": "Enabled", "isDefault": true },
        { "id": "11111111-1111-1111-1111-111111111111", "name": "other", "tenantId": "33333333-3333-3333-3333-333333333333" }
    ]);
    let imported = clean(&[&account.to_string(), &nested_network()]);
    assert_eq!(imported.kinds[0].1, Some(Kind::Subscriptions));
    let keys: Vec<&String> = imported.topology.subscriptions.keys().collect();
    assert_eq!(keys, ["contoso-prod-eu"]);
    let manifest = import::to_manifest(&imported.topology);
    assert!(manifest.contains("contoso-prod-eu:"), "{manifest}");
}

#[test]
fn what_was_read_from_azure_exists_unless_it_is_ours() {
    let owned = json!({
        "id": format!("{PROVIDERS}/Microsoft.Network/routeTables/r"),
        "location": "uksouth", "tags": { "linkspan": "mine" }, "properties": {}
    })
    .to_string();
    let imported = clean(&[&owned, &nested_network()]);
    assert_eq!(imported.topology.name, "mine");
    let existing = |rest: &str| imported.topology.resources[&id(rest)].existing;
    assert!(!existing("Microsoft.Network/routeTables/r"));
    assert!(existing("Microsoft.Network/virtualNetworks/V"));
    let as_pattern = Options {
        observed: Observed::Ours,
        ..options()
    };
    let nested = nested_network();
    let all_ours = super::imported(&[("0.json", &nested)], &as_pattern);
    assert!(
        all_ours
            .topology
            .resources
            .values()
            .all(|resource| !resource.existing)
    );
}

#[test]
fn what_cannot_be_imported_is_found() {
    let bare = json!([
        { "id": format!("{PROVIDERS}/Microsoft.Network/natGateways/a"), "properties": null, "location": "uksouth" },
        { "id": format!("{PROVIDERS}/Microsoft.Network/natGateways/b"), "location": "uksouth", "sku": { "name": "Standard" } }
    ])
    .to_string();
    let above = json!({ "id": format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/r"), "properties": {} })
        .to_string();
    let cases: [(&str, &[&str]); 6] = [
        (
            "{ \"name\": \"x\" }",
            &["IMP001 0.json:1:1 this is nothing that can be imported"],
        ),
        (
            "[ 1, \"x\" ]",
            &["IMP001 0.json:1:1 this is nothing that can be imported"],
        ),
        (
            "{",
            &["JSON001 0.json:1:2 malformed JSON: a key in quotes is expected, and the text ends"],
        ),
        (&bare, &["IMP005 0.json:1:2 2 resources have no properties"]),
        (
            &above,
            &[
                "IMP002 0.json:1:1 `/subscriptions/22222222-2222-2222-2222-222222222222/providers/Microsoft.Authoriz…` is left out",
            ],
        ),
        (
            "{ \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#\", \"parameters\": { \"a\": { \"valu\": 1 } } }",
            &[
                "TPL007 0.json:1:120 the parameter `a` has no `value`",
                "IMP004 0.json:1:1 which template these parameters belong to is not known",
            ],
        ),
    ];
    for (text, expected) in cases {
        let imported = read(&[text]);
        assert_eq!(shown(&imported.findings, &imported.sources), expected);
        assert!(
            imported
                .findings
                .iter()
                .all(|finding| !finding.help.is_empty())
        );
    }
}

#[test]
fn findings_about_values_point_into_the_file() {
    let text = json!({
        "id": format!("{PROVIDERS}/Microsoft.Network/networkSecurityGroups/N"),
        "properties": { "securityRules": [ { "name": "r", "properties": { "priority": "high" } } ] }
    });
    let text = serde_json::to_string_pretty(&text).unwrap();
    let imported = read(&[&text]);
    let shown = shown(&imported.findings, &imported.sources);
    assert_eq!(shown.len(), 1);
    assert!(shown[0].starts_with("ARM002 0.json:8:23 "), "{shown:?}");
}
