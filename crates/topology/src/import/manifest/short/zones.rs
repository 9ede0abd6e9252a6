//! Private DNS zones with their links and records.

use super::{HashSet, Section, Sections, Short, is_word, put};
use crate::{
    manifest::is_record_name,
    model::{
        Body, Resource,
        dns::{RecordAddress, VirtualNetworkLink},
        id::ResourceId,
    },
};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, hash_map};

impl Short<'_> {
    /// The zones. Of links and records that an entry of a zone cannot say, none is taken along.
    pub(super) fn zones(
        &self,
        whole: &HashSet<ResourceId>,
        out: &mut Sections,
    ) -> Map<String, Value> {
        let mut children: HashMap<ResourceId, Vec<&Resource>> = HashMap::new();
        for resource in self.candidates(whole) {
            let is_zone = matches!(resource.body, Body::PrivateDnsZone(_));
            if let Some(parent) = resource.id.parent().filter(|_| !is_zone) {
                children.entry(parent).or_default().push(resource);
            }
        }
        let mut section = Section::default();
        for zone in self.candidates(whole) {
            if !matches!(zone.body, Body::PrivateDnsZone(_)) {
                continue;
            }
            let mut value = self.placed(zone, out);
            value.shift_remove("location");
            let mut said = vec![zone.id.clone()];
            let mut links = Section::default();
            let mut records = Records::default();
            for child in children.get(&zone.id).into_iter().flatten() {
                let is_said = match &child.body {
                    Body::VirtualNetworkLink(link) => self
                        .link(zone, child, link)
                        .is_some_and(|link| links.add(child.id.name(), link)),
                    body => record(body)
                        .is_some_and(|(key, ttl, value)| records.add(zone, child, key, ttl, value)),
                };
                if is_said {
                    said.push(child.id.clone());
                }
            }
            if !links.members.is_empty() {
                value.insert("virtualNetworkLinks".to_owned(), links.members.into());
            }
            if !section.add(zone.id.name(), value.clone().into()) {
                continue;
            }
            if !records.members.is_empty() {
                // The names of records are no names of resources, so they are put in afterwards.
                value.insert("records".to_owned(), records.members.into());
                let name = zone.id.name().to_owned();
                section.members.insert(name, value.into());
            }
            out.said.extend(said);
        }
        section.members
    }

    fn link(&self, zone: &Resource, child: &Resource, link: &VirtualNetworkLink) -> Option<Value> {
        let mut value = Map::new();
        let network = &link.virtual_network.as_ref()?.id;
        value.insert("virtualNetwork".to_owned(), self.network(network));
        let enabled = link.registration_enabled.as_ref();
        put(&mut value, "registrationEnabled", enabled);
        let policy = link.resolution_policy.as_ref();
        put(&mut value, "resolutionPolicy", policy);
        apart(zone, child, &mut value);
        let words = ["Default", "NxDomainRedirect"];
        is_word(policy.map(String::as_str), &words).then(|| value.into())
    }
}

/// Says whether it exists, where that differs from its zone.
fn apart(zone: &Resource, child: &Resource, value: &mut Map<String, Value>) {
    if child.existing != zone.existing {
        value.insert("existing".to_owned(), json!(child.existing));
    }
}

/// The records of a zone by name.
#[derive(Default)]
struct Records {
    members: Map<String, Value>,
    /// Spelling, seconds and state by folded name.
    names: HashMap<String, (String, Option<u32>, bool)>,
}

impl Records {
    /// Adds a set to the entry of its name, if that says the same of all of its sets.
    fn add(
        &mut self,
        zone: &Resource,
        child: &Resource,
        key: &'static str,
        ttl: Option<u32>,
        value: Value,
    ) -> bool {
        let name = child.id.name();
        let said = (name.to_owned(), ttl, child.existing);
        let is_one = match self.names.entry(name.to_lowercase()) {
            hash_map::Entry::Occupied(known) => *known.get() == said,
            hash_map::Entry::Vacant(free) => {
                free.insert(said);
                true
            }
        };
        if !is_one || !is_record_name(name) || !super::is_sayable(&value) {
            return false;
        }
        let entry = self
            .members
            .entry(name.to_owned())
            .or_insert_with(|| Value::Object(Map::new()));
        let Some(entry) = entry.as_object_mut() else {
            return false;
        };
        put(entry, "ttl", ttl.as_ref());
        apart(zone, child, entry);
        entry.insert(key.to_owned(), value);
        true
    }
}

/// The key, the seconds and the value of a set, if there is a key for it.
fn record(body: &Body) -> Option<(&'static str, Option<u32>, Value)> {
    let (key, ttl, value): (&str, _, Value) = match body {
        Body::ARecordSet(set) => {
            let addresses = set
                .a_records
                .iter()
                .map(|record| match &record.ipv4_address {
                    RecordAddress::Literal(address) => json!(address),
                    RecordAddress::Of(id) => json!(id),
                });
            ("aRecords", set.ttl, addresses.collect())
        }
        Body::AaaaRecordSet(set) => {
            let addresses = set.aaaa_records.iter();
            let addresses = addresses.map(|record| json!(record.ipv6_address));
            ("aaaaRecords", set.ttl, addresses.collect())
        }
        Body::CnameRecordSet(set) => {
            let host = set.cname_record.as_ref()?.cname.as_ref()?;
            ("cnameRecord", set.ttl, json!(host))
        }
        Body::MxRecordSet(set) => {
            let hosts = set.mx_records.iter().map(
                |record| json!({ "preference": record.preference, "exchange": record.exchange }),
            );
            ("mxRecords", set.ttl, hosts.collect())
        }
        Body::PtrRecordSet(set) => {
            let names = set.ptr_records.iter().map(|record| json!(record.ptrdname));
            ("ptrRecords", set.ttl, names.collect())
        }
        Body::SrvRecordSet(set) => {
            let places = set.srv_records.iter().map(|record| {
                json!({
                    "priority": record.priority, "weight": record.weight,
                    "port": record.port, "target": record.target,
                })
            });
            ("srvRecords", set.ttl, places.collect())
        }
        Body::TxtRecordSet(set) => {
            let texts = set
                .txt_records
                .iter()
                .map(|record| match record.value.as_slice() {
                    [text] => json!(text),
                    _ => Value::Null,
                });
            ("txtRecords", set.ttl, texts.collect())
        }
        _ => return None,
    };
    let is_empty = value.as_array().is_some_and(Vec::is_empty);
    (!is_empty).then_some((key, ttl, value))
}
