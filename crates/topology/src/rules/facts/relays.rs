//! Machines that relay: their configuration is read once.

use super::{
    Subject,
    groups::{Direction, Flow, HOST, Stand},
    pools::{Pools, UsedPool},
};
use crate::{
    finding::Change,
    model::{
        Body, IdMap, Resource, Topology,
        addresses::Holder,
        compute::{VirtualMachine, VirtualMachineScaleSet},
        id::ResourceId,
        network::NetworkInterface,
        relay::{ProxyProtocol, RelayConfig, RelayHealth},
    },
};
use std::net::Ipv4Addr;

/// A machine with a relay, or a scale set of them.
#[derive(Clone, Debug)]
pub(in crate::rules) struct RelayAt<'t> {
    /// The machine or scale set.
    pub(in crate::rules) machine: &'t Resource,
    /// JSON pointer to the configuration.
    pub(in crate::rules) user_data: &'static str,
    /// The first NIC of a machine.
    pub(in crate::rules) nic: Option<(&'t Resource, &'t NetworkInterface)>,
    /// The network of its first NIC.
    pub(in crate::rules) network: Option<ResourceId>,
    /// What it relays.
    pub(in crate::rules) config: RelayConfig,
}

/// A NIC of a relay: a resource, or what each instance of a scale set gets.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Port<'t> {
    /// The NIC or the scale set.
    pub(in crate::rules) holder: &'t Resource,
    /// JSON pointer to the NIC's properties.
    pub(in crate::rules) pointer: String,
    /// IP forwarding.
    pub(in crate::rules) enable_ip_forwarding: Option<bool>,
    /// SR-IOV.
    pub(in crate::rules) enable_accelerated_networking: Option<bool>,
    /// JSON pointer to its public address.
    pub(in crate::rules) public_address: Option<String>,
}

impl<'t> RelayAt<'t> {
    /// Its name in messages.
    pub(in crate::rules) fn name(&self) -> &'t str {
        self.machine.id.name()
    }

    /// The size of the machine, such as `Standard_D2s_v5`.
    pub(in crate::rules) fn size(&self) -> Option<&'t str> {
        match &self.machine.body {
            Body::VirtualMachine(body) => {
                let hardware = body.hardware_profile.as_ref()?;
                hardware.get("vmSize")?.as_str()
            }
            _ => self.machine.sku.as_ref()?.name.as_deref(),
        }
    }

    /// Its first NIC, or the NICs of a scale set.
    pub(in crate::rules) fn ports(&self) -> Vec<Port<'t>> {
        if let Some((nic, body)) = self.nic {
            let mut configs = body.ip_configurations.iter();
            let public = configs.position(|config| config.properties.public_ip_address.is_some());
            return vec![Port {
                holder: nic,
                pointer: "/properties".to_owned(),
                enable_ip_forwarding: body.enable_ip_forwarding,
                enable_accelerated_networking: body.enable_accelerated_networking,
                public_address: public.map(|index| {
                    format!("/properties/ipConfigurations/{index}/properties/publicIPAddress")
                }),
            }];
        }
        let Body::VirtualMachineScaleSet(set) = &self.machine.body else {
            return Vec::new();
        };
        let nics = set.nics().iter().enumerate();
        nics.map(|(index, nic)| {
            let pointer = format!(
                "/properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/{index}/properties"
            );
            let mut configs = nic.properties.ip_configurations.iter();
            let public = configs
                .position(|config| config.properties.public_ip_address_configuration.is_some());
            let public_address = public.map(|config| {
                format!("{pointer}/ipConfigurations/{config}/properties/publicIPAddressConfiguration")
            });
            Port {
                holder: self.machine,
                pointer,
                enable_ip_forwarding: nic.properties.enable_ip_forwarding,
                enable_accelerated_networking: nic.properties.enable_accelerated_networking,
                public_address,
            }
        })
        .collect()
    }

    /// The address of its first NIC's first IP configuration, which the load balancer sends to.
    pub(in crate::rules) fn address(&self, subject: &Subject<'_>) -> Option<Ipv4Addr> {
        let (nic, _) = self.nic?;
        subject.addresses.get(&Holder::Nic(nic.id.clone(), 0))
    }

    /// The pools that it is a member of.
    fn pools(&self) -> Vec<&'t ResourceId> {
        let of_set = match &self.machine.body {
            Body::VirtualMachineScaleSet(set) => set.nics(),
            _ => &[],
        };
        let of_set = of_set
            .iter()
            .flat_map(|nic| &nic.properties.ip_configurations)
            .flat_map(|config| &config.properties.load_balancer_backend_address_pools);
        let of_nic = self
            .nic
            .into_iter()
            .flat_map(|(_, nic)| &nic.ip_configurations)
            .flat_map(|config| &config.properties.load_balancer_backend_address_pools);
        of_nic.chain(of_set).map(|pool| &pool.id).collect()
    }

    /// JSON pointer to where a listener listens.
    pub(in crate::rules) fn listen_at(&self, listener: usize) -> String {
        format!("{}/listeners/{listener}/listen", self.user_data)
    }

    /// JSON pointers to what the listeners that a rule sends to say of the PROXY protocol header,
    /// of those that say this.
    pub(in crate::rules) fn proxy_at(
        &self,
        used: &UsedPool<'_>,
        says: ProxyProtocol,
    ) -> impl Iterator<Item = String> {
        let user_data = self.user_data;
        let (port, is_every_port) = (used.port, used.is_every_port());
        let listeners = self.config.listeners.iter().enumerate();
        listeners
            .filter(move |(_, one)| {
                one.proxy_protocol == says && (is_every_port || one.listen.port() == port)
            })
            .map(move |(index, _)| format!("{user_data}/listeners/{index}/proxyProtocol"))
    }

    /// JSON pointer to an upstream.
    pub(in crate::rules) fn dial_at(&self, dial: &Dial<'_>) -> String {
        let Dial { listener, nth, .. } = dial;
        format!("{}/listeners/{listener}/to/{nth}", self.user_data)
    }

    /// Each upstream that has a port.
    pub(in crate::rules) fn dials(&self) -> impl Iterator<Item = Dial<'_>> {
        let listeners = self.config.listeners.iter().enumerate();
        listeners.flat_map(|(listener, inner)| {
            let upstreams = inner.to.iter().enumerate();
            upstreams.filter_map(move |(nth, text)| {
                let (host, port) = text.rsplit_once(':')?;
                Some(Dial {
                    listener,
                    nth,
                    host,
                    port: port.parse().ok()?,
                })
            })
        })
    }

    /// Each upstream that has a port: its JSON pointer, host and port.
    pub(in crate::rules) fn upstreams(&self) -> impl Iterator<Item = (String, &str, u16)> {
        self.dials()
            .map(|dial| (self.dial_at(&dial), dial.host, dial.port))
    }
}

/// An upstream of a relay.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct Dial<'r> {
    /// Which of the listeners.
    pub(in crate::rules) listener: usize,
    /// Which of its upstreams.
    pub(in crate::rules) nth: usize,
    /// Name or address.
    pub(in crate::rules) host: &'r str,
    /// Port.
    pub(in crate::rules) port: u16,
}

/// All of them.
#[derive(Debug, Default)]
pub(in crate::rules) struct Relays<'t> {
    /// In the order of the topology.
    pub(in crate::rules) all: Vec<RelayAt<'t>>,
    behind: IdMap<Vec<usize>>,
    at: IdMap<usize>,
}

impl<'t> Relays<'t> {
    /// Reads them.
    pub(super) fn of(topology: &'t Topology, pools: &Pools<'t>) -> Self {
        let mut found = Self::default();
        for machine in topology.resources.values() {
            match &machine.body {
                Body::VirtualMachine(body) => found.read_machine(topology, pools, machine, body),
                Body::VirtualMachineScaleSet(body) => found.read_set(machine, body),
                _ => {}
            }
        }
        found
    }

    fn read_machine(
        &mut self,
        topology: &'t Topology,
        pools: &Pools<'t>,
        machine: &'t Resource,
        body: &'t VirtualMachine,
    ) {
        let Some(config) = body.relay() else {
            return;
        };
        let nics = &body.network_profile.network_interfaces;
        let nic = nics
            .first()
            .and_then(|nic| topology.network_interface(&nic.id));
        let network = nic.and_then(|(_, nic)| {
            let first = nic.ip_configurations.first()?;
            first.properties.subnet.as_ref()?.id.parent()
        });
        for reference in nics {
            self.at.insert(&reference.id, self.all.len());
            for balancer in pools.balancers_of(&reference.id) {
                self.stands_behind(balancer.clone());
            }
        }
        self.all.push(RelayAt {
            machine,
            user_data: "/properties/userData",
            nic,
            network,
            config,
        });
    }

    fn read_set(&mut self, machine: &'t Resource, body: &'t VirtualMachineScaleSet) {
        let Some(config) = body.relay() else {
            return;
        };
        let configs: Vec<_> = body
            .nics()
            .iter()
            .flat_map(|nic| &nic.properties.ip_configurations)
            .collect();
        let network = configs
            .first()
            .and_then(|config| config.properties.subnet.as_ref()?.id.parent());
        self.at.insert(&machine.id, self.all.len());
        for pool in configs
            .iter()
            .flat_map(|config| &config.properties.load_balancer_backend_address_pools)
        {
            if let Some(balancer) = pool.id.parent() {
                self.stands_behind(balancer);
            }
        }
        self.all.push(RelayAt {
            machine,
            user_data: "/properties/virtualMachineProfile/userData",
            nic: None,
            network,
            config,
        });
    }

    /// The relay that is read next is behind this load balancer.
    fn stands_behind(&mut self, balancer: ResourceId) {
        let known = self.behind.entry(balancer).or_default();
        if known.last() != Some(&self.all.len()) {
            known.push(self.all.len());
        }
    }

    /// Those behind a load balancer.
    pub(in crate::rules) fn behind(
        &self,
        balancer: &ResourceId,
    ) -> impl Iterator<Item = &RelayAt<'t>> {
        self.behind
            .get(balancer)
            .into_iter()
            .flatten()
            .filter_map(|index| self.all.get(*index))
    }

    /// Whether a NIC is that of a machine that relays.
    pub(in crate::rules) fn is_nic(&self, nic: &ResourceId) -> bool {
        self.at.contains_key(nic)
    }

    /// The one with this NIC, or that is this scale set.
    pub(in crate::rules) fn with(&self, id: &ResourceId) -> Option<&RelayAt<'t>> {
        self.all.get(*self.at.get(id)?)
    }

    /// The health endpoint that all relays behind a load balancer have; `None` if they differ.
    pub(in crate::rules) fn health(&self, balancer: &ResourceId) -> Option<&RelayHealth> {
        let mut all = self
            .behind(balancer)
            .map(|relay| relay.config.health.as_ref());
        let first = all.next()??;
        all.all(|other| other == Some(first)).then_some(first)
    }
}

impl Subject<'_> {
    /// Who has the address of an upstream as the relay's network sees it.
    pub(in crate::rules) fn upstream(&self, relay: &RelayAt<'_>, host: &str) -> Vec<&Holder> {
        let Some(network) = &relay.network else {
            return Vec::new();
        };
        let addresses = self.addresses_of(network, host).into_iter();
        addresses
            .filter_map(|address| self.found_at(network, address))
            .map(|(holder, _)| holder)
            .collect()
    }
}

impl<'t> Subject<'t> {
    /// Changes that let a probe ask the relays' health endpoint; `None` if they have no common
    /// one, or if a security group keeps the probe from it.
    pub(in crate::rules) fn probe_health(
        &self,
        balancer: &ResourceId,
        probe: usize,
    ) -> Option<[Change; 3]> {
        let health = self.relays.health(balancer)?;
        let port = health.listen.port();
        for relay in self.relays.behind(balancer) {
            // What guards the instances of a scale set is not looked at here.
            let (nic, body) = relay.nic?;
            let to = relay.address(self)?;
            let subnet = &body
                .ip_configurations
                .first()?
                .properties
                .subnet
                .as_ref()?
                .id;
            let flow = Flow {
                from: HOST,
                to,
                port,
            };
            let stand = Stand {
                subnet,
                nic: Some(&nic.id),
            };
            let denials = self
                .groups
                .denials(&self.networks, stand, Direction::Inbound, flow);
            if !denials.is_empty() {
                return None;
            }
        }
        let at = |member: &str| format!("/properties/probes/{probe}/properties/{member}");
        Some([
            Change::set(balancer, at("protocol"), "Http"),
            Change::set(balancer, at("port"), port),
            Change::set(balancer, at("requestPath"), health.path.as_str()),
        ])
    }

    /// Relays that are members of a pool.
    pub(in crate::rules) fn relays_in(
        &self,
        pool: &ResourceId,
    ) -> impl Iterator<Item = &RelayAt<'t>> {
        let nics = self.pools.members(pool).iter().map(|member| &member.nic.id);
        let sets = self.pools.sets(pool).iter().map(|member| &member.set.id);
        nics.chain(sets).filter_map(|id| self.relays.with(id))
    }

    /// Upstreams that lead back to the relay which dials them, over its own load balancer.
    pub(in crate::rules) fn ways_back(&self) -> Vec<WayBack<'_, 't>> {
        let mut found = Vec::new();
        for relay in &self.relays.all {
            let own: Vec<&UsedPool<'_>> = relay
                .pools()
                .into_iter()
                .flat_map(|pool| self.pools.users(pool))
                .collect();
            if own.is_empty() {
                continue;
            }
            for dial in relay.dials() {
                for holder in self.upstream(relay, dial.host) {
                    let (frontends, endpoint) = self.frontends_at(holder);
                    if frontends.is_empty() {
                        continue;
                    }
                    let rule = own.iter().find(|used| {
                        let frontend = used.rule.frontend_ip_configuration.as_ref();
                        (used.is_every_port() || used.rule.frontend_port == dial.port)
                            && frontend.is_some_and(|sub| frontends.contains(&sub.id))
                    });
                    let Some(used) = rule else { continue };
                    let port = if used.is_every_port() {
                        dial.port
                    } else {
                        used.port
                    };
                    let listener = relay.config.listeners.get(dial.listener);
                    found.push(WayBack {
                        relay,
                        pointer: relay.dial_at(&dial),
                        host: dial.host.to_owned(),
                        balancer: used.balancer,
                        is_circle: listener.is_some_and(|own| own.listen.port() == port),
                        endpoint,
                    });
                }
            }
        }
        found
    }

    /// The frontends that whoever has an address leads to, and the private endpoint on the way.
    fn frontends_at(&self, holder: &Holder) -> (Vec<ResourceId>, Option<ResourceId>) {
        match holder {
            Holder::Frontend(balancer, index) => {
                let name = self
                    .topology
                    .load_balancer(balancer)
                    .and_then(|(_, body)| body.frontend_ip_configurations.get(*index))
                    .map(|frontend| balancer.child("frontendIPConfigurations", &frontend.name));
                (name.into_iter().collect(), None)
            }
            Holder::Endpoint(id) => {
                let frontends = self
                    .topology
                    .private_endpoint(id)
                    .into_iter()
                    .flat_map(|(_, body)| body.connections())
                    .filter_map(|connection| {
                        let service = connection.properties.private_link_service_id.parse().ok()?;
                        Some(self.topology.private_link_service(&service)?.1)
                    })
                    .flat_map(|service| &service.load_balancer_frontend_ip_configurations)
                    .map(|frontend| frontend.id.clone())
                    .collect();
                (frontends, Some(id.clone()))
            }
            _ => (Vec::new(), None),
        }
    }
}

/// An upstream that leads back to the relay which dials it.
#[derive(Debug)]
pub(in crate::rules) struct WayBack<'s, 't> {
    /// The relay.
    pub(in crate::rules) relay: &'s RelayAt<'t>,
    /// JSON pointer to the upstream.
    pub(in crate::rules) pointer: String,
    /// The upstream's host.
    pub(in crate::rules) host: String,
    /// The load balancer on the way.
    pub(in crate::rules) balancer: &'t Resource,
    /// Whether the connection ends at the listener that dialled it, and so dials again.
    pub(in crate::rules) is_circle: bool,
    /// The private endpoint on the way, if there is one.
    pub(in crate::rules) endpoint: Option<ResourceId>,
}
