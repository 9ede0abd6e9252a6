//! `NSG009`: consumer's addresses in a provider's rule.

use crate::rules::{facts::groups::Direction, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG009",
    severity: Severity::Warning,
    title: "consumer's addresses in a provider's rule",
    why: "behind Private Link the provider sees only the NAT addresses of its own service, never those of a consumer",
    mend: "match the NAT subnet; tell consumers apart by approval or by the LINKID of PROXY v2",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 200, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 192.168.0.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 }, B: { priority: 210, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: 8080 } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 200, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 }, B: { priority: 210, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: 8080 } } } }"#,
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 200, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 172.16.0.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 }, B: { priority: 210, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: 8080 } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    // The address spaces of consumers, by the network of the service that they use.
    let mut consumers: BTreeMap<ResourceId, Vec<Cidr>> = BTreeMap::new();
    let mut nat: BTreeMap<ResourceId, BTreeSet<String>> = BTreeMap::new();
    for endpoint in &subject.endpoints.all {
        let Some((_, service)) = endpoint.service else {
            continue;
        };
        for config in &service.ip_configurations {
            let Some(subnet) = &config.properties.subnet else {
                continue;
            };
            let Some(network) = subnet.id.parent() else {
                continue;
            };
            if network == endpoint.network
                || subject.networks.are_peered(&network, &endpoint.network)
            {
                continue;
            }
            let space = subject
                .networks
                .space(&endpoint.network)
                .unwrap_or_default();
            consumers.entry(network.clone()).or_default().extend(space);
            let sources = subject.subnets.prefixes(&subnet.id);
            nat.entry(network).or_default().extend(sources);
        }
    }
    let spaces: BTreeMap<&ResourceId, Ranges> = consumers
        .iter()
        .map(|(network, space)| (network, Ranges::cidrs(space.iter().copied())))
        .collect();
    for group in &subject.groups.all {
        let Some((network, space)) = group
            .networks
            .iter()
            .find_map(|network| Some((network, spaces.get(network)?)))
        else {
            continue;
        };
        for one in group.rules(Direction::Inbound) {
            let numbers = &one.source.numbers;
            let is_only_numbers =
                one.is_clear && one.source.tags.is_empty() && one.source.groups.is_empty();
            let may_be_here = subject.networks.inside(network).is_none_or(|inside| {
                let here = inside.sure.or(&inside.perhaps);
                !here.and(numbers).is_empty()
            });
            if !is_only_numbers || numbers.is_empty() || may_be_here || !space.contains_all(numbers)
            {
                continue;
            }
            let id = &group.resource.id;
            let message = format!(
                "`{}` of `{}` matches addresses of a consumer, which never get here",
                one.rule.name,
                id.name()
            );
            let word = if one.rule.properties.source_address_prefix.is_some() {
                "sourceAddressPrefix"
            } else {
                "sourceAddressPrefixes"
            };
            let finding = rule.at(id, one.pointer(&format!("/properties/{word}")), message);
            let sources = nat.get(network).filter(|_| one.allows);
            out.push(match sources {
                Some(sources) => {
                    let sources: Vec<&String> = sources.iter().collect();
                    let changes = [
                        Change::remove(id, one.pointer("/properties/sourceAddressPrefix")),
                        Change::set(
                            id,
                            one.pointer("/properties/sourceAddressPrefixes"),
                            serde_json::json!(sources),
                        ),
                    ];
                    finding.fix("match the NAT subnet", changes)
                }
                None => finding,
            });
        }
    }
}
