//! `APIM012`: public address that the service cannot use.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM012",
    severity: Severity::Error,
    title: "public address that the service cannot use",
    why: "the address of a service is a Standard IPv4 one with a DNS label",
    mend: "use a Standard IPv4 address with `dnsSettings.domainNameLabel`",
    source: "https://learn.microsoft.com/azure/api-management/api-management-using-with-internal-vnet",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/publicIPAddresses, name: apim-ip, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { publicIPAllocationMethod: Static, publicIPAddressVersion: IPv4, idleTimeoutInMinutes: 4 } }, { type: Microsoft.ApiManagement/service, name: apim1449, resourceGroup: PrivateAPIM, properties: { publicIpAddressId: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/publicIPAddresses/apim-ip } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/publicIPAddresses, name: apim-ip, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { publicIPAllocationMethod: Static, publicIPAddressVersion: IPv4, dnsSettings: { domainNameLabel: apim1449 } } }, { type: Microsoft.ApiManagement/service, name: apim1449, resourceGroup: PrivateAPIM, properties: { publicIpAddressId: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/publicIPAddresses/apim-ip } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.api_managements() {
        let Some((address, inner)) = body
            .public_ip_address_id
            .as_ref()
            .and_then(|id| subject.topology.public_ip_address(id))
        else {
            continue;
        };
        let at = "/properties/publicIpAddressId";
        let sku = address
            .sku
            .as_ref()
            .and_then(|sku| sku.name.as_deref())
            .unwrap_or("Basic");
        let label = inner.dns_settings.as_ref();
        let has_label = label.is_some_and(|dns| dns.domain_name_label.is_some());
        let version = inner.public_ip_address_version.as_deref().unwrap_or("IPv4");
        let name = address.id.name();
        if !version.eq_ignore_ascii_case("IPv4") {
            let message = format!("`{name}` is an {version} address");
            let pointer = "/properties/publicIPAddressVersion";
            out.push(
                rule.at(&service.id, at, message)
                    .related(&address.id, pointer, "its family"),
            );
        } else if !sku.to_ascii_lowercase().starts_with("standard") {
            let message = format!("`{name}` is a {sku} address");
            out.push(
                rule.at(&service.id, at, message)
                    .related(&address.id, "/sku", "its SKU"),
            );
        } else if !has_label {
            let pointer = "/properties/dnsSettings/domainNameLabel";
            let label = service.id.name().to_ascii_lowercase();
            let finding = rule.at(&service.id, at, format!("`{name}` has no DNS label"));
            out.push(finding.related(&address.id, pointer, "is missing").fix(
                format!("give it the label `{label}`"),
                [Change::set(&address.id, pointer, label)],
            ));
        }
    }
}
