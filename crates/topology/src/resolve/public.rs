//! Public IP addresses and prefixes, NAT gateways and application security groups.

use super::{Context, Draft, Placed, index::Names, is_set, named, value, values};
use crate::{
    manifest::{Field, IpTag, List},
    model::{
        Body, Form, Key, Sku,
        network::{
            self, ApplicationSecurityGroup, NatGateway, PublicIpAddress, PublicIpDnsSettings,
            PublicIpPrefix,
        },
    },
    source::ManifestPath,
};

const APPLICATION_SECURITY_GROUP: &[Key] = &[Key::value("/location", "location")];

const ADDRESS: &[Key] = &[
    Key::value("/location", "location"),
    Key::of("/sku", "sku", Form::Member("name")),
    Key::value("/sku/tier", "tier"),
    Key::list("/zones", "zones"),
    Key::value(
        "/properties/publicIPAllocationMethod",
        "publicIPAllocationMethod",
    ),
    Key::value(
        "/properties/publicIPAddressVersion",
        "publicIPAddressVersion",
    ),
    Key::value("/properties/ipAddress", "ipAddress"),
    Key::value("/properties/idleTimeoutInMinutes", "idleTimeoutInMinutes"),
    Key::value("/properties/dnsSettings/domainNameLabel", "domainNameLabel"),
    Key::value(
        "/properties/dnsSettings/domainNameLabelScope",
        "domainNameLabelScope",
    ),
    Key::value("/properties/dnsSettings/fqdn", "fqdn"),
    Key::value("/properties/dnsSettings/reverseFqdn", "reverseFqdn"),
    Key::list("/properties/ipTags", "ipTags"),
    Key::reference("/properties/publicIPPrefix", "publicIPPrefix"),
    Key::value("/properties/deleteOption", "deleteOption"),
];

const PREFIX: &[Key] = &[
    Key::value("/location", "location"),
    Key::of("/sku", "sku", Form::Member("name")),
    Key::value("/sku/tier", "tier"),
    Key::list("/zones", "zones"),
    Key::value("/properties/prefixLength", "prefixLength"),
    Key::value(
        "/properties/publicIPAddressVersion",
        "publicIPAddressVersion",
    ),
    Key::value("/properties/ipPrefix", "ipPrefix"),
    Key::list("/properties/ipTags", "ipTags"),
];

const NAT_GATEWAY: &[Key] = &[
    Key::value("/location", "location"),
    Key::of("/sku", "sku", Form::Member("name")),
    Key::list("/zones", "zones"),
    Key::value("/properties/idleTimeoutInMinutes", "idleTimeoutInMinutes"),
    Key::references("/properties/publicIpAddresses", "publicIpAddresses"),
    Key::references("/properties/publicIpPrefixes", "publicIpPrefixes"),
];

/// Adds all of them.
pub(super) fn all(cx: &mut Context<'_>) {
    application_security_groups(cx);
    prefixes(cx);
    addresses(cx);
    nat_gateways(cx);
}

fn place(names: &Names<Placed>, name: &str) -> Option<Placed> {
    names.get(&name.to_lowercase()).cloned().flatten()
}

/// The stated SKU; nearly everything needs `Standard`.
fn sku(name: &Field<String>, tier: Option<&Field<String>>) -> Sku {
    Sku {
        name: value(name.as_ref()).or_else(|| Some("Standard".to_owned())),
        tier: tier.and_then(|tier| value(tier.as_ref())),
        ..Sku::default()
    }
}

fn ip_tags(list: &List<IpTag>) -> Vec<network::IpTag> {
    let items = list.iter().flat_map(|list| &list.value);
    items
        .map(|item| network::IpTag {
            ip_tag_type: value(item.value.ip_tag_type.as_ref()),
            tag: value(item.value.tag.as_ref()),
            ..network::IpTag::default()
        })
        .collect()
}

fn application_security_groups(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.application_security_groups {
        let Some(placed) = place(&cx.index.named.application_security_groups, name) else {
            continue;
        };
        let body = Body::ApplicationSecurityGroup(ApplicationSecurityGroup::default());
        let draft = Draft::new(&placed, body, is_set(&entry.value.existing));
        cx.out.add(draft, entry.name.span);
        let path = ManifestPath::of(&["applicationSecurityGroups", name]);
        let keys = APPLICATION_SECURITY_GROUP;
        cx.out.link_whole(&placed.id, "", path, keys, &entry.value);
    }
}

fn prefixes(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.public_ip_prefixes {
        let Some(placed) = place(&cx.index.named.public_prefixes, name) else {
            continue;
        };
        let stated = &entry.value;
        let body = Body::PublicIpPrefix(PublicIpPrefix {
            prefix_length: value(stated.prefix_length.as_ref()),
            public_ip_address_version: value(stated.public_ip_address_version.as_ref()),
            ip_prefix: value(stated.ip_prefix.as_ref()),
            ip_tags: ip_tags(&stated.ip_tags),
            ..PublicIpPrefix::default()
        });
        let mut draft = Draft::new(&placed, body, is_set(&stated.existing));
        draft.sku = Some(sku(&stated.sku, Some(&stated.tier)));
        draft.zones = values(&stated.zones);
        cx.out.add(draft, entry.name.span);
        let path = ManifestPath::of(&["publicIPPrefixes", name]);
        cx.out.link_whole(&placed.id, "", path, PREFIX, stated);
    }
}

fn addresses(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.public_ip_addresses {
        let Some(placed) = place(&cx.index.named.public_addresses, name) else {
            continue;
        };
        let stated = &entry.value;
        let settings = PublicIpDnsSettings {
            domain_name_label: value(stated.domain_name_label.as_ref()),
            domain_name_label_scope: value(stated.domain_name_label_scope.as_ref()),
            fqdn: value(stated.fqdn.as_ref()),
            reverse_fqdn: value(stated.reverse_fqdn.as_ref()),
            ..PublicIpDnsSettings::default()
        };
        let method = value(stated.public_ip_allocation_method.as_ref());
        let body = Body::PublicIpAddress(PublicIpAddress {
            public_ip_allocation_method: method.or_else(|| Some("Static".to_owned())),
            public_ip_address_version: value(stated.public_ip_address_version.as_ref()),
            ip_address: value(stated.ip_address.as_ref()),
            idle_timeout_in_minutes: value(stated.idle_timeout_in_minutes.as_ref()),
            dns_settings: (settings != PublicIpDnsSettings::default()).then_some(settings),
            ip_tags: ip_tags(&stated.ip_tags),
            public_ip_prefix: cx.refer_one(named::PUBLIC_PREFIX, &stated.public_ip_prefix),
            delete_option: value(stated.delete_option.as_ref()),
            ..PublicIpAddress::default()
        });
        let mut draft = Draft::new(&placed, body, is_set(&stated.existing));
        draft.sku = Some(sku(&stated.sku, Some(&stated.tier)));
        draft.zones = values(&stated.zones);
        cx.out.add(draft, entry.name.span);
        let path = ManifestPath::of(&["publicIPAddresses", name]);
        cx.out.link_whole(&placed.id, "", path, ADDRESS, stated);
    }
}

fn nat_gateways(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.nat_gateways {
        let Some(placed) = place(&cx.index.named.nat_gateways, name) else {
            continue;
        };
        let stated = &entry.value;
        let body = Body::NatGateway(NatGateway {
            idle_timeout_in_minutes: value(stated.idle_timeout_in_minutes.as_ref()),
            public_ip_addresses: cx.refer_all(named::PUBLIC_ADDRESS, &stated.public_ip_addresses),
            public_ip_prefixes: cx.refer_all(named::PUBLIC_PREFIX, &stated.public_ip_prefixes),
            ..NatGateway::default()
        });
        let mut draft = Draft::new(&placed, body, is_set(&stated.existing));
        draft.sku = Some(sku(&stated.sku, None));
        draft.zones = values(&stated.zones);
        cx.out.add(draft, entry.name.span);
        let path = ManifestPath::of(&["natGateways", name]);
        cx.out.link_whole(&placed.id, "", path, NAT_GATEWAY, stated);
    }
}
