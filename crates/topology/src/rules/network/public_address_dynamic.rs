//! `NET020`: dynamic Standard public address.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET020",
    severity: Severity::Error,
    title: "dynamic Standard public address",
    why: "a Standard public address is always static",
    mend: "use `publicIPAllocationMethod: Static`",
    source: "https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/publicIPAddresses, name: spare, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { publicIPAllocationMethod: Dynamic } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/publicIPAddresses, name: spare, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { publicIPAllocationMethod: Static } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (address, body) in subject.kinds.public_ip_addresses() {
        let sku = address.sku.as_ref().and_then(|sku| sku.name.as_deref());
        let method = body.public_ip_allocation_method.as_deref();
        let is_wrong = sku.is_some_and(|sku| sku.eq_ignore_ascii_case("Standard"))
            && method.is_some_and(|method| method.eq_ignore_ascii_case("Dynamic"));
        if is_wrong {
            let pointer = "/properties/publicIPAllocationMethod";
            let message = format!("`{}` is Standard and dynamic", address.id.name());
            let change = Change::set(&address.id, pointer, "Static");
            out.push(
                rule.at(&address.id, pointer, message)
                    .fix("make it static", [change]),
            );
        }
    }
}
