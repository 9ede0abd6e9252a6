//! Resources that stand in a group, that others refer to, and about which nothing else must be
//! known before: public addresses, NAT gateways, application security groups, DNS zones.

use super::{
    Context, Output,
    index::{Index, Look, Names, Placed, dangling, fold, look},
};
use crate::{
    manifest::{Field, Hole, List, Manifest},
    model::{id::ResourceId, network::SubResource},
    source::Spanned,
};

/// A type of resource that references name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    arm_type: &'static str,
    what: &'static str,
    of: fn(&Index) -> &Names<Placed>,
}

pub(super) const NETWORK: Kind = Kind {
    arm_type: "Microsoft.Network/virtualNetworks",
    what: "virtual network",
    of: |index| &index.networks,
};

pub(super) const APPLICATION_SECURITY_GROUP: Kind = Kind {
    arm_type: "Microsoft.Network/applicationSecurityGroups",
    what: "application security group",
    of: |index| &index.named.application_security_groups,
};

pub(super) const PUBLIC_ADDRESS: Kind = Kind {
    arm_type: "Microsoft.Network/publicIPAddresses",
    what: "public IP address",
    of: |index| &index.named.public_addresses,
};

pub(super) const PUBLIC_PREFIX: Kind = Kind {
    arm_type: "Microsoft.Network/publicIPPrefixes",
    what: "public IP prefix",
    of: |index| &index.named.public_prefixes,
};

pub(super) const NAT_GATEWAY: Kind = Kind {
    arm_type: "Microsoft.Network/natGateways",
    what: "NAT gateway",
    of: |index| &index.named.nat_gateways,
};

pub(super) const ZONE_TYPE: &str = "Microsoft.Network/privateDnsZones";

/// Where each of them stands.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) application_security_groups: Names<Placed>,
    pub(super) public_addresses: Names<Placed>,
    pub(super) public_prefixes: Names<Placed>,
    pub(super) nat_gateways: Names<Placed>,
    /// Only the stated ones.
    pub(super) zones: Names<Placed>,
}

impl Kind {
    /// Its type, as ARM has it.
    pub(super) fn arm_type(self) -> &'static str {
        self.arm_type
    }

    /// What a reference to it is called in messages.
    pub(super) fn what(self) -> &'static str {
        self.what
    }

    /// What there is of it.
    pub(super) fn names(self, index: &Index) -> &Names<Placed> {
        (self.of)(index)
    }
}

impl Named {
    /// Finds their places.
    pub(super) fn place(index: &mut Index, manifest: &Manifest, out: &mut Output) {
        let mut named = Self::default();
        let mut put = |names: &mut Names<Placed>,
                       kind: &str,
                       name: &str,
                       group: &Field<String>,
                       location: &Field<String>| {
            let placed = index.in_group(kind, name, group, location, manifest, out);
            names.insert(fold(name), placed);
        };
        for (name, entry) in &manifest.application_security_groups {
            let (names, value) = (&mut named.application_security_groups, &entry.value);
            let kind = APPLICATION_SECURITY_GROUP.arm_type;
            put(names, kind, name, &value.resource_group, &value.location);
        }
        for (name, entry) in &manifest.public_ip_addresses {
            let (names, value) = (&mut named.public_addresses, &entry.value);
            let kind = PUBLIC_ADDRESS.arm_type;
            put(names, kind, name, &value.resource_group, &value.location);
        }
        for (name, entry) in &manifest.public_ip_prefixes {
            let (names, value) = (&mut named.public_prefixes, &entry.value);
            let kind = PUBLIC_PREFIX.arm_type;
            put(names, kind, name, &value.resource_group, &value.location);
        }
        for (name, entry) in &manifest.nat_gateways {
            let (names, value) = (&mut named.nat_gateways, &entry.value);
            let kind = NAT_GATEWAY.arm_type;
            put(names, kind, name, &value.resource_group, &value.location);
        }
        for (name, entry) in &manifest.private_dns_zones {
            let (names, value) = (&mut named.zones, &entry.value);
            put(names, ZONE_TYPE, name, &value.resource_group, &None);
        }
        index.named = named;
    }

    /// The names of a type that a raw resource may add to.
    pub(super) fn of_type(&mut self, arm_type: &str) -> Option<&mut Names<Placed>> {
        let is = |kind: Kind| arm_type.eq_ignore_ascii_case(kind.arm_type);
        if is(APPLICATION_SECURITY_GROUP) {
            Some(&mut self.application_security_groups)
        } else if is(PUBLIC_ADDRESS) {
            Some(&mut self.public_addresses)
        } else if is(PUBLIC_PREFIX) {
            Some(&mut self.public_prefixes)
        } else if is(NAT_GATEWAY) {
            Some(&mut self.nat_gateways)
        } else {
            None
        }
    }
}

impl Context<'_> {
    /// What a reference names; reports one that leads nowhere.
    pub(super) fn refer(&mut self, kind: Kind, reference: &Spanned<String>) -> Option<ResourceId> {
        let names = (kind.of)(&self.index);
        match look(names, &reference.value, kind.arm_type) {
            Look::There(placed) => Some(placed.id.clone()),
            Look::Id(id) => Some(id),
            Look::Broken => None,
            Look::Absent => {
                let candidates = names.values().flatten().map(|placed| placed.id.name());
                dangling(&mut self.out, kind.what, reference, candidates);
                None
            }
        }
    }

    /// The same for an entry that names something, by a field or else by its own name.
    pub(super) fn refer_by_name(
        &mut self,
        kind: Kind,
        field: &Field<String>,
        name: &Spanned<String>,
    ) -> Option<ResourceId> {
        if let Some(reference) = field {
            return self.refer(kind, reference);
        }
        let before = self.out.holes.len();
        let found = self.refer(kind, name);
        let new = self.out.holes.get_mut(before..).unwrap_or_default();
        new.iter_mut().for_each(Hole::of_key);
        found
    }

    /// The same for a field.
    pub(super) fn refer_one(&mut self, kind: Kind, field: &Field<String>) -> Option<SubResource> {
        let id = self.refer(kind, field.as_ref()?)?;
        Some(SubResource { id })
    }

    /// The same for a list of references.
    pub(super) fn refer_all(&mut self, kind: Kind, list: &List<String>) -> Vec<SubResource> {
        let references = list.iter().flat_map(|list| &list.value);
        references
            .filter_map(|reference| self.refer(kind, reference))
            .map(|id| SubResource { id })
            .collect()
    }
}
