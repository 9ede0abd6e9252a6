//! What to change so that a drop is none: in words, and as changes of the model.

pub(crate) mod balancing;
pub(crate) mod proxy;

use super::{
    link, names, platform,
    world::{Net, World},
};
use crate::{
    finding::{Change, Fix},
    model::{Topology, addresses::Holder, dns::RecordAddress, id::ResourceId, relay::RelayConfig},
};
use serde::Serialize;
use serde_json::{Value, json};
use std::net::Ipv4Addr;

/// What to change so that the connection gets past the hop that drops it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mend {
    /// In words, imperative.
    pub text: String,
    /// The same as changes that can be applied; absent where a person must decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// A mend while the walk goes on: what several members need is merged into one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// A rule that admits packets before the rule of this priority is asked.
    Admit(Admit),
    /// Changes that are ready.
    Changes(Fix),
}

/// Which packets a group should admit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Admit {
    pub(crate) group: ResourceId,
    pub(crate) inbound: bool,
    /// The rule that denies; the new one must come before it.
    pub(crate) before: u16,
    pub(crate) sources: Vec<Ipv4Addr>,
    pub(crate) destinations: Vec<Ipv4Addr>,
    pub(crate) port: u16,
}

impl Remedy {
    pub(crate) fn changes(
        title: impl Into<String>,
        changes: impl IntoIterator<Item = Change>,
    ) -> Self {
        Self::Changes(Fix {
            title: title.into(),
            changes: changes.into_iter().collect(),
            edits: Vec::new(),
        })
    }

    /// Takes in what another member of the same pool needs.
    pub(crate) fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Admit(own), Self::Admit(more))
                if own.group == more.group
                    && own.inbound == more.inbound
                    && own.port == more.port =>
            {
                own.before = own.before.min(more.before);
                for (own, more) in [
                    (&mut own.sources, more.sources),
                    (&mut own.destinations, more.destinations),
                ] {
                    own.extend(more);
                    own.sort_unstable();
                    own.dedup();
                }
            }
            // The same thing to do at another machine.
            (Self::Changes(own), Self::Changes(more)) if own.title == more.title => {
                for change in more.changes {
                    if !own.changes.contains(&change) {
                        own.changes.push(change);
                    }
                }
            }
            _ => {}
        }
    }

    /// The mend of this topology.
    pub(crate) fn mend(self, world: &World<'_>) -> Mend {
        match self {
            Self::Changes(fix) => Mend {
                text: fix.title.clone(),
                fix: Some(fix),
            },
            Self::Admit(admit) => admit.mend(world.topology),
        }
    }
}

/// Lowest and highest priority of an own rule:
/// <https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#security-rules>.
const PRIORITIES: std::ops::RangeInclusive<u16> = 100..=4096;

/// How many names are tried for a new rule; a group has at most 1,000.
const NAMES: u32 = 1001;

impl Admit {
    fn mend(self, topology: &Topology) -> Mend {
        let direction = if self.inbound { "Inbound" } else { "Outbound" };
        let list = |all: &[Ipv4Addr]| {
            let all: Vec<String> = all.iter().map(ToString::to_string).collect();
            all.join(", ")
        };
        let text = format!(
            "allow TCP from {} to {} port {} in network security group `{}`, {}, before priority {}",
            list(&self.sources),
            list(&self.destinations),
            self.port,
            self.group.name(),
            direction.to_lowercase(),
            self.before
        );
        let fix = self.fix(topology, direction, &text);
        Mend { text, fix }
    }

    fn fix(&self, topology: &Topology, direction: &str, title: &str) -> Option<Fix> {
        let (_, group) = topology.network_security_group(&self.group)?;
        let taken: Vec<(u16, usize)> = group
            .security_rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.properties.direction.eq_ignore_ascii_case(direction))
            .map(|(index, rule)| (rule.properties.priority, index))
            .collect();
        let is_free = |priority: &u16| taken.iter().all(|(other, _)| other != priority);
        let below = (*PRIORITIES.start()..self.before.min(PRIORITIES.end().saturating_add(1)))
            .rev()
            .find(is_free);
        let mut changes = Vec::new();
        let priority = if let Some(priority) = below {
            priority
        } else {
            // No room before the rule that denies: it and those that follow without a gap
            // move up by one, which keeps their order.
            let gap = (self.before..=*PRIORITIES.end()).find(is_free)?;
            for (priority, index) in &taken {
                if (self.before..gap).contains(priority) {
                    changes.push(Change {
                        id: self.group.clone(),
                        pointer: format!("/properties/securityRules/{index}/properties/priority"),
                        value: Some(json!(priority + 1)),
                    });
                }
            }
            self.before
        };
        let name = (1..=NAMES)
            .map(|number| match number {
                1 => format!("Allow{direction}Tcp{}", self.port),
                _ => format!("Allow{direction}Tcp{}-{number}", self.port),
            })
            .find(|name| {
                group
                    .security_rules
                    .iter()
                    .all(|rule| !rule.name.eq_ignore_ascii_case(name))
            })?;
        let mut properties = serde_json::Map::new();
        for (key, value) in [
            ("priority", json!(priority)),
            ("direction", json!(direction)),
            ("access", json!("Allow")),
            ("protocol", json!("Tcp")),
            ("sourcePortRange", json!("*")),
            ("destinationPortRange", json!(self.port.to_string())),
        ] {
            properties.insert(key.to_owned(), value);
        }
        for (side, addresses) in [
            ("source", &self.sources),
            ("destination", &self.destinations),
        ] {
            let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            let (key, value) = match all.as_slice() {
                [one] => (format!("{side}AddressPrefix"), json!(one)),
                _ => (format!("{side}AddressPrefixes"), json!(all)),
            };
            properties.insert(key, value);
        }
        changes.push(Change {
            id: self.group.clone(),
            pointer: "/properties/securityRules/-".to_owned(),
            value: Some(json!({ "name": name, "properties": properties })),
        });
        Some(Fix {
            title: title.to_owned(),
            changes,
            edits: Vec::new(),
        })
    }
}

/// Sets one place.
pub(crate) fn set(id: &ResourceId, pointer: String, value: Value, title: String) -> Remedy {
    Remedy::changes(title, [Change::set(id, pointer, value)])
}

/// Seconds that an answer is kept: the address it gives is assigned by Azure and may change.
const TTL_SECONDS: u32 = 60;

/// The record, and where it is missing the zone and its link, so that a name leads to the right
/// address in a network.
pub(crate) fn record(
    world: &World<'_>,
    net: Net,
    zone: Option<&ResourceId>,
    host: &str,
) -> Option<Remedy> {
    let target = leads_to(world, net, host)?;
    let network = &world.network(net).resource.id;
    let answer = json!({ "properties": {
        "ttl": TTL_SECONDS,
        "aRecords": [{ "ipv4Address": RecordAddress::Of(target.clone()).to_string() }],
    }});
    if let Some(zone) = zone {
        let relative = names::relative_name(host, zone.name())?;
        let id = zone.child("A", &relative);
        return Some(Remedy::changes(
            format!(
                "add record `{relative}` to private DNS zone `{}`: the address of `{}`",
                zone.name(),
                target.short()
            ),
            [Change::set(&id, "", answer)],
        ));
    }
    let link = |zone: &ResourceId| {
        Change::set(
            &zone.child("virtualNetworkLinks", network.name()),
            "",
            json!({ "location": "global", "properties": {
                "virtualNetwork": { "id": network.as_str() },
                "registrationEnabled": false,
            }}),
        )
    };
    let address = world.addresses.of_resource(&target);
    let is_right = |zone: &ResourceId| {
        let relative = names::relative_name(host, zone.name())?;
        let (_, set) = world.topology.a_record_set(&zone.child("A", &relative))?;
        Some(
            set.a_records
                .iter()
                .any(|record| match &record.ipv4_address {
                    RecordAddress::Of(of) => *of == target,
                    RecordAddress::Literal(literal) => Some(*literal) == address,
                }),
        )
    };
    let ready = world
        .topology
        .private_dns_zones()
        .map(|(resource, _)| &resource.id)
        .find(|zone| is_right(zone) == Some(true));
    if let Some(zone) = ready {
        return Some(Remedy::changes(
            format!(
                "link private DNS zone `{}` to `{}`",
                zone.name(),
                network.name()
            ),
            [link(zone)],
        ));
    }
    let zone = ResourceId::new(
        network.subscription(),
        network.resource_group(),
        "Microsoft.Network/privateDnsZones",
        host,
    );
    if world.topology.resources.contains_key(&zone) {
        let record = zone.child("A", "@");
        let answers = [&record, &zone.child("CNAME", "@")];
        if answers
            .iter()
            .any(|id| world.topology.resources.contains_key(*id))
        {
            // It answers others with another address: a second zone of the name needs another group.
            return None;
        }
        return Some(Remedy::changes(
            format!(
                "add record `@` to private DNS zone `{host}`: the address of `{}`, and link it to `{}`",
                target.short(),
                network.name()
            ),
            [Change::set(&record, "", answer), link(&zone)],
        ));
    }
    Some(Remedy::changes(
        format!(
            "add private DNS zone `{host}` with record `@`, the address of `{}`, and link it to `{}`",
            target.short(),
            network.name()
        ),
        [
            Change::set(&zone, "", json!({ "location": "global", "properties": {} })),
            Change::set(&zone.child("A", "@"), "", answer),
            link(&zone),
        ],
    ))
}

/// What in a network leads to a host: the service itself, or a private endpoint before it.
fn leads_to(world: &World<'_>, net: Net, host: &str) -> Option<ResourceId> {
    let service = names::service_of(world, host);
    let in_network = |subnet: &ResourceId| {
        world
            .place(subnet)
            .is_some_and(|place| world.subnet(place).network == net)
    };
    let own = service.filter(|id| {
        world
            .topology
            .api_management(id)
            .is_some_and(|(_, inner)| inner.subnet().is_some_and(in_network))
    });
    if let Some(own) = own {
        return Some(own.clone());
    }
    let endpoints = world.topology.private_endpoints().filter(|(_, inner)| {
        inner
            .subnet
            .as_ref()
            .is_some_and(|subnet| in_network(&subnet.id))
    });
    for (resource, inner) in endpoints {
        let is_right = match link::service_of(world, inner) {
            Ok(link::Service::Platform(id, _)) => {
                service.is_some_and(|service| *service == id)
                    || platform::aliases(inner)
                        .iter()
                        .any(|(public, alias)| public == host || alias.name == host)
            }
            Ok(link::Service::PrivateLink(_, pls)) => {
                pls.fqdns.iter().any(|fqdn| fqdn.eq_ignore_ascii_case(host))
                    || pls
                        .load_balancer_frontend_ip_configurations
                        .iter()
                        .filter_map(|reference| reference.id.parent())
                        .any(|balancer| relays_to(world, &balancer, host))
            }
            Err(_) => false,
        };
        if is_right {
            return Some(resource.id.clone());
        }
    }
    None
}

/// Whether a relay behind a load balancer dials a host.
fn relays_to(world: &World<'_>, balancer: &ResourceId, host: &str) -> bool {
    let Some((resource, inner)) = world.topology.load_balancer(balancer) else {
        return false;
    };
    let pools = inner
        .backend_address_pools
        .iter()
        .map(|pool| resource.id.child("backendAddressPools", &pool.name));
    let vip = names::service_of(world, host)
        .and_then(|id| world.addresses.get(&Holder::Vip(id.clone())))
        .map(|address| address.to_string());
    let members: Vec<_> = pools
        .flat_map(|pool| world.members(&pool).collect::<Vec<_>>())
        .collect();
    let mut relays: Vec<&RelayConfig> = members
        .iter()
        .filter_map(|member| world.relay(member.machine.id()?))
        .collect();
    if members.is_empty() {
        // Those that the load balancer lacks.
        relays.extend(balancing::idle_relays(world, inner).map(|(_, relay)| relay));
    }
    relays
        .into_iter()
        .flat_map(|relay| &relay.listeners)
        .flat_map(|listener| &listener.to)
        .any(|to| {
            let dialled = to.rsplit_once(':').map_or(to.as_str(), |(host, _)| host);
            dialled.eq_ignore_ascii_case(host) || Some(dialled) == vip.as_deref()
        })
}
