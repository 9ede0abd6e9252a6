//! Load balancers: frontends, rules, members.
//!
//! Source: <https://learn.microsoft.com/azure/load-balancer/load-balancer-overview>.

use super::ports::Ports;
use crate::{
    PortId, PortName, Time,
    packet::{TCP, UDP},
};
use std::net::Ipv4Addr;
use topology::{
    ResourceId, Topology,
    model::{
        addresses::{Addresses, Holder},
        network::{Child, LoadBalancer, LoadBalancingRule},
    },
};

/// What a rule's idle time-out is when it says nothing.
const DEFAULT_IDLE_MINUTES: u32 = 4;

/// A NIC's IP configuration in a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) nic: ResourceId,
    pub(crate) port: PortId,
    pub(crate) address: Ipv4Addr,
}

/// What a connection is spread by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distribution {
    FiveTuple,
    SourceIp,
    SourceIpProtocol,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: String,
    frontend: usize,
    /// `None` is any.
    protocol: Option<u8>,
    /// 0 is any.
    frontend_port: u16,
    backend_port: u16,
    pub(crate) floating: bool,
    pub(crate) idle: Time,
    pub(crate) resets: bool,
    pub(crate) distribution: Distribution,
    pub(crate) pool: String,
    /// The probe's name.
    pub(crate) probe: Option<String>,
    pub(crate) members: Vec<Member>,
}

#[derive(Debug)]
pub(crate) struct Balancer {
    /// Names and addresses, by index.
    pub(crate) frontends: Vec<(String, Option<Ipv4Addr>)>,
    rules: Vec<Rule>,
}

impl Balancer {
    pub(crate) fn of(
        topology: &Topology,
        addresses: &Addresses,
        id: &ResourceId,
        lb: &LoadBalancer,
        names: &mut Ports,
    ) -> Self {
        let frontends: Vec<(String, Option<Ipv4Addr>)> = lb
            .frontend_ip_configurations
            .iter()
            .enumerate()
            .map(|(index, frontend)| {
                (
                    frontend.name.clone(),
                    addresses.get(&Holder::Frontend(id.clone(), index)),
                )
            })
            .collect();
        let mut rules = Vec::new();
        for rule in &lb.load_balancing_rules {
            let properties = &rule.properties;
            let Some(frontend) =
                properties
                    .frontend_ip_configuration
                    .as_ref()
                    .and_then(|frontend| {
                        frontends.iter().position(|(name, _)| {
                            frontend.id == id.child("frontendIPConfigurations", name)
                        })
                    })
            else {
                continue;
            };
            let pool = properties
                .backend_address_pool
                .as_ref()
                .map(|pool| &pool.id);
            let members = pool
                .map(|pool| members(topology, addresses, pool, names))
                .unwrap_or_default();
            rules.push(Rule::of(rule, frontend, pool, members));
        }
        Self { frontends, rules }
    }

    /// The rule for a port of a frontend; one for all ports comes last.
    pub(crate) fn rule(&self, frontend: usize, protocol: u8, port: u16) -> Option<&Rule> {
        let mut fitting = self.rules.iter().filter(|rule| {
            rule.frontend == frontend
                && (rule.protocol.is_none() || rule.protocol == Some(protocol))
                && (rule.frontend_port == 0 || rule.frontend_port == port)
        });
        let first = fitting.next()?;
        if first.frontend_port != 0 {
            return Some(first);
        }
        fitting.find(|rule| rule.frontend_port != 0).or(Some(first))
    }
}

impl Rule {
    fn of(
        rule: &Child<LoadBalancingRule>,
        frontend: usize,
        pool: Option<&ResourceId>,
        members: Vec<Member>,
    ) -> Self {
        let properties = &rule.properties;
        let minutes = properties
            .idle_timeout_in_minutes
            .unwrap_or(DEFAULT_IDLE_MINUTES);
        let distribution = properties.load_distribution.as_deref().unwrap_or("Default");
        Self {
            name: rule.name.clone(),
            frontend,
            protocol: match properties.protocol.to_ascii_lowercase().as_str() {
                "tcp" => Some(TCP),
                "udp" => Some(UDP),
                _ => None,
            },
            frontend_port: properties.frontend_port,
            backend_port: properties.backend_port.unwrap_or(properties.frontend_port),
            floating: properties.enable_floating_ip == Some(true),
            idle: Time::from_secs(u64::from(minutes).saturating_mul(60)),
            resets: properties.enable_tcp_reset == Some(true),
            distribution: if distribution.eq_ignore_ascii_case("SourceIP") {
                Distribution::SourceIp
            } else if distribution.eq_ignore_ascii_case("SourceIPProtocol") {
                Distribution::SourceIpProtocol
            } else {
                Distribution::FiveTuple
            },
            pool: pool.map(|pool| pool.name().to_owned()).unwrap_or_default(),
            probe: properties
                .probe
                .as_ref()
                .map(|probe| probe.id.name().to_owned()),
            members,
        }
    }

    /// The port on the member for a port on the frontend.
    pub(crate) fn member_port(&self, port: u16) -> u16 {
        if self.floating || self.backend_port == 0 {
            port
        } else {
            self.backend_port
        }
    }
}

fn members(
    topology: &Topology,
    addresses: &Addresses,
    pool: &ResourceId,
    names: &mut Ports,
) -> Vec<Member> {
    let mut members = Vec::new();
    for (resource, nic) in topology.network_interfaces() {
        for (index, config) in nic.ip_configurations.iter().enumerate() {
            let is_member = config
                .properties
                .load_balancer_backend_address_pools
                .iter()
                .any(|found| found.id == *pool);
            if let Some(address) = addresses
                .get(&Holder::Nic(resource.id.clone(), index))
                .filter(|_| is_member)
            {
                let port = names.id_of(&PortName::Nic(resource.id.clone()));
                members.push(Member {
                    nic: resource.id.clone(),
                    port,
                    address,
                });
            }
        }
    }
    members
}
