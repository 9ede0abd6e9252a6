//! `NSG004`: several tags in one side of a rule.

use crate::rules::{
    facts::groups::{Direction, Group, ReadRule, side::Side},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG004",
    severity: Severity::Error,
    title: "several tags in one side of a rule",
    why: "one side of a rule takes many ranges, or one service tag, or application security groups, and no mixture",
    mend: "write one rule for each tag",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"resources: [ { type: Microsoft.Network/networkSecurityGroups, name: NSG-PLS, resourceGroup: PrivateAPIM, properties: { securityRules: [ { name: Raw, properties: { priority: 250, direction: Inbound, access: Allow, protocol: Tcp, sourcePortRange: "*", destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: "8443", sourceAddressPrefixes: [ApiManagement, Storage] } } ] } } ]"#,
    ],
    good: &[
        r#"resources: [ { type: Microsoft.Network/networkSecurityGroups, name: NSG-PLS, resourceGroup: PrivateAPIM, properties: { securityRules: [ { name: Raw, properties: { priority: 250, direction: Inbound, access: Allow, protocol: Tcp, sourcePortRange: "*", destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: "8443", sourceAddressPrefixes: [203.0.113.0/24, 198.51.100.0/24] } } ] } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for group in &subject.groups.all {
        for direction in Direction::BOTH {
            for one in group.rules(direction) {
                for (word, side) in one.sides() {
                    let tags = side.tags.len().saturating_add(usize::from(side.is_every));
                    let mixed = !side.groups.is_empty() && side.count > side.groups.len();
                    if tags < 2 && !mixed {
                        continue;
                    }
                    let what = if mixed {
                        "mixes application security groups with prefixes"
                    } else {
                        "names several tags"
                    };
                    let message = format!("the {word} of `{}` {what}", one.rule.name);
                    let at = one.pointer(&format!("/properties/{word}AddressPrefixes"));
                    let finding = rule.at(&group.resource.id, at, message);
                    out.push(match split(group, direction, one, side, word) {
                        Some(changes) => finding.fix(
                            format!("write a rule for each tag of `{}`", one.rule.name),
                            changes,
                        ),
                        None => finding,
                    });
                }
            }
        }
    }
}

/// One rule for each tag, right behind one another, so that no other order changes; only where the
/// side is a list of tags and nothing else.
fn split(
    group: &Group<'_>,
    direction: Direction,
    one: &ReadRule<'_>,
    side: &Side,
    word: &str,
) -> Option<Vec<Change>> {
    if side.tags.len() != side.count {
        return None;
    }
    let id = &group.resource.id;
    let single = format!("{word}AddressPrefix");
    let plural = format!("{word}AddressPrefixes");
    let said = &one.rule.properties;
    let listed = match word {
        "source" => said
            .source_address_prefixes
            .iter()
            .chain(&said.source_address_prefix),
        _ => said
            .destination_address_prefixes
            .iter()
            .chain(&said.destination_address_prefix),
    };
    let mut tags = listed.cloned();
    let first = tags.next()?;
    let at = |tail: &str| one.pointer(&format!("/properties/{tail}"));
    let mut changes = vec![
        Change::set(id, at(&single), first),
        Change::remove(id, at(&plural)),
    ];
    let base = serde_json::to_value(said).ok()?;
    let mut priority = one.priority();
    for tag in tags {
        priority = priority.checked_add(1)?;
        let is_taken = |rule: &ReadRule<'_>| rule.priority() == priority;
        if priority > 4096 || group.rules(direction).iter().any(is_taken) {
            return None;
        }
        let mut properties = base.clone();
        let members = properties.as_object_mut()?;
        members.remove(&plural);
        members.insert("priority".to_owned(), priority.into());
        members.insert(single.clone(), tag.clone().into());
        let name = format!("{}-{}", one.rule.name, tag.replace('.', "-"));
        let added = serde_json::json!({ "name": name, "properties": properties });
        changes.push(Change::set(id, "/properties/securityRules/-", added));
    }
    Some(changes)
}
