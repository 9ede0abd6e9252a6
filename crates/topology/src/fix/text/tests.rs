//! Changes of the example's model as changes of its text.

use super::*;
use crate::diagnose;

const EXAMPLE: &str = include_str!("../../../../../examples/internal-apim.yaml");
const TUTORIAL: &str = include_str!("../../../../../examples/tutorial-as-published.yaml");
const PROVIDER: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers";
const PARTNER: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers";

fn id(base: &str, rest: &str) -> ResourceId {
    format!("{base}/{rest}").parse().unwrap()
}

/// The lines that a change takes out and puts in.
#[track_caller]
fn changed(text: &str, change: Change) -> Vec<String> {
    let sources = SourceMap::of("a.yaml", text);
    let mended = mend(&sources, std::slice::from_ref(&change)).unwrap();
    let after = mended.sources.text(SourceId::MANIFEST);
    assert_eq!(edit::apply(text, &mended.edits), after);
    assert!(diagnose(&mended.sources).is_readable, "{after}");
    let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), after.lines().collect());
    let gone = old
        .iter()
        .filter(|line| !new.contains(line))
        .map(|line| format!("-{line}"));
    let come = new
        .iter()
        .filter(|line| !old.contains(line))
        .map(|line| format!("+{line}"));
    gone.chain(come).collect()
}

#[track_caller]
fn check(change: Change, wanted: &[&str]) {
    assert_eq!(changed(EXAMPLE, change), wanted);
}

#[test]
fn a_stated_value_is_changed_where_it_stands() {
    let balancer = id(
        PROVIDER,
        "Microsoft.Network/loadBalancers/PrivateLinkServiceLB",
    );
    check(
        Change::set(
            &balancer,
            "/properties/frontendIPConfigurations/0/properties/privateIPAddress",
            "10.0.1.9",
        ),
        &[
            "-  PrivateLinkServiceLB: { subnet: MainNet/plsSubnet, privateIPAddress: 10.0.1.5, zones: [\"1\", \"2\", \"3\"], backend: fwd }",
            "+  PrivateLinkServiceLB: { subnet: MainNet/plsSubnet, privateIPAddress: 10.0.1.9, zones: [\"1\", \"2\", \"3\"], backend: fwd }",
        ],
    );
    check(
        Change::set(
            &id(PARTNER, "Microsoft.Network/virtualNetworks/External"),
            "/properties/addressSpace/addressPrefixes/-",
            "10.9.0.0/16",
        ),
        &[
            "-    addressPrefixes: [192.168.0.0/16]",
            "+    addressPrefixes: [192.168.0.0/16, 10.9.0.0/16]",
        ],
    );
}

#[test]
fn a_value_that_is_not_stated_gets_its_key() {
    let balancer = id(
        PROVIDER,
        "Microsoft.Network/loadBalancers/PrivateLinkServiceLB",
    );
    check(
        Change::set(
            &balancer,
            "/properties/probes/0/properties/intervalInSeconds",
            10,
        ),
        &[
            "-  PrivateLinkServiceLB: { subnet: MainNet/plsSubnet, privateIPAddress: 10.0.1.5, zones: [\"1\", \"2\", \"3\"], backend: fwd }",
            "+  PrivateLinkServiceLB: { subnet: MainNet/plsSubnet, privateIPAddress: 10.0.1.5, zones: [\"1\", \"2\", \"3\"], backend: fwd, probe: { intervalInSeconds: 10 } }",
        ],
    );
    let network = id(PROVIDER, "Microsoft.Network/virtualNetworks/MainNet");
    let with_child = Change::set(
        &network.child("subnets", "plsSubnet"),
        "/properties/defaultOutboundAccess",
        false,
    );
    let wanted = [
        "-      plsSubnet:  { addressPrefix: 10.0.1.0/24, networkSecurityGroup: NSG-PLS }",
        "+      plsSubnet:  { addressPrefix: 10.0.1.0/24, networkSecurityGroup: NSG-PLS, defaultOutboundAccess: false }",
    ];
    check(with_child, &wanted);
    check(
        Change::set(
            &network,
            "/properties/subnets/0/properties/defaultOutboundAccess",
            false,
        ),
        &wanted,
    );
    let nic = id(PROVIDER, "Microsoft.Network/networkInterfaces/fwd-0-nic");
    check(
        Change::set(&nic, "/properties/enableIPForwarding", true),
        &[
            "-  fwd: { subnet: MainNet/plsSubnet, instances: 2, zones: [\"1\", \"2\"], relay: [ { listen: 443, to: apim1449 } ] }",
            "+  fwd: { subnet: MainNet/plsSubnet, instances: 2, zones: [\"1\", \"2\"], relay: [ { listen: 443, to: apim1449 } ], enableIPForwarding: true }",
        ],
    );
}

#[test]
fn references_are_written_by_name() {
    let network = id(PARTNER, "Microsoft.Network/virtualNetworks/External");
    let text = format!("{EXAMPLE}\nnetworkSecurityGroups: {{ G: {{ resourceGroup: APIM }} }}\n");
    let known = id(PARTNER, "Microsoft.Network/networkSecurityGroups/G");
    let pointer = "/properties/subnets/0/properties/networkSecurityGroup";
    assert_eq!(
        changed(
            &text,
            Change::set(&network, pointer, json!({ "id": known }))
        ),
        [
            "-    subnets: { default: { addressPrefix: 192.168.0.0/24 } }",
            "+    subnets: { default: { addressPrefix: 192.168.0.0/24, networkSecurityGroup: G } }",
        ]
    );
    // What the manifest does not name is written by its id.
    let other = id(PROVIDER, "Microsoft.Network/networkSecurityGroups/Other");
    let lines = changed(
        &text,
        Change::set(&network, pointer, json!({ "id": other })),
    );
    assert!(
        lines[1].contains(&format!("networkSecurityGroup: {other} }}")),
        "{lines:?}"
    );
}

#[test]
fn rules_are_put_into_their_section() {
    let group = id(PROVIDER, "Microsoft.Network/networkSecurityGroups/NSG-APIM");
    let rule = json!({ "name": "Allow443", "properties": {
        "priority": 120, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
        "sourceAddressPrefix": "VirtualNetwork", "sourcePortRange": "*",
        "destinationAddressPrefix": "VirtualNetwork", "destinationPortRange": "443",
    } });
    let change = Change::set(&group, "/properties/securityRules/-", rule);
    let lines = changed(TUTORIAL, change.clone());
    assert_eq!(lines[0], "+      Allow443:", "{lines:#?}");
    assert!(
        lines.contains(&"+        priority: 120".to_owned()),
        "{lines:#?}"
    );
    // A derived group has no section: the rule is laid over it.
    let lines = changed(EXAMPLE, change);
    assert_eq!(lines[0], "+resources:", "{lines:#?}");
    let remove = Change::remove(&group, "/properties/securityRules/0");
    assert_eq!(
        changed(TUTORIAL, remove.clone())[..1],
        ["-      AllowManagement:"]
    );
    let lines = changed(EXAMPLE, remove);
    assert!(
        lines.iter().any(|line| line.contains("$remove: true")),
        "{lines:#?}"
    );
}

#[test]
fn what_no_key_says_goes_into_one_entry_of_resources() {
    let balancer = id(
        PROVIDER,
        "Microsoft.Network/loadBalancers/PrivateLinkServiceLB",
    );
    let sources = SourceMap::of("a.yaml", EXAMPLE);
    let changes = [
        Change::set(&balancer, "/tags/cost", "7"),
        Change::set(
            &balancer,
            "/properties/loadBalancingRules/0/properties/disableOutboundSnat",
            true,
        ),
        Change::set(
            &balancer,
            "/properties/loadBalancingRules/0/properties/enableTcpReset",
            false,
        ),
        Change::remove(&balancer, "/properties/probes/0/properties/requestPath"),
        Change::set(&balancer, "/tags/cost", "8"),
    ];
    let mended = mend(&sources, &changes).unwrap();
    let text = mended.sources.text(SourceId::MANIFEST);
    let added = text.strip_prefix(EXAMPLE).unwrap();
    assert_eq!(
        added,
        "
resources:
  - type: Microsoft.Network/loadBalancers
    name: PrivateLinkServiceLB
    resourceGroup: PrivateAPIM
    tags: { cost: \"8\" }
    properties:
      loadBalancingRules:
        - { properties: { disableOutboundSnat: true, enableTcpReset: false }, name: tcp-443 }
      probes:
        - { properties: { requestPath: null }, name: health }
"
    );
}

#[test]
fn resources_are_added_and_removed() {
    let zone = id(PARTNER, "Microsoft.Network/privateDnsZones/a.example");
    let sources = SourceMap::of("a.yaml", EXAMPLE);
    let add = Change::set(&zone, "", json!({ "location": "global", "properties": {} }));
    let added = mend(&sources, &[add]).unwrap().sources;
    assert!(diagnose(&added).topology.resources.contains_key(&zone));
    let gone = mend(&added, &[Change::remove(&zone, "")]).unwrap().sources;
    assert!(!diagnose(&gone).topology.resources.contains_key(&zone));
    let derived = id(
        PARTNER,
        "Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@",
    );
    let gone = mend(&sources, &[Change::remove(&derived, "")])
        .unwrap()
        .sources;
    assert!(!diagnose(&gone).topology.resources.contains_key(&derived));
    let stated = id(PARTNER, "Microsoft.Network/privateEndpoints/APIM-PE");
    let lines = changed(EXAMPLE, Change::remove(&stated, ""));
    assert_eq!(lines[0], "-privateEndpoints:");
}

#[test]
fn the_relay_in_user_data_is_changed_in_its_section() {
    let machine = id(PROVIDER, "Microsoft.Compute/virtualMachines/fwd-0");
    check(
        Change::set(
            &machine,
            "/properties/userData/listeners/0/to/0",
            "a.example:443",
        ),
        &[
            "-  fwd: { subnet: MainNet/plsSubnet, instances: 2, zones: [\"1\", \"2\"], relay: [ { listen: 443, to: apim1449 } ] }",
            "+  fwd: { subnet: MainNet/plsSubnet, instances: 2, zones: [\"1\", \"2\"], relay: [ { listen: 443, to: a.example:443 } ] }",
        ],
    );
}

#[test]
fn overlays_are_changed_where_they_say_it() {
    let mut sources = SourceMap::of("a.yaml", EXAMPLE);
    let overlay = sources.add(
        "b.yaml",
        "loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.8 } }\n",
    );
    let balancer = id(
        PROVIDER,
        "Microsoft.Network/loadBalancers/PrivateLinkServiceLB",
    );
    let pointer = "/properties/frontendIPConfigurations/0/properties/privateIPAddress";
    let mended = mend(&sources, &[Change::set(&balancer, pointer, "10.0.1.9")]).unwrap();
    assert_eq!(mended.edits.len(), 1);
    assert_eq!(mended.edits[0].span.source, overlay);
    // What is set on the command line cannot be written, so an entry is laid over it.
    sources.add_assignments(
        "--set",
        ["loadBalancers.PrivateLinkServiceLB.privateIPAddress=10.0.1.7"],
    );
    let mended = mend(&sources, &[Change::set(&balancer, pointer, "10.0.1.9")]).unwrap();
    assert!(
        mended
            .sources
            .text(SourceId::MANIFEST)
            .contains("\nresources:\n")
    );
}

/// Every value of every resource of the examples can be changed and removed, or it is said that
/// it cannot; and what is changed is as wanted.
#[test]
fn every_scalar_of_the_examples_can_be_changed() {
    for text in [EXAMPLE, TUTORIAL] {
        let sources = SourceMap::of("a.yaml", text);
        let topology = diagnose(&sources).topology;
        let mut counts = (0, 0);
        for resource in topology.resources.values() {
            let value = arm::user_data::readable(resource).unwrap();
            let mut pointers = Vec::new();
            scalars(&value, String::new(), &mut pointers);
            for (pointer, old) in pointers {
                let new = match &old {
                    Value::Bool(flag) => json!(!flag),
                    Value::Number(number) => json!(number.as_u64().unwrap() + 1),
                    _ => continue,
                };
                let change = Change::set(&resource.id, pointer.clone(), new.clone());
                match mend(&sources, &[change]) {
                    Ok(mended) => {
                        let after = diagnose(&mended.sources).topology;
                        let place = Place {
                            id: resource.id.clone(),
                            pointer,
                        };
                        assert_eq!(view(&after, &place), Some(new));
                        counts.0 += 1;
                    }
                    Err(_) => counts.1 += 1,
                }
            }
        }
        assert!(counts.0 > 15 && counts.1 == 0, "{counts:?}");
    }
}

fn scalars(value: &Value, pointer: String, out: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                scalars(value, format!("{pointer}/{key}"), out);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                scalars(value, format!("{pointer}/{at}"), out);
            }
        }
        other => out.push((pointer, other.clone())),
    }
}
