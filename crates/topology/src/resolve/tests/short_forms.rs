//! What the short forms of load balancers, relays, Private Link, services and backends become.

use crate::{
    arm,
    model::{Topology, id::ResourceId},
    source::SourceMap,
};
use serde_json::{Value, json};

const BASE: &str = r#"linkspan: v1
name: forms
subscriptions:
  own: { id: 22222222-2222-2222-2222-222222222222 }
resourceGroups:
  g: { subscription: own, location: westeurope }
virtualNetworks:
  hub:
    resourceGroup: g
    addressPrefixes: [10.0.0.0/16]
    subnets:
      a: { addressPrefix: 10.0.1.0/24, networkSecurityGroup: nsg }
      b: { addressPrefix: 10.0.2.0/24 }
      nat: { addressPrefix: 10.0.3.0/24 }
backends:
  db: { virtualNetwork: hub, addresses: [10.0.2.10, 10.0.2.11], fqdn: Db.Example.com, ports: 5432 }
  web: { fqdn: www.example.com, ports: [80, 443] }
  blobs: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/x/providers/Microsoft.Storage/storageAccounts/blobs }
forwarders:
  one: { subnet: hub/a, instances: 2, relay: [ { listen: 443, to: "10.0.2.20:443" } ] }
  two: { subnet: hub/a, type: virtualMachineScaleSets, instances: 3, zones: ["1", "2"], relay: [ { listen: 5432, to: db } ] }
loadBalancers:
  many:
    subnet: hub/a
    zones: ["1"]
    frontendIPConfigurations:
      apps: { privateIPAddress: 10.0.1.50 }
      data: { subnet: hub/b }
      out: { publicIPAddress: pip }
    backendAddressPools:
      ones: { backend: one }
      twos: { backend: two }
      plain: { addresses: [10.0.2.30] }
    probes:
      ones: { port: 8080 }
      twos: { protocol: Tcp, port: 5432 }
    rules:
      - { frontendIPConfiguration: apps, backendAddressPool: ones, frontendPort: 443, probe: ones }
      - { frontendIPConfiguration: data, backendAddressPool: twos, frontendPort: 5432, probe: twos, loadDistribution: SourceIP }
      - { frontendIPConfiguration: out, backendAddressPool: plain, frontendPort: 80, probe: false, disableOutboundSnat: true }
    outboundRules:
      go: { backendAddressPool: ones, allocatedOutboundPorts: 1024 }
  single: { subnet: hub/b, backend: db }
privateLinkServices:
  apps:
    loadBalancer: many
    loadBalancerFrontendIpConfigurations: apps
    ipConfigurations:
      first: { subnet: hub/nat, privateIPAddress: 10.0.3.9 }
      second: { subnet: hub/nat, primary: true }
    fqdns: apps.example.com
  direct: { subnet: hub/nat, destinationIPAddress: 10.0.2.40 }
privateEndpoints:
  blob: { subnet: hub/b, service: blobs, groupIds: [blob, dfs], applicationSecurityGroups: asg, customNetworkInterfaceName: blob-nic }
  vault: { subnet: hub/b, service: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/x/providers/Microsoft.KeyVault/vaults/kv, groupIds: vault, privateIPAddress: 10.0.2.99 }
  gateway: { subnet: hub/b, service: api, groupIds: Gateway, privateDnsZoneGroup: false }
  apps: { subnet: hub/b, service: apps }
apiManagement:
  api:
    resourceGroup: g
    sku: Premium
    capacity: 2
    zones: ["1", "2"]
    virtualNetworkType: None
    publisherEmail: a@example.com
    publicIPAddress: pip
    additionalLocations:
      - { location: North Europe, subnet: hub/b, zones: ["3"], publicIPAddress: pip, disableGateway: true }
    hostnameConfigurations:
      - { type: Proxy, hostName: api.example.com, defaultSslBinding: true }
resources:
  - { type: Microsoft.Network/publicIPAddresses, name: pip, resourceGroup: g, location: westeurope, properties: {} }
  - { type: Microsoft.Network/applicationSecurityGroups, name: asg, resourceGroup: g, location: westeurope, properties: {} }
"#;

const GROUP: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/g/providers";

/// Resolves the base with one text replaced; findings as `CODE 'what is underlined' message`, of
/// what is underlined the first letters.
#[track_caller]
fn resolved(from: &str, to: &str) -> (Topology, Vec<String>) {
    assert!(BASE.contains(from), "{from}");
    let text = BASE.replacen(from, to, 1);
    let (manifest, mut findings) = crate::manifest::parse(&text);
    let out = super::resolve(&manifest);
    findings.extend(out.findings);
    let shown = findings.iter().map(|finding| {
        let span = finding.span.unwrap();
        let mut said = text[span.start..span.end].to_owned();
        said.truncate(20);
        format!("{} '{said}' {}", finding.code, finding.message)
    });
    (out.topology, shown.collect())
}

#[track_caller]
fn base() -> Topology {
    let (topology, findings) = resolved("name: forms", "name: forms");
    assert_eq!(findings, [""; 0]);
    topology
}

/// A resource as ARM has it, its user data readable.
#[track_caller]
fn json_of(topology: &Topology, id: &str) -> Value {
    let id: ResourceId = format!("{GROUP}/Microsoft.{id}").parse().unwrap();
    let resource = &topology
        .resources
        .get(&id)
        .unwrap_or_else(|| panic!("no {id}"));
    arm::user_data::readable(resource).unwrap()
}

/// The last segment of every `id` at these pointers.
#[track_caller]
fn names(value: &Value, pointers: &[&str]) -> Vec<String> {
    let name = |pointer: &&str| {
        let id = value.pointer(pointer).unwrap_or(&Value::Null);
        id.as_str().map_or_else(
            || format!("{id}"),
            |id| id.rsplit('/').next().unwrap().to_owned(),
        )
    };
    pointers.iter().map(name).collect()
}

#[test]
fn a_load_balancer_has_several_frontends_pools_probes_and_rules() {
    let topology = base();
    let many = json_of(&topology, "Network/loadBalancers/many");
    let at = |pointer: &str| many.pointer(&format!("/properties{pointer}")).cloned();
    let front = "/frontendIPConfigurations";
    for (pointer, wanted) in [
        (
            format!("{front}/0/properties/privateIPAddress"),
            json!("10.0.1.50"),
        ),
        (format!("{front}/0/zones"), json!(["1"])),
        // The lowest free one of its own subnet.
        (
            format!("{front}/1/properties/privateIPAddress"),
            json!("10.0.2.4"),
        ),
        (
            "/probes/0/properties/requestPath".to_owned(),
            json!("/healthz"),
        ),
        ("/probes/1/properties/port".to_owned(), json!(5432)),
        ("/loadBalancingRules/0/name".to_owned(), json!("tcp-443")),
        (
            "/loadBalancingRules/1/properties/loadDistribution".to_owned(),
            json!("SourceIP"),
        ),
        (
            "/loadBalancingRules/2/properties/disableOutboundSnat".to_owned(),
            json!(true),
        ),
        (
            "/outboundRules/0/properties/allocatedOutboundPorts".to_owned(),
            json!(1024),
        ),
        (
            "/outboundRules/0/properties/protocol".to_owned(),
            json!("All"),
        ),
    ] {
        assert_eq!(at(&pointer), Some(wanted), "{pointer}");
    }
    let rules = "/properties/loadBalancingRules";
    let found = names(
        &many,
        &[
            &format!("{rules}/1/properties/frontendIPConfiguration/id"),
            &format!("{rules}/1/properties/backendAddressPool/id"),
            &format!("{rules}/1/properties/probe/id"),
            &format!("{rules}/2/properties/probe/id"),
            "/properties/frontendIPConfigurations/1/properties/subnet/id",
            "/properties/frontendIPConfigurations/2/properties/subnet/id",
            "/properties/frontendIPConfigurations/2/properties/publicIPAddress/id",
            "/properties/outboundRules/0/properties/frontendIPConfigurations/0/id",
            "/properties/outboundRules/0/properties/backendAddressPool/id",
        ],
    );
    assert_eq!(
        found,
        [
            "data", "twos", "twos", "null", "b", "null", "pip", "out", "ones"
        ]
    );
    let member = at("/backendAddressPools/2/properties/loadBalancerBackendAddresses/0").unwrap();
    assert_eq!(member["properties"]["ipAddress"], json!("10.0.2.30"));
    assert_eq!(names(&member, &["/properties/virtualNetwork/id"]), ["hub"]);
    let nic = json_of(&topology, "Network/networkInterfaces/one-0-nic");
    let pools = "/properties/ipConfigurations/0/properties/loadBalancerBackendAddressPools/0/id";
    assert_eq!(names(&nic, &[pools]), ["ones"]);
}

#[test]
fn a_backend_with_addresses_stands_behind_a_load_balancer() {
    let topology = base();
    let single = json_of(&topology, "Network/loadBalancers/single");
    let properties = &single["properties"];
    let members = &properties["backendAddressPools"][0]["properties"];
    let members = members["loadBalancerBackendAddresses"].as_array().unwrap();
    let addresses: Vec<&Value> = members
        .iter()
        .map(|one| &one["properties"]["ipAddress"])
        .collect();
    assert_eq!(addresses, ["10.0.2.10", "10.0.2.11"]);
    let probe = &properties["probes"][0]["properties"];
    assert_eq!(
        (&probe["protocol"], &probe["port"]),
        (&json!("Tcp"), &json!(5432))
    );
    let rule = &properties["loadBalancingRules"][0]["properties"];
    assert_eq!(rule["frontendPort"], json!(5432));
}

#[test]
fn a_derived_group_admits_what_is_probed_and_relayed_in_each_pool() {
    let nsg = json_of(&base(), "Network/networkSecurityGroups/nsg");
    let rules = nsg["properties"]["securityRules"].as_array().unwrap();
    let shown: Vec<String> = rules
        .iter()
        .map(|rule| {
            let rule = &rule["properties"];
            let text = |key: &str| rule[key].as_str().unwrap().to_owned();
            format!(
                "{} {} {}",
                text("access"),
                text("sourceAddressPrefix"),
                text("destinationPortRange")
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "Allow 10.0.3.0/24 443",
            "Allow AzureLoadBalancer 8080",
            "Allow 10.0.3.0/24 5432",
            "Allow AzureLoadBalancer 5432",
            "Deny VirtualNetwork *",
        ]
    );
}

#[test]
fn a_forwarder_may_be_a_scale_set() {
    let topology = base();
    let set = json_of(&topology, "Compute/virtualMachineScaleSets/two");
    assert_eq!(
        set["sku"],
        json!({ "name": "Standard_B2s", "tier": "Standard", "capacity": 3 })
    );
    assert_eq!(set["zones"], json!(["1", "2"]));
    let properties = &set["properties"];
    assert_eq!(properties["orchestrationMode"], json!("Uniform"));
    assert_eq!(properties["upgradePolicy"], json!({ "mode": "Rolling" }));
    let profile = &properties["virtualMachineProfile"];
    assert_eq!(
        profile["userData"]["listeners"][0],
        json!({ "listen": "0.0.0.0:5432", "to": ["10.0.2.10:5432", "10.0.2.11:5432"] })
    );
    let network = "/networkProfile";
    let config = format!(
        "{network}/networkInterfaceConfigurations/0/properties/ipConfigurations/0/properties"
    );
    let found = names(
        profile,
        &[
            &format!("{network}/healthProbe/id"),
            &format!("{config}/subnet/id"),
            &format!("{config}/loadBalancerBackendAddressPools/0/id"),
        ],
    );
    assert_eq!(found, ["twos", "a", "twos"]);
    // Its NICs are no resources of their own.
    let of_set = topology
        .resources
        .keys()
        .filter(|id| id.name().starts_with("two"));
    assert_eq!(of_set.count(), 1);
    let (plain, findings) = resolved("{ backend: two }", "{ addresses: [10.0.2.31] }");
    assert_eq!(findings, [""; 0]);
    let set = json_of(&plain, "Compute/virtualMachineScaleSets/two");
    assert_eq!(
        set["properties"]["upgradePolicy"],
        json!({ "mode": "Automatic" })
    );
}

#[test]
fn a_private_link_service_has_nat_addresses_with_names() {
    let topology = base();
    let apps = json_of(&topology, "Network/privateLinkServices/apps");
    let properties = &apps["properties"];
    assert_eq!(properties["fqdns"], json!(["apps.example.com"]));
    let front = "/properties/loadBalancerFrontendIpConfigurations";
    assert_eq!(
        names(&apps, &[&format!("{front}/0/id"), &format!("{front}/1/id")]),
        ["apps", "null"]
    );
    let shown = |value: &Value| -> Vec<String> {
        let configs = value["properties"]["ipConfigurations"].as_array().unwrap();
        configs
            .iter()
            .map(|config| {
                let own = &config["properties"];
                format!(
                    "{} {} {}",
                    config["name"], own["privateIPAddress"], own["primary"]
                )
            })
            .collect()
    };
    assert_eq!(
        shown(&apps),
        [r#""first" "10.0.3.9" false"#, r#""second" "10.0.3.4" true"#]
    );
    // Direct Connect takes two addresses at least.
    let direct = json_of(&topology, "Network/privateLinkServices/direct");
    assert_eq!(
        shown(&direct),
        [r#""nat-0" "10.0.3.5" true"#, r#""nat-1" "10.0.3.6" false"#]
    );
    // The name that it says is resolved where its endpoint stands.
    json_of(&topology, "Network/privateDnsZones/apps.example.com/A/@");
}

#[test]
fn a_private_endpoint_leads_to_a_platform_resource() {
    let topology = base();
    let blob = json_of(&topology, "Network/privateEndpoints/blob");
    let connection = &blob["properties"]["privateLinkServiceConnections"][0]["properties"];
    assert_eq!(connection["groupIds"], json!(["blob", "dfs"]));
    assert_eq!(names(connection, &["/privateLinkServiceId"]), ["blobs"]);
    assert_eq!(
        blob["properties"]["customNetworkInterfaceName"],
        json!("blob-nic")
    );
    assert_eq!(
        names(&blob, &["/properties/applicationSecurityGroups/0/id"]),
        ["asg"]
    );
    let group = json_of(
        &topology,
        "Network/privateEndpoints/blob/privateDnsZoneGroups/default",
    );
    let zone =
        |at: usize| format!("/properties/privateDnsZoneConfigs/{at}/properties/privateDnsZoneId");
    assert_eq!(
        names(&group, &[&zone(0), &zone(1), &zone(2)]),
        [
            "privatelink.blob.core.windows.net",
            "privatelink.dfs.core.windows.net",
            "null"
        ]
    );
    json_of(
        &topology,
        "Network/privateDnsZones/privatelink.blob.core.windows.net/virtualNetworkLinks/hub",
    );
    let vault = json_of(&topology, "Network/privateEndpoints/vault");
    assert_eq!(
        vault["properties"]["ipConfigurations"][0]["properties"],
        json!({ "groupId": "vault", "memberName": "default", "privateIPAddress": "10.0.2.99" })
    );
    let zones = topology
        .resources
        .keys()
        .filter(|id| id.arm_type().ends_with("privateDnsZoneGroups"));
    assert_eq!(zones.count(), 2, "the gateway's endpoint wants none");
}

#[test]
fn a_stated_zone_takes_the_names_of_an_endpoint() {
    let own = "resources:\n  - { type: Microsoft.Network/privateDnsZones, name: privatelink.vaultcore.azure.net, resourceGroup: g, location: global, tags: { mine: yes }, properties: {} }\n";
    let (topology, findings) = resolved("resources:\n", own);
    assert_eq!(findings, [""; 0]);
    let zone = json_of(
        &topology,
        "Network/privateDnsZones/privatelink.vaultcore.azure.net",
    );
    assert_eq!(zone["tags"]["mine"], json!("yes"));
    let group = json_of(
        &topology,
        "Network/privateEndpoints/vault/privateDnsZoneGroups/default",
    );
    let id = "/properties/privateDnsZoneConfigs/0/properties/privateDnsZoneId";
    assert_eq!(names(&group, &[id]), ["privatelink.vaultcore.azure.net"]);
}

#[test]
fn api_management_has_zones_addresses_regions_and_host_names() {
    let api = json_of(&base(), "ApiManagement/service/api");
    assert_eq!(api["zones"], json!(["1", "2"]));
    assert_eq!(names(&api, &["/properties/publicIpAddressId"]), ["pip"]);
    let further = &api["properties"]["additionalLocations"][0];
    assert_eq!(further["location"], json!("northeurope"));
    assert_eq!(further["sku"], json!({ "name": "Premium", "capacity": 2 }));
    assert_eq!(further["zones"], json!(["3"]));
    assert_eq!(further["disableGateway"], json!(true));
    let subnet = "/virtualNetworkConfiguration/subnetResourceId";
    assert_eq!(
        names(further, &[subnet, "/publicIpAddressId"]),
        ["b", "pip"]
    );
    assert_eq!(
        api["properties"]["hostnameConfigurations"],
        json!([{ "type": "Proxy", "hostName": "api.example.com", "defaultSslBinding": true }])
    );
}

#[test]
fn one_wrong_part_gives_one_finding_where_it_stands() {
    let mut wrong = Vec::new();
    for (from, to, wanted) in [
        (
            "publicIPAddress: pip }\n    backend",
            "publicIPAddress: pup }\n    backend",
            "MAN007 'pup' there is no public IP address `pup`",
        ),
        (
            "frontendIPConfiguration: data,",
            "frontendIPConfiguration: date,",
            "MAN007 'date' there is no frontend `date`",
        ),
        (
            "backendAddressPool: twos, frontendPort",
            "backendAddressPool: to, frontendPort",
            "MAN007 'to' there is no pool `to`",
        ),
        (
            "probe: twos",
            "probe: too",
            "MAN007 'too' there is no probe `too`",
        ),
        (
            ", probe: ones",
            "",
            "MAN003 '{ frontendIPConfigur' this rule needs `probe`",
        ),
        (
            "frontendIPConfiguration: apps, ",
            "",
            "MAN003 '{ backendAddressPool' this rule needs `frontendIPConfiguration`",
        ),
        (
            "backend: one }",
            "backend: on }",
            "MAN007 'on' there is no forwarder or backend `on`",
        ),
        (
            "backend: one }",
            "backend: web }",
            "MAN003 'web' `web` has no addresses for a pool",
        ),
        (
            "{ addresses: [10.0.2.30] }",
            "{ addresses: [10.0.2.30], virtualNetwork: hob }",
            "MAN007 'hob' there is no virtual network `hob`",
        ),
        (
            "    subnet: hub/a\n    zones: [\"1\"]\n",
            "    resourceGroup: g\n    zones: [\"1\"]\n",
            "MAN003 'apps' frontend `apps` needs `subnet`",
        ),
        (
            "    zones: [\"1\"]\n",
            "    privateIPAddress: 10.0.1.9\n",
            "MAN030 '10.0.1.9' `privateIPAddress` cannot stand beside `frontendIPConfigurations`",
        ),
        (
            "    loadBalancerFrontendIpConfigurations: apps\n",
            "",
            "MAN003 'many' `many` has several frontends",
        ),
        (
            "loadBalancerFrontendIpConfigurations: apps",
            "loadBalancerFrontendIpConfigurations: app",
            "MAN007 'app' there is no frontend `app`",
        ),
        (
            "    fqdns: apps",
            "    natIPs: [10.0.3.8]\n    fqdns: apps",
            "MAN030 '[10.0.3.8]' `natIPs` cannot stand beside `ipConfigurations`",
        ),
        (
            "service: blobs",
            "service: blob",
            "MAN007 'blob' there is no Private Link Service `blob`",
        ),
        (
            "service: blobs",
            "service: web",
            "MAN003 'web' `web` is no resource that has private endpoints",
        ),
        (
            "applicationSecurityGroups: asg",
            "applicationSecurityGroups: ask",
            "MAN007 'ask' there is no application security group `ask`",
        ),
        (
            "privateDnsZoneGroup: false",
            "privateDnsZoneGroup: zone",
            "MAN007 'zone' there is no private DNS zone `zone`",
        ),
        (
            "North Europe, subnet: hub/b",
            "North Europe, subnet: hub/c",
            "MAN007 'hub/c' there is no subnet `hub/c`",
        ),
        (
            "to: db }",
            "to: dbs }",
            "MAN007 'dbs' `dbs` is nothing to relay to",
        ),
        (
            "to: db }",
            "to: web }",
            "MAN007 'web' `web` is nothing to relay to",
        ),
        (
            "to: db }",
            "to: blobs }",
            "MAN007 'blobs' `blobs` is nothing to relay to",
        ),
        (
            "instances: 3,",
            "instances: 3, privateIPAddresses: [10.0.1.9],",
            "MAN031 '[10.0.1.9]' the instances of a scale set get their addresses from Azure",
        ),
        (
            "ports: [80, 443] }",
            "ports: [80, 443], virtualNetwork: hob }",
            "MAN007 'hob' there is no virtual network `hob`",
        ),
        (
            "web: { fqdn: www.example.com, ports",
            "web: { ports",
            "MAN003 'web' `web` needs `addresses`, `fqdn` or `id`",
        ),
        (
            "id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/x/providers/Microsoft.Storage/storageAccounts/blobs",
            "id: /nothing, fqdn: a.b",
            "MAN014 '/nothing' `/nothing` is no resource id",
        ),
    ] {
        let (_, findings) = resolved(from, to);
        if findings != [wanted] {
            wrong.push((to, findings, wanted));
        }
    }
    assert_eq!(wrong, []);
}

#[test]
fn rules_are_asked_for_where_none_can_be_derived() {
    let start = BASE.find("    rules:\n").unwrap();
    let end = BASE.find("    outboundRules:\n").unwrap();
    let (topology, findings) = resolved(&BASE[start..end], "");
    assert_eq!(findings, ["MAN003 'many' `many` needs `rules`"]);
    json_of(&topology, "Network/loadBalancers/many");
}

#[test]
fn a_relay_leads_to_a_backend() {
    for (to, wanted) in [
        ("db", json!(["10.0.2.10:5432", "10.0.2.11:5432"])),
        ("\"db:5433\"", json!(["10.0.2.10:5433", "10.0.2.11:5433"])),
        ("\"web:443\"", json!(["www.example.com:443"])),
        (
            "[\"web:443\", db]",
            json!(["www.example.com:443", "10.0.2.10:5432", "10.0.2.11:5432"]),
        ),
    ] {
        let (topology, findings) = resolved("to: db }", &format!("to: {to} }}"));
        assert_eq!(findings, [""; 0], "{to}");
        let set = json_of(&topology, "Compute/virtualMachineScaleSets/two");
        let listener = &set["properties"]["virtualMachineProfile"]["userData"]["listeners"][0];
        assert_eq!(listener["to"], wanted, "{to}");
    }
}

#[test]
fn a_change_is_written_where_its_part_is_said() {
    let sources = SourceMap::of("", BASE);
    let many = "Network/loadBalancers/many";
    let rules = "/properties/loadBalancingRules";
    for (id, pointer, value, from, to) in [
        (
            many,
            "/properties/probes/1/properties/port".to_owned(),
            json!(5433),
            "port: 5432 }",
            "port: 5433 }",
        ),
        (
            many,
            format!("{rules}/1/properties/loadDistribution"),
            json!("Default"),
            "SourceIP }",
            "Default }",
        ),
        (
            many,
            "/properties/outboundRules/0/properties/allocatedOutboundPorts".to_owned(),
            json!(64),
            "1024 }",
            "64 }",
        ),
        (
            many,
            "/properties/frontendIPConfigurations/0/properties/privateIPAddress".to_owned(),
            json!("10.0.1.60"),
            "10.0.1.50",
            "10.0.1.60",
        ),
        (
            "Network/privateLinkServices/apps",
            "/properties/ipConfigurations/0/properties/privateIPAddress".to_owned(),
            json!("10.0.3.10"),
            "10.0.3.9",
            "10.0.3.10",
        ),
        (
            "Network/privateEndpoints/vault",
            "/properties/ipConfigurations/0/properties/privateIPAddress".to_owned(),
            json!("10.0.2.98"),
            "10.0.2.99",
            "10.0.2.98",
        ),
        (
            "ApiManagement/service/api",
            "/properties/additionalLocations/0/disableGateway".to_owned(),
            json!(false),
            "disableGateway: true",
            "disableGateway: false",
        ),
        (
            "ApiManagement/service/api",
            "/zones".to_owned(),
            json!(["1", "3"]),
            "zones: [\"1\", \"2\"]\n    virtualNetworkType",
            "zones: [\"1\", \"3\"]\n    virtualNetworkType",
        ),
        (
            "Compute/virtualMachineScaleSets/two",
            "/sku/capacity".to_owned(),
            json!(4),
            "instances: 3",
            "instances: 4",
        ),
        (
            "Compute/virtualMachineScaleSets/two",
            "/properties/upgradePolicy/mode".to_owned(),
            json!("Manual"),
            "instances: 3, zones: [\"1\", \"2\"], relay: [ { listen: 5432, to: db } ] }",
            "instances: 3, zones: [\"1\", \"2\"], relay: [ { listen: 5432, to: db } ], upgradePolicy: Manual }",
        ),
    ] {
        let change = crate::finding::Change {
            id: format!("{GROUP}/Microsoft.{id}").parse().unwrap(),
            pointer: pointer.clone(),
            value: Some(value),
        };
        let mended = crate::fix::mend(&sources, &[change]).unwrap();
        let id = mended.sources.ids().next().unwrap();
        assert_eq!(
            mended.sources.text(id),
            BASE.replacen(from, to, 1),
            "{pointer}"
        );
    }
}

#[test]
fn what_is_written_in_a_part_is_found_again() {
    let topology = base();
    let sources = SourceMap::of("", BASE);
    for (id, pointer, wanted) in [
        (
            "Network/loadBalancers/many",
            "/properties/frontendIPConfigurations/1/properties/subnet",
            "hub/b }\n      out",
        ),
        (
            "Network/loadBalancers/many",
            "/properties/loadBalancingRules/2/properties/frontendPort",
            "80, probe: false",
        ),
        (
            "Network/loadBalancers/many",
            "/properties/probes/1/properties/port",
            "5432 }\n    rules",
        ),
        (
            "Network/loadBalancers/many",
            "/properties/backendAddressPools/2/properties/loadBalancerBackendAddresses/0",
            "10.0.2.30]",
        ),
        (
            "Network/loadBalancers/many",
            "/properties/outboundRules/0/properties/allocatedOutboundPorts",
            "1024 }",
        ),
        (
            "Network/privateLinkServices/apps",
            "/properties/ipConfigurations/1/properties/primary",
            "true }\n    fqdns",
        ),
        (
            "Network/privateEndpoints/vault",
            "/properties/ipConfigurations/0/properties/privateIPAddress",
            "10.0.2.99 }",
        ),
        (
            "Network/privateEndpoints/blob",
            "/properties/privateLinkServiceConnections/0/properties/groupIds/1",
            "dfs]",
        ),
        (
            "ApiManagement/service/api",
            "/properties/additionalLocations/0/zones/0",
            "\"3\"]",
        ),
        (
            "ApiManagement/service/api",
            "/properties/hostnameConfigurations/0/hostName",
            "api.example.com, default",
        ),
        (
            "Compute/virtualMachineScaleSets/two",
            "/sku/capacity",
            "3, zones",
        ),
        (
            "Compute/virtualMachineScaleSets/two",
            "/properties/virtualMachineProfile/userData/listeners/0/listen",
            "5432, to: db",
        ),
    ] {
        let place = crate::finding::Place {
            id: format!("{GROUP}/Microsoft.{id}").parse().unwrap(),
            pointer: pointer.to_owned(),
        };
        let found = sources.location(topology.provenance.span(&place).unwrap());
        let at = sources.location(crate::source::Span::new(
            BASE.find(wanted).unwrap(),
            BASE.find(wanted).unwrap(),
        ));
        assert_eq!(
            (found.line, found.column),
            (at.line, at.column),
            "{id} {pointer}"
        );
    }
}

#[test]
fn tags_go_on_all_that_is_made_and_can_have_them() {
    let text = super::EXAMPLE.replacen(
        "\nsubscriptions:",
        "\ntags: { environment: test, cost-center: \"4711\" }\n\nsubscriptions:",
        1,
    ) + "
resources:
  - { type: Microsoft.Network/publicIPAddresses, name: extra, resourceGroup: APIM, location: uksouth, tags: { environment: special } }
";
    let found = crate::diagnose(&SourceMap::of("m.yaml", text.as_str()));
    assert!(found.is_readable, "{:?}", found.findings);
    for resource in found.topology.resources.values() {
        let tag = resource.tags.get("environment").map(String::as_str);
        let wanted = match resource.id.name() {
            "extra" => Some("special"),
            _ if resource.location.is_some() => Some("test"),
            _ => None,
        };
        assert_eq!(tag, wanted, "{}", resource.id);
        let has_owner = resource.tags.contains_key(crate::model::OWNER_TAG);
        assert_eq!(has_owner, wanted.is_some(), "{}", resource.id);
    }
}
