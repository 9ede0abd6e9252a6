//! `NET019`: Basic public address.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET019",
    severity: Severity::Error,
    title: "Basic public address",
    why: "Basic public addresses were retired on 30 September 2025",
    mend: "use `Standard`",
    source: "https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-basic-upgrade-guidance",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/publicIPAddresses, name: spare, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Basic }, properties: { publicIPAllocationMethod: Dynamic } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/publicIPAddresses, name: spare, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { publicIPAllocationMethod: Static } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (address, body) in subject.kinds.public_ip_addresses() {
        let sku = address.sku.as_ref().and_then(|sku| sku.name.as_deref());
        if !sku.is_some_and(|sku| sku.eq_ignore_ascii_case("Basic")) {
            continue;
        }
        let message = format!("`{}` is a Basic public address", address.id.name());
        let finding = rule.at(&address.id, "/sku/name", message);
        let mut changes = vec![Change::set(&address.id, "/sku/name", "Standard")];
        if body.public_ip_allocation_method.as_deref() != Some("Static") {
            let pointer = "/properties/publicIPAllocationMethod";
            changes.push(Change::set(&address.id, pointer, "Static"));
        }
        out.push(finding.fix("use `Standard`, which is static", changes));
    }
}
