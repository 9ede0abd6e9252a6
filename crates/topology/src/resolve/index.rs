//! Where everything that the manifest names will stand, and which of its references lead nowhere.
//!
//! Built once, before anything else: later steps look names up silently, so that one wrong
//! reference gives one finding.

use super::{Output, is_set, named::Named, raw};
use crate::{
    arm::normal_location,
    manifest::{
        Field, Manifest, Section, Subnet,
        suggest::{clip, one_of},
    },
    model::{cidr::Cidr, id::ResourceId},
    source::{Span, Spanned},
};
use std::collections::BTreeMap;

/// Id and region of a resource.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) id: ResourceId,
    pub(super) location: Option<String>,
}

/// A subnet that something refers to.
#[derive(Clone, Debug)]
pub(super) struct SubnetAt {
    pub(super) id: ResourceId,
    pub(super) network: Placed,
    pub(super) prefix: Option<Cidr>,
}

/// A network security group that only subnets name.
#[derive(Clone, Debug)]
pub(super) struct DerivedGroup {
    pub(super) placed: Placed,
    pub(super) span: Span,
    pub(super) subnets: Vec<SubnetAt>,
    pub(super) existing: bool,
}

/// Things by folded name; `None` was defined but could not be placed, which was reported there.
pub(super) type Names<T> = BTreeMap<String, Option<T>>;

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) groups: Names<Placed>,
    pub(super) networks: Names<Placed>,
    pub(super) security_groups: Names<Placed>,
    pub(super) derived_groups: BTreeMap<String, DerivedGroup>,
    pub(super) route_tables: Names<Placed>,
    pub(super) api_management: Names<Placed>,
    pub(super) forwarders: Names<Placed>,
    pub(super) balancers: Names<Placed>,
    pub(super) services: Names<Placed>,
    pub(super) endpoints: Names<Placed>,
    /// What else is named by its type alone.
    pub(super) named: Named,
    /// Private DNS zones of `resources`, by folded name.
    pub(super) raw_zones: BTreeMap<String, ResourceId>,
    /// The ids of the entries of `resources`, in their order.
    pub(super) raw: Vec<Option<ResourceId>>,
    pub(super) subnets: Names<SubnetAt>,
}

pub(super) const SUBNETS: &str = "Microsoft.Network/virtualNetworks/subnets";
const SECURITY_GROUPS: &str = "Microsoft.Network/networkSecurityGroups";
pub(super) const ROUTE_TABLES: &str = "Microsoft.Network/routeTables";
pub(super) const BALANCERS: &str = "Microsoft.Network/loadBalancers";
pub(super) const SERVICES: &str = "Microsoft.Network/privateLinkServices";

pub(super) fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// What a reference is: an id, or a name that is there, is broken, or is absent.
pub(super) enum Look<'n, T> {
    Id(ResourceId),
    There(&'n T),
    Broken,
    Absent,
}

pub(super) fn look<'n, T>(names: &'n Names<T>, text: &str, arm_type: &str) -> Look<'n, T> {
    if text.starts_with('/') {
        return match text.parse::<ResourceId>() {
            Ok(id) if id.is_type(arm_type) => Look::Id(id),
            _ => Look::Absent,
        };
    }
    match names.get(&fold(text)) {
        Some(Some(found)) => Look::There(found),
        Some(None) => Look::Broken,
        None => Look::Absent,
    }
}

/// Reports a name that is not there.
pub(super) fn dangling<'c>(
    out: &mut Output,
    what: &str,
    reference: &Spanned<String>,
    candidates: impl IntoIterator<Item = &'c str>,
) {
    let message = format!("there is no {what} `{}`", clip(&reference.value, 40));
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let help = one_of(&reference.value, candidates.iter().copied());
    out.dangling(message, reference, help, candidates);
}

impl Index {
    pub(super) fn of(manifest: &Manifest, out: &mut Output) -> Self {
        let mut index = Self::default();
        index.place_groups(manifest, out);
        raw::place_groups(&mut index, manifest);
        index.place_networks(manifest, out);
        for (name, entry) in &manifest.network_security_groups {
            let value = &entry.value;
            let placed = index.in_group(
                SECURITY_GROUPS,
                name,
                &value.resource_group,
                &value.location,
                manifest,
                out,
            );
            index.security_groups.insert(fold(name), placed);
        }
        for (name, entry) in &manifest.route_tables {
            let value = &entry.value;
            let placed = index.in_group(
                ROUTE_TABLES,
                name,
                &value.resource_group,
                &value.location,
                manifest,
                out,
            );
            index.route_tables.insert(fold(name), placed);
        }
        Named::place(&mut index, manifest, out);
        raw::place(&mut index, manifest, out);
        index.subnet_references(manifest, out);
        index.place_in_subnets(manifest, out);
        index.check_references(manifest, out);
        index
    }

    fn place_groups(&mut self, manifest: &Manifest, out: &mut Output) {
        for (name, entry) in &manifest.resource_groups {
            let placed = entry.value.subscription.as_ref().and_then(|reference| {
                let Some((_, found)) = super::entry(&manifest.subscriptions, &reference.value)
                else {
                    dangling(
                        out,
                        "subscription",
                        reference,
                        manifest.subscriptions.keys().map(String::as_str),
                    );
                    return None;
                };
                let id = ResourceId::group(&found.value.id.as_ref()?.value.0, name);
                let location = entry
                    .value
                    .location
                    .as_ref()
                    .map(|location| normal_location(&location.value));
                Some(Placed { id, location })
            });
            self.groups.insert(fold(name), placed);
        }
    }

    fn place_networks(&mut self, manifest: &Manifest, out: &mut Output) {
        for (name, entry) in &manifest.virtual_networks {
            let value = &entry.value;
            let kind = "Microsoft.Network/virtualNetworks";
            let placed = self.in_group(
                kind,
                name,
                &value.resource_group,
                &value.location,
                manifest,
                out,
            );
            for (subnet, inner) in &value.subnets {
                let at = placed.as_ref().map(|network| SubnetAt {
                    id: network.id.child("subnets", subnet),
                    network: network.clone(),
                    prefix: subnet_range(&inner.value),
                });
                self.subnets.insert(fold(&format!("{name}/{subnet}")), at);
            }
            self.networks.insert(fold(name), placed);
        }
    }

    /// The group that a reference names; reports one that is not there.
    pub(super) fn group(
        &self,
        reference: &Field<String>,
        manifest: &Manifest,
        out: &mut Output,
    ) -> Option<Placed> {
        let reference = reference.as_ref()?;
        match look(
            &self.groups,
            &reference.value,
            "Microsoft.Resources/resourceGroups",
        ) {
            Look::There(placed) => Some(placed.clone()),
            Look::Id(id) => Some(Placed { id, location: None }),
            Look::Broken => None,
            Look::Absent => {
                dangling(
                    out,
                    "resource group",
                    reference,
                    manifest.resource_groups.keys().map(String::as_str),
                );
                None
            }
        }
    }

    pub(super) fn in_group(
        &self,
        kind: &str,
        name: &str,
        group: &Field<String>,
        location: &Field<String>,
        manifest: &Manifest,
        out: &mut Output,
    ) -> Option<Placed> {
        let group = self.group(group, manifest, out)?;
        let id = ResourceId::new(
            group.id.subscription(),
            group.id.resource_group(),
            kind,
            name,
        );
        let location = location
            .as_ref()
            .map(|location| normal_location(&location.value))
            .or(group.location);
        Some(Placed { id, location })
    }

    /// The subnet that a reference names, silently.
    pub(super) fn subnet(&self, reference: Option<&Spanned<String>>) -> Option<SubnetAt> {
        match look(&self.subnets, &reference?.value, SUBNETS) {
            Look::There(found) => Some(found.clone()),
            Look::Id(id) => self.known_subnet(&id).or_else(|| {
                let network = Placed {
                    id: id.parent()?,
                    location: None,
                };
                Some(SubnetAt {
                    id,
                    network,
                    prefix: None,
                })
            }),
            Look::Broken | Look::Absent => None,
        }
    }

    fn known_subnet(&self, id: &ResourceId) -> Option<SubnetAt> {
        let usual = format!("{}/{}", id.parent()?.name(), id.name());
        let usual = self.subnets.get(&fold(&usual));
        let usual = usual.and_then(Option::as_ref);
        let mut others = self.subnets.values().flatten();
        usual
            .filter(|found| found.id == *id)
            .or_else(|| others.find(|found| found.id == *id))
            .cloned()
    }

    pub(super) fn check_subnet(&self, reference: &Field<String>, out: &mut Output) {
        if let Some(reference) = reference
            && matches!(look(&self.subnets, &reference.value, SUBNETS), Look::Absent)
        {
            let names: Vec<String> = self
                .subnets
                .values()
                .flatten()
                .map(|found| format!("{}/{}", found.network.id.name(), found.id.name()))
                .collect();
            let names = names.iter().map(String::as_str);
            match reference.value.split_once('/') {
                // Said of the network, so that it is said once for all of its subnets.
                Some((network, _)) if !network.is_empty() && !self.has_network(network) => {
                    let message = format!("there is no virtual network `{}`", clip(network, 40));
                    let help = one_of(&reference.value, names.clone());
                    out.dangling(message, reference, help, names);
                }
                _ => dangling(out, "subnet", reference, names),
            }
        }
    }

    /// Whether there is a network of this name, or a subnet in one.
    fn has_network(&self, name: &str) -> bool {
        let inside = format!("{}/", fold(name));
        let mut next = self.subnets.range(inside.clone()..);
        self.networks.contains_key(&fold(name))
            || next.next().is_some_and(|(key, _)| key.starts_with(&inside))
    }

    /// Group and region of something that stands in a subnet.
    pub(super) fn in_subnet(
        &self,
        kind: &str,
        name: &str,
        subnet: &Field<String>,
        group: &Field<String>,
        manifest: &Manifest,
        out: &mut Output,
    ) -> Option<Placed> {
        self.check_subnet(subnet, out);
        let subnet = self.subnet(subnet.as_ref());
        let group = if group.is_some() {
            self.group(group, manifest, out)?
        } else {
            Placed {
                id: subnet.as_ref()?.id.group_id(),
                location: None,
            }
        };
        let id = ResourceId::new(
            group.id.subscription(),
            group.id.resource_group(),
            kind,
            name,
        );
        let location = subnet
            .and_then(|subnet| subnet.network.location)
            .or(group.location);
        Some(Placed { id, location })
    }

    /// Security groups and route tables of subnets; a group that is nowhere defined is derived.
    fn subnet_references(&mut self, manifest: &Manifest, out: &mut Output) {
        for (network, entry) in &manifest.virtual_networks {
            for (subnet, inner) in &entry.value.subnets {
                if let Some(reference) = &inner.value.route_table
                    && matches!(
                        look(&self.route_tables, &reference.value, ROUTE_TABLES),
                        Look::Absent
                    )
                {
                    dangling(
                        out,
                        "route table",
                        reference,
                        manifest.route_tables.keys().map(String::as_str),
                    );
                }
                let Some(reference) = &inner.value.network_security_group else {
                    continue;
                };
                if !matches!(
                    look(&self.security_groups, &reference.value, SECURITY_GROUPS),
                    Look::Absent
                ) {
                    continue;
                }
                if reference.value.contains('/') {
                    dangling(
                        out,
                        "network security group",
                        reference,
                        manifest.network_security_groups.keys().map(String::as_str),
                    );
                    continue;
                }
                let Some(Some(at)) = self
                    .subnets
                    .get(&fold(&format!("{network}/{subnet}")))
                    .cloned()
                else {
                    continue;
                };
                let id = ResourceId::new(
                    at.id.subscription(),
                    at.id.resource_group(),
                    SECURITY_GROUPS,
                    &reference.value,
                );
                let placed = Placed {
                    id,
                    location: at.network.location.clone(),
                };
                let existing = is_set(&entry.value.existing);
                self.derived_groups
                    .entry(fold(&reference.value))
                    .or_insert_with(|| DerivedGroup {
                        placed,
                        span: reference.span,
                        subnets: Vec::new(),
                        existing,
                    })
                    .subnets
                    .push(at);
            }
        }
    }

    /// The network security group of a subnet, stated or derived.
    pub(super) fn security_group(&self, reference: &Field<String>) -> Option<ResourceId> {
        let reference = reference.as_ref()?;
        match look(&self.security_groups, &reference.value, SECURITY_GROUPS) {
            Look::There(placed) => Some(placed.id.clone()),
            Look::Id(id) => Some(id),
            Look::Broken => None,
            Look::Absent => self
                .derived_groups
                .get(&fold(&reference.value))
                .map(|derived| derived.placed.id.clone()),
        }
    }

    /// The route table of a subnet.
    pub(super) fn route_table(&self, reference: &Field<String>) -> Option<ResourceId> {
        match look(&self.route_tables, &reference.as_ref()?.value, ROUTE_TABLES) {
            Look::There(placed) => Some(placed.id.clone()),
            Look::Id(id) => Some(id),
            Look::Broken | Look::Absent => None,
        }
    }

    fn place_in_subnets(&mut self, manifest: &Manifest, out: &mut Output) {
        for (name, entry) in &manifest.api_management {
            let value = &entry.value;
            if value.subnet.is_none() && value.resource_group.is_none() {
                out.error(
                    "MAN003",
                    format!("`{name}` needs `subnet` or `resourceGroup`"),
                    entry.name.span,
                    "add one of them",
                );
            }
            let placed = self.in_subnet(
                "Microsoft.ApiManagement/service",
                name,
                &value.subnet,
                &value.resource_group,
                manifest,
                out,
            );
            self.api_management.insert(fold(name), placed);
        }
        for (name, entry) in &manifest.forwarders {
            let value = &entry.value;
            let placed = self.in_subnet(
                "Microsoft.Compute/virtualMachines",
                name,
                &value.subnet,
                &value.resource_group,
                manifest,
                out,
            );
            self.forwarders.insert(fold(name), placed);
        }
        for (name, entry) in &manifest.load_balancers {
            let placed = self.place_balancer(name, entry, manifest, out);
            self.balancers.insert(fold(name), placed);
        }
        for (name, entry) in &manifest.private_link_services {
            let placed = self.place_service(name, entry, manifest, out);
            self.services.insert(fold(name), placed);
        }
        for (name, entry) in &manifest.private_endpoints {
            let value = &entry.value;
            let placed = self.in_subnet(
                "Microsoft.Network/privateEndpoints",
                name,
                &value.subnet,
                &value.resource_group,
                manifest,
                out,
            );
            self.endpoints.insert(fold(name), placed);
        }
        for entry in manifest.clients.values() {
            self.check_subnet(&entry.value.subnet, out);
        }
    }

    /// The load balancer that a reference names, silently.
    pub(super) fn balancer(&self, text: &str) -> Option<Placed> {
        match look(&self.balancers, text, BALANCERS) {
            Look::There(placed) => Some(placed.clone()),
            Look::Id(id) => Some(Placed { id, location: None }),
            Look::Broken | Look::Absent => None,
        }
    }
}

/// The IPv4 range of a subnet, out of which addresses are given.
fn subnet_range(subnet: &Subnet) -> Option<Cidr> {
    let one = subnet.address_prefix.iter();
    let list = subnet.address_prefixes.iter().flat_map(|list| &list.value);
    one.chain(list).find_map(|range| range.value.v4())
}

pub(super) fn keys<T>(section: &Section<T>) -> impl Iterator<Item = &str> {
    section.keys().map(String::as_str)
}

/// The id behind a subscription's short name; ids and `*` are themselves.
pub(super) fn subscription(manifest: &Manifest, text: &str) -> Option<String> {
    if text == "*" {
        return Some(text.to_owned());
    }
    if let Ok(guid) = text.parse::<crate::manifest::Guid>() {
        return Some(guid.0);
    }
    let (_, found) = super::entry(&manifest.subscriptions, text)?;
    // Without a readable id the subscription was reported; the name is not dangling.
    Some(
        found
            .value
            .id
            .as_ref()
            .map_or_else(String::new, |id| id.value.0.clone()),
    )
}

/// The id of a subscription by its short name or id; reports one that is not there.
pub(super) fn known_subscription(
    manifest: &Manifest,
    reference: &Spanned<String>,
    out: &mut Output,
) -> Option<String> {
    let found = subscription(manifest, &reference.value);
    if found.is_none() {
        dangling(
            out,
            "subscription",
            reference,
            keys(&manifest.subscriptions),
        );
    }
    found.filter(|id| !id.is_empty())
}

/// The reference to the NAT subnet of a Private Link Service.
pub(super) fn nat_subnet<'m>(
    manifest: &'m Manifest,
    service: &'m crate::manifest::PrivateLinkService,
) -> &'m Field<String> {
    if service.subnet.is_some() {
        return &service.subnet;
    }
    let balancer = service.load_balancer.as_ref();
    let balancer = balancer.and_then(|lb| super::entry(&manifest.load_balancers, &lb.value));
    balancer.map_or(&service.subnet, |(_, entry)| {
        super::balancers::subnet(entry)
    })
}
