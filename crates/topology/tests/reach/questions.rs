//! Who can reach it, what can it reach, and what changed.

use topology::{
    Topology,
    model::Body,
    reach::{ReachChangeKind, diff, what_can, who_can_reach},
    trace::Outcome,
};

const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");

fn example() -> Topology {
    let (manifest, findings) = topology::manifest::parse(EXAMPLE);
    assert!(findings.is_empty(), "{findings:?}");
    topology::resolve::resolve(&manifest).topology
}

fn change(topology: &mut Topology, name: &str, mut how: impl FnMut(&mut Body)) {
    let meant = topology
        .resources
        .values_mut()
        .filter(|resource| resource.id.name() == name);
    for resource in meant {
        how(&mut resource.body);
    }
}

#[test]
fn who_can_reach_the_service() {
    let topology = example();
    let answer = who_can_reach(
        &topology,
        &"https://apim1449.azure-api.net".parse().unwrap(),
    )
    .unwrap();
    let can: Vec<&str> = answer
        .groups
        .iter()
        .filter(|group| group.outcome == Outcome::Delivered)
        .flat_map(|group| &group.senders)
        .map(|sender| sender.name.as_str())
        .collect();
    assert_eq!(
        can,
        [
            "MainNet/plsSubnet",
            "MainNet/apimSubnet",
            "External/default"
        ]
    );
    let partner = answer
        .groups
        .iter()
        .flat_map(|group| &group.senders)
        .find(|sender| sender.name == "External/default")
        .unwrap();
    assert_eq!(partner.named, ["testvm"]);
    let internet = answer.groups.last().unwrap();
    assert_eq!(internet.senders[0].name, "internet");
    assert!(internet.because.contains("is internal"));
}

#[test]
fn what_a_client_can_reach() {
    let topology = example();
    let answer = what_can(&topology, &"testvm".parse().unwrap()).unwrap();
    let [set] = answer.sets.as_slice() else {
        panic!("{answer:?}");
    };
    let said: Vec<String> = set
        .reached
        .iter()
        .map(|thing| {
            format!(
                "{} {} {}",
                thing.name,
                thing.hosts.join(","),
                thing.delivered
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            "`privateEndpoints/APIM-PE` apim1449.azure-api.net 443",
            "the internet  *",
        ]
    );
}

#[test]
fn nothing_changed_is_no_difference() {
    assert_eq!(diff(&example(), &example()).changes, []);
    let mut tagged = example();
    for resource in tagged.resources.values_mut() {
        resource.tags.insert("a".to_owned(), "b".to_owned());
    }
    assert_eq!(diff(&example(), &tagged).changes, []);
}

#[test]
fn a_connection_that_is_no_longer_approved_is_lost() {
    let mut after = example();
    change(&mut after, "APIM-PLS", |body| {
        if let Body::PrivateLinkService(pls) = body {
            pls.auto_approval = None;
        }
    });
    let changes = diff(&example(), &after);
    let text = changes.to_string();
    assert!(
        text.starts_with("`External` can no longer reach `apim1449.azure-api.net`"),
        "{text}"
    );
    assert!(text.contains("the connection is Pending"), "{text}");
    assert_eq!(changes.changes.len(), 1, "{text}");
    let back = diff(&after, &example());
    assert!(
        back.changes
            .iter()
            .all(|change| change.kind == ReachChangeKind::Gained)
    );
    assert!(back.to_string().contains("can now reach"));
}

#[test]
fn a_rule_that_opens_a_port_is_a_gain() {
    let mut before = example();
    change(&mut before, "NSG-PLS", |body| {
        if let Body::NetworkSecurityGroup(group) = body {
            let rule = serde_json::json!({ "name": "no-ssh", "properties": {
                "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp",
                "sourceAddressPrefix": "*", "sourcePortRange": "*",
                "destinationAddressPrefix": "*", "destinationPortRange": "*",
            }});
            group.security_rules.clear();
            group
                .security_rules
                .push(serde_json::from_value(rule).unwrap());
        }
    });
    let mut after = before.clone();
    change(&mut after, "NSG-PLS", |body| {
        if let Body::NetworkSecurityGroup(group) = body {
            group.security_rules[0].properties.destination_port_range = Some("23-65535".to_owned());
        }
    });
    let changes = diff(&before, &after);
    let text = changes.to_string();
    let gain = changes
        .changes
        .iter()
        .find(|change| change.ports == "1-22")
        .unwrap_or_else(|| panic!("{text}"));
    assert_eq!(gain.from, ["MainNet"]);
    assert!(
        gain.before.as_ref().unwrap().because.contains("no-ssh"),
        "{text}"
    );
    assert!(
        gain.before
            .as_ref()
            .unwrap()
            .decided_by
            .iter()
            .any(|by| by.name == "no-ssh")
    );
}

#[test]
fn networks_of_one_name_are_told_apart_by_their_ids() {
    let text = EXAMPLE.to_owned()
        + "
resources:
  - type: Microsoft.Network/virtualNetworks
    name: External
    resourceGroup: PrivateAPIM
    location: uksouth
    properties: { addressSpace: { addressPrefixes: [172.16.0.0/16] }, subnets: [ { name: other, properties: { addressPrefix: 172.16.0.0/24 } } ] }
";
    let (manifest, findings) = topology::manifest::parse(&text);
    assert!(findings.is_empty(), "{findings:?}");
    let before = topology::resolve::resolve(&manifest).topology;
    let mut after = before.clone();
    change(&mut after, "PrivateLinkServiceLB", |body| {
        if let Body::LoadBalancer(balancer) = body {
            balancer.load_balancing_rules.clear();
        }
    });
    let changes = diff(&before, &after).changes;
    let from: Vec<&String> = changes.iter().flat_map(|one| &one.from).collect();
    let whole = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External";
    assert!(from.iter().any(|name| name.as_str() == whole), "{from:?}");
    assert!(
        from.iter().all(|name| name.as_str() != "External"),
        "{from:?}"
    );
}
