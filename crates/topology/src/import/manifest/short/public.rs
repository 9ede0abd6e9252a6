//! Public addresses and prefixes, NAT gateways and application security groups.

use super::{HashSet, Section, Sections, Short, is_word, put, put_list, references};
use crate::model::{
    Body, Resource, Sku,
    id::ResourceId,
    network::{IpTag, NatGateway, PublicIpAddress, PublicIpPrefix},
};
use serde_json::{Map, Value, json};

type Entry = Option<Map<String, Value>>;

impl Short<'_> {
    /// A section of things of one type; `say` gives what an entry says beside its place.
    fn section_of(
        &self,
        whole: &HashSet<ResourceId>,
        out: &mut Sections,
        say: impl Fn(&Resource, &Sections) -> Entry,
    ) -> Map<String, Value> {
        let mut section = Section::default();
        for resource in self.candidates(whole) {
            let Some(said) = say(resource, out) else {
                continue;
            };
            let mut value = self.placed(resource, out);
            value.extend(said);
            if section.add(resource.id.name(), value.into()) {
                out.said.insert(resource.id.clone());
            }
        }
        section.members
    }

    /// All sections of this file, in an order in which references are known before they are made.
    pub(super) fn public(&self, whole: &HashSet<ResourceId>, out: &mut Sections) {
        let groups = self.section_of(whole, out, |resource, _| {
            matches!(resource.body, Body::ApplicationSecurityGroup(_)).then(Map::new)
        });
        out.put("applicationSecurityGroups", groups);
        let prefixes = self.section_of(whole, out, |resource, _| match &resource.body {
            Body::PublicIpPrefix(prefix) => self::prefix(resource, prefix),
            _ => None,
        });
        out.put("publicIPPrefixes", prefixes);
        let addresses = self.section_of(whole, out, |resource, out| match &resource.body {
            Body::PublicIpAddress(address) => self::address(resource, address, out),
            _ => None,
        });
        out.put("publicIPAddresses", addresses);
        let gateways = self.section_of(whole, out, |resource, out| match &resource.body {
            Body::NatGateway(gateway) => self::gateway(resource, gateway, out),
            _ => None,
        });
        out.put("natGateways", gateways);
    }
}

/// SKU and zones, if the words are those of the manifest.
fn sku_and_zones(resource: &Resource, words: &[&str], value: &mut Map<String, Value>) -> bool {
    let Some(Sku { name, tier, .. }) = &resource.sku else {
        return false;
    };
    put(value, "sku", name.as_ref());
    put(value, "tier", tier.as_ref());
    put_list(value, "zones", &resource.zones);
    is_word(name.as_deref(), words) && is_word(tier.as_deref(), &["Regional", "Global"])
}

fn ip_tags(tags: &[IpTag], value: &mut Map<String, Value>) {
    let tags = tags
        .iter()
        .map(|tag| json!({ "ipTagType": tag.ip_tag_type, "tag": tag.tag }));
    put_list(value, "ipTags", &tags.collect::<Vec<_>>());
}

fn prefix(resource: &Resource, prefix: &PublicIpPrefix) -> Entry {
    let mut value = Map::new();
    let is_sayable = sku_and_zones(resource, &["Standard", "StandardV2"], &mut value);
    let version = prefix.public_ip_address_version.as_ref();
    put(&mut value, "prefixLength", Some(&prefix.prefix_length?));
    put(&mut value, "publicIPAddressVersion", version);
    put(&mut value, "ipPrefix", prefix.ip_prefix.as_ref());
    ip_tags(&prefix.ip_tags, &mut value);
    let is_version = is_word(version.map(String::as_str), &["IPv4", "IPv6"]);
    (is_sayable && is_version).then_some(value)
}

fn address(resource: &Resource, address: &PublicIpAddress, out: &Sections) -> Entry {
    let mut value = Map::new();
    let words = ["Basic", "Standard", "StandardV2"];
    let is_sayable = sku_and_zones(resource, &words, &mut value);
    let method = address.public_ip_allocation_method.as_ref();
    let version = address.public_ip_address_version.as_ref();
    let option = address.delete_option.as_ref();
    put(&mut value, "publicIPAllocationMethod", method);
    put(&mut value, "publicIPAddressVersion", version);
    put(&mut value, "ipAddress", address.ip_address.as_ref());
    let minutes = address.idle_timeout_in_minutes.as_ref();
    put(&mut value, "idleTimeoutInMinutes", minutes);
    let mut scope = None;
    if let Some(settings) = &address.dns_settings {
        scope = settings.domain_name_label_scope.as_ref();
        let label = settings.domain_name_label.as_ref();
        put(&mut value, "domainNameLabel", label);
        put(&mut value, "domainNameLabelScope", scope);
        put(&mut value, "fqdn", settings.fqdn.as_ref());
        put(&mut value, "reverseFqdn", settings.reverse_fqdn.as_ref());
    }
    ip_tags(&address.ip_tags, &mut value);
    if let Some(prefix) = &address.public_ip_prefix {
        let said = super::reference(&prefix.id, out);
        value.insert("publicIPPrefix".to_owned(), said);
    }
    put(&mut value, "deleteOption", option);
    let scopes = [
        "TenantReuse",
        "SubscriptionReuse",
        "ResourceGroupReuse",
        "NoReuse",
    ];
    let is_sayable = is_sayable
        && is_word(method.map(String::as_str), &["Static", "Dynamic"])
        && is_word(version.map(String::as_str), &["IPv4", "IPv6"])
        && is_word(option.map(String::as_str), &["Delete", "Detach"])
        && is_word(scope.map(String::as_str), &scopes);
    is_sayable.then_some(value)
}

fn gateway(resource: &Resource, gateway: &NatGateway, out: &Sections) -> Entry {
    let mut value = Map::new();
    let is_sayable = sku_and_zones(resource, &["Standard", "StandardV2"], &mut value)
        && !value.contains_key("tier");
    let minutes = gateway.idle_timeout_in_minutes.as_ref();
    put(&mut value, "idleTimeoutInMinutes", minutes);
    let (addresses, prefixes) = (&gateway.public_ip_addresses, &gateway.public_ip_prefixes);
    references(&mut value, "publicIpAddresses", addresses, out);
    references(&mut value, "publicIpPrefixes", prefixes, out);
    is_sayable.then_some(value)
}
