//! Route tables and where they are attached, and whether a machine gets out to the internet.

use super::Subject;
use crate::model::{
    Body, IdMap, Resource,
    cidr::Cidr,
    id::ResourceId,
    kinds::Kinds,
    network::{Child, NetworkInterface, RouteProperties, RouteTable},
};
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
};

/// A route table.
#[derive(Clone, Debug)]
pub(in crate::rules) struct TableAt<'t> {
    /// The table.
    pub(in crate::rules) resource: &'t Resource,
    /// Its properties.
    pub(in crate::rules) body: &'t RouteTable,
    /// Subnets that it is attached to.
    pub(in crate::rules) subnets: Vec<ResourceId>,
    /// Networks that those are in.
    pub(in crate::rules) networks: BTreeSet<ResourceId>,
}

/// All of them.
#[derive(Debug, Default)]
pub(in crate::rules) struct Routes<'t> {
    /// In the order of the topology.
    pub(in crate::rules) all: Vec<TableAt<'t>>,
    by_id: IdMap<usize>,
}

impl<'t> Routes<'t> {
    /// Reads them.
    pub(super) fn of(kinds: &Kinds<'t>) -> Self {
        let mut found = Self::default();
        for (resource, body) in kinds.route_tables() {
            found.by_id.insert(&resource.id, found.all.len());
            found.all.push(TableAt {
                resource,
                body,
                subnets: Vec::new(),
                networks: BTreeSet::new(),
            });
        }
        for (network, body) in kinds.virtual_networks() {
            for subnet in &body.subnets {
                let table = subnet.properties.route_table.as_ref();
                let at = table.and_then(|table| found.by_id.get(&table.id));
                if let Some(table) = at.and_then(|at| found.all.get_mut(*at)) {
                    table
                        .subnets
                        .push(network.id.child("subnets", &subnet.name));
                    table.networks.insert(network.id.clone());
                }
            }
        }
        found
    }

    /// The table with this id.
    pub(in crate::rules) fn get(&self, id: &ResourceId) -> Option<&TableAt<'t>> {
        self.all.get(*self.by_id.get(id)?)
    }
}

/// Where a route sends packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Hop {
    /// To an appliance at this address, if it is an IPv4 one.
    Appliance(Option<Ipv4Addr>),
    /// To a gateway of the network.
    Gateway,
    /// Out to the internet.
    Internet,
    /// Nowhere.
    Nowhere,
    /// As if there were no route.
    Local,
}

/// The next hop of a route.
pub(in crate::rules) fn hop(route: &RouteProperties) -> Hop {
    match route.next_hop_type.to_ascii_lowercase().as_str() {
        "virtualappliance" => Hop::Appliance(match route.next_hop_ip_address {
            Some(IpAddr::V4(address)) => Some(address),
            _ => None,
        }),
        "virtualnetworkgateway" => Hop::Gateway,
        "internet" => Hop::Internet,
        "none" => Hop::Nowhere,
        _ => Hop::Local,
    }
}

/// The IPv4 range of a route, if it is no service tag.
pub(in crate::rules) fn range(route: &RouteProperties) -> Option<Cidr> {
    route.address_prefix.parse().ok()
}

/// Whether a route is the default route.
pub(in crate::rules) fn is_default(route: &Child<RouteProperties>) -> bool {
    range(&route.properties).is_some_and(|range| range.length == 0)
}

/// How a machine gets out to the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum WayOut {
    /// By something that somebody stated, or nobody can tell.
    Stated,
    /// By the address that Azure gives unasked, where the subnet lets it.
    Unasked,
    /// Not at all.
    Closed,
}

impl Subject<'_> {
    /// How a NIC gets out.
    /// Source: <https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access>.
    pub(in crate::rules) fn way_out(&self, nic: &Resource, body: &NetworkInterface) -> WayOut {
        let configs = || {
            body.ip_configurations
                .iter()
                .map(|config| &config.properties)
        };
        if configs().any(|config| config.public_ip_address.is_some()) {
            return WayOut::Stated;
        }
        let subnet = configs().find_map(|config| config.subnet.as_ref());
        let Some(subnet) = subnet else {
            return WayOut::Stated;
        };
        let of_subnet = self.way_out_of_subnet(&subnet.id);
        if of_subnet == WayOut::Stated {
            return of_subnet;
        }
        let balancers = self.pools.balancers_of(&nic.id);
        let mut is_member = false;
        for balancer in balancers {
            match self.topology.load_balancer(balancer) {
                None => return WayOut::Stated,
                Some((_, balancer)) => {
                    let mut frontends = balancer.frontend_ip_configurations.iter();
                    let is_public = frontends.any(|frontend| {
                        let said = &frontend.properties;
                        said.public_ip_address.is_some() || said.public_ip_prefix.is_some()
                    });
                    let mut rules = balancer.load_balancing_rules.iter();
                    let translates = !balancer.outbound_rules.is_empty()
                        || rules.any(|rule| rule.properties.disable_outbound_snat != Some(true));
                    if is_public && translates {
                        return WayOut::Stated;
                    }
                    is_member = true;
                }
            }
        }
        // A member of an internal load balancer gets no address unasked.
        if is_member { WayOut::Closed } else { of_subnet }
    }

    /// How a subnet gets out, whoever stands in it.
    pub(in crate::rules) fn way_out_of_subnet(&self, subnet: &ResourceId) -> WayOut {
        let Some(at) = self.subnets.get(subnet) else {
            return WayOut::Stated;
        };
        let properties = &at.subnet.properties;
        if properties.nat_gateway.is_some() {
            return WayOut::Stated;
        }
        // A gateway may bring a default route.
        let mut subnets = at.body.subnets.iter();
        let mut peerings = at.body.virtual_network_peerings.iter();
        if subnets.any(|subnet| subnet.name.eq_ignore_ascii_case("GatewaySubnet"))
            || peerings.any(|peering| peering.properties.use_remote_gateways == Some(true))
        {
            return WayOut::Stated;
        }
        if let Some(table) = &properties.route_table {
            let Some(table) = self.routes.get(&table.id) else {
                return WayOut::Stated;
            };
            let default = table.body.routes.iter().find(|route| is_default(route));
            match default.map(|route| hop(&route.properties)) {
                Some(Hop::Appliance(_) | Hop::Gateway) => return WayOut::Stated,
                Some(Hop::Nowhere) => return WayOut::Closed,
                Some(Hop::Internet | Hop::Local) | None => {}
            }
        }
        if properties.default_outbound_access == Some(false) {
            WayOut::Closed
        } else {
            WayOut::Unasked
        }
    }
}

/// Words of a first start that fetches something.
const FETCHERS: &[&str] = &[
    "apt-get",
    "apt install",
    "packages:",
    "yum install",
    "dnf install",
    "zypper ",
    "docker pull",
    "docker run",
    "curl ",
    "wget ",
    "pip install",
    "snap install",
    "npm install",
    "git clone",
];

/// What a machine's profile says that it fetches from the internet, if anything.
pub(in crate::rules) fn fetches(
    os_profile: Option<&serde_json::Value>,
    storage_profile: Option<&serde_json::Value>,
) -> Option<&'static str> {
    let text = |value: Option<&serde_json::Value>, outer: &str, inner: &str| {
        let text = value.and_then(|value| value.get(outer)?.get(inner)?.as_str());
        text.unwrap_or_default().to_ascii_lowercase()
    };
    let is_windows = os_profile.is_some_and(|profile| {
        profile
            .get("windowsConfiguration")
            .is_some_and(|said| !said.is_null())
    }) || text(storage_profile, "osDisk", "osType") == "windows"
        || text(storage_profile, "imageReference", "publisher").starts_with("microsoftwindows");
    if is_windows {
        return Some("Windows wants to be activated and updated");
    }
    let script = os_profile.and_then(|profile| profile.get("customData")?.as_str());
    let script = script.map(decoded).unwrap_or_default();
    FETCHERS
        .iter()
        .any(|word| script.contains(word))
        .then_some("its first start fetches packages or images")
}

/// Custom data as text: ARM takes it in Base64, and a manifest may say it plainly.
fn decoded(text: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_else(|| text.to_owned())
}

/// What a machine's or a scale set's profile says that it fetches.
pub(in crate::rules) fn fetched_by(resource: &Resource) -> Option<&'static str> {
    match &resource.body {
        Body::VirtualMachine(machine) => fetches(
            machine.os_profile.as_ref(),
            machine.storage_profile.as_ref(),
        ),
        Body::VirtualMachineScaleSet(set) => {
            let profile = set.virtual_machine_profile.as_ref()?;
            fetches(
                profile.os_profile.as_ref(),
                profile.storage_profile.as_ref(),
            )
        }
        _ => None,
    }
}
