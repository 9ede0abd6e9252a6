//! `OPS001`: name that its type does not take.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "OPS001",
    severity: Severity::Error,
    title: "name that its type does not take",
    why: "each type has its own rule for names",
    mend: "use another name",
    source: "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { N: { resourceGroup: PrivateAPIM, addressPrefixes: [10.77.0.0/16] } }",
        "resources: [ { type: Microsoft.Network/publicIPAddresses, name: spare-, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { publicIPAllocationMethod: Static } } ]",
    ],
    good: &[
        "virtualNetworks: { Ne: { resourceGroup: PrivateAPIM, addressPrefixes: [10.77.0.0/16] } }",
        "resources: [ { type: Microsoft.Network/publicIPAddresses, name: spare.1_, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { publicIPAllocationMethod: Static } } ]",
    ],
    check,
};

/// What a name may be.
#[derive(Clone, Copy)]
struct Shape {
    least: usize,
    most: usize,
    /// Whether it is letters, digits and hyphens, a letter first; else dots and underscores too.
    is_plain: bool,
}

const WORD_80: Shape = Shape {
    least: 1,
    most: 80,
    is_plain: false,
};

fn shape(body: &Body) -> Option<Shape> {
    let word = |least, most| Shape {
        least,
        most,
        is_plain: false,
    };
    Some(match body {
        Body::VirtualNetwork(_) | Body::PrivateEndpoint(_) | Body::PrivateLinkService(_) => {
            word(2, 64)
        }
        Body::NetworkSecurityGroup(_)
        | Body::LoadBalancer(_)
        | Body::NetworkInterface(_)
        | Body::PublicIpAddress(_)
        | Body::RouteTable(_)
        | Body::NatGateway(_)
        | Body::ApplicationSecurityGroup(_) => WORD_80,
        Body::VirtualMachine(machine) => {
            let profile = machine.os_profile.as_ref();
            let windows = profile.and_then(|profile| profile.get("windowsConfiguration"));
            // The name inside the guest may be another, which then is the one that is short.
            let inside = profile.and_then(|profile| profile.get("computerName"));
            let is_short = windows.is_some_and(|said| !said.is_null()) && inside.is_none();
            word(1, if is_short { 15 } else { 64 })
        }
        Body::ApiManagement(_) => Shape {
            least: 1,
            most: 50,
            is_plain: true,
        },
        _ => return None,
    })
}

/// What is wrong with a name, in words that follow it.
fn wrong(name: &str, shape: Shape) -> Option<String> {
    let length = name.chars().count();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = |c: char| {
        if shape.is_plain {
            c.is_ascii_alphabetic()
        } else {
            c.is_ascii_alphanumeric()
        }
    };
    let ends = |c: char| {
        if shape.is_plain {
            c.is_ascii_alphanumeric()
        } else {
            is_word(c)
        }
    };
    let inner = |c: char| {
        if shape.is_plain {
            c.is_ascii_alphanumeric() || c == '-'
        } else {
            is_word(c) || c == '-' || c == '.'
        }
    };
    if !(shape.least..=shape.most).contains(&length) {
        return Some(format!(
            "has {length} characters; {} to {} are allowed",
            shape.least, shape.most
        ));
    }
    if let Some(bad) = name.chars().find(|c| !inner(*c)) {
        return Some(format!("has `{bad}` in it, which its type does not take"));
    }
    if !name.starts_with(starts) {
        return Some("begins with what its type does not take there".to_owned());
    }
    (!name.ends_with(ends)).then(|| "ends with what its type does not take there".to_owned())
}

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for resource in subject
        .topology
        .resources
        .values()
        .filter(|one| !one.existing)
    {
        let name = resource.id.name();
        let Some(shape) = shape(&resource.body) else {
            continue;
        };
        if let Some(wrong) = wrong(name, shape) {
            out.push(rule.at(&resource.id, "", format!("`{name}` {wrong}")));
        }
    }
    for at in subject.subnets.all.iter().filter(|at| !at.network.existing) {
        if let Some(wrong) = wrong(&at.subnet.name, WORD_80) {
            let message = format!("subnet `{}` {wrong}", at.subnet.name);
            out.push(rule.at(&at.network.id, at.pointer("/name"), message));
        }
    }
}
