//! `NSG006`: rule that does not fit its schema.

use crate::rules::{
    facts::groups::{ReadRule, protocol},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG006",
    severity: Severity::Error,
    title: "rule that does not fit its schema",
    why: "a rule has a protocol of Tcp, Udp, Icmp, Esp, Ah or *, addresses, ranges or service tags, ports up to 65535, and a name of at most 80 characters that begins with a letter, digit or underscore",
    mend: "write what the rule means in one of these forms",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"resources: [ { type: Microsoft.Network/networkSecurityGroups, name: NSG-PLS, resourceGroup: PrivateAPIM, properties: { securityRules: [ { name: Raw, properties: { priority: 250, direction: Inbound, access: Allow, protocol: Any, sourcePortRange: "*", destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: "8443", sourceAddressPrefix: 10.0.2.0/24 } } ] } } ]"#,
        r#"resources: [ { type: Microsoft.Network/networkSecurityGroups, name: NSG-PLS, resourceGroup: PrivateAPIM, properties: { securityRules: [ { name: -raw, properties: { priority: 250, direction: Inbound, access: Allow, protocol: Tcp, sourcePortRange: "*", destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: "8443", sourceAddressPrefix: 10.0.2.0/24 } } ] } } ]"#,
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { odd: { priority: 250, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.2.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 99999 } } } }",
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { odd: { priority: 250, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.2/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 } } } }",
    ],
    good: &[
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { odd: { priority: 250, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: Storage.WestUS2, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 8000-9000 } } } }",
        r#"resources: [ { type: Microsoft.Network/networkSecurityGroups, name: NSG-PLS, resourceGroup: PrivateAPIM, properties: { securityRules: [ { name: Raw, properties: { priority: 250, direction: Inbound, access: Allow, protocol: Udp, sourcePortRange: "*", destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: "8443", sourceAddressPrefix: 10.0.2.0/24 } } ] } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for group in &subject.groups.all {
        let id = &group.resource.id;
        for one in group.all_rules() {
            let said = &one.rule.properties.protocol;
            if protocol::read(said).is_none() {
                let message = format!("`{}` has the protocol `{said}`", one.rule.name);
                let at = one.pointer("/properties/protocol");
                let finding = rule.at(id, at.clone(), message);
                let means_every = ["Any", "All"]
                    .iter()
                    .any(|word| said.eq_ignore_ascii_case(word));
                out.push(if means_every {
                    finding.fix("write `*`", [Change::set(id, at, "*")])
                } else {
                    finding
                });
            }
            unreadable(rule, id, one, out);
            let name = &one.rule.name;
            if name.starts_with(is_word) && name.chars().count() <= 80 {
                continue;
            }
            let message = format!("`{name}` is no name for a rule");
            let finding = rule.at(id, one.pointer("/name"), message);
            let better: String = name
                .trim_start_matches(|c| !is_word(c))
                .chars()
                .take(80)
                .collect();
            let is_taken = group
                .all_rules()
                .any(|other| other.rule.name.eq_ignore_ascii_case(&better));
            out.push(if better.is_empty() || is_taken {
                finding
            } else {
                let change = Change::set(id, one.pointer("/name"), better.clone());
                finding.fix(format!("name it `{better}`"), [change])
            });
        }
    }
}

/// Addresses and ports that are none.
fn unreadable(rule: &Rule, id: &ResourceId, one: &ReadRule<'_>, out: &mut Vec<Finding>) {
    let said = &one.rule.properties;
    let mut look = |key: &str, texts: &[String], is_right: fn(&str) -> bool| {
        for (at, text) in texts.iter().enumerate() {
            if !is_right(text) {
                let message = format!("`{}` of `{}` is `{text}`", key, one.rule.name);
                let at = if key.ends_with('s') {
                    format!("/properties/{key}/{at}")
                } else {
                    format!("/properties/{key}")
                };
                out.push(rule.at(id, one.pointer(&at), message));
            }
        }
    };
    look(
        "sourceAddressPrefix",
        said.source_address_prefix.as_slice(),
        is_side,
    );
    look(
        "sourceAddressPrefixes",
        &said.source_address_prefixes,
        is_side,
    );
    look(
        "destinationAddressPrefix",
        said.destination_address_prefix.as_slice(),
        is_side,
    );
    look(
        "destinationAddressPrefixes",
        &said.destination_address_prefixes,
        is_side,
    );
    look(
        "sourcePortRange",
        said.source_port_range.as_slice(),
        is_ports,
    );
    look("sourcePortRanges", &said.source_port_ranges, is_ports);
    look(
        "destinationPortRange",
        said.destination_port_range.as_slice(),
        is_ports,
    );
    look(
        "destinationPortRanges",
        &said.destination_port_ranges,
        is_ports,
    );
}

/// `*`, an address, a range, or a word that may be a service tag.
fn is_side(text: &str) -> bool {
    let may_be_tag = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| is_word(c) || matches!(c, '.' | '-'));
    text.is_empty()
        || text == "*"
        || may_be_tag
        || text.parse::<IpAddr>().is_ok()
        || text.parse::<IpRange>().is_ok()
}

/// `*`, a port, or a range of ports.
fn is_ports(text: &str) -> bool {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let ends = (low.trim().parse::<u16>(), high.trim().parse::<u16>());
    text.is_empty() || text == "*" || matches!(ends, (Ok(low), Ok(high)) if low <= high)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
