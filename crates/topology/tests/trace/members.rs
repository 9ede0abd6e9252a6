//! Groups, pools, scale sets, relays: who is meant and who is admitted.

use super::build::{
    between, group, id, machine, mended, network, reference, resource, said, says, topology,
};
use serde_json::{Value, json};
use topology::{
    Topology,
    trace::{Outcome, World},
};

fn guarded(rules: &[Value], more: impl IntoIterator<Item = Value>) -> Topology {
    let subnet = json!({ "networkSecurityGroup": reference("networkSecurityGroups/n") });
    let mut all = vec![
        network(
            "one",
            "10.1.0.0/16",
            &[
                ("s", "10.1.0.0/24", subnet),
                ("open", "10.1.1.0/24", json!({})),
            ],
            &[],
        ),
        group("n", rules),
    ];
    all.extend(machine("a", "one/open", "10.1.1.4", None, &json!({})));
    all.extend(more);
    topology(all)
}

fn side(mut rule: Value, side: &str, group: &str) -> Value {
    let properties = &mut rule["properties"];
    properties
        .as_object_mut()
        .unwrap()
        .remove(&format!("{side}AddressPrefix"));
    properties[format!("{side}ApplicationSecurityGroups")] =
        json!([reference(&format!("applicationSecurityGroups/{group}"))]);
    rule
}

#[test]
fn application_security_groups_are_their_members() {
    let rules = [side(
        super::build::rule(100, "Deny Inbound * * 22"),
        "destination",
        "db",
    )];
    let member =
        json!({ "applicationSecurityGroups": [reference("applicationSecurityGroups/db")] });
    let mut all: Vec<Value> =
        machine("b", "one/s", "10.1.0.4", Some((22, "10.1.1.4:1")), &member).into();
    all.extend(machine(
        "c",
        "one/s",
        "10.1.0.5",
        Some((22, "10.1.1.4:1")),
        &json!({}),
    ));
    let topology = guarded(&rules, all);
    says(&topology, "a", "b:22", &["Dropped", "rule `r100`"]);
    says(&topology, "a", "c:22", &["what listens on `a`"]);
}

#[test]
fn a_tag_over_public_addresses_is_not_guessed() {
    let rules = [super::build::rule(100, "Deny Outbound * Storage 443")];
    let subnet = machine("b", "one/s", "10.1.0.4", None, &json!({}));
    let topology = guarded(&rules, subnet);
    says(
        &topology,
        "b",
        "20.1.2.3:443",
        &["Unknown", "rule `r100`", "may match"],
    );
    says(
        &topology,
        "b",
        "20.1.2.3:80",
        &["Unknown", "who answers there"],
    );
}

#[test]
fn a_denying_rule_at_the_lowest_priority_is_mended_by_moving_it() {
    let rules = [
        super::build::rule(100, "Deny Inbound * * 22"),
        super::build::rule(101, "Deny Inbound * * 23"),
        super::build::rule(103, "Allow Inbound * * *"),
    ];
    let relay = machine(
        "b",
        "one/s",
        "10.1.0.4",
        Some((22, "10.1.1.4:1")),
        &json!({}),
    );
    let topology = guarded(&rules, relay);
    says(
        &topology,
        "a",
        "b:22",
        &["Dropped", "rule `r100`", "priority below 100"],
    );
    let (changed, again) = mended(&topology, "a", "b:22");
    assert!(!again.because.contains("r100"), "{}", said(&again));
    let (_, group) = changed.network_security_groups().next().unwrap();
    let mut order: Vec<_> = group
        .security_rules
        .iter()
        .map(|rule| (rule.properties.priority, rule.name.as_str()))
        .collect();
    order.sort_unstable();
    assert_eq!(
        order,
        [
            (100, "AllowInboundTcp22"),
            (101, "r100"),
            (102, "r101"),
            (103, "r103")
        ]
    );
    says(&changed, "a", "10.1.0.5:22", &["nobody"]);
}

/// A load balancer `lb` at 10.1.1.9 with a rule for 443; members come with `more`.
fn balanced(pool: Value, rule: Value, more: impl IntoIterator<Item = Value>) -> Topology {
    let mut properties = json!({
        "frontendIPConfiguration": reference("loadBalancers/lb/frontendIPConfigurations/f"),
        "backendAddressPool": reference("loadBalancers/lb/backendAddressPools/p"),
        "protocol": "Tcp", "frontendPort": 443, "backendPort": 443,
    });
    super::build::merge(&mut properties, &rule);
    let lb = resource(
        "loadBalancers/lb",
        json!({
            "frontendIPConfigurations": [{ "name": "f", "properties": {
                "subnet": reference("virtualNetworks/one/subnets/open"), "privateIPAddress": "10.1.1.9",
            }}],
            "backendAddressPools": [{ "name": "p", "properties": pool }],
            "loadBalancingRules": [{ "name": "https", "properties": properties }],
        }),
    );
    guarded(&[], std::iter::once(lb).chain(more))
}

fn service() -> Value {
    resource(
        "service/apim",
        json!({
            "virtualNetworkType": "Internal",
            "virtualNetworkConfiguration": { "subnetResourceId": id("virtualNetworks/one/subnets/open") },
            "privateIPAddresses": ["10.1.1.99"],
        }),
    )
}

#[test]
fn a_pool_by_address_leads_to_the_machine_that_has_it() {
    let pool = |address: &str| {
        json!({ "loadBalancerBackendAddresses": [{ "name": "m", "properties": {
            "ipAddress": address, "virtualNetwork": reference("virtualNetworks/one"),
        }}]})
    };
    let more = || {
        machine(
            "b",
            "one/open",
            "10.1.1.20",
            Some((443, "10.1.1.99:443")),
            &json!({}),
        )
        .into_iter()
        .chain([service()])
    };
    let trace = says(
        &balanced(pool("10.1.1.20"), json!({}), more()),
        "a",
        "lb",
        &["Delivered"],
    );
    assert!(
        trace
            .hops
            .iter()
            .any(|hop| hop.at == id("networkInterfaces/b-nic"))
    );
    says(
        &balanced(pool("10.1.1.99"), json!({}), more()),
        "a",
        "lb",
        &["Unknown", "address of no machine"],
    );
}

#[test]
fn instances_of_a_scale_set_are_members() {
    use base64::Engine as _;
    let relay = json!({ "version": 1, "listeners": [{ "listen": "0.0.0.0:443", "to": ["10.1.1.99:443"] }] });
    let set = json!({
        "id": id("virtualMachineScaleSets/set"), "location": "uksouth", "sku": { "name": "Standard_B1s", "capacity": 3 },
        "properties": { "orchestrationMode": "Uniform", "virtualMachineProfile": {
            "userData": base64::engine::general_purpose::STANDARD.encode(relay.to_string()),
            "networkProfile": { "networkInterfaceConfigurations": [{ "name": "nic", "properties": { "primary": true,
                "ipConfigurations": [{ "name": "ip", "properties": {
                    "subnet": reference("virtualNetworks/one/subnets/open"),
                    "loadBalancerBackendAddressPools": [reference("loadBalancers/lb/backendAddressPools/p")],
                }}],
            }}]},
        }},
    });
    let topology = balanced(json!({}), json!({}), [set, service()]);
    let trace = says(&topology, "a", "lb", &["Delivered"]);
    let hop = trace
        .hops
        .iter()
        .find(|hop| hop.at_any_of.len() == 3)
        .unwrap();
    assert_eq!(
        hop.at_any_of[2],
        id("virtualMachineScaleSets/set/virtualMachines/2/networkInterfaces/nic")
    );
    let one = says(&topology, "set/1", "10.1.1.99:443", &["Delivered"]);
    assert_eq!(
        one.hops[0].at,
        id("virtualMachineScaleSets/set/virtualMachines/1/networkInterfaces/nic")
    );
    says(
        &topology,
        "a",
        &format!("{}:443", one.hops[0].source),
        &["Delivered"],
    );
    let several =
        World::new(&topology).trace_between(&"set".parse().unwrap(), &"lb".parse().unwrap(), None);
    assert!(
        several
            .unwrap_err()
            .to_string()
            .contains("stands for several")
    );
}

#[test]
fn a_floating_ip_needs_a_listener_at_the_frontend() {
    let floating = json!({ "enableFloatingIP": true });
    let member = json!({ "loadBalancerBackendAddressPools": [reference("loadBalancers/lb/backendAddressPools/p")] });
    let open = balanced(
        json!({}),
        floating,
        machine(
            "b",
            "one/open",
            "10.1.1.20",
            Some((443, "10.1.1.99:443")),
            &member,
        )
        .into_iter()
        .chain([service()]),
    );
    says(&open, "a", "lb", &["Unknown", "floating IP"]);
}

#[test]
fn selectors_say_what_they_may_mean() {
    let topology = guarded(
        &[],
        machine(
            "b",
            "one/s",
            "10.1.0.4",
            Some((22, "10.1.1.4:1")),
            &json!({}),
        ),
    );
    let same = said(&between(&topology, "a", "b:22"));
    for from in [
        "a-nic",
        "10.1.1.4",
        "one/10.1.1.4",
        "virtualMachines/a",
        &id("virtualMachines/a"),
    ] {
        assert_eq!(said(&between(&topology, from, "b:22")), same, "{from}");
    }
    for to in [
        "b",
        "10.1.0.4:22",
        "virtualMachines/b:22",
        &id("networkInterfaces/b-nic"),
        "one/10.1.0.4",
    ] {
        assert_eq!(said(&between(&topology, "a", to)), same, "{to}");
    }
    let subnet = between(&topology, "one/open", "b:22");
    assert_eq!(subnet.hops[0].source, "10.1.1.5");
    let world = World::new(&topology);
    let fails = |from: &str, to: &str| {
        world
            .trace_between(&from.parse().unwrap(), &to.parse().unwrap(), None)
            .unwrap_err()
            .to_string()
    };
    assert!(fails("nobody", "b").contains("no client, machine, network or subnet `nobody`"));
    assert!(fails("n", "b").contains("opens no connection"));
    assert!(fails("one", "b").contains("stands for several: one/s, one/open"));
    assert!(fails("a", "n").contains("takes no connections"));
    assert!(fails("a", "10.1.0.0/24").contains("is a range"));
}

#[test]
fn an_address_that_another_network_has_too_is_not_mistaken() {
    let mut all = vec![
        network(
            "one",
            "10.1.0.0/16",
            &[("s", "10.1.0.0/24", json!({}))],
            &[],
        ),
        network(
            "two",
            "10.1.0.0/16",
            &[("s", "10.1.0.0/24", json!({}))],
            &[],
        ),
    ];
    all.extend(machine("a", "one/s", "10.1.0.4", None, &json!({})));
    all.extend(machine("b", "one/s", "10.1.0.5", None, &json!({})));
    all.extend(machine("c", "two/s", "10.1.0.5", None, &json!({})));
    let topology = topology(all);
    says(&topology, "a", "b:22", &["Unknown", "what listens on `b`"]);
    says(
        &topology,
        "a",
        "c:22",
        &[
            "Dropped",
            "is the address of `networkInterfaces/b-nic`",
            "not of `networkInterfaces/c-nic`",
        ],
    );
    let ambiguous = World::new(&topology).trace_between(
        &"10.1.0.5".parse().unwrap(),
        &"b".parse().unwrap(),
        None,
    );
    assert!(ambiguous.is_err());
    assert_eq!(
        between(&topology, "two/10.1.0.5", "10.1.0.5:22").outcome,
        Outcome::Unknown
    );
}
