//! Topologies of any size: copies of the example, each with names of its own.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::fmt::Write as _;
use topology::{Topology, arm, diagnose, model::Client, source::SourceMap};

const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");

/// Names that each copy has for itself.
const NAMES: [&str; 3] = [
    "/resourceGroups/PrivateAPIM",
    "/resourceGroups/APIM",
    "apim1449",
];

fn renamed(text: &str, copy: usize) -> String {
    NAMES.iter().fold(text.to_owned(), |text, name| {
        // `…/APIM` is also the end of nothing else: the other group's name continues differently.
        let with_end = [("\"", "\""), ("/", "/"), (".", "."), (")", ")")];
        with_end.iter().fold(text, |text, (end, kept)| {
            text.replace(&format!("{name}{end}"), &format!("{name}{copy}{kept}"))
        })
    })
}

/// User data is base64, so names in it are changed inside.
fn with_user_data(mut value: Value, copy: usize) -> Value {
    if let Some(Value::String(data)) = value.pointer_mut("/properties/userData")
        && let Ok(bytes) = STANDARD.decode(data.as_bytes())
        && let Ok(text) = String::from_utf8(bytes)
    {
        *data = STANDARD.encode(text.replace("apim1449", &format!("apim1449{copy}")));
    }
    value
}

/// A topology of about that many resources; of exactly as many where a whole number of copies
/// does not fit, with the last copy cut short.
pub(crate) fn topology(size: usize) -> Topology {
    let example = diagnose(&SourceMap::of("example.yaml", EXAMPLE)).topology;
    let texts: Vec<(String, String)> = example
        .resources
        .values()
        .filter_map(|resource| {
            let text = arm::export(resource).ok()?.to_string();
            Some((resource.id.to_string(), text))
        })
        .collect();
    let mut out = Topology {
        name: example.name.clone(),
        subscriptions: example.subscriptions.clone(),
        ..Topology::default()
    };
    let mut copy = 0;
    // A copy that is cut short has broken references; small sizes cannot do without.
    while out.resources.len() < size && (copy == 0 || out.resources.len() + texts.len() <= size) {
        for (_, text) in texts.iter().take(size) {
            let value: Value = serde_json::from_str(&renamed(text, copy)).unwrap_or_default();
            if let Ok(resource) = arm::resource(&with_user_data(value, copy)) {
                out.resources.insert(resource.id.clone(), resource);
            }
        }
        for client in example.clients.values() {
            let name = format!("{}{copy}", client.name);
            let subnet = renamed(&format!("\"{}\"", client.subnet), copy);
            if let Ok(subnet) = subnet.trim_matches('"').parse() {
                let client = Client {
                    name: name.clone(),
                    subnet,
                    span: None,
                    ..client.clone()
                };
                out.clients.insert(name, client);
            }
        }
        copy += 1;
    }
    out
}

/// The last copy's client and host.
pub(crate) fn last_flow(topology: &Topology) -> Option<(String, String)> {
    let client = topology.clients.keys().last()?.clone();
    let (service, _) = topology.api_managements().last()?;
    Some((client, format!("{}.azure-api.net", service.id.name())))
}

/// As a manifest that people might write, of about that many resources.
pub(crate) fn manifest(size: usize) -> String {
    let example = diagnose(&SourceMap::of("example.yaml", EXAMPLE)).topology;
    let copies = (size / example.resources.len().max(1)).max(1);
    let mut sections: Vec<(&str, String)> = [
        "resourceGroups",
        "virtualNetworks",
        "apiManagement",
        "forwarders",
        "loadBalancers",
        "privateLinkServices",
        "privateEndpoints",
        "clients",
    ]
    .map(|name| (name, String::new()))
    .into();
    for copy in 0..copies {
        let lines = [
            format!(
                "  P{copy}: {{ subscription: provider, location: uksouth }}\n  C{copy}: {{ subscription: partner, location: eastus }}\n"
            ),
            format!(
                "  Main{copy}:\n    resourceGroup: P{copy}\n    addressPrefixes: [10.0.0.0/16]\n    subnets:\n      pls: {{ addressPrefix: 10.0.1.0/24, networkSecurityGroup: NSG-PLS-{copy} }}\n      apim: {{ addressPrefix: 10.0.2.0/24, networkSecurityGroup: NSG-APIM-{copy} }}\n  Ext{copy}:\n    resourceGroup: C{copy}\n    addressPrefixes: [192.168.0.0/16]\n    subnets: {{ default: {{ addressPrefix: 192.168.0.0/24 }} }}\n"
            ),
            format!(
                "  apim{copy}: {{ subnet: Main{copy}/apim, sku: Developer, virtualNetworkType: Internal, publisherEmail: ops@example.com }}\n"
            ),
            format!(
                "  fwd{copy}: {{ subnet: Main{copy}/pls, instances: 2, relay: [ {{ listen: 443, to: apim{copy} }} ] }}\n"
            ),
            format!(
                "  lb{copy}: {{ subnet: Main{copy}/pls, privateIPAddress: 10.0.1.5, backend: fwd{copy} }}\n"
            ),
            format!(
                "  pls{copy}: {{ loadBalancer: lb{copy}, visibility: [partner], autoApproval: [partner] }}\n"
            ),
            format!("  pe{copy}: {{ subnet: Ext{copy}/default, service: pls{copy} }}\n"),
            format!("  vm{copy}: {{ subnet: Ext{copy}/default, privateIPAddress: 192.168.0.4 }}\n"),
        ];
        for ((_, section), text) in sections.iter_mut().zip(lines) {
            section.push_str(&text);
        }
    }
    let mut out = "linkspan: v1\nname: bench\nsubscriptions:\n  provider: { id: 22222222-2222-2222-2222-222222222222 }\n  partner: { id: 11111111-1111-1111-1111-111111111111 }\n".to_owned();
    for (name, section) in sections {
        let _infallible = write!(out, "{name}:\n{section}");
    }
    out.push_str(
        "suppress:\n  - { code: APIM014, reason: a trial tier is enough for a benchmark }\n",
    );
    out
}

/// All resources as one template, as an export of a resource group looks.
pub(crate) fn arm_template(topology: &Topology) -> Value {
    let resources: Vec<Value> = topology
        .resources
        .values()
        .filter_map(|resource| {
            let mut value = arm::body(resource).ok()?;
            let members = value.as_object_mut()?;
            let kind = resource.id.arm_type();
            if kind.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups") {
                return None;
            }
            members.remove("id");
            members.insert("type".to_owned(), kind.clone().into());
            let name = match resource.id.parent() {
                Some(parent) => format!("{}/{}", parent.name(), resource.id.name()),
                None => resource.id.name().to_owned(),
            };
            members.insert("name".to_owned(), name.into());
            let version = topology::model::ARM_TYPES
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(&kind))
                .map_or("2024-03-01", |(_, version)| version);
            members.insert("apiVersion".to_owned(), version.into());
            Some(value)
        })
        .collect();
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": resources,
    })
}

/// All resources as one answer of `az … -o json`.
pub(crate) fn answer(topology: &Topology) -> String {
    let resources = topology.resources.values();
    let all: Vec<Value> = resources
        .filter_map(|resource| arm::export(resource).ok())
        .collect();
    Value::Array(all).to_string()
}
