//! `APIM015`: more than the tier has.

use crate::rules::facts::injection::tier;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM015",
    severity: Severity::Error,
    title: "more than the tier has",
    why: "zones are for Premium, PremiumV2 and StandardV2, further regions for Premium, and each tier has its most units",
    mend: "choose Premium, or leave out what the tier does not have",
    source: "https://learn.microsoft.com/azure/api-management/enable-availability-zone-support",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "apiManagement: { apim1449: { sku: Developer, capacity: 2 } }",
        r#"resources: [ { type: Microsoft.ApiManagement/service, name: apim1449, resourceGroup: PrivateAPIM, zones: ["1"], properties: {} } ]"#,
        "resources: [ { type: Microsoft.ApiManagement/service, name: apim1449, resourceGroup: PrivateAPIM, properties: { additionalLocations: [ { location: westeurope, sku: { name: Developer, capacity: 1 } } ] } } ]",
    ],
    good: &["apiManagement: { apim1449: { sku: Premium, capacity: 2 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.api_managements() {
        let tier = tier(service);
        let name = service.id.name();
        let units = service
            .sku
            .as_ref()
            .and_then(|sku| sku.capacity)
            .unwrap_or(1);
        let most = match tier {
            "Developer" => 1,
            "Premium" => 31,
            "PremiumV2" => 30,
            _ => u32::MAX,
        };
        if units > most {
            let message = format!("`{name}` has {units} units, and {tier} at most {most}");
            out.push(rule.at(&service.id, "/sku/capacity", message).fix(
                format!("set `capacity` to {most}"),
                [Change::set(&service.id, "/sku/capacity", most)],
            ));
        }
        if !service.zones.is_empty() && !matches!(tier, "Premium" | "PremiumV2" | "StandardV2") {
            let message = format!("`{name}` names zones, and {tier} has none");
            out.push(
                rule.at(&service.id, "/zones", message)
                    .fix("leave `zones` out", [Change::remove(&service.id, "/zones")]),
            );
        }
        if !body.additional_locations.is_empty() && tier != "Premium" {
            let pointer = "/properties/additionalLocations";
            let message = format!("`{name}` names further regions, and {tier} has one");
            out.push(rule.at(&service.id, pointer, message));
        }
    }
}
