//! `NET013`: subnet that is delegated to somebody else.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET013",
    severity: Severity::Error,
    title: "subnet that is delegated to somebody else",
    why: "a delegation reserves the subnet for the service that it names",
    mend: "use another subnet, or take the delegation away",
    source: "https://learn.microsoft.com/azure/virtual-network/subnet-delegation-overview",
    arm_code: Some("ResourceNotPermittedOnDelegatedSubnet"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { subnets: [ { name: plsSubnet, properties: {  delegations: [ { name: web, properties: { serviceName: Microsoft.Web/serverFarms } } ] } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { subnets: [ { name: webSubnet, properties: { addressPrefix: 10.0.8.0/24, delegations: [ { name: web, properties: { serviceName: Microsoft.Web/serverFarms } } ] } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for at in &subject.subnets.all {
        let Some(service) = at.subnet.properties.delegated_to() else {
            continue;
        };
        // Private endpoints and API Management have rules of their own, and NICs that somebody
        // else made belong to the service.
        let occupants = subject.subnets.occupants(&at.id);
        let is_service = |body: &Body| matches!(body, Body::ApiManagement(_));
        if occupants
            .iter()
            .any(|occupant| is_service(&occupant.resource.body))
        {
            continue;
        }
        let mut others = occupants.iter().filter(|occupant| {
            let resource = occupant.resource;
            let is_judged = match &resource.body {
                Body::NetworkInterface(nic) => nic.private_endpoint.is_none(),
                Body::LoadBalancer(_) | Body::PrivateLinkService(_) => true,
                _ => false,
            };
            is_judged && !resource.existing
        });
        let Some(first) = others.next() else { continue };
        let more = match others.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            "`{}`{more} cannot stand in `{}`, which is delegated to {service}",
            first.resource.id.name(),
            at.subnet.name
        );
        let finding = rule.at(&first.resource.id, first.pointer.clone(), message);
        out.push(finding.related(
            &at.network.id,
            at.pointer("/properties/delegations/0"),
            "the delegation",
        ));
    }
}
