//! Small topologies from ARM JSON, without a manifest.

use serde_json::{Value, json};
use topology::{
    Topology, arm,
    trace::{Trace, World},
};

const GROUP: &str = "/subscriptions/s/resourceGroups/g/providers/";

/// The id of a resource: `id("networkInterfaces/a")`.
pub(crate) fn id(short: &str) -> String {
    let provider = match short.split('/').next().unwrap() {
        "virtualMachines" | "virtualMachineScaleSets" => "Microsoft.Compute",
        "service" => "Microsoft.ApiManagement",
        "storageAccounts" => "Microsoft.Storage",
        _ => "Microsoft.Network",
    };
    format!("{GROUP}{provider}/{short}")
}

pub(crate) fn reference(short: &str) -> Value {
    json!({ "id": id(short) })
}

pub(crate) fn resource(short: &str, properties: Value) -> Value {
    json!({ "id": id(short), "location": "uksouth", "properties": properties })
}

/// A network of one range, with subnets `(name, range, more properties)`.
pub(crate) fn network(
    name: &str,
    range: &str,
    subnets: &[(&str, &str, Value)],
    peers: &[&str],
) -> Value {
    let subnets: Vec<Value> = subnets
        .iter()
        .map(|(name, range, more)| {
            let mut properties = json!({ "addressPrefix": range });
            merge(&mut properties, more);
            json!({ "name": name, "properties": properties })
        })
        .collect();
    let peers: Vec<Value> = peers
        .iter()
        .map(|peer| {
            json!({ "name": format!("to-{peer}"), "properties": {
                "remoteVirtualNetwork": reference(&format!("virtualNetworks/{peer}")),
            }})
        })
        .collect();
    resource(
        &format!("virtualNetworks/{name}"),
        json!({
            "addressSpace": { "addressPrefixes": [range] },
            "subnets": subnets,
            "virtualNetworkPeerings": peers,
        }),
    )
}

pub(crate) fn merge(into: &mut Value, more: &Value) {
    for (key, value) in more.as_object().unwrap() {
        into[key] = value.clone();
    }
}

/// A machine with a NIC at an address of `network/subnet`; it relays `listen` to `to` if given.
pub(crate) fn machine(
    name: &str,
    subnet: &str,
    address: &str,
    relay: Option<(u16, &str)>,
    more: &Value,
) -> [Value; 2] {
    let (network, subnet) = subnet.split_once('/').unwrap();
    let mut config = json!({
        "subnet": reference(&format!("virtualNetworks/{network}/subnets/{subnet}")),
        "privateIPAddress": address,
        "privateIPAllocationMethod": "Static",
    });
    let mut nic = json!({});
    for (key, value) in more.as_object().unwrap() {
        if key == "enableIPForwarding" || key == "networkSecurityGroup" {
            nic[key] = value.clone();
        } else {
            config[key] = value.clone();
        }
    }
    nic["ipConfigurations"] = json!([{ "name": "ip", "properties": config }]);
    let user_data = relay.map(|(listen, to)| {
        use base64::Engine as _;
        let config = json!({ "version": 1, "listeners": [{ "listen": format!("0.0.0.0:{listen}"), "to": [to] }] });
        base64::engine::general_purpose::STANDARD.encode(config.to_string())
    });
    [
        resource(&format!("networkInterfaces/{name}-nic"), nic),
        resource(
            &format!("virtualMachines/{name}"),
            json!({
                "networkProfile": { "networkInterfaces": [reference(&format!("networkInterfaces/{name}-nic"))] },
                "userData": user_data,
            }),
        ),
    ]
}

/// A security rule.
pub(crate) fn rule(priority: u16, text: &str) -> Value {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [access, direction, source, destination, port] = words.as_slice() else {
        panic!("{text}");
    };
    json!({ "name": format!("r{priority}"), "properties": {
        "priority": priority, "access": access, "direction": direction, "protocol": "Tcp",
        "sourceAddressPrefix": source, "sourcePortRange": "*",
        "destinationAddressPrefix": destination, "destinationPortRange": port,
    }})
}

pub(crate) fn group(name: &str, rules: &[Value]) -> Value {
    resource(
        &format!("networkSecurityGroups/{name}"),
        json!({ "securityRules": rules }),
    )
}

pub(crate) fn topology(resources: impl IntoIterator<Item = Value>) -> Topology {
    let all: Vec<Value> = resources.into_iter().collect();
    let (topology, findings) = arm::import(&all);
    assert!(findings.is_empty(), "{findings:?}");
    topology
}

#[track_caller]
pub(crate) fn between(topology: &Topology, from: &str, to: &str) -> Trace {
    World::new(topology)
        .trace_between(&from.parse().unwrap(), &to.parse().unwrap(), None)
        .unwrap()
}

/// Outcome and reason in one line.
pub(crate) fn said(trace: &Trace) -> String {
    format!("{:?}: {}", trace.outcome, trace.because)
}

#[track_caller]
pub(crate) fn says(topology: &Topology, from: &str, to: &str, words: &[&str]) -> Trace {
    let trace = between(topology, from, to);
    let said = said(&trace);
    for word in words {
        assert!(
            said.contains(word),
            "`{word}` is not in: {said}\n{:#?}",
            trace
                .hops
                .iter()
                .map(|hop| (&hop.kind, &hop.because))
                .collect::<Vec<_>>()
        );
    }
    trace
}

/// Applies the mend of a drop, which must have one, and walks again.
#[track_caller]
pub(crate) fn mended(topology: &Topology, from: &str, to: &str) -> (Topology, Trace) {
    let trace = between(topology, from, to);
    let mend = trace
        .mend
        .clone()
        .unwrap_or_else(|| panic!("no mend: {}", said(&trace)));
    let fix = mend
        .fix
        .unwrap_or_else(|| panic!("words only: {}", mend.text));
    let changed = topology::fix::apply(topology, &fix.changes).unwrap();
    let again = between(&changed, from, to);
    assert_ne!(said(&trace), said(&again));
    (changed, again)
}
