//! `APIM009`: subnet without room for the units.

use crate::rules::facts::injection::tier;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM009",
    severity: Severity::Error,
    title: "subnet without room for the units",
    why: "Developer takes two addresses, Premium two for each unit and one more, and PremiumV2 a /27 at least",
    mend: "give the service a larger subnet",
    source: "https://learn.microsoft.com/azure/api-management/virtual-network-injection-resources",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "apiManagement: { apim1449: { sku: Premium, capacity: 2 } }\nvirtualNetworks: { MainNet: { subnets: { apimSubnet: { addressPrefix: 10.0.2.0/29 } } } }",
    ],
    good: &[
        "apiManagement: { apim1449: { sku: Premium, capacity: 2 } }\nvirtualNetworks: { MainNet: { subnets: { apimSubnet: { addressPrefix: 10.0.2.0/28 } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.api_managements() {
        let Some(at) = body.subnet().and_then(|id| subject.subnets.get(id)) else {
            continue;
        };
        if !body.is_injected() {
            continue;
        }
        let tier = tier(service);
        let units = service
            .sku
            .as_ref()
            .and_then(|sku| sku.capacity)
            .unwrap_or(1);
        let wanted = match tier {
            "Developer" => 2,
            "Premium" => units.saturating_mul(2).saturating_add(1),
            // Smaller than a /27 is refused, however few units there are.
            "PremiumV2" => 27,
            _ => continue,
        };
        let others = subject.subnets.occupants(&at.id).iter();
        let others = others
            .filter(|other| other.resource.id != service.id)
            .count();
        let room: u64 = at
            .subnet
            .properties
            .prefixes()
            .map(|prefix| 2_u64.saturating_pow(32_u32.saturating_sub(prefix.length.into())))
            .map(|size| size.saturating_sub(5))
            .sum();
        let taken = u64::try_from(others).unwrap_or(u64::MAX);
        if room.saturating_sub(taken) < u64::from(wanted) {
            let message = format!(
                "`{}` wants {wanted} addresses of `{}`, which has {} left",
                service.id.name(),
                at.subnet.name,
                room.saturating_sub(taken)
            );
            out.push(
                rule.at(
                    &at.network.id,
                    at.pointer("/properties/addressPrefix"),
                    message,
                )
                .related(&service.id, "/sku", "its units"),
            );
        }
    }
}
