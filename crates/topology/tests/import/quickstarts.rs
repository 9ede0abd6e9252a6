//! Azure's quickstart templates, as published; see `fixtures/quickstarts/SOURCES.md`.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "`UPDATE_EXPECT` writes them so"
)]

use super::*;
use expect_test::{Expect, expect};

const GROUP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";

/// Imports a quickstart with its parameters file, if it has one, and values for what has none.
#[track_caller]
fn check(name: &str, given: &[(&str, serde_json::Value)], expected: &Expect) -> (Imported, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/quickstarts");
    let files: Vec<(String, String)> = ["", ".parameters"]
        .iter()
        .filter_map(|suffix| {
            let file = format!("{name}{suffix}.json");
            let text = std::fs::read_to_string(folder.join(&file)).ok()?;
            Some((file, text))
        })
        .collect();
    assert!(!files.is_empty(), "{name}");
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let mut options = options();
    for (name, value) in given {
        options.parameters.set(name, value);
    }
    let imported = imported(&files, &options);
    let mut out: String = imported
        .topology
        .resources
        .keys()
        .map(|id| {
            let short = id.as_str().replace(GROUP, "rg");
            format!("{}\n", short.trim_start_matches("rg/providers/"))
        })
        .collect();
    for finding in &imported.findings {
        assert!(finding.severity < Severity::Warning, "{name}: {finding:?}");
        out.push_str(&format!("{} {}\n", finding.code, finding.message));
    }
    expected.assert_eq(&out);
    let manifest = check_law(&imported.topology);
    (imported, manifest)
}

/// The value that stands in a file at the place of a pointer.
fn text_at<'i>(imported: &'i Imported, id: &str, pointer: &str) -> &'i str {
    let place = Place {
        id: format!("{GROUP}/providers/{id}").parse().unwrap(),
        pointer: pointer.to_owned(),
    };
    let span = imported.topology.provenance.span(&place).unwrap();
    &imported.sources.text(span.source)[span.start..span.end]
}

fn secrets() -> Vec<(&'static str, serde_json::Value)> {
    vec![
        ("adminUsername", "azure".into()),
        ("adminPassword", "x".into()),
    ]
}

#[test]
fn privatelink_service() {
    let (imported, _) = check(
        "privatelink-service",
        &[],
        &expect![[r#"
            Microsoft.Network/virtualNetworks/myVirtualNetwork
            Microsoft.Network/loadBalancers/myILB
            Microsoft.Network/networkInterfaces/myVmtnw7cxvo5yeNetInt
            Microsoft.Compute/virtualMachines/myVmtnw7cxvo5ye
            Microsoft.Compute/virtualMachines/myVmtnw7cxvo5ye/extensions/installcustomscript
            Microsoft.Network/privateLinkServices/myPLS
            Microsoft.Network/virtualNetworks/myPEVnet
            Microsoft.Network/publicIPAddresses/myConsumerVmtnwPublicIP
            Microsoft.Network/networkInterfaces/myConsumerVmtnwNetInt
            Microsoft.Compute/virtualMachines/myConsumerVmtnw
            Microsoft.Network/privateEndpoints/myPrivateEndpoint
            rg
        "#]],
    );
    // The subnet is what `reference()` gives of the load balancer in the same template.
    let service = imported.topology.private_link_services().next().unwrap().1;
    let subnet = &service.ip_configurations[0].properties.subnet;
    let subnet = &subnet.as_ref().unwrap().id;
    assert_eq!(subnet.short(), "subnets/frontendSubnet");
    assert_eq!(
        text_at(
            &imported,
            "Microsoft.Network/privateLinkServices/myPLS",
            "/properties/ipConfigurations/0/properties/subnet/id"
        ),
        "\"[reference(variables('loadbalancerId'), '2019-06-01').frontendIPConfigurations[0].properties.subnet.id]\""
    );
    // A rule whose name is spelled `Name`.
    let balancer = imported.topology.load_balancers().next().unwrap().1;
    assert_eq!(balancer.load_balancing_rules[0].name, "myHTTPRule");
    assert_eq!(
        text_at(
            &imported,
            "Microsoft.Network/loadBalancers/myILB",
            "/properties/loadBalancingRules/0/name"
        ),
        "\"myHTTPRule\""
    );
}

#[test]
fn api_management_create_with_internal_vnet() {
    check(
        "api-management-create-with-internal-vnet",
        &[],
        &expect![[r#"
            Microsoft.Network/networkSecurityGroups/apimnsgtnw7cxvo5yecw
            Microsoft.Network/virtualNetworks/GEN-VNET-NAME
            Microsoft.ApiManagement/service/apiservicetnw7cxvo5yecw
            rg
        "#]],
    );
}

#[test]
fn internal_loadbalancer_create() {
    let (imported, manifest) = check(
        "internal-loadbalancer-create",
        &secrets(),
        &expect![[r#"
            Microsoft.Network/natGateways/lb-nat-gateway
            Microsoft.Network/publicIPAddresses/lb-nat-gateway-ip
            Microsoft.Network/virtualNetworks/lb-vnet
            Microsoft.Network/bastionHosts/lb-bastion
            Microsoft.Network/publicIPAddresses/lb-bastion-ip
            Microsoft.Network/networkInterfaces/lb-nic0
            Microsoft.Network/networkInterfaces/lb-nic1
            Microsoft.Network/loadBalancers/internal-lb
            Microsoft.Storage/storageAccounts/tnw7cxvo5yecw
            Microsoft.Compute/virtualMachines/BackendVM0
            Microsoft.Compute/virtualMachines/BackendVM1
            rg
            IMP006 `storageUri` of `BackendVM0` is not known
        "#]],
    );
    // A subnet that is deployed apart from its network points at where it is written.
    assert_eq!(
        text_at(
            &imported,
            "Microsoft.Network/virtualNetworks/lb-vnet/subnets/backend-subnet",
            "/properties/addressPrefix"
        ),
        "\"[parameters('vNetSubnetAddressPrefix')]\""
    );
    assert!(manifest.contains("AzureBastionSubnet"), "{manifest}");
}

#[test]
fn load_balancer_standard_create() {
    let mut given = secrets();
    given.push(("projectName", "proj".into()));
    check(
        "load-balancer-standard-create",
        &given,
        &expect![[r#"
            Microsoft.Network/networkInterfaces/proj-vm1-networkInterface
            Microsoft.Network/networkInterfaces/proj-vm2-networkInterface
            Microsoft.Network/networkInterfaces/proj-vm3-networkInterface
            Microsoft.Compute/virtualMachines/proj-vm1/extensions/InstallWebServer
            Microsoft.Compute/virtualMachines/proj-vm2/extensions/InstallWebServer
            Microsoft.Compute/virtualMachines/proj-vm3/extensions/InstallWebServer
            Microsoft.Compute/virtualMachines/proj-vm1
            Microsoft.Compute/virtualMachines/proj-vm2
            Microsoft.Compute/virtualMachines/proj-vm3
            Microsoft.Network/bastionHosts/proj-bastion
            Microsoft.Network/publicIPAddresses/proj-bastionPublicIP
            Microsoft.Network/loadBalancers/proj-lb
            Microsoft.Network/publicIPAddresses/proj-lbPublicIP
            Microsoft.Network/publicIPAddresses/proj-lbPublicIPOutbound
            Microsoft.Network/networkSecurityGroups/proj-nsg
            Microsoft.Network/virtualNetworks/proj-vnet
            rg
        "#]],
    );
}

#[test]
fn nat_gateway_vnet() {
    check(
        "nat-gateway-vnet",
        &[],
        &expect![[r#"
            Microsoft.Network/publicIPAddresses/myNATgateway-ip
            Microsoft.Network/natGateways/myNATgateway
            Microsoft.Network/virtualNetworks/myVnet
            rg
        "#]],
    );
}

#[test]
fn nsg_dmz_in_vnet() {
    let (_, manifest) = check(
        "nsg-dmz-in-vnet",
        &[],
        &expect![[r#"
            Microsoft.Network/networkSecurityGroups/fensg
            Microsoft.Network/networkSecurityGroups/appnsg
            Microsoft.Network/networkSecurityGroups/dbnsg
            Microsoft.Network/virtualNetworks/First_ARM_VNet
            rg
        "#]],
    );
    // All of it has a short form, and names take the place of ids.
    assert!(!manifest.contains("resources:"), "{manifest}");
    assert!(
        manifest
            .contains("AppSubnet: { addressPrefix: 10.0.1.0/24, networkSecurityGroup: appnsg }"),
        "{manifest}"
    );
}

#[test]
fn private_dns_zone() {
    check(
        "private-dns-zone",
        &[],
        &expect![[r#"
            Microsoft.Network/virtualNetworks/VNet1
            Microsoft.Network/privateDnsZones/contoso.com
            Microsoft.Network/privateDnsZones/contoso.com/virtualNetworkLinks/contoso.com-link
            rg
        "#]],
    );
}

#[test]
fn private_endpoint_sql() {
    check(
        "private-endpoint-sql",
        &[],
        &expect![[r#"
            Microsoft.Sql/servers/sqlservertnw7cxvo5yecw
            Microsoft.Sql/servers/sqlservertnw7cxvo5yecw/databases/sample-db
            Microsoft.Network/virtualNetworks/myVirtualNetwork
            Microsoft.Network/privateEndpoints/myPrivateEndpoint
            Microsoft.Network/privateDnsZones/privatelink.database.windows.net
            Microsoft.Network/privateDnsZones/privatelink.database.windows.net/virtualNetworkLinks/privatelink.database.windows.net-link
            Microsoft.Network/privateEndpoints/myPrivateEndpoint/privateDnsZoneGroups/mydnsgroupname
            Microsoft.Network/publicIPAddresses/myVmtnw7cxvo5yePublicIP
            Microsoft.Network/networkInterfaces/myVmtnw7cxvo5yeNetInt
            Microsoft.Compute/virtualMachines/myVmtnw7cxvo5ye
            rg
        "#]],
    );
}

#[test]
fn userdefined_routes_appliance() {
    let mut given = secrets();
    given.push(("uniqueDnsPrefixForVM", "dns".into()));
    let (_, manifest) = check(
        "userdefined-routes-appliance",
        &given,
        &expect![[r#"
            Microsoft.Network/publicIPAddresses/dns0
            Microsoft.Network/publicIPAddresses/dns1
            Microsoft.Network/publicIPAddresses/dns2
            Microsoft.Network/networkSecurityGroups/DefaultNSG
            Microsoft.Network/routeTables/BasicNVA
            Microsoft.Network/virtualNetworks/Contoso_Network
            Microsoft.Network/networkInterfaces/Nic0
            Microsoft.Network/networkInterfaces/Nic1
            Microsoft.Network/networkInterfaces/Nic2
            Microsoft.Compute/virtualMachines/Dynamic0
            Microsoft.Compute/virtualMachines/Dynamic1
            Microsoft.Compute/virtualMachines/Dynamic2
            rg
        "#]],
    );
    assert!(manifest.contains("routeTable: BasicNVA"), "{manifest}");
}

#[test]
fn vmss_linux_nat() {
    let given = [
        ("vmssName", "scaleset".into()),
        ("instanceCount", 2.into()),
        ("adminUsername", "azure".into()),
        ("adminPasswordOrKey", "ssh-rsa x".into()),
    ];
    check(
        "vmss-linux-nat",
        &given,
        &expect![[r#"
            Microsoft.Network/virtualNetworks/scalesettvnet
            Microsoft.Network/publicIPAddresses/scalesettpip
            Microsoft.Network/loadBalancers/scalesettlb
            Microsoft.Compute/virtualMachineScaleSets/scalesett
            rg
        "#]],
    );
}

#[test]
fn vnet_to_vnet_peering() {
    check(
        "vnet-to-vnet-peering",
        &[],
        &expect![[r#"
            Microsoft.Network/virtualNetworks/vNet1
            Microsoft.Network/virtualNetworks/vNet2
            rg
        "#]],
    );
}
