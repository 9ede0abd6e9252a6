//! Where load balancers, Private Link Services and the things of further types stand, and which of
//! the references among them lead nowhere.

use super::{
    Output,
    balancers::{self, frontends},
    index::{
        BALANCERS, Index, Look, Placed, SERVICES, dangling, fold, keys, look, nat_subnet,
        subscription,
    },
    named::{self, Kind},
};
use crate::{
    manifest::{
        Entry, Field, LoadBalancer, Manifest, PrivateLinkService,
        suggest::{clip, one_of},
    },
    model::{id::ResourceId, network::is_alias},
    source::Spanned,
};

impl Index {
    pub(super) fn place_balancer(
        &self,
        name: &str,
        entry: &Entry<LoadBalancer>,
        manifest: &Manifest,
        out: &mut Output,
    ) -> Option<Placed> {
        let subnet = balancers::subnet(entry);
        let group = &entry.value.resource_group;
        let fronts = frontends(entry);
        if subnet.is_none() && group.is_none() {
            let help = "add `subnet` as `NETWORK/SUBNET`, or for a public one `publicIPAddress` and `resourceGroup`";
            let message = format!("`{}` needs `subnet`", clip(name, 40));
            out.error("MAN003", message, entry.name.span, help);
            return None;
        }
        for front in &fronts {
            if front.subnet.is_none() && !front.is_public() {
                let message = format!("frontend `{}` needs `subnet`", clip(front.name, 40));
                let help = "add `subnet` as `NETWORK/SUBNET`, or `publicIPAddress`";
                out.error("MAN003", message, front.span, help);
            }
            if let Some(own) = front.own
                && own.value.subnet.is_some()
                && own.value.subnet != *subnet
            {
                self.check_subnet(&own.value.subnet, out);
            }
        }
        self.in_subnet(BALANCERS, name, subnet, group, manifest, out)
    }

    pub(super) fn place_service(
        &self,
        name: &str,
        entry: &Entry<PrivateLinkService>,
        manifest: &Manifest,
        out: &mut Output,
    ) -> Option<Placed> {
        let value = &entry.value;
        if value.load_balancer.is_none() && value.destination_ip_address.is_none() {
            out.error(
                "MAN003",
                format!("`{name}` needs `loadBalancer` or `destinationIPAddress`"),
                entry.name.span,
                "name the load balancer it stands in front of",
            );
        } else if value.load_balancer.is_none() && value.subnet.is_none() {
            out.error(
                "MAN003",
                format!("`{name}` needs `subnet`"),
                entry.name.span,
                "name the subnet of its NAT addresses as `NETWORK/SUBNET`",
            );
        }
        let subnet = nat_subnet(manifest, value);
        if value.subnet.is_some() {
            self.check_subnet(&value.subnet, out);
        }
        for own in value.ip_configurations.values() {
            self.check_subnet(&own.value.subnet, out);
        }
        let balancer = value.load_balancer.as_ref();
        let balancer = balancer.map(|lb| self.balancer(&lb.value));
        let group = match (&value.resource_group, balancer) {
            (Some(_), _) => self
                .group(&value.resource_group, manifest, out)
                .map(|group| group.id),
            (None, Some(Some(balancer))) => Some(balancer.id.group_id()),
            (None, _) => self
                .subnet(subnet.as_ref())
                .map(|subnet| subnet.id.group_id()),
        };
        group.map(|group| Placed {
            id: ResourceId::new(group.subscription(), group.resource_group(), SERVICES, name),
            location: self
                .subnet(subnet.as_ref())
                .and_then(|subnet| subnet.network.location),
        })
    }

    /// The network that a reference names, silently.
    pub(super) fn network(&self, text: &str) -> Option<Placed> {
        let kind = named::NETWORK;
        match look(kind.names(self), text, kind.arm_type()) {
            Look::There(placed) => Some(placed.clone()),
            Look::Id(id) => Some(Placed { id, location: None }),
            Look::Broken | Look::Absent => None,
        }
    }

    /// The public IP address that a reference names, silently.
    pub(super) fn public_ip(&self, text: &str) -> Option<ResourceId> {
        self.silently(named::PUBLIC_ADDRESS, text)
    }

    /// The application security group that a reference names, silently.
    pub(super) fn application_security_group(&self, text: &str) -> Option<ResourceId> {
        self.silently(named::APPLICATION_SECURITY_GROUP, text)
    }

    fn silently(&self, kind: Kind, text: &str) -> Option<ResourceId> {
        match look(kind.names(self), text, kind.arm_type()) {
            Look::There(placed) => Some(placed.id.clone()),
            Look::Id(id) => Some(id),
            Look::Broken | Look::Absent => None,
        }
    }

    fn check_named(&self, kind: Kind, reference: &Spanned<String>, out: &mut Output) {
        let names = kind.names(self);
        if let Look::Absent = look(names, &reference.value, kind.arm_type()) {
            let known = names.values().flatten().map(|placed| placed.id.name());
            dangling(out, kind.what(), reference, known);
        }
    }

    /// The private DNS zone that a reference names: `None` if it is not there, `Some(None)` if it
    /// is broken, which was reported there.
    pub(super) fn zone(&self, text: &str) -> Option<Option<ResourceId>> {
        match look(&self.named.zones, text, named::ZONE_TYPE) {
            Look::There(placed) => Some(Some(placed.id.clone())),
            Look::Id(id) => Some(Some(id)),
            Look::Broken => Some(None),
            Look::Absent => self.raw_zones.get(&fold(text)).cloned().map(Some),
        }
    }

    fn check_public_ip(&self, reference: &Field<String>, out: &mut Output) {
        if let Some(reference) = reference {
            self.check_named(named::PUBLIC_ADDRESS, reference, out);
        }
    }

    fn check_network(&self, reference: &Field<String>, out: &mut Output) {
        if let Some(reference) = reference {
            self.check_named(named::NETWORK, reference, out);
        }
    }

    /// Reports the references that lead nowhere, each once.
    pub(super) fn check_references(&self, manifest: &Manifest, out: &mut Output) {
        for entry in manifest.load_balancers.values() {
            let stated = &entry.value;
            self.check_backend(&stated.backend, manifest, out);
            self.check_public_ip(&stated.public_ip_address, out);
            for own in stated.frontend_ip_configurations.values() {
                self.check_public_ip(&own.value.public_ip_address, out);
            }
            for own in stated.backend_address_pools.values() {
                self.check_backend(&own.value.backend, manifest, out);
                self.check_network(&own.value.virtual_network, out);
            }
        }
        for entry in manifest.private_link_services.values() {
            self.check_service(&entry.value, manifest, out);
        }
        for entry in manifest.private_endpoints.values() {
            let stated = &entry.value;
            if let Some(reference) = &stated.service {
                self.check_target(reference, manifest, out);
            }
            if let Some(groups) = &stated.application_security_groups {
                for reference in &groups.value {
                    self.check_named(named::APPLICATION_SECURITY_GROUP, reference, out);
                }
            }
            if let Some(zones) = &stated.private_dns_zone_group {
                let named = zones.value.iter();
                for reference in named.filter(|one| !one.value.eq_ignore_ascii_case("false")) {
                    if self.zone(&reference.value).is_none() {
                        let stated = keys(&manifest.private_dns_zones);
                        let raw = self.raw_zones.values().map(ResourceId::name);
                        dangling(out, "private DNS zone", reference, stated.chain(raw));
                    }
                }
            }
        }
        for entry in manifest.api_management.values() {
            self.check_public_ip(&entry.value.public_ip_address, out);
            let further = entry.value.additional_locations.iter();
            for item in further.flat_map(|list| &list.value) {
                self.check_subnet(&item.value.subnet, out);
                self.check_public_ip(&item.value.public_ip_address, out);
            }
        }
        for entry in manifest.backends.values() {
            self.check_network(&entry.value.virtual_network, out);
        }
    }

    /// What a pool names: a forwarder, or a backend with addresses.
    fn check_backend(&self, reference: &Field<String>, manifest: &Manifest, out: &mut Output) {
        let Some(reference) = reference else { return };
        if self.forwarders.contains_key(&fold(&reference.value)) {
            return;
        }
        match super::entry(&manifest.backends, &reference.value) {
            None => {
                let names = keys(&manifest.forwarders).chain(keys(&manifest.backends));
                let what = if manifest.backends.is_empty() {
                    "forwarder"
                } else {
                    "forwarder or backend"
                };
                dangling(out, what, reference, names);
            }
            Some((name, backend)) if backend.value.addresses.is_none() => {
                let message = format!("`{}` has no addresses for a pool", clip(name, 40));
                let help = format!("add `addresses` to `backends.{name}`, or name a forwarder");
                out.error("MAN003", message, reference.span, help);
            }
            Some(_) => {}
        }
    }

    fn check_service(&self, stated: &PrivateLinkService, manifest: &Manifest, out: &mut Output) {
        if let Some(reference) = &stated.load_balancer
            && matches!(
                look(&self.balancers, &reference.value, BALANCERS),
                Look::Absent
            )
        {
            let names = keys(&manifest.load_balancers);
            dangling(out, "load balancer", reference, names);
        }
        let known = stated
            .load_balancer
            .as_ref()
            .and_then(|lb| super::entry(&manifest.load_balancers, &lb.value));
        if let Some((balancer, entry)) = known {
            let fronts = frontends(entry);
            let names = || fronts.iter().map(|front| front.name);
            match &stated.load_balancer_frontend_ip_configurations {
                Some(list) => {
                    for reference in &list.value {
                        if !names().any(|name| name.eq_ignore_ascii_case(&reference.value)) {
                            dangling(out, "frontend", reference, names());
                        }
                    }
                }
                None if fronts.len() > 1 => {
                    let span = stated.load_balancer.as_ref().map(|lb| lb.span);
                    let message = format!("`{}` has several frontends", clip(balancer, 40));
                    let all: Vec<&str> = names().collect();
                    let help = format!(
                        "add `loadBalancerFrontendIpConfigurations` with one of {}",
                        all.join(", ")
                    );
                    out.error("MAN003", message, span.unwrap_or(entry.name.span), help);
                }
                None => {}
            }
        }
        let lists = [&stated.visibility, &stated.auto_approval];
        for reference in lists.into_iter().flatten().flat_map(|list| &list.value) {
            if subscription(manifest, &reference.value).is_none() {
                dangling(
                    out,
                    "subscription",
                    reference,
                    keys(&manifest.subscriptions),
                );
            }
        }
    }

    fn check_target(&self, reference: &Spanned<String>, manifest: &Manifest, out: &mut Output) {
        if let Target::Absent = self.target(manifest, &reference.value) {
            let names = keys(&manifest.private_link_services)
                .chain(keys(&manifest.api_management))
                .chain(keys(&manifest.backends));
            let names: Vec<&str> = names.collect();
            let help = one_of(&reference.value, names.iter().copied());
            let message = format!(
                "there is no Private Link Service `{}`",
                clip(&reference.value, 40)
            );
            out.dangling(message, reference, help, names);
        }
        if let Some((name, backend)) = super::entry(&manifest.backends, &reference.value)
            && let Target::Broken = self.target(manifest, &reference.value)
            && backend.value.id.is_none()
        {
            let message = format!(
                "`{}` is no resource that has private endpoints",
                clip(name, 40)
            );
            let help = format!("add its `id` to `backends.{name}`");
            out.error("MAN003", message, reference.span, help);
        }
    }

    /// What a private endpoint connects to.
    pub(super) fn target(&self, manifest: &Manifest, text: &str) -> Target {
        match look(&self.services, text, SERVICES) {
            Look::There(placed) => return Target::Service(placed.id.clone()),
            Look::Id(id) => return Target::Service(id),
            Look::Broken => return Target::Broken,
            Look::Absent => {}
        }
        if text.starts_with('/') {
            let id = text.parse::<ResourceId>().ok().filter(has_endpoints);
            return id.map_or(Target::Absent, Target::Platform);
        }
        if is_alias(text) {
            return Target::Alias(text.to_owned());
        }
        if let Some(placed) = self.api_management.get(&fold(text)) {
            let id = placed.as_ref().map(|placed| placed.id.clone());
            return id.map_or(Target::Broken, Target::Platform);
        }
        match super::entry(&manifest.backends, text) {
            None => Target::Absent,
            Some((_, backend)) => backend
                .value
                .id
                .as_ref()
                .and_then(|id| id.value.parse().ok())
                .map_or(Target::Broken, Target::Platform),
        }
    }
}

/// What a private endpoint connects to.
pub(super) enum Target {
    /// A Private Link Service.
    Service(ResourceId),
    /// A Private Link Service of which only the alias is known.
    Alias(String),
    /// A platform resource.
    Platform(ResourceId),
    /// It is there, and what is wrong with it was said.
    Broken,
    /// Nothing of this name.
    Absent,
}

/// Whether a resource may have private endpoints: of the network's own types only application
/// gateways and Private Link Services do.
fn has_endpoints(id: &ResourceId) -> bool {
    let kind = id.arm_type().to_ascii_lowercase();
    !kind.starts_with("microsoft.network/") || kind == "microsoft.network/applicationgateways"
}
