//! What raw resources add and change, and where they are found again.

use crate::{
    Topology,
    finding::Place,
    manifest,
    model::{Body, OWNER_TAG, id::ResourceId},
    resolve::resolve,
    source::LineIndex,
};
use serde_json::json;

const EXAMPLE: &str = include_str!("../../../../../examples/internal-apim.yaml");
const PROVIDER: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers";

fn read(resources: &str) -> (Topology, Vec<String>, String) {
    let text = format!("{EXAMPLE}\nresources:\n{resources}");
    let (manifest, mut findings) = manifest::parse(&text);
    let resolved = resolve(&manifest);
    findings.extend(resolved.findings);
    let lines = LineIndex::new(&text);
    let shown = findings
        .iter()
        .map(|finding| {
            let from = text.find("\nresources:").unwrap() + 1;
            let line = lines.position(finding.span.unwrap().start).line - lines.position(from).line;
            format!("{} {line} {}", finding.code, finding.message)
        })
        .collect();
    (resolved.topology, shown, text)
}

#[track_caller]
fn clean(resources: &str) -> (Topology, String) {
    let (topology, findings, text) = read(resources);
    assert_eq!(findings, [""; 0]);
    (topology, text)
}

fn id(rest: &str) -> ResourceId {
    format!("{PROVIDER}/{rest}").parse().unwrap()
}

#[track_caller]
fn text_at<'t>(topology: &Topology, text: &'t str, id: &ResourceId, pointer: &str) -> &'t str {
    let place = Place {
        id: id.clone(),
        pointer: pointer.to_owned(),
    };
    let span = topology.provenance.span(&place).unwrap();
    &text[span.start..span.end]
}

#[test]
fn a_type_that_no_section_has_is_there_and_owned() {
    let (topology, text) = clean(
        "  - { type: Microsoft.Network/publicIPAddresses, name: pip, resourceGroup: PrivateAPIM, location: UK South, sku: { name: Standard }, zones: [1], tags: { cost: 7 }, properties: { publicIPAllocationMethod: Static, idleTimeoutInMinutes: 4 } }\n",
    );
    let id = id("Microsoft.Network/publicIPAddresses/pip");
    let resource = &topology.resources[&id];
    assert_eq!(resource.location.as_deref(), Some("uksouth"));
    assert_eq!(resource.zones, ["1"]);
    assert_eq!(resource.tags["cost"], "7");
    assert_eq!(resource.tags[OWNER_TAG], "internal-apim");
    let properties = resource.body.to_properties();
    assert_eq!(properties["publicIPAllocationMethod"], "Static");
    assert_eq!(properties["idleTimeoutInMinutes"], 4);
    let at = |pointer| text_at(&topology, &text, &id, pointer);
    assert_eq!(at("/properties/idleTimeoutInMinutes"), "4");
    assert_eq!(at("/sku/name"), "Standard");
    assert_eq!(at("/zones/0"), "1");
}

#[test]
fn a_derived_resource_is_changed_by_name_and_null() {
    let (topology, text) = clean(
        "  - type: Microsoft.Network/loadBalancers\n    name: privatelinkservicelb\n    resourceGroup: privateapim\n    properties:\n      probes:\n      - { name: health, properties: { intervalInSeconds: 7, requestPath: null } }\n      - { name: other, properties: { protocol: Tcp, port: 81 } }\n",
    );
    let id = id("Microsoft.Network/loadBalancers/PrivateLinkServiceLB");
    let (_, balancer) = topology.load_balancer(&id).unwrap();
    assert_eq!(balancer.probes.len(), 2);
    let probe = &balancer.probes[0].properties;
    assert_eq!(probe.interval_in_seconds, Some(7));
    assert_eq!(probe.request_path, None);
    assert_eq!(probe.port, 8080);
    assert_eq!(balancer.load_balancing_rules.len(), 1);
    let at = |pointer| text_at(&topology, &text, &id, pointer);
    assert_eq!(at("/properties/probes/0/properties/intervalInSeconds"), "7");
    assert_eq!(at("/properties/probes/1/properties/port"), "81");
    assert_eq!(at("/sku"), "PrivateLinkServiceLB");
}

#[test]
fn a_child_that_stands_inline_changes_its_parent() {
    let (topology, text) = clean(
        "  - { type: Microsoft.Network/virtualNetworks/subnets, name: MainNet/plsSubnet, resourceGroup: PrivateAPIM, properties: { defaultOutboundAccess: false } }\n  - { type: Microsoft.Network/virtualNetworks/subnets, name: MainNet/more, resourceGroup: PrivateAPIM, properties: { addressPrefix: 10.0.3.0/24 } }\n  - { type: Microsoft.Network/networkSecurityGroups, name: NSG-PLS, resourceGroup: PrivateAPIM, properties: { securityRules: [ { name: DenyVirtualNetwork, $remove: true } ] } }\n",
    );
    let network = id("Microsoft.Network/virtualNetworks/MainNet");
    let (_, old) = topology
        .subnet(&network.child("subnets", "plsSubnet"))
        .unwrap();
    assert_eq!(old.properties.default_outbound_access, Some(false));
    assert!(old.properties.address_prefix.is_some());
    assert!(topology.subnet(&network.child("subnets", "more")).is_some());
    let at = |pointer| text_at(&topology, &text, &network, pointer);
    assert_eq!(
        at("/properties/subnets/0/properties/defaultOutboundAccess"),
        "false"
    );
    assert_eq!(
        at("/properties/subnets/2/properties/addressPrefix"),
        "10.0.3.0/24"
    );
    let group = id("Microsoft.Network/networkSecurityGroups/NSG-PLS");
    let (_, group) = topology.network_security_group(&group).unwrap();
    assert!(
        group
            .security_rules
            .iter()
            .all(|rule| rule.properties.access == "Allow")
    );
}

#[test]
fn unknown_members_and_nulls_of_a_new_resource_stay() {
    let (topology, _) = clean(
        "  - { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Contoso.Things/things/t, kind: odd, existing: true, properties: { a: null, b: \"1\", c: [ 1, [ 2.5, -3, yes ] ], d: { \"1\": {} } } }\n",
    );
    let resource = &topology.resources[&id("Contoso.Things/things/t")];
    assert!(resource.existing && resource.tags.is_empty());
    assert_eq!(resource.extra["kind"], "odd");
    let wanted = json!({ "a": null, "b": "1", "c": [1, [2.5, -3, "yes"]], "d": { "1": {} } });
    assert_eq!(resource.body, Body::Opaque(wanted));
}

#[test]
fn what_names_no_resource_is_found() {
    let (_, findings, _) = read(
        "  - { type: Microsoft.Network/routeTables, properties: {} }\n  - { type: Microsoft.Network/routeTables, name: a/b, resourceGroup: PrivateAPIM }\n  - { type: Microsoft.Network/routeTables, name: a, resourceGroup: PrivateAPI }\n  - { id: nonsense }\n  - { type: Microsoft.Network/virtualNetworks, name: v, resourceGroup: PrivateAPIM, properties: { addressSpace: { addressPrefixes: { a: b } } } }\n  - { type: Microsoft.Resources/resourceGroups, name: G }\n  - 7\n",
    );
    let codes: Vec<&str> = findings.iter().map(|text| &text[..8]).collect();
    assert_eq!(
        codes,
        [
            "MAN004 7", "MAN014 1", "MAN014 2", "MAN007 3", "MAN014 4", "MAN014 6", "ARM002 5"
        ],
        "{findings:#?}"
    );
}
