//! What is derived of the example, and what is found wrong with names.

mod short_forms;

use super::*;
use crate::{
    finding::Place,
    manifest,
    model::{
        addresses::{Addresses, Holder},
        dns::RecordAddress,
    },
    source::LineIndex,
};
use std::net::Ipv4Addr;

const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");
const TUTORIAL: &str = include_str!("../../../../examples/tutorial-as-published.yaml");
const PROVIDER: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM";
const PARTNER: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM";

#[track_caller]
fn clean(text: &str) -> Topology {
    let (manifest, findings) = manifest::parse(text);
    assert_eq!(findings, []);
    let resolved = resolve(&manifest);
    assert_eq!(resolved.findings, []);
    resolved.topology
}

#[track_caller]
fn id(base: &str, rest: &str) -> ResourceId {
    format!("{base}/providers/{rest}").parse().unwrap()
}

/// Resolves the example with one text replaced; gives each finding as `CODE line:column`.
#[track_caller]
fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(EXAMPLE.contains(from), "{from}");
    let text = EXAMPLE.replacen(from, to, 1);
    let (manifest, mut findings) = manifest::parse(&text);
    findings.extend(resolve(&manifest).findings);
    let lines = LineIndex::new(&text);
    findings
        .iter()
        .map(|finding| {
            let at = lines.position(finding.span.unwrap().start);
            format!(
                "{} {}:{} {}",
                finding.code, at.line, at.column, finding.message
            )
        })
        .collect()
}

/// Where `needle` stands in the changed example, as `line:column`.
fn place(text: &str, needle: &str) -> String {
    let at = LineIndex::new(text).position(text.find(needle).unwrap());
    format!("{}:{}", at.line, at.column)
}

#[test]
fn the_example_has_every_resource() {
    let topology = clean(EXAMPLE);
    let found: Vec<String> = topology
        .resources
        .keys()
        .map(|id| {
            id.as_str()
                .replace(PROVIDER, "P")
                .replace(PARTNER, "C")
                .replace("/providers/Microsoft.", ":")
        })
        .collect();
    assert_eq!(
        found,
        [
            "P",
            "C",
            "P:Network/networkSecurityGroups/NSG-APIM",
            "P:Network/networkSecurityGroups/NSG-PLS",
            "P:Network/virtualNetworks/MainNet",
            "C:Network/virtualNetworks/External",
            "P:ApiManagement/service/apim1449",
            "P:Network/loadBalancers/PrivateLinkServiceLB",
            "P:Network/networkInterfaces/fwd-0-nic",
            "P:Compute/virtualMachines/fwd-0",
            "P:Network/networkInterfaces/fwd-1-nic",
            "P:Compute/virtualMachines/fwd-1",
            "P:Network/privateLinkServices/APIM-PLS",
            "C:Network/privateEndpoints/APIM-PE",
            "P:Network/privateDnsZones/apim1449.azure-api.net",
            "P:Network/privateDnsZones/apim1449.azure-api.net/A/@",
            "P:Network/privateDnsZones/apim1449.azure-api.net/virtualNetworkLinks/MainNet",
            "C:Network/privateDnsZones/apim1449.azure-api.net",
            "C:Network/privateDnsZones/apim1449.azure-api.net/A/@",
            "C:Network/privateDnsZones/apim1449.azure-api.net/virtualNetworkLinks/External",
        ]
    );
    for resource in topology.resources.values() {
        let is_record = matches!(resource.body, Body::ARecordSet(_));
        assert_eq!(
            !resource.tags.contains_key(OWNER_TAG),
            is_record,
            "{}",
            resource.id
        );
    }
}

#[test]
fn the_example_has_the_documented_addresses() {
    let topology = clean(EXAMPLE);
    let addresses = Addresses::of(&topology);
    let address = |holder: Holder| addresses.get(&holder).unwrap().to_string();
    assert_eq!(
        address(Holder::Nic(
            id(PROVIDER, "Microsoft.Network/networkInterfaces/fwd-0-nic"),
            0
        )),
        "10.0.1.4"
    );
    assert_eq!(
        address(Holder::Nic(
            id(PROVIDER, "Microsoft.Network/networkInterfaces/fwd-1-nic"),
            0
        )),
        "10.0.1.6"
    );
    assert_eq!(
        address(Holder::Frontend(
            id(
                PROVIDER,
                "Microsoft.Network/loadBalancers/PrivateLinkServiceLB"
            ),
            0
        )),
        "10.0.1.5"
    );
    assert_eq!(
        address(Holder::Nat(
            id(PROVIDER, "Microsoft.Network/privateLinkServices/APIM-PLS"),
            0
        )),
        "10.0.1.7"
    );
    assert_eq!(
        address(Holder::Unit(
            id(PROVIDER, "Microsoft.ApiManagement/service/apim1449"),
            0
        )),
        "10.0.2.4"
    );
    assert_eq!(
        address(Holder::Vip(id(
            PROVIDER,
            "Microsoft.ApiManagement/service/apim1449"
        ))),
        "10.0.2.5"
    );
    assert_eq!(
        address(Holder::Endpoint(id(
            PARTNER,
            "Microsoft.Network/privateEndpoints/APIM-PE"
        ))),
        "192.168.0.5"
    );
    assert_eq!(address(Holder::Client("testvm".to_owned())), "192.168.0.4");
}

#[test]
fn relays_dial_by_name_and_report_their_health() {
    let topology = clean(EXAMPLE);
    for (_, machine) in topology.virtual_machines() {
        let relay = machine.relay().unwrap();
        assert_eq!(relay.listeners.len(), 1);
        assert_eq!(relay.listeners[0].listen.to_string(), "0.0.0.0:443");
        assert_eq!(relay.listeners[0].to, ["apim1449.azure-api.net:443"]);
        assert_eq!(relay.health.unwrap().listen.to_string(), "0.0.0.0:8080");
    }
    let (balancer, inner) = topology.load_balancers().next().unwrap();
    assert_eq!(
        balancer.sku.as_ref().unwrap().name.as_deref(),
        Some("Standard")
    );
    let probe = &inner.probes[0].properties;
    assert_eq!(
        (
            probe.protocol.as_str(),
            probe.port,
            probe.request_path.as_deref()
        ),
        ("Http", 8080, Some("/healthz"))
    );
    assert_eq!(
        (
            probe.interval_in_seconds,
            probe.probe_threshold,
            probe.number_of_probes
        ),
        (Some(5), Some(1), None)
    );
    let rule = &inner.load_balancing_rules[0].properties;
    assert_eq!(
        (
            rule.frontend_port,
            rule.backend_port,
            rule.idle_timeout_in_minutes,
            rule.enable_tcp_reset
        ),
        (443, Some(443), Some(4), Some(true))
    );
    assert_eq!(
        rule.probe.as_ref().unwrap().id,
        balancer.id.child("probes", &inner.probes[0].name)
    );
    let members = topology.network_interfaces().filter(|(_, nic)| {
        nic.ip_configurations[0]
            .properties
            .load_balancer_backend_address_pools[0]
            .id
            == balancer
                .id
                .child("backendAddressPools", &inner.backend_address_pools[0].name)
    });
    assert_eq!(members.count(), 2);
}

#[test]
fn the_nat_subnet_has_no_policies_and_the_partner_is_let_in() {
    let topology = clean(EXAMPLE);
    let (_, subnet) = topology
        .subnet(&id(
            PROVIDER,
            "Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet",
        ))
        .unwrap();
    assert_eq!(
        subnet
            .properties
            .private_link_service_network_policies
            .as_deref(),
        Some("Disabled")
    );
    let (_, other) = topology
        .subnet(&id(
            PROVIDER,
            "Microsoft.Network/virtualNetworks/MainNet/subnets/apimSubnet",
        ))
        .unwrap();
    assert_eq!(other.properties.private_link_service_network_policies, None);
    let (service, inner) = topology.private_link_services().next().unwrap();
    assert_eq!(
        inner.visibility.as_ref().unwrap().subscriptions,
        ["11111111-1111-1111-1111-111111111111"]
    );
    assert_eq!(inner.auto_approval, inner.visibility);
    let (endpoint, connections) = topology.private_endpoints().next().unwrap();
    assert_eq!(endpoint.location.as_deref(), Some("eastus"));
    assert_eq!(
        connections.private_link_service_connections[0]
            .properties
            .private_link_service_id,
        service.id.to_string()
    );
    assert!(
        connections
            .manual_private_link_service_connections
            .is_empty()
    );
}

#[test]
fn derived_security_groups_admit_what_is_needed_and_deny_the_rest() {
    let topology = clean(EXAMPLE);
    let rules = |name: &str| -> Vec<String> {
        let (_, group) = topology
            .network_security_group(&id(
                PROVIDER,
                &format!("Microsoft.Network/networkSecurityGroups/{name}"),
            ))
            .unwrap();
        let line = |rule: &crate::model::network::SecurityRule| {
            let p = &rule.properties;
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            format!(
                "{} {} {} {} -> {}:{}",
                p.priority,
                p.access,
                p.protocol,
                text(&p.source_address_prefix),
                text(&p.destination_address_prefix),
                text(&p.destination_port_range)
            )
        };
        group.security_rules.iter().map(line).collect()
    };
    assert_eq!(
        rules("NSG-APIM"),
        [
            "200 Allow Tcp ApiManagement -> VirtualNetwork:3443",
            "210 Allow Tcp AzureLoadBalancer -> VirtualNetwork:6390"
        ]
    );
    assert_eq!(
        rules("NSG-PLS"),
        [
            "200 Allow Tcp 10.0.1.0/24 -> 10.0.1.0/24:443",
            "210 Allow Tcp AzureLoadBalancer -> 10.0.1.0/24:8080",
            "4000 Deny * VirtualNetwork -> *:*"
        ]
    );
}

#[test]
fn each_side_resolves_the_name_to_its_own_address() {
    let topology = clean(EXAMPLE);
    let answer = |base: &str| {
        topology
            .a_record_set(&id(
                base,
                "Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@",
            ))
            .unwrap()
            .1
            .a_records[0]
            .ipv4_address
            .clone()
    };
    assert_eq!(
        answer(PROVIDER),
        RecordAddress::Of(id(PROVIDER, "Microsoft.ApiManagement/service/apim1449"))
    );
    assert_eq!(
        answer(PARTNER),
        RecordAddress::Of(id(PARTNER, "Microsoft.Network/privateEndpoints/APIM-PE"))
    );
    let (_, link) = topology.virtual_network_links().next().unwrap();
    assert_eq!(
        link.virtual_network.as_ref().unwrap().id,
        id(PROVIDER, "Microsoft.Network/virtualNetworks/MainNet")
    );
}

#[test]
fn every_resource_survives_the_way_through_arm() {
    for text in [EXAMPLE, TUTORIAL] {
        for resource in clean(text).resources.values() {
            let json = crate::arm::export(resource).unwrap();
            assert_eq!(
                crate::arm::resource(&json).unwrap(),
                *resource,
                "{}",
                resource.id
            );
        }
    }
}

#[test]
fn the_tutorial_keeps_its_mistakes_and_their_places() {
    let topology = clean(TUTORIAL);
    let lines = LineIndex::new(TUTORIAL);
    let check = |id: &ResourceId, pointer: &str, line: &str| {
        let span = topology
            .provenance
            .span(&Place {
                id: id.clone(),
                pointer: pointer.to_owned(),
            })
            .unwrap();
        let at = lines.position(span.start).line;
        let text = TUTORIAL.lines().nth(at - 1).unwrap();
        assert!(text.contains(line), "{pointer}: line {at} is {text:?}");
    };
    let vnet = id(PROVIDER, "Microsoft.Network/virtualNetworks/MainNet");
    check(
        &vnet,
        "/properties/subnets/0/properties/privateLinkServiceNetworkPolicies",
        "privateLinkServiceNetworkPolicies: Enabled",
    );
    check(
        &vnet.child("subnets", "plsSubnet"),
        "/properties/privateLinkServiceNetworkPolicies",
        "privateLinkServiceNetworkPolicies: Enabled",
    );
    let lb = id(
        PROVIDER,
        "Microsoft.Network/loadBalancers/PrivateLinkServiceLB",
    );
    check(
        &lb,
        "/properties/probes/0/properties/intervalInSeconds",
        "intervalInSeconds: 360",
    );
    check(
        &lb,
        "/properties/probes/0/properties/requestPath",
        "name: Check443",
    );
    check(
        &lb,
        "/properties/loadBalancingRules/0",
        "- frontendPort: 443",
    );
    check(
        &lb,
        "/properties/loadBalancingRules/0/properties/probe",
        "probe: false",
    );
    check(
        &lb,
        "/properties/loadBalancingRules/0/properties/idleTimeoutInMinutes",
        "idleTimeoutInMinutes: 15",
    );
    check(
        &lb,
        "/properties/frontendIPConfigurations/0/properties/privateIPAddress",
        "10.0.1.5",
    );
    let vm = id(PROVIDER, "Microsoft.Compute/virtualMachines/fwd-0");
    check(
        &vm,
        "/properties/userData/listeners/0/listen",
        "- listen: 10.0.1.4:443",
    );
    check(
        &vm,
        "/properties/userData/listeners/0/to/0",
        "to: 10.0.2.5:443",
    );
    check(&vm, "", "fwd:");
    let nic = id(PROVIDER, "Microsoft.Network/networkInterfaces/fwd-0-nic");
    check(
        &nic,
        "/properties/ipConfigurations/0/properties/privateIPAllocationMethod",
        "privateIPAllocationMethod: Dynamic",
    );
    check(
        &id(PROVIDER, "Microsoft.Network/networkSecurityGroups/NSG-PLS"),
        "/properties/securityRules/0",
        "AllowVnet443:",
    );

    let (_, inner) = topology.network_interface(&nic).unwrap();
    let config = &inner.ip_configurations[0].properties;
    assert_eq!(
        (
            config.private_ip_allocation_method.as_deref(),
            config.private_ip_address
        ),
        (Some("Dynamic"), None)
    );
    assert_eq!(inner.enable_ip_forwarding, Some(true));
    let (_, inner) = topology.load_balancer(&lb).unwrap();
    assert_eq!(inner.load_balancing_rules[0].properties.probe, None);
    assert_eq!(inner.probes[0].properties.number_of_probes, Some(5));
    let relay = topology.virtual_machine(&vm).unwrap().1.relay().unwrap();
    assert_eq!(
        (
            relay.listeners[0].listen.to_string().as_str(),
            relay.listeners[0].to[0].as_str()
        ),
        ("10.0.1.4:443", "10.0.2.5:443")
    );
    assert_eq!(topology.private_dns_zones().count(), 0);
    assert_eq!(
        topology.clients["testvm"].hosts["apim1449.azure-api.net"],
        Ipv4Addr::new(192, 168, 0, 6)
    );
}

#[test]
fn one_wrong_reference_gives_one_finding_at_the_reference() {
    for (from, to, needle, message) in [
        (
            "subscription: partner",
            "subscription: partnr",
            "partnr",
            "there is no subscription `partnr`",
        ),
        (
            "resourceGroup: PrivateAPIM",
            "resourceGroup: Privat",
            "Privat\n",
            "there is no resource group `Privat`",
        ),
        (
            "fwd: { subnet: MainNet/plsSubnet",
            "fwd: { subnet: MainNet/plsubnet",
            "MainNet/plsubnet",
            "there is no subnet `MainNet/plsubnet`",
        ),
        (
            "backend: fwd",
            "backend: fwb",
            "fwb",
            "there is no forwarder `fwb`",
        ),
        (
            "loadBalancer: PrivateLinkServiceLB",
            "loadBalancer: LB",
            "LB, vis",
            "there is no load balancer `LB`",
        ),
        (
            "visibility: [partner]",
            "visibility: [parnter]",
            "parnter",
            "there is no subscription `parnter`",
        ),
        (
            "service: APIM-PLS",
            "service: APIM-PSL",
            "APIM-PSL",
            "there is no Private Link Service `APIM-PSL`",
        ),
        (
            "to: apim1449",
            "to: apim1448",
            "apim1448",
            "`apim1448` is nothing to relay to",
        ),
        (
            "to: apim1449",
            "to: 'a b:443'",
            "'a b:443'",
            "`a b:443` is nothing to relay to",
        ),
    ] {
        let text = EXAMPLE.replacen(from, to, 1);
        assert_eq!(
            changed(from, to),
            [format!("MAN007 {} {message}", place(&text, needle))],
            "{to}"
        );
    }
}

#[test]
fn candidates_are_listed() {
    let text = EXAMPLE.replacen("backend: fwd", "backend: fwb", 1);
    let findings = resolve(&manifest::parse(&text).0).findings;
    assert_eq!(findings[0].help, "did you mean `fwd`?");
}

#[test]
fn a_full_subnet_is_one_finding() {
    let found = changed(
        "plsSubnet:  { addressPrefix: 10.0.1.0/24",
        "plsSubnet:  { addressPrefix: 10.0.1.0/29",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("MAN011 "), "{found:?}");
}

#[test]
fn too_many_instances_are_refused_quickly() {
    let found = changed("instances: 2", "instances: 4000000000");
    assert!(
        found.iter().any(|finding| finding.starts_with("MAN005 ")),
        "{found:?}"
    );
}

#[test]
fn another_tenant_is_asked_by_hand() {
    let text = EXAMPLE.replacen("{ id: 11111111-1111-1111-1111-111111111111 }", "{ id: 11111111-1111-1111-1111-111111111111, tenant: 33333333-3333-3333-3333-333333333333 }", 1);
    let topology = clean(&text);
    let (_, endpoint) = topology.private_endpoints().next().unwrap();
    assert_eq!(
        (
            endpoint.private_link_service_connections.len(),
            endpoint.manual_private_link_service_connections.len()
        ),
        (0, 1)
    );
}

#[test]
fn existing_things_bear_no_owner_tag() {
    let text = EXAMPLE.replacen(
        "resourceGroup: PrivateAPIM\n",
        "resourceGroup: PrivateAPIM\n    existing: true\n",
        1,
    );
    let topology = clean(&text);
    let network = &topology.resources[&id(PROVIDER, "Microsoft.Network/virtualNetworks/MainNet")];
    assert!(network.existing && network.tags.is_empty());
}

#[test]
fn two_networks_in_one_group_cannot_have_two_answers() {
    let text = EXAMPLE.replacen(
        "  External:\n    resourceGroup: APIM",
        "  External:\n    resourceGroup: PrivateAPIM",
        1,
    );
    let findings = resolve(&manifest::parse(&text).0).findings;
    assert_eq!(
        findings
            .iter()
            .map(|finding| finding.code)
            .collect::<Vec<_>>(),
        ["MAN013"]
    );
}
