//! `NET017`: overlapping networks that only Private Link joins.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET017",
    severity: Severity::Hint,
    title: "overlapping networks that only Private Link joins",
    why: "the two share addresses, which Private Link allows because it translates on the side of the provider; a peering between them would not be possible",
    mend: "keep it so; never plan a peering between the two",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &["NET015"],
    also: &[],
    bad: &["virtualNetworks: { External: { addressPrefixes: [192.168.0.0/16, 10.0.128.0/17] } }"],
    good: &["virtualNetworks: { External: { addressPrefixes: [192.168.0.0/16, 10.9.0.0/16] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen: BTreeSet<(ResourceId, ResourceId)> = BTreeSet::new();
    for endpoint in &subject.endpoints.all {
        let Some((service, body)) = endpoint.service else {
            continue;
        };
        let mut configs = body.ip_configurations.iter();
        let Some(provider) =
            configs.find_map(|config| config.properties.subnet.as_ref()?.id.parent())
        else {
            continue;
        };
        let consumer = &endpoint.network;
        if provider == *consumer || subject.networks.are_peered(&provider, consumer) {
            continue;
        }
        let space = |id| {
            Ranges::cidrs(
                subject
                    .networks
                    .space(id)
                    .unwrap_or_default()
                    .iter()
                    .copied(),
            )
        };
        let common = space(consumer).and(&space(&provider));
        if common.is_empty() || !seen.insert((consumer.clone(), provider.clone())) {
            continue;
        }
        let message = format!(
            "`{}` and `{}` share {}, and `{}` keeps them apart",
            consumer.name(),
            provider.name(),
            common.addresses_text(),
            service.id.name()
        );
        let finding = rule.at(consumer, "/properties/addressSpace", message);
        out.push(finding.related(&provider, "/properties/addressSpace", "the other network"));
    }
}
