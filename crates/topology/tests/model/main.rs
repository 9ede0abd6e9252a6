//! The model against the official examples of the Azure REST API.
//!
//! Every body of a resource in them is parsed, printed and parsed again; what is printed is what was
//! given, byte for byte. Where it is from stands in `../fixtures/rest-api-specs/SOURCES.md`.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests read the examples")]

use serde_json::{Map, Value};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};
use topology::{
    arm,
    model::{ARM_TYPES, Body},
};

/// What in the examples does not fit, and is right not to: member and value.
const SLIPS: &[(&str, &str, &str)] = &[
    (
        "id",
        "provders",
        "a misspelled `providers` in ids of NICs and application security groups",
    ),
    (
        "publicIPAddresses",
        "XXX",
        "addresses that were made unreadable",
    ),
    (
        "privateIPAddresses",
        "X",
        "addresses that were made unreadable",
    ),
];

/// The id of a resource whose example has none in any answer.
const CONNECTION: &str = "/subscriptions/subId/resourceGroups/rg1/providers/Microsoft.Network/privateLinkServices/testPls/privateEndpointConnections/testPlePeConnection";

fn examples() -> Vec<(String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rest-api-specs");
    let mut folders = vec![root];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                files.push(path);
            }
        }
    }
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect()
}

/// Every body of a resource in an example; what has no id is given the one of its answer.
fn bodies(example: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for answer in example["responses"].as_object().unwrap().values() {
        if let Some(Value::Object(body)) = answer.get("body") {
            match body.get("value") {
                Some(Value::Array(list)) => found.extend(list.iter().cloned()),
                _ => found.push(Value::Object(body.clone())),
            }
        }
    }
    let id = found
        .iter()
        .find_map(|body| body.get("id"))
        .cloned()
        .unwrap_or_else(|| CONNECTION.into());
    let parameters = example["parameters"].as_object().unwrap();
    let asked = parameters.iter().filter(|(name, value)| {
        value.is_object() && name.to_ascii_lowercase().ends_with("parameters")
    });
    found.extend(asked.map(|(_, body)| body.clone()));
    for body in &mut found {
        if body.get("id").is_none() {
            let mut members = Map::new();
            members.insert("id".to_owned(), id.clone());
            members.extend(body.as_object().unwrap().clone());
            *body = Value::Object(members);
        }
    }
    found
}

#[test]
fn official_examples_are_read_and_written_as_they_are() {
    let examples = examples();
    assert!(examples.len() >= 50, "{}", examples.len());
    let mut bodies_read = 0;
    for (name, example) in &examples {
        for given in bodies(example) {
            let (resource, findings) = arm::read(&given).unwrap();
            let written = arm::export(&resource).unwrap();
            assert_eq!(written.to_string(), given.to_string(), "{name}");
            assert_eq!(arm::resource(&written).unwrap(), resource, "{name}");
            for found in findings {
                let place = found.place.unwrap();
                let value = given.pointer(&place.pointer).unwrap().to_string();
                let known = SLIPS.iter().any(|(member, slip, _)| {
                    place.pointer.split('/').any(|name| name == *member) && value.contains(slip)
                });
                assert!(known, "{name}: {} {value}", found.message);
            }
            bodies_read += 1;
        }
    }
    assert!(bodies_read > 120, "{bodies_read}");
}

#[test]
fn official_examples_are_typed() {
    let mut untyped = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for (name, example) in examples() {
        for given in bodies(&example) {
            let resource = arm::resource(&given).unwrap();
            match resource.body {
                Body::Opaque(_) => {
                    untyped.insert(name.clone());
                }
                _ => {
                    seen.insert(resource.id.arm_type());
                }
            }
        }
    }
    // Its answers stand under the id of a Private Link Service instead of the private endpoint.
    let slips = BTreeSet::from(["PrivateEndpointDnsZoneGroupCreate".to_owned()]);
    assert_eq!(untyped, slips);
    let missing: Vec<&str> = ARM_TYPES
        .iter()
        .map(|(kind, _)| *kind)
        .filter(|kind| !seen.contains(*kind))
        .collect();
    // Resource groups have no example among these versions.
    assert_eq!(
        missing,
        [
            "Microsoft.Resources/resourceGroups",
            "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        ]
    );
}

#[test]
fn what_an_example_leaves_unsaid_is_reached_through_the_types() {
    let all = examples();
    let body = |file: &str| {
        let (_, example) = all.iter().find(|(name, _)| name == file).unwrap();
        arm::resource(&bodies(example)[0]).unwrap().body
    };
    let Body::LoadBalancer(gateway) =
        body("LoadBalancerCreateGatewayLoadBalancerProviderWithOneBackendPool")
    else {
        panic!("no load balancer");
    };
    let rule = &gateway.load_balancing_rules[0].properties;
    assert_eq!(rule.pools().next().unwrap().id.name(), "be-lb");
    assert_eq!(
        gateway.backend_address_pools[0]
            .properties
            .tunnel_interfaces
            .len(),
        2
    );
    let Body::VirtualMachineScaleSet(set) =
        body("VirtualMachineScaleSet_Create_WithAzureLoadBalancer")
    else {
        panic!("no scale set");
    };
    let config = &set.nics()[0].properties.ip_configurations[0].properties;
    assert_eq!(
        config.load_balancer_backend_address_pools[0].id.name(),
        "lbBackendPool"
    );
    let Body::ApiManagement(service) = body("ApiManagementServiceGetMultiRegionInternalVnet")
    else {
        panic!("no service");
    };
    let elsewhere = &service.additional_locations[0];
    assert_eq!(elsewhere.subnet().unwrap().name(), "apim-internal-sub");
    let Body::NetworkInterface(nic) = body("NetworkInterfaceGet") else {
        panic!("no NIC");
    };
    // A NIC may hold a whole prefix; it is known by its first address.
    assert_eq!(
        nic.ip_configurations[1].properties.ipv4(),
        Some([172, 20, 2, 16].into())
    );
}
