//! Which address everything has, or will have.
//!
//! Azure hands out the lowest free address of a subnet when it is asked for a dynamic one. What
//! ARM already reported is taken as it is; what is still to be created is predicted in the order
//! of the topology. A private endpoint's address stands in its NIC, once that exists.
//! Source: <https://learn.microsoft.com/azure/virtual-network/ip-services/private-ip-addresses>.

use super::{IdMap, Topology, id::ResourceId, kinds::Kinds};
use indexmap::IndexMap;
use std::{
    collections::{HashMap, HashSet, hash_map},
    net::Ipv4Addr,
};

/// Who holds an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// An IP configuration of a NIC, by index.
    Nic(ResourceId, usize),
    /// A frontend of a load balancer, by index.
    Frontend(ResourceId, usize),
    /// A NAT address of a Private Link Service, by index.
    Nat(ResourceId, usize),
    /// A private endpoint.
    Endpoint(ResourceId),
    /// A unit of an API Management service, by index; those of its first region come first.
    Unit(ResourceId, usize),
    /// The VIP of an internal API Management service, in its first region.
    Vip(ResourceId),
    /// Its VIP in another region, by index of `additionalLocations`.
    RegionalVip(ResourceId, usize),
    /// A client, by name.
    Client(String),
    /// An instance of a scale set, by number; and which of its NICs and their IP configurations.
    Instance(ResourceId, u32, usize, usize),
}

/// All addresses of a topology.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    by_holder: IndexMap<Holder, (ResourceId, Ipv4Addr)>,
    /// The first holder of an address in a virtual network, by its place above.
    by_network: IdMap<HashMap<Ipv4Addr, usize>>,
}

impl Addresses {
    /// Reads the known addresses and predicts the others.
    pub fn of(topology: &Topology) -> Self {
        Self::with(topology, &Kinds::of(topology))
    }

    /// The same for whoever has sorted the resources already.
    pub(crate) fn with(topology: &Topology, kinds: &Kinds<'_>) -> Self {
        let mut wanted: Vec<(Holder, ResourceId, Option<Ipv4Addr>)> = Vec::new();
        for (name, client) in &topology.clients {
            wanted.push((
                Holder::Client(name.clone()),
                client.subnet.clone(),
                client.private_ip_address,
            ));
        }
        for (resource, nic) in kinds.network_interfaces() {
            for (index, config) in nic.ip_configurations.iter().enumerate() {
                if let Some(subnet) = config
                    .properties
                    .subnet
                    .as_ref()
                    .filter(|_| !config.properties.is_ipv6())
                {
                    let holder = match (&nic.private_endpoint, &nic.private_link_service) {
                        (Some(endpoint), _) => Holder::Endpoint(endpoint.id.clone()),
                        (None, Some(service)) => Holder::Nat(service.id.clone(), index),
                        (None, None) => Holder::Nic(resource.id.clone(), index),
                    };
                    wanted.push((holder, subnet.id.clone(), config.properties.ipv4()));
                }
            }
        }
        for (resource, set) in kinds.virtual_machine_scale_sets() {
            for instance in set.instances(resource) {
                for (nic, profile) in set.nics().iter().enumerate() {
                    for (index, config) in profile.properties.ip_configurations.iter().enumerate() {
                        let is_ipv6 =
                            config.properties.private_ip_address_version.as_deref() == Some("IPv6");
                        if let Some(subnet) = config.properties.subnet.as_ref().filter(|_| !is_ipv6)
                        {
                            let holder =
                                Holder::Instance(resource.id.clone(), instance, nic, index);
                            wanted.push((holder, subnet.id.clone(), None));
                        }
                    }
                }
            }
        }
        for (resource, lb) in kinds.load_balancers() {
            for (index, frontend) in lb.frontend_ip_configurations.iter().enumerate() {
                if let Some(subnet) = frontend
                    .properties
                    .subnet
                    .as_ref()
                    .filter(|_| !frontend.properties.is_ipv6())
                {
                    let holder = Holder::Frontend(resource.id.clone(), index);
                    wanted.push((holder, subnet.id.clone(), frontend.properties.ipv4()));
                }
            }
        }
        for (resource, apim) in kinds.api_managements() {
            if apim.virtual_network_type.as_deref() != Some("Internal") {
                continue;
            }
            let own = Holder::Vip(resource.id.clone());
            let own = (resource.sku.as_ref(), apim.subnet(), own, apim.vip());
            let others = apim.additional_locations.iter().enumerate();
            let others = others.map(|(index, region)| {
                let vip = Holder::RegionalVip(resource.id.clone(), index);
                (region.sku.as_ref(), region.subnet(), vip, region.vip())
            });
            let mut unit = 0_usize;
            for (sku, subnet, vip, address) in std::iter::once(own).chain(others) {
                let units = sku.and_then(|sku| sku.capacity).unwrap_or(1).clamp(1, 31);
                for _ in 0..units {
                    if let Some(subnet) = subnet {
                        let holder = Holder::Unit(resource.id.clone(), unit);
                        wanted.push((holder, subnet.clone(), None));
                    }
                    unit = unit.saturating_add(1);
                }
                if let Some(subnet) = subnet {
                    wanted.push((vip, subnet.clone(), address));
                }
            }
        }
        for (resource, pls) in kinds.private_link_services() {
            for (index, config) in pls.ip_configurations.iter().enumerate() {
                if let Some(subnet) = config
                    .properties
                    .subnet
                    .as_ref()
                    .filter(|_| !config.properties.is_ipv6())
                {
                    let holder = Holder::Nat(resource.id.clone(), index);
                    wanted.push((holder, subnet.id.clone(), config.properties.ipv4()));
                }
            }
        }
        for (resource, endpoint) in kinds.private_endpoints() {
            if let Some(subnet) = &endpoint.subnet {
                let holder = Holder::Endpoint(resource.id.clone());
                wanted.push((holder, subnet.id.clone(), endpoint.ipv4()));
            }
        }
        Self::allocate(topology, wanted)
    }

    fn allocate(topology: &Topology, wanted: Vec<(Holder, ResourceId, Option<Ipv4Addr>)>) -> Self {
        let mut taken: IdMap<HashSet<Ipv4Addr>> = IdMap::default();
        let mut by_holder: IndexMap<Holder, (ResourceId, Ipv4Addr)> =
            IndexMap::with_capacity(wanted.len());
        for (holder, subnet, address) in &wanted {
            if let Some(address) = address {
                taken.entry(subnet).or_default().insert(*address);
                by_holder
                    .entry(holder.clone())
                    .or_insert_with(|| (subnet.clone(), *address));
            }
        }
        // Addresses are handed out from the bottom, so what is below the last one is taken.
        let mut free: IdMap<Box<dyn Iterator<Item = Ipv4Addr>>> = IdMap::default();
        for (holder, subnet, _) in wanted {
            if by_holder.contains_key(&holder) {
                continue;
            }
            let candidates = free.entry(&subnet).or_insert_with(|| {
                let prefixes: Vec<_> = topology
                    .subnet(&subnet)
                    .map(|(_, found)| found.properties.prefixes().collect())
                    .unwrap_or_default();
                Box::new(prefixes.into_iter().flat_map(super::cidr::Cidr::usable))
            });
            let taken = taken.get(&subnet);
            let address =
                candidates.find(|address| taken.is_none_or(|taken| !taken.contains(address)));
            if let Some(address) = address {
                by_holder.insert(holder, (subnet, address));
            }
        }
        let mut by_network: IdMap<HashMap<Ipv4Addr, usize>> = IdMap::default();
        for (place, (holder, (subnet, address))) in by_holder.iter().enumerate() {
            let Some(network) = subnet.parent() else {
                continue;
            };
            match by_network.entry(network).or_default().entry(*address) {
                hash_map::Entry::Vacant(free) => {
                    free.insert(place);
                }
                hash_map::Entry::Occupied(mut held) => {
                    let first = by_holder.get_index(*held.get());
                    if first.is_none_or(|(first, _)| holder < first) {
                        held.insert(place);
                    }
                }
            }
        }
        Self {
            by_holder,
            by_network,
        }
    }

    /// The address of a holder.
    pub fn get(&self, holder: &Holder) -> Option<Ipv4Addr> {
        self.by_holder.get(holder).map(|(_, address)| *address)
    }

    /// Every holder with its subnet and address, in the order of holders.
    pub fn iter(&self) -> impl Iterator<Item = (&Holder, &ResourceId, Ipv4Addr)> {
        let mut all: Vec<_> = self.unsorted().collect();
        all.sort_unstable_by_key(|(holder, ..)| *holder);
        all.into_iter()
    }

    /// The same in the order of the topology, for those to whom the order is nothing.
    pub fn unsorted(&self) -> impl Iterator<Item = (&Holder, &ResourceId, Ipv4Addr)> {
        self.by_holder
            .iter()
            .map(|(holder, (subnet, address))| (holder, subnet, *address))
    }

    /// Who holds this address in this virtual network: the first one, if several do.
    pub fn holder_in(&self, vnet: &ResourceId, address: Ipv4Addr) -> Option<&Holder> {
        let place = self.by_network.get(vnet)?.get(&address)?;
        self.by_holder.get_index(*place).map(|(holder, _)| holder)
    }

    /// How many addresses of a virtual network are held.
    pub fn count_in(&self, vnet: &ResourceId) -> usize {
        self.by_network.get(vnet).map_or(0, HashMap::len)
    }

    /// The subnet that a holder stands in.
    pub fn subnet_of(&self, holder: &Holder) -> Option<&ResourceId> {
        self.by_holder.get(holder).map(|(subnet, _)| subnet)
    }

    /// The address of a resource that records may point at: a private endpoint or an internal
    /// API Management service.
    pub fn of_resource(&self, id: &ResourceId) -> Option<Ipv4Addr> {
        self.get(&Holder::Endpoint(id.clone()))
            .or_else(|| self.get(&Holder::Vip(id.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NETWORK: &str =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v";

    fn network(prefix: &str) -> Value {
        json!({ "id": NETWORK, "properties": {
            "addressSpace": { "addressPrefixes": [prefix, "fd00::/48"] },
            "subnets": [{ "name": "a", "properties": { "addressPrefixes": ["fd00::/64", prefix] } }],
        } })
    }

    fn nic(name: &str, address: Option<&str>) -> Value {
        let subnet = json!({ "id": format!("{NETWORK}/subnets/a") });
        json!({
            "id": format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/{name}"),
            "properties": { "ipConfigurations": [{ "name": "c", "properties": {
                "subnet": subnet, "privateIPAddress": address,
            } }] },
        })
    }

    fn addresses(values: &[Value]) -> Addresses {
        let (topology, findings) = crate::arm::import(values);
        assert_eq!(findings, []);
        Addresses::of(&topology)
    }

    fn shown(addresses: &Addresses) -> Vec<String> {
        let all = addresses.iter();
        all.map(|(holder, _, address)| match holder {
            Holder::Nic(id, _) => format!("{} {address}", id.name()),
            Holder::Instance(_, number, ..) => format!("#{number} {address}"),
            other => format!("{other:?}"),
        })
        .collect()
    }

    #[test]
    fn what_is_known_is_kept_and_the_lowest_free_is_given() {
        let all = addresses(&[
            network("10.0.0.0/29"),
            nic("a", None),
            nic("b", Some("10.0.0.5")),
            nic("c", None),
            nic("d", None),
        ]);
        // Three addresses are to be had; the fourth NIC gets none.
        assert_eq!(shown(&all), ["a 10.0.0.4", "b 10.0.0.5", "c 10.0.0.6"]);
    }

    #[test]
    fn an_ipv6_configuration_takes_no_ipv4_address() {
        let mut dual = nic("a", None);
        let configs = dual["properties"]["ipConfigurations"]
            .as_array_mut()
            .unwrap();
        let mut second = configs[0].clone();
        second["properties"]["privateIPAddressVersion"] = json!("IPv6");
        configs.insert(0, second);
        let all = addresses(&[network("10.0.0.0/28"), dual, nic("b", None)]);
        assert_eq!(shown(&all), ["a 10.0.0.4", "b 10.0.0.5"]);
    }

    #[test]
    fn an_address_leads_to_its_holder_in_its_network_only() {
        let all = addresses(&[network("10.0.0.0/24"), nic("a", None), nic("b", None)]);
        let network: ResourceId = NETWORK.parse().unwrap();
        let other: ResourceId = NETWORK.replace("/v", "/w").parse().unwrap();
        let holder = |network, address: [u8; 4]| all.holder_in(network, address.into());
        assert!(
            matches!(holder(&network, [10, 0, 0, 5]), Some(Holder::Nic(id, 0)) if id.name() == "b")
        );
        assert_eq!(holder(&other, [10, 0, 0, 5]), None);
        assert_eq!(holder(&network, [10, 0, 0, 6]), None);
    }

    #[test]
    fn instances_of_a_scale_set_have_addresses() {
        let subnet = json!({ "id": format!("{NETWORK}/subnets/a") });
        let all = addresses(&[
            network("10.0.0.0/24"),
            json!({
                "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/set",
                "sku": { "name": "Standard_B1s", "capacity": 3 },
                "properties": { "virtualMachineProfile": { "networkProfile": {
                    "networkInterfaceConfigurations": [{ "name": "n", "properties": {
                        "ipConfigurations": [
                            { "name": "4", "properties": { "subnet": subnet } },
                            { "name": "6", "properties": { "subnet": subnet, "privateIPAddressVersion": "IPv6" } },
                        ],
                    } }],
                } } },
            }),
        ]);
        assert_eq!(shown(&all), ["#0 10.0.0.4", "#1 10.0.0.5", "#2 10.0.0.6"]);
    }
}
