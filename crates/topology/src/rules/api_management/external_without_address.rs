//! `APIM011`: external service without a public address.

use crate::rules::facts::injection::tier;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM011",
    severity: Severity::Error,
    title: "external service without a public address",
    why: "clients of an external service come to its public address, which must be given",
    mend: "name a Standard public IP address in `publicIpAddressId`",
    source: "https://learn.microsoft.com/azure/api-management/api-management-using-with-vnet",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["apiManagement: { apim1449: { virtualNetworkType: External } }"],
    good: &[
        "apiManagement: { apim1449: { virtualNetworkType: External } }\nresources: [ { type: Microsoft.Network/publicIPAddresses, name: apim-ip, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { publicIPAllocationMethod: Static, publicIPAddressVersion: IPv4, dnsSettings: { domainNameLabel: apim1449 } } }, { type: Microsoft.ApiManagement/service, name: apim1449, resourceGroup: PrivateAPIM, properties: { publicIpAddressId: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/publicIPAddresses/apim-ip } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.api_managements() {
        let is_external = body
            .virtual_network_type
            .as_deref()
            .is_some_and(|mode| mode.eq_ignore_ascii_case("External"));
        // The newer tiers bring their own address.
        let is_classic = matches!(tier(service), "Developer" | "Premium");
        if is_external && is_classic && body.public_ip_address_id.is_none() {
            out.push(rule.at(
                &service.id,
                "/properties/publicIpAddressId",
                format!("`{}` has no public address", service.id.name()),
            ));
        }
    }
}
