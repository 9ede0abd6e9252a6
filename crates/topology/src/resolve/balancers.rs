//! Load balancers: frontends, pools, probes and rules.
//!
//! They are made before anything else is derived, because what is derived for relays depends on the
//! ports that are probed; they take their place among the resources later.

mod members;
mod outbound;
mod parts;
mod probes;
mod rules;

use super::{Context, Draft, addressing::Allocated, is_set, value};
use crate::{
    manifest::{self, Entry},
    model::{
        Body, Form, Key, Sku,
        id::ResourceId,
        network::{BackendAddressPool, Child, FrontendIpConfiguration, LoadBalancer, SubResource},
    },
    source::{ManifestPath, Span},
};
pub(super) use parts::{frontends, pools, subnet};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

const BALANCER: &[Key] = &[
    Key::of("/sku", "sku", Form::Member("name")),
    Key::section(
        "/properties/frontendIPConfigurations",
        "frontendIPConfigurations",
        FRONT,
    ),
    Key::section("/properties/probes", "probes", probes::KEYS),
    Key::fixed("/properties/backendAddressPools/0", "backend"),
];

const FRONT: &[Key] = &[
    Key::reference("/properties/subnet", "subnet"),
    Key::value("/properties/privateIPAddress", "privateIPAddress"),
    Key::reference("/properties/publicIPAddress", "publicIPAddress"),
    Key::list("/zones", "zones"),
];

const POOL: &[Key] = &[
    Key::fixed("/properties/loadBalancerBackendAddresses", "addresses"),
    Key::reference("/properties/virtualNetwork", "virtualNetwork"),
];

/// Load balancers that were made.
#[derive(Default)]
pub(super) struct Balancers {
    /// In the order of the manifest.
    made: Vec<(Draft, Span)>,
    /// What is probed of the members of a pool, by folded names of balancer and pool.
    probed: BTreeMap<(String, String), Vec<(u16, ResourceId)>>,
    /// The pools that a rule leads to from a public frontend, likewise.
    public: BTreeSet<(String, String)>,
}

impl Balancers {
    fn probed(&self, balancer: &str, pool: &str) -> &[(u16, ResourceId)] {
        let key = (balancer.to_lowercase(), pool.to_lowercase());
        self.probed.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The ports of a pool's members that are probed.
    pub(super) fn probed_ports(&self, balancer: &str, pool: &str) -> BTreeSet<u16> {
        let probes = self.probed(balancer, pool).iter();
        probes.map(|(port, _)| *port).collect()
    }

    /// The probe that says whether the members of a pool are healthy: that of its first rule.
    pub(super) fn health_probe(&self, balancer: &str, pool: &str) -> Option<&ResourceId> {
        self.probed(balancer, pool).first().map(|(_, probe)| probe)
    }

    /// Whether a public frontend leads to a pool.
    pub(super) fn is_public(&self, balancer: &str, pool: &str) -> bool {
        let key = (balancer.to_lowercase(), pool.to_lowercase());
        self.public.contains(&key)
    }

    fn remember(&mut self, name: &str, body: &LoadBalancer) {
        for rule in &body.load_balancing_rules {
            let rule = &rule.properties;
            let Some(pool) = &rule.backend_address_pool else {
                continue;
            };
            let key = (name.to_lowercase(), pool.id.name().to_lowercase());
            let front = rule.frontend_ip_configuration.as_ref();
            let is_public = body.frontend_ip_configurations.iter().any(|one| {
                one.properties.public_ip_address.is_some()
                    && front.is_some_and(|front| one.id.as_ref() == Some(&front.id))
            });
            if is_public {
                self.public.insert(key.clone());
            }
            let Some(probe) = &rule.probe else { continue };
            let mut probes = body.probes.iter();
            if let Some(found) = probes.find(|one| one.id.as_ref() == Some(&probe.id)) {
                let probed = (found.properties.port, probe.id.clone());
                self.probed.entry(key).or_default().push(probed);
            }
        }
    }

    /// Puts them among the resources.
    pub(super) fn place(&mut self, cx: &mut Context<'_>) {
        for (draft, span) in std::mem::take(&mut self.made) {
            cx.out.add(draft, span);
        }
    }
}

/// The pool of a load balancer.
pub(super) fn pool(balancer: &ResourceId, name: &str) -> ResourceId {
    balancer.child("backendAddressPools", name)
}

/// A frontend of a load balancer.
pub(super) fn frontend(balancer: &ResourceId, name: &str) -> ResourceId {
    balancer.child("frontendIPConfigurations", name)
}

/// Makes all load balancers.
pub(super) fn make(cx: &mut Context<'_>, addresses: &Allocated) -> Balancers {
    let mut all = Balancers::default();
    for (name, entry) in &cx.manifest.load_balancers {
        let key = name.to_lowercase();
        let Some(Some(placed)) = cx.index.balancers.get(&key).cloned() else {
            continue;
        };
        let path = ManifestPath::of(&["loadBalancers", name]);
        let one = One {
            id: placed.id.clone(),
            name,
            path,
            entry,
        };
        let stated = &entry.value;
        for (key, section, span) in parts::homeless(stated) {
            let message = format!("`{key}` cannot stand beside `{section}`");
            let help = format!("move `{key}` into the entry of `{section}` that it is meant for");
            cx.out.error("MAN030", message, span, help);
        }
        let fronts = addresses.frontends.get(&key).map_or(&[][..], Vec::as_slice);
        let frontends = one.frontends(cx, fronts);
        let pools = one.pools(cx);
        let rules = rules::read(cx, &one);
        let probes = probes::make(cx, &one, &rules);
        let body = LoadBalancer {
            frontend_ip_configurations: frontends,
            backend_address_pools: pools,
            load_balancing_rules: rules::make(cx, &one, &rules),
            probes,
            outbound_rules: outbound::make(cx, &one),
            ..LoadBalancer::default()
        };
        all.remember(name, &body);
        let body = Body::LoadBalancer(body);
        let mut draft = Draft::new(&placed, body, is_set(&stated.existing));
        draft.sku = Some(Sku {
            name: value(stated.sku.as_ref()).or_else(|| Some("Standard".to_owned())),
            ..Sku::default()
        });
        cx.out
            .link_whole(&placed.id, "", one.path.clone(), BALANCER, stated);
        all.made.push((draft, entry.name.span));
    }
    all
}

/// A load balancer in the making.
struct One<'m> {
    id: ResourceId,
    name: &'m str,
    path: ManifestPath,
    entry: &'m Entry<manifest::LoadBalancer>,
}

impl<'m> One<'m> {
    fn stated(&self) -> &'m manifest::LoadBalancer {
        &self.entry.value
    }

    fn frontends(
        &self,
        cx: &mut Context<'_>,
        addresses: &[Option<std::net::Ipv4Addr>],
    ) -> Vec<Child<FrontendIpConfiguration>> {
        let mut made = Vec::new();
        for (at, front) in frontends(self.entry).into_iter().enumerate() {
            let address = addresses.get(at).copied().flatten();
            let is_public = front.is_public() && address.is_none();
            let method = if address.is_some() {
                "Static"
            } else {
                "Dynamic"
            };
            let subnet = cx.index.subnet(front.subnet.as_ref());
            let public = front.public.as_ref();
            let mut child = Child::new(
                front.name,
                FrontendIpConfiguration {
                    subnet: subnet.map(|subnet| SubResource { id: subnet.id }),
                    private_ip_address: address.map(IpAddr::V4),
                    private_ip_allocation_method: (!is_public).then(|| method.to_owned()),
                    public_ip_address: public
                        .and_then(|reference| cx.index.public_ip(&reference.value))
                        .map(|id| SubResource { id }),
                    ..FrontendIpConfiguration::default()
                },
            );
            child.id = Some(frontend(&self.id, front.name));
            if let Some(zones) = front.zones {
                child.zones = zones.value.iter().map(|zone| zone.value.clone()).collect();
            }
            made.push(child);
            let base = format!("/properties/frontendIPConfigurations/{at}");
            if let Some(own) = front.own {
                let provenance = &mut cx.out.topology.provenance;
                provenance.record(&self.id, base.clone(), front.span);
                let path = self.path.key("frontendIPConfigurations").key(front.name);
                cx.out.link_whole(&self.id, &base, path, FRONT, &own.value);
            } else {
                let path = self.path.clone();
                cx.out.link(&self.id, &base, path, FRONT, self.stated());
            }
        }
        made
    }

    fn pools(&self, cx: &mut Context<'_>) -> Vec<Child<BackendAddressPool>> {
        let mut made = Vec::new();
        for (at, pool) in pools(self.stated()).into_iter().enumerate() {
            let base = format!("/properties/backendAddressPools/{at}");
            let members = members::of(cx, self, &pool, &base);
            let mut child = Child::new(
                pool.name,
                BackendAddressPool {
                    load_balancer_backend_addresses: members,
                    ..BackendAddressPool::default()
                },
            );
            child.id = Some(self::pool(&self.id, pool.name));
            made.push(child);
            if let Some(own) = pool.own {
                let provenance = &mut cx.out.topology.provenance;
                provenance.record(&self.id, base.clone(), own.name.span);
                let path = self.path.key("backendAddressPools").key(pool.name);
                cx.out.link_whole(&self.id, &base, path, POOL, &own.value);
            }
        }
        made
    }
}
