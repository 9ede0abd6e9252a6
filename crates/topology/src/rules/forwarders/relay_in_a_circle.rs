//! `FWD009`: relay to itself.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD009",
    severity: Severity::Error,
    title: "relay to itself",
    why: "what it dials comes back to the listener that dialled, again and again",
    mend: "relay `to` the service",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-troubleshoot-backend-traffic",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"forwarders: { fwd: { relay: [ { listen: 443, to: "10.0.1.5:443" }, { listen: 8443, to: apim1449 } ] } }"#,
        r#"virtualNetworks: { MainNet: { subnets: { loopSubnet: { addressPrefix: 10.0.3.0/24 } } } }
forwarders: { fwd: { relay: [ { listen: 443, to: "10.0.3.4:443" }, { listen: 8443, to: apim1449 } ] } }
resources: [ { type: Microsoft.Network/privateEndpoints, name: Loop, resourceGroup: PrivateAPIM, location: uksouth,
    properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/loopSubnet },
    privateLinkServiceConnections: [ { name: Loop,
    properties: { privateLinkServiceId: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS } } ] } } ]"#,
    ],
    good: &["forwarders: { fwd: { relay: [ { listen: 443, to: apim1449 } ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for way in subject.ways_back().into_iter().filter(|way| way.is_circle) {
        let by = way.endpoint.as_ref().unwrap_or(&way.balancer.id);
        let message = format!(
            "`{}` leads over `{}` back to `{}`",
            way.host,
            by.name(),
            way.relay.name()
        );
        out.push(
            rule.at(&way.relay.machine.id, way.pointer, message)
                .related(by, "", "leads back"),
        );
    }
}
