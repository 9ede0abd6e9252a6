//! Reading is total, and writing gives back what was read.

use super::*;
use crate::model::ARM_TYPES;
use proptest::prelude::*;
use serde_json::Map;

const GROUP: &str = "/subscriptions/s/resourceGroups/g";

fn of(kind: &str, name: &str, rest: &Value) -> Value {
    let mut value = json!({
        "id": format!("{GROUP}/providers/{kind}/{name}"), "name": name, "type": kind,
    });
    let members = value.as_object_mut().unwrap();
    members.extend(rest.as_object().unwrap().clone());
    value
}

fn balancer(properties: &Value) -> Value {
    let rest = json!({ "properties": properties });
    of("Microsoft.Network/loadBalancers", "lb", &rest)
}

/// Reads, compares what is written byte for byte, and gives the findings as `severity pointer`.
#[track_caller]
fn check(value: &Value) -> (Resource, Vec<String>) {
    let (resource, findings) = read(value).unwrap();
    let written = export(&resource).unwrap();
    assert_eq!(written.to_string(), value.to_string());
    let again = super::resource(&written).unwrap();
    assert_eq!(again, resource);
    let findings = findings
        .iter()
        .map(|found| {
            assert_eq!(found.code, "ARM002");
            assert!(
                value
                    .pointer(&found.place.as_ref().unwrap().pointer)
                    .is_some()
            );
            format!(
                "{:?} {}",
                found.severity,
                found.place.as_ref().unwrap().pointer
            )
        })
        .collect();
    (resource, findings)
}

#[test]
fn what_does_not_fit_is_found_and_kept() {
    let (resource, findings) = check(&balancer(&json!({
        "loadBalancingRules": [
            "[parameters('rule')]",
            { "name": "r", "properties": {
                "protocol": ["Tcp"], "frontendPort": "443", "backendPort": 443.5,
                "frontendIPConfiguration": "[variables('front')]", "enableTcpReset": "True",
            } },
        ],
        "probes": { "name": "p" },
        "frontendIPConfigurations": [{ "name": "f", "properties": {
            "privateIPAddress": "10.0.0.300", "subnet": { "id": "nonsense" },
        } }],
    })));
    assert_eq!(
        findings,
        [
            "Warning /properties/loadBalancingRules/0",
            "Warning /properties/loadBalancingRules/1/properties/protocol",
            "Hint /properties/loadBalancingRules/1/properties/frontendPort",
            "Warning /properties/loadBalancingRules/1/properties/backendPort",
            "Warning /properties/loadBalancingRules/1/properties/frontendIPConfiguration",
            "Hint /properties/loadBalancingRules/1/properties/enableTcpReset",
            "Warning /properties/probes",
            "Warning /properties/frontendIPConfigurations/0/properties/privateIPAddress",
            "Warning /properties/frontendIPConfigurations/0/properties/subnet/id",
        ]
    );
    let Body::LoadBalancer(balancer) = &resource.body else {
        panic!("{:?}", resource.body);
    };
    let rule = &balancer.load_balancing_rules[0];
    assert_eq!(
        (rule.name.as_str(), rule.properties.frontend_port),
        ("r", 443)
    );
    assert_eq!(rule.properties.enable_tcp_reset, Some(true));
    assert!(balancer.probes.is_empty());
}

#[test]
fn a_finding_says_what_belongs_there() {
    let value = balancer(&json!({ "probes": [{ "properties": { "port": "[parameters('p')]" } }] }));
    let found = read(&value).unwrap().1.remove(0);
    assert_eq!(
        found.message,
        "`port` of `loadBalancers/lb` is \"[parameters('p')]\", not a whole number up to 65535"
    );
    assert_eq!(found.help, "write a whole number up to 65535");
}

#[test]
fn nulls_empty_lists_and_other_spellings_are_no_misfits() {
    let rest = json!({
        "etag": "W/\"1\"", "zones": [], "location": "UK South", "tags": { "b": "1", "a": "2" },
        "properties": {
            "subnets": null,
            "addressSpace": { "addressPrefixes": ["2001:DB8::/32", "10.0.0.0/08"] },
            "dhcpOptions": { "dnsServers": [] },
            "flowTimeoutInMinutes": null,
        },
        "sku": null,
    });
    let (resource, findings) = check(&of("Microsoft.Network/virtualNetworks", "v", &rest));
    assert_eq!(findings, [""; 0]);
    assert_eq!(resource.location.as_deref(), Some("uksouth"));
    let Body::VirtualNetwork(network) = &resource.body else {
        panic!("{:?}", resource.body);
    };
    assert_eq!(network.address_space.prefixes().count(), 1);
    assert_eq!(network.address_space.prefixes_v6().count(), 1);
}

#[test]
fn what_was_not_given_is_not_written() {
    for value in [
        json!({ "id": GROUP }),
        json!({ "location": "uksouth", "id": GROUP, "name": "other", "type": "microsoft.resources/RESOURCEGROUPS" }),
        balancer(&json!({ "loadBalancingRules": [{}, { "properties": {} }, { "name": "" }] })),
        balancer(&json!("[variables('all')]")),
        of("Microsoft.Network/loadBalancers", "lb", &json!({})),
        of("Contoso.Things/things", "t", &json!({ "kind": "x" })),
        of(
            "Contoso.Things/things",
            "t",
            &json!({ "properties": [1, null] }),
        ),
        of(
            "Contoso.Things/things",
            "t",
            &json!({ "properties": null, "": 1 }),
        ),
    ] {
        check(&value);
    }
}

#[test]
fn a_changed_field_wins_over_what_was_given() {
    let value = balancer(&json!({
        "probes": null,
        "loadBalancingRules": ["[variables('r')]", { "name": "r", "properties": { "frontendPort": "80" } }],
    }));
    let mut resource = resource(&value).unwrap();
    let Body::LoadBalancer(balancer) = &mut resource.body else {
        panic!("{:?}", resource.body);
    };
    balancer
        .probes
        .push(crate::model::network::Child::default());
    balancer.load_balancing_rules[0].properties.frontend_port = 443;
    let written = export(&resource).unwrap();
    assert_eq!(
        written["properties"],
        json!({
            "probes": [{ "name": "", "properties": { "protocol": "", "port": 0 } }],
            "loadBalancingRules": [
                { "name": "r", "properties": { "frontendPort": 443 } },
                "[variables('r')]",
            ],
        })
    );
}

#[test]
fn children_given_apart_stand_in_their_parents() {
    let network = "Microsoft.Network/virtualNetworks";
    let values = [
        json!({
            "id": format!("{GROUP}/providers/{network}/v/subnets/B"),
            "name": "B", "type": "Microsoft.Network/virtualNetworks/subnets", "etag": "1",
            "properties": { "addressPrefix": "10.0.1.0/24" },
        }),
        of(
            network,
            "v",
            &json!({ "properties": { "subnets": [{ "name": "a" }, { "name": "b" }] } }),
        ),
        json!({
            "id": format!("{GROUP}/providers/{network}/V/subnets/c"),
            "properties": { "addressPrefix": "10.0.2.0/24" },
        }),
        json!({
            "id": format!("{GROUP}/providers/{network}/elsewhere/subnets/c"),
            "properties": { "addressPrefix": "10.0.2.0/24" },
        }),
    ];
    let (topology, findings) = import(&values);
    assert_eq!(findings, []);
    let (_, network) = topology.virtual_networks().next().unwrap();
    let subnets: Vec<_> = network
        .subnets
        .iter()
        .map(|subnet| (subnet.name.as_str(), subnet.properties.prefixes().count()))
        .collect();
    assert_eq!(subnets, [("a", 0), ("B", 1), ("c", 1)]);
    assert_eq!(network.subnets[1].extra["etag"], "1");
    let apart: Vec<_> = topology.resources.keys().map(ToString::to_string).collect();
    assert_eq!(apart.len(), 2, "{apart:?}");
}

#[test]
fn only_a_missing_id_makes_it_no_resource() {
    let (topology, findings) = import(&[json!(7), json!({ "id": 7 }), json!({ "id": "x" })]);
    assert!(topology.resources.is_empty());
    let codes: Vec<_> = findings.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["ARM001"; 3]);
}

/// Names that stand somewhere in the modelled types, so that random objects reach them.
const NAMES: &[&str] = &[
    "id",
    "name",
    "properties",
    "zones",
    "sku",
    "tags",
    "type",
    "location",
    "etag",
    "capacity",
    "subnets",
    "addressSpace",
    "addressPrefixes",
    "addressPrefix",
    "remoteVirtualNetwork",
    "virtualNetworkPeerings",
    "delegations",
    "serviceName",
    "securityRules",
    "priority",
    "direction",
    "sourceAddressPrefixes",
    "sourceApplicationSecurityGroups",
    "routes",
    "nextHopIpAddress",
    "ipConfigurations",
    "subnet",
    "privateIPAddress",
    "primary",
    "frontendIPConfigurations",
    "backendAddressPools",
    "loadBalancerBackendAddresses",
    "loadBalancingRules",
    "frontendPort",
    "probes",
    "port",
    "intervalInSeconds",
    "privateLinkServiceConnections",
    "groupIds",
    "privateEndpointConnections",
    "visibility",
    "subscriptions",
    "networkProfile",
    "networkInterfaces",
    "virtualMachineProfile",
    "networkInterfaceConfigurations",
    "userData",
    "aRecords",
    "ipv4Address",
    "aaaaRecords",
    "metadata",
    "ttl",
    "privateDnsZoneConfigs",
    "additionalLocations",
    "hostnameConfigurations",
    "virtualNetworkConfiguration",
    "subnetResourceId",
    "dhcpOptions",
    "dnsServers",
    "level",
    "unknown",
    "",
    "a/b~c",
];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (0_u16..500).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "443",
            "True",
            "10.0.0.4",
            "10.0.0.0/24",
            "10.0.0.1/8",
            "fd00::/48",
            "FD00::1",
            "[parameters('x')]",
            "Tcp",
            "addressOf(/subscriptions/s/resourceGroups/g)",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/publicIPAddresses/p",
            "/subscriptions/s/resourceGroups/g/",
        ])
        .prop_map(Value::from),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    let object = |inner| prop::collection::vec((prop::sample::select(NAMES), inner), 0..8);
    scalar().prop_recursive(6, 80, 8, move |inner| {
        prop_oneof![
            3 => object(inner.clone()).prop_map(|members| {
                let members = members.into_iter();
                Value::Object(members.map(|(name, value)| (name.to_owned(), value)).collect())
            }),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

proptest! {
    #[test]
    fn writing_what_was_read_gives_the_same_json(
        kind in prop::sample::select(ARM_TYPES).prop_map(|(kind, _)| kind),
        apart in any::<bool>(),
        before in prop::collection::vec((prop::sample::select(NAMES), tree()), 0..6),
        after in prop::collection::vec((prop::sample::select(NAMES), tree()), 0..6),
    ) {
        let (namespace, kinds) = kind.split_once('/').unwrap();
        let path: Vec<String> = kinds.split('/').map(|kind| format!("{kind}/x")).collect();
        let id = if kind.ends_with("resourceGroups") {
            GROUP.to_owned()
        } else {
            format!("{GROUP}/providers/{namespace}/{}", path.join("/"))
        };
        let mut members = Map::new();
        members.extend(before.into_iter().map(|(name, value)| (name.to_owned(), value)));
        members.insert("id".to_owned(), Value::from(if apart { format!("{id}/") } else { id }));
        members.extend(after.into_iter().filter(|(name, _)| *name != "id").map(|(name, value)| (name.to_owned(), value)));
        let given = Value::Object(members);
        let (resource, findings) = read(&given).unwrap();
        let written = export(&resource).unwrap();
        prop_assert_eq!(written.to_string(), given.to_string());
        for found in findings {
            prop_assert!(found.place.is_some());
        }
        let (topology, _) = import(std::slice::from_ref(&given));
        prop_assert_eq!(topology.resources.len(), 1);
    }
}
