//! `DNS014`: fallback that has no effect.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS014",
    severity: Severity::Warning,
    title: "fallback that has no effect",
    why: "falling back to public DNS is for `privatelink` zones; another zone goes on answering that a name does not exist",
    mend: "use one zone for each host, and `resolutionPolicy: Default`",
    source: "https://learn.microsoft.com/azure/dns/private-dns-fallback",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal, location: global, properties: {} }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal/virtualNetworkLinks/a, location: global, properties: { virtualNetwork: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External }, resolutionPolicy: NxDomainRedirect } } ]",
    ],
    good: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net, location: global, properties: {} }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net/virtualNetworkLinks/a, location: global, properties: { virtualNetwork: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External }, resolutionPolicy: NxDomainRedirect } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (link, body) in subject.kinds.virtual_network_links() {
        let Some(zone) = link.id.parent() else {
            continue;
        };
        let redirects = body
            .resolution_policy
            .as_deref()
            .is_some_and(|policy| policy.eq_ignore_ascii_case("NxDomainRedirect"));
        if redirects && !zone.name().to_ascii_lowercase().starts_with("privatelink.") {
            let pointer = "/properties/resolutionPolicy";
            out.push(
                rule.at(
                    &link.id,
                    pointer,
                    format!("zone `{}` does not fall back to public DNS", zone.name()),
                )
                .fix(
                    "use the default",
                    [Change::set(&link.id, pointer, "Default")],
                ),
            );
        }
    }
}
