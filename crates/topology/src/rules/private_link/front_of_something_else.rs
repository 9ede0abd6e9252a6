//! `PLS006`: in front of something that is no frontend.

use crate::rules::{facts::services::is_frontend, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS006",
    severity: Severity::Error,
    title: "in front of something that is no frontend",
    why: "a Private Link Service takes frontends of load balancers; an Application Gateway and others have a private link of their own",
    mend: "name a frontend of a load balancer, or use that service's own private link",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM,
    properties: { loadBalancerFrontendIpConfigurations: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/applicationGateways/agw/frontendIPConfigurations/private } ] } } ]"],
    good: &["resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM,
    properties: { loadBalancerFrontendIpConfigurations: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PRIVATELINKSERVICELB/frontendIPConfigurations/FRONTEND } ] } } ]"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let frontends = body.load_balancer_frontend_ip_configurations.iter();
        for (index, other) in frontends
            .enumerate()
            .filter(|(_, frontend)| !is_frontend(&frontend.id))
        {
            let pointer = format!("/properties/loadBalancerFrontendIpConfigurations/{index}");
            let message = format!(
                "`{}` stands in front of `{}`, which is no frontend of a load balancer",
                service.id.name(),
                other.id.short()
            );
            out.push(rule.at(&service.id, pointer, message));
        }
    }
}
