//! Topologies of other shapes than the examples.

use super::{read, written};
use topology::{
    Checked, Topology,
    render::{ExportError, File, Options, Part, exporter},
};

const HEAD: &str = "
linkspan: v1
name: shapes
subscriptions:
  provider: { id: 22222222-2222-2222-2222-222222222222 }
  one: { id: 11111111-1111-1111-1111-111111111111 }
  two: { id: 33333333-3333-3333-3333-333333333333 }
resourceGroups:
  P: { subscription: provider, location: westus2 }
  A: { subscription: one, location: westus2 }
  B: { subscription: two, location: westus2 }
";

/// Direct Connect, no forwarder, two consumers.
const DIRECT: &str = "
virtualNetworks:
  Hub: { resourceGroup: P, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 }, sql: { addressPrefix: 10.0.2.0/24 } } }
  Near: { resourceGroup: A, addressPrefixes: [10.0.0.0/16], subnets: { default: { addressPrefix: 10.0.0.0/24 } } }
  Far: { resourceGroup: B, addressPrefixes: [10.0.0.0/16], subnets: { default: { addressPrefix: 10.0.0.0/24 } } }
privateLinkServices:
  Sql: { subnet: Hub/nat, natIPs: [10.0.1.4, 10.0.1.5], destinationIPAddress: 10.0.2.4, visibility: [one, two], autoApproval: [one] }
privateEndpoints:
  NearPE: { subnet: Near/default, service: Sql }
  FarPE: { subnet: Far/default, service: Sql, manual: true, requestMessage: 'from \"two\", it''s ${urgent} `now`' }
";

/// The topology of a text, which must have no errors.
pub(super) fn checked(text: &str) -> Checked<Topology> {
    read(text).unwrap_or_else(|topology| {
        let (manifest, mut found) = topology::manifest::parse(text);
        found.extend(topology::resolve::resolve(&manifest).findings);
        found.extend(topology::rules::check(&topology));
        let found: Vec<String> = found
            .into_iter()
            .map(|finding| {
                format!(
                    "{:?} {} {}",
                    finding.severity, finding.code, finding.message
                )
            })
            .collect();
        panic!("{found:#?}");
    })
}

/// Every shape, by name.
pub(super) fn all() -> Vec<(&'static str, String)> {
    vec![
        ("direct", format!("{HEAD}{DIRECT}")),
        ("types", format!("{HEAD}{TYPES}")),
        ("turns", format!("{HEAD}{TURNS}")),
        ("odd-names", format!("{HEAD}{ODD}")),
    ]
}

fn files(
    rest: &str,
    id: &str,
    part: Part,
    partner: Option<&str>,
) -> Result<Vec<File>, ExportError> {
    let options = Options {
        part,
        partner: partner.map(str::to_owned),
    };
    exporter(id)
        .unwrap()
        .export(&checked(&format!("{HEAD}{rest}")), &options)
}

/// A resource of each type that is no part of the examples, and what azurerm cannot say.
const TYPES: &str = "
virtualNetworks:
  Hub: { resourceGroup: P, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 }, out: { addressPrefix: 10.0.2.0/24 } } }
  Spoke: { resourceGroup: P, addressPrefixes: [10.7.0.0/16], subnets: { default: { addressPrefix: 10.7.0.0/24 } } }
resources:
  - { type: Microsoft.Network/publicIPAddresses, name: out-ip, resourceGroup: P, location: westus2, sku: { name: Standard }, zones: ['1', '2', '3'], properties: { publicIPAllocationMethod: Static, publicIPAddressVersion: IPv4 } }
  - { type: Microsoft.Network/natGateways, name: natgw, resourceGroup: P, location: westus2, sku: { name: Standard }, properties: { idleTimeoutInMinutes: 4, publicIpAddresses: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/publicIPAddresses/out-ip } ] } }
  - { type: Microsoft.Network/applicationSecurityGroups, name: asg, resourceGroup: P, location: westus2 }
  - type: Microsoft.Network/networkSecurityGroups
    name: nsg
    resourceGroup: P
    location: westus2
    properties:
      securityRules:
        - { name: allow, properties: { priority: 100, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefixes: [10.0.0.0/16, 10.7.0.0/16], sourcePortRange: '*', destinationAddressPrefix: '*', destinationPortRanges: ['443', '8080-8090'] } }
  - { type: Microsoft.Network/routeTables, name: routes, resourceGroup: P, location: westus2, properties: { disableBgpRoutePropagation: true, routes: [ { name: near, properties: { addressPrefix: 10.9.0.0/16, nextHopType: VirtualAppliance, nextHopIpAddress: 10.0.2.9 } } ] } }
  - type: Microsoft.Network/virtualNetworks
    name: Hub
    resourceGroup: P
    properties:
      subnets:
        - name: out
          properties:
            natGateway: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/natGateways/natgw }
            networkSecurityGroup: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/networkSecurityGroups/nsg }
            routeTable: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/routeTables/routes }
  - { type: Microsoft.Network/virtualNetworks/virtualNetworkPeerings, name: Hub/to-spoke, resourceGroup: P, properties: { allowVirtualNetworkAccess: true, allowForwardedTraffic: false, remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Spoke } } }
  - { type: Microsoft.Network/virtualNetworks/virtualNetworkPeerings, name: Spoke/to-hub, resourceGroup: P, properties: { allowVirtualNetworkAccess: true, allowForwardedTraffic: false, remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Hub } } }
  - { type: Microsoft.Storage/storageAccounts, apiVersion: 2023-05-01, name: stlinkspan, resourceGroup: P, location: westus2, sku: { name: Standard_LRS }, kind: StorageV2, properties: { publicNetworkAccess: Disabled } }
  - type: Microsoft.Network/privateEndpoints
    name: blob-PE
    resourceGroup: P
    location: westus2
    properties:
      subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Spoke/subnets/default }
      privateLinkServiceConnections:
        - { name: blob, properties: { privateLinkServiceId: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Storage/storageAccounts/stlinkspan, groupIds: [blob] } }
  - { type: Microsoft.Network/privateDnsZones, name: privatelink.blob.core.windows.net, resourceGroup: P, location: global }
  - { type: Microsoft.Network/privateDnsZones/virtualNetworkLinks, name: privatelink.blob.core.windows.net/spoke, resourceGroup: P, location: global, properties: { registrationEnabled: false, virtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Spoke } } }
  - { type: Microsoft.Network/privateEndpoints/privateDnsZoneGroups, name: blob-PE/default, resourceGroup: P, properties: { privateDnsZoneConfigs: [ { name: blob, properties: { privateDnsZoneId: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net } } ] } }
  - type: Microsoft.Network/loadBalancers
    name: lb
    resourceGroup: P
    location: westus2
    sku: { name: Standard }
    properties:
      frontendIPConfigurations:
        - { name: fe, zones: ['1', '2', '3'], properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Hub/subnets/out }, privateIPAllocationMethod: Dynamic } }
      backendAddressPools:
        - { name: be, properties: {} }
      probes:
        - { name: tcp, properties: { protocol: Tcp, port: 443, intervalInSeconds: 5, numberOfProbes: 1, probeThreshold: 1 } }
      loadBalancingRules:
        - name: https
          properties:
            frontendIPConfiguration: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/loadBalancers/lb/frontendIPConfigurations/fe }
            backendAddressPool: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/loadBalancers/lb/backendAddressPools/be }
            probe: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/loadBalancers/lb/probes/tcp }
            protocol: Tcp
            frontendPort: 443
            backendPort: 443
            enableTcpReset: true
            idleTimeoutInMinutes: 30
            disableOutboundSnat: true
            enableFloatingIP: false
            loadDistribution: Default
  - type: Microsoft.Network/networkInterfaces
    name: nic
    resourceGroup: P
    location: westus2
    properties:
      enableIPForwarding: true
      ipConfigurations:
        - name: ipconfig1
          properties:
            primary: true
            privateIPAllocationMethod: Static
            privateIPAddress: 10.0.2.9
            subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Hub/subnets/out }
            loadBalancerBackendAddressPools: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/loadBalancers/lb/backendAddressPools/be } ]
            applicationSecurityGroups: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/applicationSecurityGroups/asg } ]
  - type: Microsoft.Compute/virtualMachines
    name: vm
    resourceGroup: P
    location: westus2
    properties:
      hardwareProfile: { vmSize: Standard_B2s }
      storageProfile: { imageReference: { publisher: Canonical, offer: ubuntu-24_04-lts, sku: server, version: latest }, osDisk: { createOption: FromImage, deleteOption: Delete, managedDisk: { storageAccountType: Premium_LRS } } }
      osProfile: { computerName: vm, adminUsername: azureuser, adminPassword: 'a secret', linuxConfiguration: { disablePasswordAuthentication: false } }
      networkProfile: { networkInterfaces: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/networkInterfaces/nic } ] }
";

/// Two groups that need each other in turn: no order of whole groups would do.
const TURNS: &str = "
virtualNetworks:
  Hub: { resourceGroup: P, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24, networkSecurityGroup: nsg } } }
resources:
  - { type: Microsoft.Resources/resourceGroups, id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Q, location: westus2 }
  - { type: Microsoft.Network/networkSecurityGroups, name: other, resourceGroup: Q, location: westus2, properties: { securityRules: [] } }
  - type: Microsoft.Network/virtualNetworks
    name: Hub
    resourceGroup: P
    properties: { subnets: [ { name: nat, properties: { networkSecurityGroup: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Q/providers/Microsoft.Network/networkSecurityGroups/other } } } ] }
  - type: Microsoft.Network/networkInterfaces
    name: nic
    resourceGroup: Q
    location: westus2
    properties: { ipConfigurations: [ { name: one, properties: { primary: true, privateIPAllocationMethod: Dynamic, subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Hub/subnets/nat } } } ] }
";

/// Names and texts that no language may take for its own.
const ODD: &str = r#"
variables: { dollar: '$' }
virtualNetworks:
  true: { resourceGroup: P, addressPrefixes: [10.0.0.0/16], subnets: { a-b: { addressPrefix: 10.0.1.0/24 }, a_b: { addressPrefix: 10.0.2.0/24 } } }
resources:
  - type: Microsoft.Network/networkSecurityGroups
    name: resource
    resourceGroup: P
    location: westus2
    tags:
      'it''s ${a} %{b} `c` "d"': '[concat(''x'')] ${a} %{b} `c` $(dollar)(d) "e" it''s \ end'
      bracketed: '[concat(''x'')]'
      multi: "one\ntwo"
    properties:
      securityRules:
        - name: one
          properties:
            description: "say 'hi' ${hi} `now`, it's\n%{if} $(dollar)(true)"
            priority: 100
            direction: Inbound
            access: Allow
            protocol: Tcp
            sourceAddressPrefix: 10.0.1.0/24
            sourcePortRange: '*'
            destinationAddressPrefix: 10.0.2.0/24
            destinationPortRange: '443'
"#;

fn all_text(files: &[File]) -> String {
    files.iter().map(|file| file.text.as_str()).collect()
}

#[test]
fn several_partners_must_be_named() {
    let error = files(DIRECT, "arm", Part::Partner, None).unwrap_err();
    assert!(
        matches!(&error, ExportError::SeveralPartners { known } if known == &["one", "two"]),
        "{error}"
    );
    let error = files(DIRECT, "arm", Part::Partner, Some("three")).unwrap_err();
    assert!(error.to_string().contains("`three`"), "{error}");
    let named = files(DIRECT, "arm", Part::Partner, Some("two")).unwrap();
    assert!(all_text(&named).contains("FarPE") && !all_text(&named).contains("NearPE"));
}

#[test]
fn the_provider_has_what_no_partner_has() {
    let text = all_text(&files(DIRECT, "bicep", Part::Provider, None).unwrap());
    assert!(text.contains("destinationIPAddress: '10.0.2.4'"), "{text}");
    assert!(!text.contains("resource farPE") && !text.contains("resource nearPE"));
    assert!(
        text.contains("az network private-link-service show --ids"),
        "{text}"
    );
    assert!(text.contains("approves the connection by hand"), "{text}");
}

#[test]
fn a_topology_in_one_subscription_has_no_partner() {
    let one = "
virtualNetworks:
  Hub: { resourceGroup: P, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 } } }
";
    let error = files(one, "arm", Part::Partner, None).unwrap_err();
    assert!(matches!(error, ExportError::NoPartner), "{error}");
}

#[test]
fn request_messages_cannot_break_any_language() {
    let message = "from \"two\", it's ${urgent} `now`";
    let json: serde_json::Value = serde_json::from_str(
        &files(DIRECT, "arm", Part::Partner, Some("two"))
            .unwrap()
            .first()
            .unwrap()
            .text,
    )
    .unwrap();
    assert!(
        json.to_string().contains(&message.replace('"', "\\\"")),
        "{json}"
    );
    let bicep = all_text(&files(DIRECT, "bicep", Part::Partner, Some("two")).unwrap());
    assert!(
        bicep.contains(r#"'from "two", it\'s \${urgent} `now`'"#),
        "{bicep}"
    );
}

#[test]
fn a_group_that_is_there_needs_no_subscription_scope() {
    let text = "
linkspan: v1
name: small
subscriptions: { own: { id: 22222222-2222-2222-2222-222222222222 } }
resourceGroups: { G: { subscription: own, location: westus2, existing: true } }
virtualNetworks:
  Hub: { resourceGroup: G, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 } } }
";
    for (exporter, files) in written(text, Part::Whole) {
        let files = files.unwrap();
        match exporter {
            "arm" => assert!(all_text(&files).contains("/deploymentTemplate.json#")),
            "bicep" => {
                assert_eq!(files.len(), 1);
                assert!(!all_text(&files).contains("targetScope"));
            }
            _ => {}
        }
    }
}

#[test]
fn groups_that_need_each_other_are_cut_into_stages() {
    let text = all_text(&files(TURNS, "bicep", Part::Whole, None).unwrap());
    assert!(
        text.contains("'Q-2.bicep'") || text.contains("'P-2.bicep'"),
        "{text}"
    );
}

#[test]
fn what_azurerm_cannot_say_goes_to_azapi_with_the_reason() {
    let text = all_text(&files(TYPES, "terraform", Part::Whole, None).unwrap());
    assert!(text.contains("# azurerm has no resource that is exactly a Microsoft.Storage/storageAccounts\nresource \"azapi_resource\""), "{text}");
    for kind in [
        "azurerm_nat_gateway_public_ip_association",
        "azurerm_subnet_route_table_association",
        "azurerm_virtual_network_peering",
        "azurerm_network_interface_application_security_group_association",
        "private_dns_zone_group {",
        "azurerm_linux_virtual_machine",
    ] {
        assert!(text.contains(kind), "{kind} is missing in {text}");
    }
}

#[test]
fn secrets_stand_in_no_file() {
    for (exporter, found) in written(&format!("{HEAD}{TYPES}"), Part::Whole) {
        let text = all_text(&found.unwrap());
        assert!(
            !text.contains("'a secret'") && !text.contains("\"a secret\""),
            "{exporter}"
        );
        match exporter {
            "arm" => assert!(text.contains("\"securestring\"")),
            "bicep" => assert!(text.contains("@secure()")),
            "terraform" => assert!(text.contains("var.vmAdminPassword"), "{text}"),
            "cli" => assert!(text.contains("${VM_ADMIN_PASSWORD:?"), "{text}"),
            _ => {}
        }
    }
}

#[test]
fn parts_with_names_that_look_alike_get_blocks_of_their_own() {
    let text = all_text(&files(ODD, "terraform", Part::Whole, None).unwrap());
    assert!(
        text.contains("\"true_virtual_network_a_b\"")
            && text.contains("\"true_virtual_network_a_b_2\""),
        "{text}"
    );
}
