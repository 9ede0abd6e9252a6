//! All that the files give, put together.

use super::{Given, Observed, Options, canonical, certain::Hole, merge};
use crate::{
    arm,
    finding::{Finding, Severity},
    manifest::suggest::clip,
    model::{OWNER_TAG, Subscription, Topology, fold_children, id::ResourceId},
    source::{Span, json::Node},
};
use indexmap::{IndexMap, IndexSet};
use std::collections::HashSet;

/// More places than these are not kept: of what comes after it only the resource's own is.
const MAX_PLACES: usize = 2_000_000;
/// More findings of one kind nobody reads.
const MAX_FINDINGS: usize = 1_000;

/// What was read so far.
#[derive(Clone, Debug)]
pub(super) struct World<'o> {
    options: &'o Options,
    findings: Vec<Finding>,
    reported: HashSet<(Option<Span>, &'static str)>,
    resources: IndexMap<ResourceId, Given>,
    /// Name and tenant of subscriptions by folded id.
    subscriptions: IndexMap<String, (String, String)>,
    /// Resources that came without properties, and where the first one stands.
    bare: Option<(usize, Span)>,
    /// Values that are not known.
    pub(super) holes: Vec<Hole>,
}

impl<'o> World<'o> {
    pub(super) fn new(options: &'o Options, findings: Vec<Finding>) -> Self {
        Self {
            options,
            findings,
            reported: HashSet::new(),
            resources: IndexMap::new(),
            subscriptions: IndexMap::new(),
            bare: None,
            holes: Vec::new(),
        }
    }

    /// Adds a finding, unless the same code was found at the same place: of a loop's rounds.
    pub(super) fn report(&mut self, finding: Finding) {
        let is_known = !self.reported.insert((finding.span, finding.code));
        if self.findings.len() < MAX_FINDINGS && !is_known {
            self.findings.push(finding);
        }
    }

    /// Remembers a resource that came without properties.
    pub(super) fn without_properties(&mut self, span: Span) {
        let (count, _) = self.bare.get_or_insert((0, span));
        *count = count.saturating_add(1);
    }

    /// A subscription as `az account` prints it.
    pub(super) fn subscription(&mut self, node: &Node) {
        let text = |key: &str| node.get(key).and_then(Node::as_str).unwrap_or("");
        let id = text("id").rsplit('/').next().unwrap_or("");
        let name = if text("name").is_empty() {
            text("displayName")
        } else {
            text("name")
        };
        self.subscriptions.insert(
            id.to_ascii_lowercase(),
            (name.to_owned(), text("tenantId").to_owned()),
        );
    }

    /// Adds a resource, or what it says more of one that is there.
    pub(super) fn add(&mut self, mut given: Given) {
        let text = given
            .json
            .get("id")
            .and_then(serde_json::Value::as_str)
            .unwrap_or("");
        let root = given.spans.first().map(|(_, span)| *span);
        let id: ResourceId = match text.parse() {
            Ok(id) => id,
            Err(error) => {
                let error: crate::model::id::ResourceIdError = error;
                let message = format!("`{}` is left out", clip(text, 80));
                if let Some(span) = root {
                    self.report(
                        Finding::at_span("IMP002", Severity::Hint, message, span)
                            .note(format!(
                                "the topology holds what stands in resource groups: {}",
                                error.reason
                            ))
                            .help("nothing has to be done; it does not decide who reaches what"),
                    );
                }
                return;
            }
        };
        canonical::rename(&mut given, &id.arm_type());
        match self.resources.entry(id.clone()) {
            indexmap::map::Entry::Vacant(place) => {
                place.insert(given);
            }
            indexmap::map::Entry::Occupied(mut place) => {
                let conflicts = merge::merge(place.get_mut(), given);
                if let Some(finding) = conflicting(&id, conflicts) {
                    self.report(finding);
                }
            }
        }
    }

    /// What every resource was given.
    pub(super) fn given(&mut self) -> &mut IndexMap<ResourceId, Given> {
        &mut self.resources
    }

    /// Makes the topology.
    pub(super) fn finish(mut self) -> (Topology, Vec<Finding>) {
        if let Some((count, span)) = self.bare {
            let message = match count {
                1 => "a resource has no properties".to_owned(),
                count => format!("{count} resources have no properties"),
            };
            self.report(
                Finding::at_span("IMP005", Severity::Warning, message, span)
                    .note("`az resource list` leaves them out, so nothing is known of them")
                    .help("use `az graph query -q resources`, or `az resource show` with each id"),
            );
        }
        let mut topology = Topology::default();
        let resources = std::mem::take(&mut self.resources);
        let mut owners = IndexSet::new();
        let mut places = 0_usize;
        for (_, given) in resources {
            let Given {
                mut json,
                spans,
                is_observed,
            } = given;
            canonical::as_texts(&mut json);
            let Ok((mut resource, misfits)) = arm::read(&json) else {
                continue;
            };
            self.findings.extend(misfits);
            let owner = resource.tags.get(OWNER_TAG);
            owners.extend(owner.cloned());
            resource.existing =
                is_observed && owner.is_none() && self.options.observed == Observed::Existing;
            for (pointer, span) in spans {
                places = places.saturating_add(1);
                if places > MAX_PLACES && !pointer.is_empty() {
                    break;
                }
                topology.provenance.record(&resource.id, pointer, span);
            }
            topology.resources.insert(resource.id.clone(), resource);
        }
        if let [owner] = owners.iter().collect::<Vec<_>>().as_slice() {
            topology.name.clone_from(owner);
        }
        fold_children(&mut topology);
        self.groups(&mut topology);
        self.name_subscriptions(&mut topology);
        topology.locate(&mut self.findings);
        (topology, self.findings)
    }

    /// Adds the resource groups that are only named in ids: what stands in them proves that they
    /// are there.
    fn groups(&self, topology: &mut Topology) {
        let named: IndexSet<ResourceId> = topology
            .resources
            .keys()
            .filter(|id| !id.resource_group().is_empty())
            .map(ResourceId::group_id)
            .collect();
        let ctx = &self.options.ctx;
        let of_context = ResourceId::group(&ctx.subscription_id, &ctx.resource_group);
        for id in named {
            if topology.resources.contains_key(&id) {
                continue;
            }
            let Ok(mut group) = arm::resource(&arm::bare(&id)) else {
                continue;
            };
            group.existing = self.options.observed == Observed::Existing;
            if id == of_context {
                group.location = ctx.location.as_deref().map(arm::normal_location);
            }
            topology.resources.insert(id, group);
        }
    }

    /// Gives every subscription a short name.
    fn name_subscriptions(&self, topology: &mut Topology) {
        let ids: IndexSet<String> = topology
            .resources
            .keys()
            .map(|id| id.subscription().to_ascii_lowercase())
            .filter(|id| !id.is_empty())
            .collect();
        let is_one = ids.len() == 1;
        for (at, id) in ids.into_iter().enumerate() {
            let known = self.subscriptions.get(&id);
            let mut key = known.map(|(name, _)| slug(name)).unwrap_or_default();
            if key.is_empty() {
                key = if is_one {
                    "subscription".to_owned()
                } else {
                    format!("subscription-{}", at.saturating_add(1))
                };
            }
            while topology.subscriptions.contains_key(&key) {
                key.push_str("-2");
            }
            let tenant = known.map(|(_, tenant)| tenant.clone());
            let tenant = tenant.filter(|tenant| !tenant.is_empty());
            topology
                .subscriptions
                .insert(key, Subscription { id, tenant });
        }
    }
}

/// A name as a key of the manifest: lower case, words joined by `-`.
fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// One finding for all differences of a resource.
fn conflicting(id: &ResourceId, conflicts: Vec<merge::Conflict>) -> Option<Finding> {
    let count = conflicts.len();
    let first = conflicts.into_iter().next()?;
    let name = first.pointer.rsplit('/').next().unwrap_or("");
    let more = match count {
        1 => String::new(),
        count => format!(" and {} other values", count.saturating_sub(1)),
    };
    let message = format!(
        "`{}` is given twice, with another `{}`{more}",
        clip(&id.short(), 60),
        clip(name, 40)
    );
    let span = first.dropped.or(first.kept)?;
    Some(
        Finding::at_span("IMP003", Severity::Warning, message, span)
            .note("the file that says more about it counts; this value is not used")
            .help("import it from one file, the newest"),
    )
}
