//! API Management inside a network.

use super::{Rule, Subject};
use crate::finding::{Finding, Severity};

const NETWORK: &str =
    "https://learn.microsoft.com/azure/api-management/virtual-network-injection-resources";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "APIM001",
        severity: Severity::Error,
        title: "tier without network injection",
        why: "only Developer, Premium and PremiumV2 can stand inside a network",
        mend: "use one of these tiers",
        source: "https://learn.microsoft.com/azure/api-management/virtual-network-concepts",
        arm_code: None,
        check: tier,
    },
    Rule {
        code: "APIM002",
        severity: Severity::Error,
        title: "mode without subnet",
        why: "an internal or external service stands in a subnet",
        mend: "name its `subnet`",
        source: NETWORK,
        arm_code: None,
        check: no_subnet,
    },
    Rule {
        code: "APIM004",
        severity: Severity::Error,
        title: "subnet without network security group",
        why: "the service's own load balancer is closed unless a group opens it",
        mend: "give the subnet a `networkSecurityGroup`; its rules are derived if you only name it",
        source: NETWORK,
        arm_code: None,
        check: no_group,
    },
];

fn is_injected(mode: Option<&str>) -> bool {
    matches!(mode, Some("Internal" | "External"))
}

fn tier(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.api_managements() {
        let name = service
            .sku
            .as_ref()
            .and_then(|sku| sku.name.as_deref())
            .unwrap_or("");
        if is_injected(body.virtual_network_type.as_deref())
            && !["Developer", "Premium", "PremiumV2"].contains(&name)
        {
            out.push(rule.at(
                &service.id,
                "/sku/name",
                format!("`{}` is of the tier `{name}`", service.id.name()),
            ));
        }
    }
}

fn no_subnet(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.api_managements() {
        if is_injected(body.virtual_network_type.as_deref()) && body.subnet().is_none() {
            out.push(rule.at(
                &service.id,
                "/properties/virtualNetworkConfiguration",
                format!("`{}` has no subnet", service.id.name()),
            ));
        }
    }
}

fn no_group(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.api_managements() {
        let Some((_, subnet)) = body.subnet().and_then(|id| subject.topology.subnet(id)) else {
            continue;
        };
        if subnet.properties.network_security_group.is_none() {
            out.push(rule.at(
                &service.id,
                "/properties/virtualNetworkConfiguration/subnetResourceId",
                format!(
                    "subnet `{}` of `{}` has no network security group",
                    subnet.name,
                    service.id.name()
                ),
            ));
        }
    }
}
