//! `PLS005`: frontends of two load balancers.

use crate::rules::{facts::services::is_frontend, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS005",
    severity: Severity::Error,
    title: "frontends of two load balancers",
    why: "a Private Link Service stands in front of one load balancer",
    mend: "make a Private Link Service for each load balancer",
    source: "https://github.com/Azure/azure-cli/issues/29305",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"forwarders: { other: { subnet: MainNet/plsSubnet, instances: 2, zones: ["1", "2"], relay: [ { listen: 443,
    to: apim1449 } ] } }
loadBalancers: { Second: { subnet: MainNet/plsSubnet, backend: other, zones: ["1", "2", "3"] } }
resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM,
    properties: { loadBalancerFrontendIpConfigurations: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/Second/frontendIPConfigurations/frontend } ] } } ]"#,
    ],
    good: &[
        r#"forwarders: { other: { subnet: MainNet/plsSubnet, instances: 2, zones: ["1", "2"], relay: [ { listen: 443,
    to: apim1449 } ] } }
loadBalancers: { Second: { subnet: MainNet/plsSubnet, backend: other, zones: ["1", "2", "3"] } }
privateLinkServices: { Other: { loadBalancer: Second, visibility: [partner] } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let frontends = body.load_balancer_frontend_ip_configurations.iter();
        let mut balancers = frontends
            .enumerate()
            .filter(|(_, frontend)| is_frontend(&frontend.id))
            .filter_map(|(index, frontend)| Some((index, frontend.id.parent()?)));
        let Some((at, first)) = balancers.next() else {
            continue;
        };
        if let Some((index, other)) = balancers.find(|(_, other)| *other != first) {
            let pointer =
                |index| format!("/properties/loadBalancerFrontendIpConfigurations/{index}");
            let message = format!(
                "`{}` stands in front of `{}` and `{}`",
                service.id.name(),
                first.name(),
                other.name()
            );
            out.push(rule.at(&service.id, pointer(index), message).related(
                &service.id,
                pointer(at),
                "the first one",
            ));
        }
    }
}
