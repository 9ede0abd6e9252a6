//! What a connection is meant to reach: from what people write to a host, a port and who should
//! have the address.

use super::{
    balance, link, outbound, platform,
    selector::{SelectionError, is_named},
    world::World,
};
use crate::model::{
    Body,
    addresses::Holder,
    api_management::ApiManagement,
    cidr::ipv4,
    expectation::{Selector, SelectorKind, host_name},
    id::ResourceId,
};
use std::net::Ipv4Addr;

/// What a destination's selector stands for.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    /// Ports that the destination is known to have.
    pub(crate) known_ports: Vec<u16>,
    pub(crate) meant: Option<Holder>,
}

impl World<'_> {
    /// What a selector stands for as a destination. A name that is nothing of the topology is a
    /// host name.
    pub(crate) fn destination(&self, selector: &Selector) -> Result<Destination, SelectionError> {
        let host = |host: &str| Destination {
            host: host_name(host),
            port: selector.port,
            known_ports: Vec::new(),
            meant: None,
        };
        match &selector.kind {
            SelectorKind::Any | SelectorKind::Internet => Err(SelectionError(format!(
                "`{}` is no single destination",
                selector.text
            ))),
            SelectorKind::Host(name) => Ok(host(name)),
            SelectorKind::Range { network, range } if range.length == 32 => {
                let meant = match network {
                    None => None,
                    Some(name) => {
                        let nets = self.networks_named(name);
                        let found = nets.iter().find_map(|net| self.holder(*net, range.address));
                        Some(found.cloned().ok_or_else(|| {
                            SelectionError(format!("nobody in `{name}` has {}", range.address))
                        })?)
                    }
                };
                let known_ports = meant
                    .as_ref()
                    .map_or_else(Vec::new, |one| self.ports_of(one));
                Ok(Destination {
                    host: range.address.to_string(),
                    port: selector.port,
                    known_ports,
                    meant,
                })
            }
            SelectorKind::Range { range, .. } => Err(SelectionError(format!(
                "{range} is a range; name one address of it"
            ))),
            SelectorKind::Name(name) => self.named_destination(name, selector.port, host),
        }
    }

    fn named_destination(
        &self,
        name: &str,
        port: Option<u16>,
        host: impl Fn(&str) -> Destination,
    ) -> Result<Destination, SelectionError> {
        let at = |holder: Holder, address: Ipv4Addr| Destination {
            host: address.to_string(),
            port,
            known_ports: self.ports_of(&holder),
            meant: Some(holder),
        };
        let client = name.strip_prefix("client/").unwrap_or(name);
        if let Some(interface) = self.interfaces.iter().find(|interface| {
            interface
                .client()
                .is_some_and(|own| own.eq_ignore_ascii_case(client))
                || interface.is_called(name)
        }) && let Some(holder) =
            self.holder(self.subnet(interface.place).network, interface.address)
        {
            return Ok(at(holder.clone(), interface.address));
        }
        let backend = name.strip_prefix("backend/").unwrap_or(name);
        let mut backends = self.topology.backends.values();
        if let Some(backend) = backends.find(|own| own.name.eq_ignore_ascii_case(backend)) {
            let address = backend.addresses.first().map(Ipv4Addr::to_string);
            let known = backend.fqdn.clone().or(address);
            return match known {
                Some(host) => Ok(Destination {
                    host,
                    port,
                    known_ports: backend.ports.clone(),
                    meant: None,
                }),
                None => Err(SelectionError(format!("backend `{name}` has no address"))),
            };
        }
        let mut of_resource: Vec<&ResourceId> = Vec::new();
        for resource in self.topology.resources.values() {
            let is_target = matches!(
                resource.body,
                Body::ApiManagement(_)
                    | Body::LoadBalancer(_)
                    | Body::PrivateEndpoint(_)
                    | Body::PublicIpAddress(_)
            );
            if is_target && is_named(&resource.id, name) {
                of_resource.push(&resource.id);
            }
        }
        match of_resource.as_slice() {
            [] => {}
            [id] => return self.resource_destination(id, port, at),
            several => {
                let all: Vec<String> = several
                    .iter()
                    .map(|id| format!("`{}`", id.short()))
                    .collect();
                return Err(SelectionError(format!(
                    "`{name}` may be {}; write it with its type or as an id",
                    all.join(" or ")
                )));
            }
        }
        // `loadBalancers/X/frontend`: one of several frontends.
        if let Some((balancer, frontend)) = name.rsplit_once('/')
            && let Some((resource, inner)) = self.topology.load_balancers().find(|(resource, _)| {
                is_named(
                    &resource.id,
                    balancer.trim_end_matches("/frontendIPConfigurations"),
                )
            })
            && let Some(index) = inner
                .frontend_ip_configurations
                .iter()
                .position(|one| one.name.eq_ignore_ascii_case(frontend))
        {
            return self.frontend_destination(&resource.id, index, at);
        }
        if name.starts_with('/') || name.contains('/') {
            return Err(SelectionError(format!(
                "`{name}` is nothing that takes connections"
            )));
        }
        let something = self
            .topology
            .resources
            .values()
            .find(|resource| is_named(&resource.id, name));
        if let Some(resource) = something
            && !name.contains('.')
        {
            return Err(SelectionError(format!(
                "`{}` takes no connections; name a service, load balancer, private endpoint or machine",
                resource.id.short()
            )));
        }
        Ok(host(name))
    }

    fn resource_destination(
        &self,
        id: &ResourceId,
        port: Option<u16>,
        at: impl Fn(Holder, Ipv4Addr) -> Destination,
    ) -> Result<Destination, SelectionError> {
        let Some(resource) = self.topology.resources.get(id) else {
            return Err(SelectionError(format!("`{}` is not there", id.short())));
        };
        let none = || SelectionError(format!("`{}` has no address", id.short()));
        match &resource.body {
            Body::ApiManagement(_) => Ok(Destination {
                host: ApiManagement::gateway_host(id.name()),
                port,
                known_ports: vec![443],
                meant: None,
            }),
            Body::PrivateEndpoint(_) => {
                let holder = Holder::Endpoint(id.clone());
                let address = self.addresses.get(&holder).ok_or_else(none)?;
                Ok(at(holder, address))
            }
            Body::PublicIpAddress(inner) => {
                let address = ipv4(inner.ip_address).ok_or_else(none)?;
                Ok(Destination {
                    host: address.to_string(),
                    port,
                    known_ports: Vec::new(),
                    meant: None,
                })
            }
            Body::LoadBalancer(_) => self.frontend_destination(id, 0, at),
            _ => Err(none()),
        }
    }

    fn frontend_destination(
        &self,
        id: &ResourceId,
        index: usize,
        at: impl Fn(Holder, Ipv4Addr) -> Destination,
    ) -> Result<Destination, SelectionError> {
        let holder = Holder::Frontend(id.clone(), index);
        let private = self.addresses.get(&holder);
        let public = || {
            let (_, inner) = self.topology.load_balancer(id)?;
            let frontend = inner.frontend_ip_configurations.get(index)?;
            outbound::address_of(self, frontend.properties.public_ip_address.as_ref()?)
        };
        let address = private.or_else(public).ok_or_else(|| {
            SelectionError(format!("the frontend of `{}` has no address", id.short()))
        })?;
        Ok(at(holder, address))
    }

    /// The ports at which a holder is known to take connections, as far as its own configuration
    /// says.
    pub(crate) fn ports_of(&self, holder: &Holder) -> Vec<u16> {
        match holder {
            Holder::Frontend(id, index) => {
                let Some((resource, inner)) = self.topology.load_balancer(id) else {
                    return Vec::new();
                };
                balance::rules_of(resource, inner, *index)
                    .iter()
                    .filter(|ruled| !ruled.takes_all())
                    .map(|ruled| ruled.rule.properties.frontend_port)
                    .collect()
            }
            Holder::Nic(id, _) => {
                let relay = self
                    .interfaces_of(id)
                    .find_map(|interface| self.relay(interface.machine.id()?));
                let all = relay.into_iter().flat_map(|relay| &relay.listeners);
                all.map(|listener| listener.listen.port()).collect()
            }
            Holder::Vip(_) | Holder::RegionalVip(..) => vec![443],
            Holder::Endpoint(id) => self.ports_of_endpoint(id),
            Holder::Instance(id, ..) => {
                let relay = self.relay(id);
                let all = relay.into_iter().flat_map(|relay| &relay.listeners);
                all.map(|listener| listener.listen.port()).collect()
            }
            Holder::Nat(..) | Holder::Unit(..) | Holder::Client(_) => Vec::new(),
        }
    }

    fn ports_of_endpoint(&self, id: &ResourceId) -> Vec<u16> {
        let Some((_, inner)) = self.topology.private_endpoint(id) else {
            return Vec::new();
        };
        match link::service_of(self, inner) {
            Ok(link::Service::Platform(id, groups)) => {
                platform::ports(&id, groups).unwrap_or_default().to_vec()
            }
            Ok(link::Service::PrivateLink(_, pls)) => pls
                .load_balancer_frontend_ip_configurations
                .iter()
                .filter_map(|reference| {
                    let balancer = reference.id.parent()?;
                    let (_, inner) = self.topology.load_balancer(&balancer)?;
                    let index = inner
                        .frontend_ip_configurations
                        .iter()
                        .position(|one| one.name.eq_ignore_ascii_case(reference.id.name()))?;
                    Some(self.ports_of(&Holder::Frontend(balancer, index)))
                })
                .flatten()
                .collect(),
            Err(_) => Vec::new(),
        }
    }
}

/// The port to use: the one that was written, else the only one that the destination has, else
/// that of HTTPS for a host.
pub(super) fn port_of(destination: &Destination, to: &Selector) -> Result<u16, SelectionError> {
    if let Some(port) = destination.port {
        return Ok(port);
    }
    let mut ports = destination.known_ports.clone();
    ports.sort_unstable();
    ports.dedup();
    match ports.as_slice() {
        [one] => Ok(*one),
        [] => Ok(443),
        several => {
            let all: Vec<String> = several.iter().map(|port| format!("{to}:{port}")).collect();
            Err(SelectionError(format!(
                "`{to}` has several ports; write {}",
                all.join(" or ")
            )))
        }
    }
}
