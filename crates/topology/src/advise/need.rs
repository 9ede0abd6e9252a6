//! What access is wanted: read out of a topology, or put together by a caller.
//!
//! [`Need::of`] follows each private endpoint to what finally answers (through Private Link
//! Service, load balancer and relay), and takes the network of that as the provider's and the
//! endpoint's as the consumer's. Properties are read from ARM JSON, so that resources that are not
//! modelled count as well. What a topology cannot say stands in [`Wishes`].

mod reading;

use crate::model::{Topology, api_management::ApiManagement, cidr::Cidr, id::ResourceId};
use serde::Serialize;
use std::{collections::BTreeSet, net::Ipv4Addr};

/// An access that somebody wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Name of the topology.
    pub name: String,
    /// What is to be reached.
    pub targets: Vec<Target>,
    /// The network in which the service stands, or is reached from.
    pub provider: Network,
    /// Who wants to reach it.
    pub consumers: Vec<Consumer>,
    /// Name of the Private Link Service, if there is one already.
    pub link_service: Option<String>,
    /// Relays that stand already: how many, and their size.
    pub relays: Option<Relays>,
    /// What the topology does not say.
    pub wishes: Wishes,
    /// What is there anyway and costs nothing more.
    pub existing: BTreeSet<ResourceId>,
}

/// Machines with a relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relays {
    /// Name of the group.
    pub name: String,
    /// How many.
    pub instances: usize,
    /// Name of their subnet in the provider's network.
    pub subnet: String,
    /// Name of the load balancer before them.
    pub balancer: Option<String>,
}

/// What the topology does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wishes {
    /// Whether features in preview may be used.
    pub preview: bool,
    /// Whether the provider tells consumers apart (by LINKID or server name) at the relay.
    pub filter_consumers: bool,
    /// Whether the two networks may be joined as a whole.
    pub join_networks: bool,
    /// Connections open at one time.
    pub connections: u32,
}

impl Default for Wishes {
    /// Preview is welcome, nobody is filtered, networks stay apart, 1,000 connections.
    fn default() -> Self {
        Self {
            preview: true,
            filter_consumers: false,
            join_networks: false,
            connections: 1_000,
        }
    }
}

/// One thing that consumers reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Who answers.
    pub service: Service,
    /// The port that consumers dial.
    pub port: u16,
    /// The port on which the service listens.
    pub service_port: u16,
}

/// Who answers in the end.
#[derive(Clone, Debug, PartialEq)]
pub enum Service {
    /// An API Management service.
    ApiManagement(ApiManagementNeed),
    /// An address: on premises, a database, an appliance.
    Address(AddressNeed),
    /// A name that a relay resolves.
    Name(String),
    /// Machines or nodes behind their own internal load balancer.
    Balanced(BalancedNeed),
    /// An Application Gateway.
    ApplicationGateway(GatewayNeed),
}

/// An API Management service, as far as advice needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiManagementNeed {
    /// Its name.
    pub name: String,
    /// Its tier, as `sku.name`.
    pub sku: String,
    /// Its units.
    pub capacity: u32,
    /// `None`, `External` or `Internal`.
    pub network_type: String,
    /// Name of the subnet it is injected into.
    pub subnet: Option<String>,
    /// Its private VIP, told or predicted.
    pub vip: Option<Ipv4Addr>,
    /// Required by ARM.
    pub publisher_email: String,
    /// Whether it is there anyway.
    pub existing: bool,
}

/// An address that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressNeed {
    /// The address.
    pub address: Ipv4Addr,
    /// Whether it is allocated statically; an address outside all known networks is taken to be.
    pub is_static: bool,
    /// Whether it lies in the provider's network.
    pub is_inside: bool,
    /// Whether a private endpoint holds it.
    pub is_private_endpoint: bool,
}

/// A pool behind its own internal load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalancedNeed {
    /// The load balancer.
    pub balancer: ResourceId,
    /// Name of the frontend.
    pub frontend: String,
    /// Address of the frontend, told or predicted.
    pub address: Option<Ipv4Addr>,
    /// Whether that address is allocated statically.
    pub is_static: bool,
    /// Whether the balancer is one that AKS made.
    pub is_kubernetes: bool,
}

/// An Application Gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayNeed {
    /// Its id.
    pub id: ResourceId,
    /// Its private frontend's address, if it has one.
    pub address: Option<Ipv4Addr>,
}

/// A virtual network, as far as advice needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Short name of its subscription.
    pub subscription: String,
    /// Id of its subscription.
    pub subscription_id: String,
    /// Tenant of its subscription; `None` is one and the same for all that state none.
    pub tenant: Option<String>,
    /// Its resource group.
    pub group: String,
    /// Its region.
    pub region: String,
    /// Its name.
    pub name: String,
    /// Its IPv4 ranges.
    pub prefixes: Vec<Cidr>,
    /// Its subnets.
    pub subnets: Vec<Subnet>,
    /// Whether it is there anyway.
    pub existing: bool,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// Its name.
    pub name: String,
    /// Its first IPv4 range.
    pub prefix: Cidr,
    /// Name of its network security group.
    pub network_security_group: Option<String>,
    /// Whether it is delegated to a service.
    pub is_delegated: bool,
}

/// A network from which the service is to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// The network.
    pub network: Network,
    /// Name of the subnet in which the endpoint stands.
    pub subnet: String,
    /// Name of its private endpoint.
    pub endpoint: String,
    /// Its clients: name, subnet, address.
    pub clients: Vec<(String, String, Option<Ipv4Addr>)>,
}

/// Why no need can be read out of a topology.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NeedError {
    /// Nothing in it can be reached.
    #[error("there is no service in it: no API Management, no relay, no Private Link Service")]
    NoService,
    /// Nobody wants to reach anything.
    #[error("there is no consumer in it: no private endpoint, and no client in another network")]
    NoConsumer,
}

impl Need {
    /// Reads what access a topology is for.
    pub fn of(topology: &Topology) -> Result<Self, NeedError> {
        reading::Reading::of(topology).need()
    }

    /// Whether a consumer's addresses are also the provider's.
    pub fn overlaps(&self) -> bool {
        self.consumers.iter().any(|consumer| {
            let theirs = &consumer.network.prefixes;
            let ours = &self.provider.prefixes;
            ours.iter()
                .any(|one| theirs.iter().any(|other| one.overlaps(*other)))
        })
    }

    /// An address beyond the provider's network, such as one on-premises, that is also in a
    /// consumer's own network: clients there never dial it across a joined network.
    pub fn hidden_target(&self) -> Option<Ipv4Addr> {
        let mut beyond = self
            .targets
            .iter()
            .filter_map(|target| match &target.service {
                Service::Address(need) if !need.is_inside => Some(need.address),
                _ => None,
            });
        beyond.find(|address| {
            let mut theirs = self.consumers.iter().flat_map(|one| &one.network.prefixes);
            theirs.any(|prefix| prefix.contains(*address))
        })
    }

    /// Whether some consumer's subscription is in another tenant than the provider's.
    pub fn crosses_tenants(&self) -> bool {
        self.consumers
            .iter()
            .any(|consumer| consumer.network.tenant != self.provider.tenant)
    }

    /// Whether some consumer's subscription is another one than the provider's.
    pub fn crosses_subscriptions(&self) -> bool {
        let ours = &self.provider.subscription_id;
        self.consumers
            .iter()
            .any(|consumer| !consumer.network.subscription_id.eq_ignore_ascii_case(ours))
    }

    /// Whether some consumer is in another region than the provider.
    pub fn crosses_regions(&self) -> bool {
        self.consumers
            .iter()
            .any(|consumer| consumer.network.region != self.provider.region)
    }

    /// The one API Management service, if everything leads to it.
    pub fn api_management(&self) -> Option<&ApiManagementNeed> {
        let mut found = None;
        for target in &self.targets {
            match (&target.service, found) {
                (Service::ApiManagement(_), None) => found = Some(&target.service),
                (other, Some(first)) if other == first => {}
                _ => return None,
            }
        }
        match found {
            Some(Service::ApiManagement(service)) => Some(service),
            _ => None,
        }
    }
}

impl Service {
    /// For people: what it is and its name.
    pub fn title(&self) -> String {
        match self {
            Self::ApiManagement(service) => format!(
                "API Management `{}` ({}, {})",
                service.name,
                service.sku,
                if service.network_type == "None" {
                    "not in a network".to_owned()
                } else {
                    format!("injected, {}", service.network_type)
                }
            ),
            Self::Address(need) => format!(
                "address {} ({}, {})",
                need.address,
                if need.is_static { "static" } else { "dynamic" },
                if need.is_inside {
                    "in the provider's network"
                } else {
                    "beyond the provider's network"
                }
            ),
            Self::Name(host) => format!("name `{host}`"),
            Self::Balanced(need) if need.is_kubernetes => {
                format!(
                    "AKS behind its internal load balancer `{}`",
                    need.balancer.name()
                )
            }
            Self::Balanced(need) => {
                format!("machines behind load balancer `{}`", need.balancer.name())
            }
            Self::ApplicationGateway(need) => format!("Application Gateway `{}`", need.id.name()),
        }
    }

    /// The host name that consumers dial, if it is one that must resolve on their side.
    pub fn host(&self) -> Option<String> {
        match self {
            Self::ApiManagement(service) => Some(ApiManagement::gateway_host(&service.name)),
            Self::Name(host) if host.contains('.') => Some(host.clone()),
            _ => None,
        }
    }
}
