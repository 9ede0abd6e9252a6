//! `PLS023`: few NAT addresses.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS023",
    severity: Severity::Hint,
    title: "few NAT addresses",
    why: "each NAT address gives about 64,000 ports for all consumers together, and a service can have eight",
    mend: "use a NAT subnet with eight free addresses, and more NAT addresses for many consumers",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { MainNet: { subnets: { natSubnet: { addressPrefix: 10.0.3.0/29 } } } }
privateLinkServices: { APIM-PLS: { subnet: MainNet/natSubnet } }",
    ],
    good: &[
        "virtualNetworks: { MainNet: { subnets: { natSubnet: { addressPrefix: 10.0.3.0/28 } } } }
privateLinkServices: { APIM-PLS: { subnet: MainNet/natSubnet } }",
    ],
    check,
};

const MOST: usize = 8;
/// A consumer with a thousand connections at a time is a busy one.
const CONSUMERS_AN_ADDRESS: usize = 64;

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut taken: BTreeMap<&ResourceId, usize> = BTreeMap::new();
    for (_, subnet, _) in subject.addresses.unsorted() {
        let count = taken.entry(subnet).or_default();
        *count = count.saturating_add(1);
    }
    for (service, body) in subject.kinds.private_link_services() {
        let nats = body.ip_configurations.len();
        let known = subject.consumers.at(&service.id).len();
        let consumers = known.max(body.private_endpoint_connections.len());
        if consumers > nats.max(1).saturating_mul(CONSUMERS_AN_ADDRESS) && nats < MOST {
            let message = format!(
                "{consumers} private endpoints share {nats} NAT addresses of `{}`",
                service.id.name()
            );
            out.push(rule.at(&service.id, "/properties/ipConfigurations", message));
        }
        let mut seen = BTreeSet::new();
        for (index, config) in body.ip_configurations.iter().enumerate() {
            let id = config.properties.subnet.as_ref().map(|sub| &sub.id);
            let at = id.and_then(|id| subject.subnets.get(id));
            // Of a network that is only read, not everybody who stands there is known.
            let Some(at) = at.filter(|at| !at.network.existing && seen.insert(&at.id)) else {
                continue;
            };
            let size: usize = at
                .subnet
                .properties
                .prefixes()
                .map(|prefix| {
                    let size = 1_u64.checked_shl(32_u32.saturating_sub(u32::from(prefix.length)));
                    let usable = size.unwrap_or(0).saturating_sub(5);
                    usize::try_from(usable).unwrap_or(usize::MAX)
                })
                .fold(0, usize::saturating_add);
            let free = size.saturating_sub(taken.get(&at.id).copied().unwrap_or(0));
            if free.saturating_add(nats) < MOST {
                let message = format!(
                    "subnet `{}` has room for {} NAT addresses of `{}`",
                    at.subnet.name,
                    free.saturating_add(nats),
                    service.id.name()
                );
                let pointer = format!("/properties/ipConfigurations/{index}/properties/subnet");
                out.push(rule.at(&service.id, pointer, message).related(
                    &at.network.id,
                    at.pointer("/properties/addressPrefix"),
                    "its range",
                ));
            }
        }
    }
}
