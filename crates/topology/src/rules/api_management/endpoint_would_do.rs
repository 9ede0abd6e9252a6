//! `APIM020`: no relay needed.

use crate::rules::prelude::*;
use crate::{model::api_management::ApiManagement, rules::facts::injection::tier};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM020",
    severity: Severity::Hint,
    title: "no relay needed",
    why: "a service that stands in no network takes private endpoints itself, at its gateway",
    mend: "connect a private endpoint straight to the service with `groupIds: [Gateway]`",
    source: "https://learn.microsoft.com/azure/api-management/private-endpoint",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "apiManagement: { apim1449: { sku: Premium, capacity: 2, virtualNetworkType: None, subnet: null, resourceGroup: PrivateAPIM } }",
    ],
    good: &["apiManagement: { apim1449: { virtualNetworkType: Internal } }"],
    check,
};

/// Tiers whose gateway takes private endpoints while it stands in no network.
const TIERS: &[&str] = &[
    "Developer",
    "Basic",
    "Standard",
    "StandardV2",
    "Premium",
    "PremiumV2",
];

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut relayed: BTreeMap<String, &ResourceId> = BTreeMap::new();
    for relay in &subject.relays.all {
        for (_, host, _) in relay.upstreams() {
            relayed
                .entry(host.to_ascii_lowercase())
                .or_insert(&relay.machine.id);
        }
    }
    for (service, body) in subject.kinds.api_managements() {
        let host = ApiManagement::gateway_host(service.id.name()).to_ascii_lowercase();
        let relay = relayed.get(&host);
        if let (Some(relay), false, true) =
            (relay, body.is_injected(), TIERS.contains(&tier(service)))
        {
            let message = format!("`{}` takes private endpoints itself", service.id.name());
            out.push(
                rule.at(&service.id, "", message)
                    .related(relay, "", "relays to it"),
            );
        }
    }
}
