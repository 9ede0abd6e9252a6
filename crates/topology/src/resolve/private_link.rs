//! Private Link Services.

use super::{
    Context, Draft,
    addressing::Allocated,
    balancers::{frontend, frontends},
    index::subscription,
    is_set, nat, value,
};
use crate::{
    manifest::{self, List},
    model::{
        Body, Extra, Form, Key,
        id::ResourceId,
        network::{Child, PlsIpConfiguration, PrivateLinkService, SubResource, SubscriptionSet},
    },
    source::ManifestPath,
};
use std::net::IpAddr;

const SERVICE: &[Key] = &[
    Key::fixed(
        "/properties/loadBalancerFrontendIpConfigurations",
        "loadBalancer",
    ),
    Key::fixed("/properties/ipConfigurations", "natIPs"),
    Key::value("/properties/destinationIPAddress", "destinationIPAddress"),
    Key::of(
        "/properties/visibility",
        "visibility",
        Form::Member("subscriptions"),
    ),
    Key::list("/properties/visibility/subscriptions", "visibility"),
    Key::of(
        "/properties/autoApproval",
        "autoApproval",
        Form::Member("subscriptions"),
    ),
    Key::list("/properties/autoApproval/subscriptions", "autoApproval"),
    Key::value("/properties/enableProxyProtocol", "enableProxyProtocol"),
    Key::list("/properties/fqdns", "fqdns"),
];

/// One of its NAT addresses, where the service says what is common to all.
const NAT: &[Key] = &[
    Key::reference("/subnet", "subnet"),
    Key::value("/privateIPAllocationMethod", "privateIPAllocationMethod"),
];

/// One that has an entry of its own.
const NAMED_NAT: &[Key] = &[
    Key::reference("/properties/subnet", "subnet"),
    Key::value("/properties/privateIPAddress", "privateIPAddress"),
    Key::value(
        "/properties/privateIPAllocationMethod",
        "privateIPAllocationMethod",
    ),
    Key::value("/properties/primary", "primary"),
];

pub(super) fn services(cx: &mut Context<'_>, addresses: &Allocated) {
    for (name, entry) in &cx.manifest.private_link_services {
        let key = name.to_lowercase();
        let Some(Some(placed)) = cx.index.services.get(&key).cloned() else {
            continue;
        };
        let stated = &entry.value;
        let id = placed.id.clone();
        let path = ManifestPath::of(&["privateLinkServices", name]);
        if let (Some(list), false) = (&stated.nat_ips, stated.ip_configurations.is_empty()) {
            let message = "`natIPs` cannot stand beside `ipConfigurations`";
            let help = "give each address as `privateIPAddress` of an entry of `ipConfigurations`";
            cx.out.error("MAN030", message, list.span, help);
        }
        let chosen = addresses.nat.get(&key).map_or(&[][..], Vec::as_slice);
        let ip_configurations = configurations(cx, &id, &path, stated, chosen);
        let set = |list: &List<String>| {
            list.as_ref().map(|list| SubscriptionSet {
                subscriptions: list
                    .value
                    .iter()
                    .filter_map(|item| subscription(cx.manifest, &item.value))
                    .filter(|id| !id.is_empty())
                    .collect(),
                extra: Extra::new(),
            })
        };
        let fqdns = stated.fqdns.iter().flat_map(|list| &list.value);
        let body = Body::PrivateLinkService(PrivateLinkService {
            load_balancer_frontend_ip_configurations: in_front_of(cx, stated),
            ip_configurations,
            destination_ip_address: value(stated.destination_ip_address.as_ref()),
            visibility: set(&stated.visibility),
            auto_approval: set(&stated.auto_approval),
            enable_proxy_protocol: value(stated.enable_proxy_protocol.as_ref()),
            fqdns: fqdns.map(|fqdn| fqdn.value.clone()).collect(),
            ..PrivateLinkService::default()
        });
        cx.out.add(
            Draft::new(&placed, body, is_set(&stated.existing)),
            entry.name.span,
        );
        cx.out.link_whole(&id, "", path, SERVICE, stated);
    }
}

/// The frontends it stands in front of: those it names, else the only one.
fn in_front_of(cx: &Context<'_>, stated: &manifest::PrivateLinkService) -> Vec<SubResource> {
    let Some(reference) = &stated.load_balancer else {
        return Vec::new();
    };
    let Some(balancer) = cx.index.balancer(&reference.value) else {
        return Vec::new();
    };
    let known = super::entry(&cx.manifest.load_balancers, &reference.value);
    let fronts = known.map_or_else(Vec::new, |(_, entry)| frontends(entry));
    let names: Vec<&str> = match &stated.load_balancer_frontend_ip_configurations {
        Some(list) => {
            let each = list.value.iter().map(|name| name.value.as_str());
            let is_there = |name: &&str| {
                fronts.is_empty() || fronts.iter().any(|one| one.name.eq_ignore_ascii_case(name))
            };
            each.filter(is_there).collect()
        }
        // A load balancer that is given by id has the frontend that ours have.
        None if fronts.is_empty() => vec!["frontend"],
        None => fronts
            .iter()
            .filter(|_| fronts.len() == 1)
            .map(|front| front.name)
            .collect(),
    };
    names
        .into_iter()
        .map(|name| SubResource {
            id: frontend(&balancer.id, name),
        })
        .collect()
}

fn configurations(
    cx: &mut Context<'_>,
    id: &ResourceId,
    path: &ManifestPath,
    stated: &manifest::PrivateLinkService,
    chosen: &[Option<std::net::Ipv4Addr>],
) -> Vec<Child<PlsIpConfiguration>> {
    let mut made = Vec::new();
    for (at, nat) in nat::of(cx.manifest, stated).into_iter().enumerate() {
        let address = chosen.get(at).copied().flatten();
        let method = value(nat.method.as_ref()).unwrap_or_else(|| {
            if address.is_some() {
                "Static"
            } else {
                "Dynamic"
            }
            .to_owned()
        });
        let is_dynamic = method == "Dynamic";
        let subnet = cx.index.subnet(nat.subnet.as_ref());
        made.push(Child::new(
            nat.name.clone(),
            PlsIpConfiguration {
                subnet: subnet.map(|subnet| SubResource::to(&subnet.id)),
                private_ip_address: if is_dynamic {
                    nat.address.map(|stated| stated.value)
                } else {
                    address
                }
                .map(IpAddr::V4),
                private_ip_allocation_method: Some(method),
                primary: Some(nat.is_primary),
                ..PlsIpConfiguration::default()
            },
        ));
        let base = format!("/properties/ipConfigurations/{at}");
        if let Some(own) = nat.own {
            let provenance = &mut cx.out.topology.provenance;
            provenance.record(id, base.clone(), own.name.span);
            let path = path.key("ipConfigurations").key(&nat.name);
            cx.out.link_whole(id, &base, path, NAMED_NAT, &own.value);
            continue;
        }
        let base = format!("{base}/properties");
        let address = format!("{base}/privateIPAddress");
        if nat.address.is_some() {
            cx.out.record(id, address.clone(), nat.address);
            let path = path.key("natIPs").index(at);
            let provenance = &mut cx.out.topology.provenance;
            provenance.link(id, address, path, &[], true);
        }
        cx.out.link(id, &base, path.clone(), NAT, stated);
    }
    made
}
