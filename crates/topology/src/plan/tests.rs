//! Plans of the example: from nothing, after drift, on the way down.

use super::*;
use crate::{manifest, resolve};
use serde_json::json;

const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");

fn example() -> Topology {
    let (manifest, findings) = manifest::parse(EXAMPLE);
    assert!(findings.is_empty(), "{findings:#?}");
    resolve::resolve(&manifest).topology
}

/// The world as it is after everything was made, with what ARM adds.
fn made(topology: &Topology) -> Observed {
    let mut observed = Observed::default();
    for resource in topology.resources.values() {
        let mut value = arm::export(resource).unwrap();
        value["etag"] = json!("W/1");
        value["properties"]["provisioningState"] = json!("Succeeded");
        if resource.id.is_type("Microsoft.ApiManagement/service") {
            value["properties"]["privateIPAddresses"] = json!(["10.0.2.5"]);
        }
        if resource.id.is_type("Microsoft.Network/privateEndpoints") {
            let nic = ResourceId::new(
                resource.id.subscription(),
                resource.id.resource_group(),
                "Microsoft.Network/networkInterfaces",
                "pe.nic",
            );
            value["properties"]["networkInterfaces"] = json!([{ "id": nic }]);
            let seen = json!({ "id": nic, "properties": {
                "privateEndpoint": { "id": resource.id },
                "ipConfigurations": [{ "name": "x", "properties": { "privateIPAddress": "192.168.0.5" } }] } });
            observed.items.insert(nic, Observation::Present(seen));
        }
        observed
            .items
            .insert(resource.id.clone(), Observation::Present(value));
    }
    put_all(&mut observed);
    observed
}

fn put_all(observed: &mut Observed) {
    let known = observed.clone();
    for observation in observed.items.values_mut() {
        if let Observation::Present(value) = observation {
            put_addresses(value, &known);
        }
    }
}

fn position(plan: &Plan, short: &str) -> usize {
    plan.steps
        .iter()
        .position(|step| step.id.short() == short)
        .unwrap_or_else(|| panic!("no step for {short}"))
}

#[test]
fn from_nothing_everything_is_created_in_order() {
    let plan = of(&example(), &Observed::default());
    assert!(
        plan.steps
            .iter()
            .all(|step| step.action == Action::Create && step.body.is_some()),
        "{plan:#?}"
    );
    for (first, then) in [
        ("resourceGroups/PrivateAPIM", "virtualNetworks/MainNet"),
        ("networkSecurityGroups/NSG-PLS", "virtualNetworks/MainNet"),
        (
            "virtualNetworks/MainNet",
            "loadBalancers/PrivateLinkServiceLB",
        ),
        (
            "loadBalancers/PrivateLinkServiceLB",
            "networkInterfaces/fwd-0-nic",
        ),
        ("networkInterfaces/fwd-0-nic", "virtualMachines/fwd-0"),
        (
            "loadBalancers/PrivateLinkServiceLB",
            "privateLinkServices/APIM-PLS",
        ),
        ("privateLinkServices/APIM-PLS", "privateEndpoints/APIM-PE"),
        ("service/apim1449", "A/@"),
        ("service/apim1449", "virtualMachines/fwd-0"),
    ] {
        assert!(
            position(&plan, first) < position(&plan, then),
            "{first} before {then}"
        );
    }
    for (index, step) in plan.steps.iter().enumerate() {
        for need in &step.needs {
            assert!(
                plan.steps[..index]
                    .iter()
                    .any(|earlier| &earlier.id == need),
                "{} needs {need}",
                step.id
            );
        }
    }
}

#[test]
fn what_is_as_wished_for_is_left_alone() {
    let topology = example();
    let plan = of(&topology, &made(&topology));
    let changed: Vec<_> = plan
        .steps
        .iter()
        .filter(|step| step.action != Action::None)
        .collect();
    assert!(changed.is_empty(), "{changed:#?}");
}

#[test]
fn drift_is_mended_and_foreign_things_are_not_touched() {
    let topology = example();
    let mut observed = made(&topology);
    for (id, observation) in &mut observed.items {
        let Observation::Present(value) = observation else {
            continue;
        };
        match id.short().as_str() {
            "loadBalancers/PrivateLinkServiceLB" => {
                value["properties"]["loadBalancingRules"][0]["properties"]["frontendPort"] =
                    json!(8443);
            }
            "virtualNetworks/External" => {
                value["tags"] = json!({});
                value["properties"]["addressSpace"]["addressPrefixes"] = json!(["172.16.0.0/12"]);
            }
            "privateEndpoints/APIM-PE" => {
                value["properties"]["subnet"]["id"] = json!(
                    "/subscriptions/x/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
                );
            }
            "virtualNetworks/MainNet" => value["location"] = json!("UK South"),
            _ => {}
        }
    }
    let plan = of(&topology, &observed);
    let action = |short: &str| plan.steps[position(&plan, short)].action;
    assert_eq!(action("loadBalancers/PrivateLinkServiceLB"), Action::Update);
    assert_eq!(action("virtualNetworks/External"), Action::Refused);
    assert_eq!(action("privateEndpoints/APIM-PE"), Action::Replace);
    assert_eq!(
        action("virtualNetworks/MainNet"),
        Action::None,
        "a region's spelling is no drift"
    );
}

#[test]
fn what_left_the_manifest_goes() {
    let topology = example();
    let mut observed = made(&topology);
    let old = ResourceId::new(
        "22222222-2222-2222-2222-222222222222",
        "PrivateAPIM",
        "Microsoft.Network/loadBalancers",
        "old",
    );
    let other = ResourceId::new(
        "22222222-2222-2222-2222-222222222222",
        "PrivateAPIM",
        "Microsoft.Network/loadBalancers",
        "other",
    );
    observed.items.insert(
        old.clone(),
        Observation::Present(json!({ "id": old, "tags": { "linkspan": "internal-apim" } })),
    );
    observed.items.insert(
        other.clone(),
        Observation::Present(json!({ "id": other, "tags": { "linkspan": "another" } })),
    );
    let plan = of(&topology, &observed);
    let deleted: Vec<_> = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::Delete)
        .map(|step| step.id.clone())
        .collect();
    assert_eq!(deleted, [old]);
}

#[test]
fn removal_goes_in_reverse_and_spares_what_is_not_ours() {
    let topology = example();
    let all = plan_removal(&topology, &made(&topology));
    assert!(
        all.steps.iter().all(|step| step.action == Action::Delete),
        "{all:#?}"
    );
    for (first, then) in [
        ("privateEndpoints/APIM-PE", "privateLinkServices/APIM-PLS"),
        ("virtualMachines/fwd-0", "networkInterfaces/fwd-0-nic"),
        (
            "networkInterfaces/fwd-0-nic",
            "loadBalancers/PrivateLinkServiceLB",
        ),
        ("virtualNetworks/MainNet", "networkSecurityGroups/NSG-PLS"),
        ("virtualNetworks/MainNet", "resourceGroups/PrivateAPIM"),
    ] {
        assert!(
            position(&all, first) < position(&all, then),
            "{first} before {then}"
        );
    }

    let mut shared = made(&topology);
    let foreign = ResourceId::new(
        "22222222-2222-2222-2222-222222222222",
        "PrivateAPIM",
        "Microsoft.Storage/storageAccounts",
        "theirs",
    );
    shared.items.insert(
        foreign.clone(),
        Observation::Present(json!({ "id": foreign })),
    );
    let some = plan_removal(&topology, &shared);
    assert_eq!(
        some.steps[position(&some, "resourceGroups/PrivateAPIM")].action,
        Action::Refused
    );
    assert!(some.steps.iter().all(|step| step.id != foreign));
}
