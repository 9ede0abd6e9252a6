//! Manifest to topology.
//!
//! [`resolve`] looks up the names that a manifest uses, fills in what it leaves out, and remembers
//! for every value where it came from. What a manifest states is never overridden: a wrong value
//! stays visible to the rules. A reference that leads nowhere is a finding at the reference, and
//! silences whatever would follow from it.
//!
//! # What is derived
//! - Resource group and region of what stands in a subnet: those of its network.
//! - A network security group that only a subnet names: see `resolve/security.rs`.
//! - `privateLinkServiceNetworkPolicies: Disabled` on NAT subnets.
//! - For each instance of a forwarder a NIC with the lowest free static address and a virtual
//!   machine, or one scale set for all; the user data is the relay's configuration, health endpoint
//!   included.
//! - A load balancer's frontends, pools, probes (HTTP to that health endpoint) and a rule for each
//!   port that what stands behind its only pool listens on.
//! - For a private endpoint of a platform resource the `privatelink` zone of its sub-resource, the
//!   zone's link and the zone group.
//! - A Private Link Service's NAT address, and a private DNS zone for each host name that is
//!   reached through a private endpoint or through a forwarder by name, unless a stated zone answers.
//! - The other half of a peering, where `bothWays` asks for it.
//! - The owner tag on everything that can be tagged and is not marked as existing.

#![expect(
    clippy::ref_option,
    reason = "fields of the manifest are handed on as they stand there"
)]

mod addressing;
mod balancers;
mod endpoints;
mod forwarders;
mod index;
mod named;
mod names;
mod nat;
mod neighbours;
mod network;
mod peerings;
mod private_link;
mod public;
mod raw;
mod references;
mod scale_set;
mod security;
mod services;
mod subnets;
mod upstreams;
mod zones;

use crate::{
    finding::{Finding, Severity},
    manifest::{Entry, Field, Hole, Manifest, Record},
    model::{
        Body, Client, Extra, Key, OWNER_TAG, Resource, Sku, Subscription, Topology,
        expectation::{Effect, Expectation},
        id::ResourceId,
    },
    source::{ManifestPath, Span, Spanned},
};
use index::{Index, Placed};
pub(crate) use names::TWO_ANSWERS;
use neighbours::Neighbours;
use std::collections::BTreeMap;

/// A topology and what was wrong with the names in the manifest.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// Everything that could be resolved.
    pub topology: Topology,
    /// References that lead nowhere, subnets that are full, and the like.
    pub findings: Vec<Finding>,
    /// What is unknown because of them.
    pub(crate) holes: Vec<Hole>,
}

/// Builds the topology of a manifest.
pub fn resolve(manifest: &Manifest) -> Resolved {
    let mut out = Output::default();
    if let Some(name) = &manifest.name {
        out.topology.name.clone_from(&name.value);
    }
    let tags = manifest.tags.iter();
    out.tags = tags
        .map(|(name, entry)| (name.clone(), entry.value.clone()))
        .collect();
    for (key, entry) in &manifest.subscriptions {
        if let Some(id) = &entry.value.id {
            let tenant = entry
                .value
                .tenant
                .as_ref()
                .map(|tenant| tenant.value.0.clone());
            out.topology.subscriptions.insert(
                key.clone(),
                Subscription {
                    id: id.value.0.clone(),
                    tenant,
                },
            );
        }
    }
    let index = Index::of(manifest, &mut out);
    let near = Neighbours::of(manifest, &index);
    let mut cx = Context {
        manifest,
        index,
        near,
        out,
    };
    for (name, entry) in &manifest.clients {
        if let Some(subnet) = cx.index.subnet(entry.value.subnet.as_ref()) {
            let hosts = entry
                .value
                .hosts
                .iter()
                .map(|(host, address)| (host.to_ascii_lowercase(), address.value))
                .collect();
            let client = Client {
                name: name.clone(),
                subnet: subnet.id,
                private_ip_address: value(entry.value.private_ip_address.as_ref()),
                hosts,
                span: Some(entry.name.span),
            };
            cx.out.topology.clients.insert(name.clone(), client);
        }
    }
    let addresses = addressing::allocate(&mut cx);
    network::groups(&mut cx);
    public::all(&mut cx);
    let mut balancers = balancers::make(&mut cx, &addresses);
    security::stated(&mut cx);
    security::derived(&mut cx, &balancers);
    network::route_tables(&mut cx);
    network::virtual_networks(&mut cx);
    services::backends(&mut cx);
    services::api_management(&mut cx);
    balancers.place(&mut cx);
    forwarders::machines(&mut cx, &addresses, &balancers);
    private_link::services(&mut cx, &addresses);
    endpoints::endpoints(&mut cx);
    let stated = zones::stated(&mut cx);
    names::zones(&mut cx, &stated);
    endpoints::zone_groups(&mut cx, &stated);
    raw::resources(&mut cx);
    expectations(&mut cx);
    Resolved {
        topology: cx.out.topology,
        findings: cx.out.findings,
        holes: cx.out.holes,
    }
}

/// Statements about reachability; what their names stand for is known only later.
fn expectations(cx: &mut Context<'_>) {
    for item in cx.manifest.expect.iter().flat_map(|list| &list.value) {
        let stated = &item.value;
        let (effect, from) = match (&stated.allow, &stated.deny) {
            (Some(allow), None) => (Effect::Allow, allow),
            (None, Some(deny)) => (Effect::Deny, deny),
            _ => {
                let message = "an expectation needs either `allow` or `deny`";
                let help = "say who connects: `allow: testvm` or `deny: External`";
                cx.out.error("MAN003", message, item.span, help);
                continue;
            }
        };
        let Some(to) = &stated.to else { continue };
        let ports = stated.ports.iter().flat_map(|list| &list.value);
        cx.out.topology.expectations.push(Expectation {
            name: value(stated.name.as_ref()),
            effect,
            from: from.value.clone(),
            to: to.value.clone(),
            ports: ports.map(|range| range.value).collect(),
            because: value(stated.because.as_ref()),
            span: Some(item.span),
        });
    }
}

/// What every step reads and writes.
struct Context<'m> {
    manifest: &'m Manifest,
    index: Index,
    near: Neighbours<'m>,
    out: Output,
}

/// What is being built.
#[derive(Default)]
struct Output {
    topology: Topology,
    findings: Vec<Finding>,
    holes: Vec<Hole>,
    /// Of everything that is made.
    tags: BTreeMap<String, String>,
}

/// The parts of a resource that differ.
struct Draft {
    id: ResourceId,
    location: Option<String>,
    sku: Option<Sku>,
    zones: Vec<String>,
    body: Body,
    existing: bool,
    /// Whether ARM lets it have tags.
    is_taggable: bool,
}

impl Draft {
    fn new(placed: &Placed, body: Body, existing: bool) -> Self {
        Self {
            id: placed.id.clone(),
            location: placed.location.clone(),
            sku: None,
            zones: Vec::new(),
            body,
            existing,
            is_taggable: true,
        }
    }
}

impl Output {
    fn error(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        help: impl Into<String>,
    ) {
        self.findings
            .push(Finding::at_span(code, Severity::Error, message, span).help(help));
        self.holes.push(Hole::dead_end(span));
    }

    /// A name that leads nowhere, and the names that there are.
    fn dangling<'c>(
        &mut self,
        message: String,
        reference: &Spanned<String>,
        help: String,
        names: impl IntoIterator<Item = &'c str>,
    ) {
        let span = reference.span;
        self.findings
            .push(Finding::at_span("MAN007", Severity::Error, message, span).help(help));
        self.holes
            .push(Hole::reference(span, &reference.value, names));
    }

    /// Adds a resource; a second one of the same id is a finding.
    fn add(&mut self, draft: Draft, span: Span) {
        let Draft {
            id,
            location,
            sku,
            zones,
            body,
            existing,
            is_taggable,
        } = draft;
        if self.topology.resources.contains_key(&id) {
            let message = format!("`{}` is there twice", id.short());
            self.findings.push(
                Finding::at_span("MAN010", Severity::Error, message, span)
                    .note(
                        "names of what is derived are made of the name of what it is derived from",
                    )
                    .help("rename one of them, or put it into another resource group"),
            );
            return;
        }
        let mut tags = BTreeMap::new();
        if is_taggable && !existing {
            tags.clone_from(&self.tags);
            if !self.topology.name.is_empty() {
                tags.insert(OWNER_TAG.to_owned(), self.topology.name.clone());
            }
        }
        self.topology.provenance.record(&id, "", span);
        let resource = Resource {
            id: id.clone(),
            location,
            tags,
            sku,
            zones,
            body,
            extra: Extra::new(),
            existing,
        };
        self.topology.resources.insert(id, resource);
    }

    /// Remembers where a value came from, if the manifest states it.
    fn record<T>(
        &mut self,
        id: &ResourceId,
        pointer: impl Into<String>,
        stated: Option<&Spanned<T>>,
    ) {
        if let Some(stated) = stated {
            self.topology.provenance.record(id, pointer, stated.span);
        }
    }

    /// Remembers which keys of an entry say what, and where those stand that are given.
    fn link(
        &mut self,
        id: &ResourceId,
        pointer: &str,
        path: ManifestPath,
        keys: &'static [Key],
        record: &dyn Record,
    ) {
        self.states(id, pointer, keys, record);
        let provenance = &mut self.topology.provenance;
        provenance.link(id, pointer, path, keys, false);
    }

    /// The same for an entry that is this thing and nothing else.
    fn link_whole(
        &mut self,
        id: &ResourceId,
        pointer: &str,
        path: ManifestPath,
        keys: &'static [Key],
        record: &dyn Record,
    ) {
        self.states(id, pointer, keys, record);
        let provenance = &mut self.topology.provenance;
        provenance.link(id, pointer, path, keys, true);
    }

    fn states(
        &mut self,
        id: &ResourceId,
        pointer: &str,
        keys: &'static [Key],
        record: &dyn Record,
    ) {
        let provenance = &mut self.topology.provenance;
        for key in keys {
            let Some(stated) = record.stated(key.key) else {
                continue;
            };
            let place = format!("{pointer}{}", key.pointer);
            for (at, item) in stated.items.iter().enumerate() {
                provenance.record(id, format!("{place}/{at}"), *item);
            }
            provenance.record(id, place, stated.span);
        }
    }
}

/// The bare value of a field.
fn value<T: Clone>(field: Option<&Spanned<T>>) -> Option<T> {
    field.map(|spanned| spanned.value.clone())
}

/// The bare values of a list.
fn values<T: Clone>(list: &crate::manifest::List<T>) -> Vec<T> {
    let items = list.iter().flat_map(|list| &list.value);
    items.map(|item| item.value.clone()).collect()
}

/// Whether a flag is given and set.
fn is_set(field: &Field<bool>) -> bool {
    field.as_ref().is_some_and(|spanned| spanned.value)
}

/// The first entry with that name, compared without case as Azure does.
fn entry<'m, T>(
    section: &'m crate::manifest::Section<T>,
    name: &str,
) -> Option<(&'m String, &'m Entry<T>)> {
    section.get_key_value(name).or_else(|| {
        section
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
    })
}

#[cfg(test)]
mod tests;
