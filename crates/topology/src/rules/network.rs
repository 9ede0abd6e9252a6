//! Address spaces, subnets and addresses.

use super::{Rule, Subject};
use crate::{
    finding::{Finding, Severity},
    model::{addresses::Holder, cidr::Cidr, id::ResourceId},
};
use std::{collections::BTreeMap, net::Ipv4Addr};

const FAQ: &str = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "NET001",
        severity: Severity::Error,
        title: "subnet outside its network",
        why: "a subnet is cut from its network's address space",
        mend: "widen `addressPrefixes` of the network, or move the subnet into it",
        source: FAQ,
        arm_code: Some("NetcfgSubnetRangeOutsideVnet"),
        check: outside,
    },
    Rule {
        code: "NET002",
        severity: Severity::Error,
        title: "overlapping subnets",
        why: "each address of a network belongs to one subnet only",
        mend: "give one of them another range",
        source: FAQ,
        arm_code: Some("NetcfgSubnetRangesOverlap"),
        check: overlapping,
    },
    Rule {
        code: "NET003",
        severity: Severity::Error,
        title: "host bits in a range",
        why: "Azure takes a range only by its first address",
        mend: "write the range by its first address",
        source: FAQ,
        arm_code: Some("InvalidCIDRNotation"),
        check: host_bits,
    },
    Rule {
        code: "NET004",
        severity: Severity::Error,
        title: "subnet too small",
        why: "Azure keeps five addresses of every subnet, so a /29 is the smallest",
        mend: "use /29 or shorter; /28 leaves room to grow",
        source: FAQ,
        arm_code: Some("NetcfgInvalidSubnet"),
        check: too_small,
    },
    Rule {
        code: "NET005",
        severity: Severity::Error,
        title: "address space that Azure keeps",
        why: "multicast, broadcast, loopback, link-local and the host's own address are not for networks",
        mend: "use another range, such as one of RFC 1918",
        source: FAQ,
        arm_code: None,
        check: kept_space,
    },
    Rule {
        code: "NET006",
        severity: Severity::Error,
        title: "reserved address",
        why: "the first four addresses and the last one of a subnet belong to Azure",
        mend: "use the fifth address or a later one",
        source: FAQ,
        arm_code: Some("PrivateIPAddressInReservedRange"),
        check: reserved,
    },
    Rule {
        code: "NET007",
        severity: Severity::Error,
        title: "address outside its subnet",
        why: "a static address must be one of its subnet's",
        mend: "use an address of the subnet, or name another subnet",
        source: "https://learn.microsoft.com/azure/virtual-network/ip-services/private-ip-addresses",
        arm_code: Some("PrivateIPAddressNotInSubnet"),
        check: not_in_subnet,
    },
    Rule {
        code: "NET008",
        severity: Severity::Error,
        title: "address given twice",
        why: "two things of one network cannot have the same address",
        mend: "give one of them another address",
        source: "https://learn.microsoft.com/azure/virtual-network/ip-services/private-ip-addresses",
        arm_code: Some("PrivateIPAddressIsAllocated"),
        check: twice,
    },
];

fn subnets<'s>(
    subject: &'s Subject<'_>,
) -> impl Iterator<Item = (&'s ResourceId, usize, &'s str, Cidr)> {
    subject
        .topology
        .virtual_networks()
        .flat_map(|(network, body)| {
            body.subnets
                .iter()
                .enumerate()
                .flat_map(move |(index, subnet)| {
                    subnet
                        .properties
                        .prefixes()
                        .map(move |prefix| (&network.id, index, subnet.name.as_str(), prefix))
                })
        })
}

fn at(index: usize) -> String {
    format!("/properties/subnets/{index}/properties/addressPrefix")
}

fn outside(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (id, index, name, prefix) in subnets(subject) {
        let Some((_, network)) = subject.topology.virtual_network(id) else {
            continue;
        };
        if !network
            .address_space
            .address_prefixes
            .iter()
            .any(|space| space.contains_range(prefix))
        {
            out.push(rule.at(
                id,
                at(index),
                format!("subnet `{name}` {prefix} lies outside `{}`", id.name()),
            ));
        }
    }
}

fn overlapping(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let all: Vec<_> = subnets(subject).collect();
    for (position, (id, index, name, prefix)) in all.iter().enumerate() {
        let earlier = all
            .iter()
            .take(position)
            .find(|(other, earlier, _, range)| {
                other == id && earlier != index && range.overlaps(*prefix)
            });
        if let Some((_, _, other, range)) = earlier {
            out.push(rule.at(
                id,
                at(*index),
                format!("subnet `{name}` {prefix} overlaps `{other}` {range}"),
            ));
        }
    }
}

fn host_bits(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let is_loose = |prefix: Cidr| prefix != prefix.canonical();
    for (id, index, name, prefix) in subnets(subject).filter(|(_, _, _, prefix)| is_loose(*prefix))
    {
        out.push(
            rule.at(
                id,
                at(index),
                format!("subnet `{name}` has host bits set in {prefix}"),
            )
            .help(format!("write {}", prefix.canonical())),
        );
    }
    for (network, body) in subject.topology.virtual_networks() {
        for (index, prefix) in body
            .address_space
            .address_prefixes
            .iter()
            .enumerate()
            .filter(|(_, prefix)| is_loose(**prefix))
        {
            let pointer = format!("/properties/addressSpace/addressPrefixes/{index}");
            out.push(
                rule.at(
                    &network.id,
                    pointer,
                    format!("`{}` has host bits set in {prefix}", network.id.name()),
                )
                .help(format!("write {}", prefix.canonical())),
            );
        }
    }
}

fn too_small(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (id, index, name, prefix) in subnets(subject).filter(|(_, _, _, prefix)| prefix.length > 29)
    {
        out.push(rule.at(
            id,
            at(index),
            format!("subnet `{name}` {prefix} has no address left"),
        ));
    }
}

/// Ranges that no network may have.
const KEPT: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::BROADCAST, 32),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
];

fn kept_space(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (network, body) in subject.topology.virtual_networks() {
        for (index, prefix) in body.address_space.address_prefixes.iter().enumerate() {
            if let Some(kept) = KEPT
                .iter()
                .map(|(address, length)| Cidr {
                    address: *address,
                    length: *length,
                })
                .find(|kept| kept.overlaps(*prefix))
            {
                let pointer = format!("/properties/addressSpace/addressPrefixes/{index}");
                out.push(rule.at(
                    &network.id,
                    pointer,
                    format!("`{}` meets {kept}, which Azure keeps", network.id.name()),
                ));
            }
        }
    }
}

/// A static address: resource, pointer, subnet, address. Clients have a span instead.
struct Stated {
    place: Result<(ResourceId, String), Option<crate::source::Span>>,
    subnet: ResourceId,
    address: Ipv4Addr,
    holder: Holder,
}

fn stated(subject: &Subject<'_>) -> Vec<Stated> {
    let mut all = Vec::new();
    let topology = subject.topology;
    for (name, client) in &topology.clients {
        if let Some(address) = client.private_ip_address {
            all.push(Stated {
                place: Err(client.span),
                subnet: client.subnet.clone(),
                address,
                holder: Holder::Client(name.clone()),
            });
        }
    }
    for (nic, body) in topology.network_interfaces() {
        for (index, config) in body.ip_configurations.iter().enumerate() {
            if let (Some(subnet), Some(address)) = (
                &config.properties.subnet,
                config.properties.private_ip_address,
            ) {
                let holder = match (&body.private_endpoint, &body.private_link_service) {
                    (Some(endpoint), _) => Holder::Endpoint(endpoint.id.clone()),
                    (None, Some(service)) => Holder::Nat(service.id.clone(), index),
                    (None, None) => Holder::Nic(nic.id.clone(), index),
                };
                let pointer =
                    format!("/properties/ipConfigurations/{index}/properties/privateIPAddress");
                all.push(Stated {
                    place: Ok((nic.id.clone(), pointer)),
                    subnet: subnet.id.clone(),
                    address,
                    holder,
                });
            }
        }
    }
    for (balancer, body) in topology.load_balancers() {
        for (index, frontend) in body.frontend_ip_configurations.iter().enumerate() {
            if let (Some(subnet), Some(address)) = (
                &frontend.properties.subnet,
                frontend.properties.private_ip_address,
            ) {
                let pointer = format!(
                    "/properties/frontendIPConfigurations/{index}/properties/privateIPAddress"
                );
                all.push(Stated {
                    place: Ok((balancer.id.clone(), pointer)),
                    subnet: subnet.id.clone(),
                    address,
                    holder: Holder::Frontend(balancer.id.clone(), index),
                });
            }
        }
    }
    for (service, body) in topology.private_link_services() {
        for (index, config) in body.ip_configurations.iter().enumerate() {
            if let (Some(subnet), Some(address)) = (
                &config.properties.subnet,
                config.properties.private_ip_address,
            ) {
                let pointer =
                    format!("/properties/ipConfigurations/{index}/properties/privateIPAddress");
                all.push(Stated {
                    place: Ok((service.id.clone(), pointer)),
                    subnet: subnet.id.clone(),
                    address,
                    holder: Holder::Nat(service.id.clone(), index),
                });
            }
        }
    }
    all
}

impl Stated {
    fn finding(&self, rule: &Rule, message: String) -> Finding {
        match &self.place {
            Ok((id, pointer)) => rule.at(id, pointer.clone(), message),
            Err(span) => {
                let mut finding = rule.at(&self.subnet, "", message);
                finding.span = *span;
                finding
            }
        }
    }
}

fn reserved(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for one in stated(subject) {
        let Some((_, subnet)) = subject.topology.subnet(&one.subnet) else {
            continue;
        };
        if subnet
            .properties
            .prefixes()
            .any(|prefix| prefix.is_reserved(one.address))
        {
            out.push(one.finding(
                rule,
                format!("`{}` is reserved in subnet `{}`", one.address, subnet.name),
            ));
        }
    }
}

fn not_in_subnet(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for one in stated(subject) {
        let Some((_, subnet)) = subject.topology.subnet(&one.subnet) else {
            continue;
        };
        if !subnet
            .properties
            .prefixes()
            .any(|prefix| prefix.contains(one.address))
        {
            out.push(one.finding(
                rule,
                format!("`{}` is not in subnet `{}`", one.address, subnet.name),
            ));
        }
    }
}

fn twice(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen: BTreeMap<(Option<ResourceId>, Ipv4Addr), Holder> = BTreeMap::new();
    for one in stated(subject) {
        let key = (one.subnet.parent(), one.address);
        match seen.get(&key) {
            Some(other) if *other != one.holder => out.push(one.finding(
                rule,
                format!("`{}` is given twice in one network", one.address),
            )),
            Some(_) => {}
            None => {
                seen.insert(key, one.holder.clone());
            }
        }
    }
}
