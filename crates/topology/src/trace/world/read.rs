//! Reads a topology into a world.

use super::{Interface, Machine, Net, Network, Place, PublicIp, SubnetView, World};
use crate::{
    model::{IdMap, Resource, addresses::Holder, kinds::Kinds},
    sets::Ranges,
};
use std::cell::OnceCell;

impl<'t> World<'t> {
    pub(super) fn read_networks(&mut self, kinds: &Kinds<'t>) {
        for (resource, inner) in kinds.virtual_networks() {
            let net = Net(self.networks.len());
            self.network_of.insert(&resource.id, net);
            self.networks.push(Network {
                resource,
                inner,
                space: Ranges::cidrs(inner.address_space.prefixes()),
                zones: Vec::new(),
                has_gateway: inner
                    .subnets
                    .iter()
                    .any(|subnet| subnet.name.eq_ignore_ascii_case("GatewaySubnet")),
                peers: OnceCell::new(),
            });
            for subnet in &inner.subnets {
                let id = resource.id.child("subnets", &subnet.name);
                let place = Place(self.subnets.len());
                self.subnet_of.insert(&id, place);
                self.subnets.push(SubnetView {
                    id,
                    network: net,
                    inner: subnet,
                    scope: OnceCell::new(),
                    routes: OnceCell::new(),
                });
            }
        }
    }

    pub(super) fn read_interfaces(&mut self, kinds: &Kinds<'t>, machines: &IdMap<&'t Resource>) {
        let topology = self.topology;
        for (name, client) in &topology.clients {
            let (Some(place), Some(address)) = (
                self.place(&client.subnet),
                self.addresses.get(&Holder::Client(name.clone())),
            ) else {
                continue;
            };
            self.client_of.insert(name, self.interfaces.len());
            self.add(Interface {
                at: format!("client/{name}"),
                nic: None,
                pools: &[],
                security_groups: &[],
                nat_rules: &[],
                public_ip: None,
                place,
                address,
                group: None,
                forwards: false,
                machine: Machine::Client(name),
                hosts: Some(&client.hosts),
                dns_servers: &[],
            });
        }
        for (resource, nic) in kinds.network_interfaces() {
            if nic.private_endpoint.is_some() || nic.private_link_service.is_some() {
                continue;
            }
            let machine = match (machines.get(&resource.id), &nic.virtual_machine) {
                (Some(resource), _) => Machine::Virtual(resource),
                (None, Some(missing)) => Machine::Missing(&missing.id),
                (None, None) => Machine::None,
            };
            for (index, config) in nic.ip_configurations.iter().enumerate() {
                let holder = Holder::Nic(resource.id.clone(), index);
                let (Some(place), Some(address)) = (
                    config
                        .properties
                        .subnet
                        .as_ref()
                        .and_then(|subnet| self.place(&subnet.id)),
                    self.addresses.get(&holder),
                ) else {
                    continue;
                };
                self.add(Interface {
                    at: resource.id.as_str().to_owned(),
                    nic: Some(&resource.id),
                    pools: &config.properties.load_balancer_backend_address_pools,
                    security_groups: &config.properties.application_security_groups,
                    nat_rules: &config.properties.load_balancer_inbound_nat_rules,
                    public_ip: config
                        .properties
                        .public_ip_address
                        .as_ref()
                        .map(|reference| PublicIp::Resource(&reference.id)),
                    place,
                    address,
                    group: nic.network_security_group.as_ref().map(|group| &group.id),
                    forwards: nic.enable_ip_forwarding == Some(true),
                    machine,
                    hosts: None,
                    dns_servers: nic
                        .dns_settings
                        .as_ref()
                        .map_or(&[], |dns| &dns.dns_servers),
                });
            }
        }
    }

    /// The instances of scale sets: their NICs are no resources of their own.
    pub(super) fn read_instances(&mut self, kinds: &Kinds<'t>) {
        for (resource, set) in kinds.virtual_machine_scale_sets() {
            self.relays.insert(&resource.id, OnceCell::new());
            for instance in set.instances(resource) {
                for (number, profile) in set.nics().iter().enumerate() {
                    let nic = &profile.properties;
                    for (index, config) in nic.ip_configurations.iter().enumerate() {
                        let holder = Holder::Instance(resource.id.clone(), instance, number, index);
                        let (Some(place), Some(address)) = (
                            config
                                .properties
                                .subnet
                                .as_ref()
                                .and_then(|subnet| self.place(&subnet.id)),
                            self.addresses.get(&holder),
                        ) else {
                            continue;
                        };
                        let public = config.properties.public_ip_address_configuration.as_ref();
                        self.instance_of.insert(holder, self.interfaces.len());
                        self.add(Interface {
                            at: format!(
                                "{}/virtualMachines/{instance}/networkInterfaces/{}",
                                resource.id, profile.name
                            ),
                            nic: None,
                            pools: &config.properties.load_balancer_backend_address_pools,
                            security_groups: &config.properties.application_security_groups,
                            nat_rules: &[],
                            public_ip: public.map(|one| PublicIp::OfInstance(&one.name)),
                            place,
                            address,
                            group: nic.network_security_group.as_ref().map(|group| &group.id),
                            forwards: nic.enable_ip_forwarding == Some(true),
                            machine: Machine::Instance(resource, instance),
                            hosts: None,
                            dns_servers: nic
                                .dns_settings
                                .as_ref()
                                .map_or(&[], |dns| &dns.dns_servers),
                        });
                    }
                }
            }
        }
    }

    fn add(&mut self, interface: Interface<'t>) {
        let index = self.interfaces.len();
        if let Some(subnet) = self.subnets.get(interface.place.0) {
            self.interface_at
                .entry((subnet.network, interface.address))
                .or_insert(index);
        }
        if let Some(nic) = interface.nic {
            self.interfaces_of.entry(nic).or_default().push(index);
        }
        for rule in interface.nat_rules {
            self.natted.entry(&rule.id).or_insert(index);
        }
        for pool in interface.pools {
            self.members.entry(&pool.id).or_default().push(index);
        }
        self.interfaces.push(interface);
    }
}
