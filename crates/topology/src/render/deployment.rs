//! What a deployable exporter writes: resources in an order that works, by subscription.
//!
//! Order, bodies and needs come from [`crate::plan`], so that an export makes what `apply` makes.

use super::{
    ExportError, Options,
    expression::{Expr, Reader},
    names::{Style, Unique, identifiers},
    part::{self, Cut},
    writable::writable,
};
use crate::{
    Checked, Topology,
    model::{ARM_TYPES, Resource, id::ResourceId},
    plan::{self, Observed},
};
use indexmap::IndexMap;
use serde_json::Value;
use std::collections::HashMap;

/// The type of a resource group.
pub(super) const GROUP: &str = "Microsoft.Resources/resourceGroups";

/// One resource.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) id: ResourceId,
    /// In Azure's spelling where it is known.
    pub(super) arm_type: String,
    /// API version.
    pub(super) version: String,
    /// There already: referred to, never made.
    pub(super) existing: bool,
    /// An identifier of its own.
    pub(super) symbol: String,
    /// What a PUT sends.
    pub(super) json: Value,
    /// The same with its references understood.
    pub(super) body: Expr,
    /// Resources of this deployment that must be there before, itself left out.
    pub(super) needs: Vec<ResourceId>,
}

impl Item {
    pub(super) fn is_group(&self) -> bool {
        self.arm_type == GROUP
    }
}

/// The resources of one subscription.
#[derive(Debug)]
pub(super) struct Side {
    /// Safe in file names; what the manifest calls it where it has a name.
    pub(super) key: String,
    /// Its id.
    pub(super) subscription: String,
    /// Its tenant, if the manifest says so.
    pub(super) tenant: Option<String>,
    /// A region for what is deployed to the subscription itself.
    pub(super) location: String,
}

/// A whole deployment.
#[derive(Debug)]
pub(super) struct Deployment {
    /// The topology's name.
    pub(super) name: String,
    /// Lines for a header: what the other side must send.
    pub(super) notes: Vec<String>,
    /// Resources in an order that respects their needs.
    pub(super) items: IndexMap<ResourceId, Item>,
    /// Subscriptions in the order in which they are to be deployed.
    pub(super) sides: Vec<Side>,
    /// Parameters for what must not stand in a file.
    pub(super) secrets: Vec<String>,
    /// Children by their parent, in order.
    children: HashMap<ResourceId, Vec<ResourceId>>,
}

/// The API version for a resource: its own, that of its type, or that of its nearest parent type.
fn version(resource: &Resource) -> Option<String> {
    if let Some(stated) = resource.extra.get("apiVersion").and_then(Value::as_str) {
        return Some(stated.to_owned());
    }
    let arm_type = resource.id.arm_type();
    let mut wanted = arm_type.as_str();
    loop {
        if let Some((_, version)) = ARM_TYPES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(wanted))
        {
            return Some((*version).to_owned());
        }
        wanted = wanted
            .rsplit_once('/')
            .filter(|(parent, _)| parent.contains('/'))?
            .0;
    }
}

/// The type in Azure's spelling where it is known.
fn spelled(arm_type: String) -> String {
    ARM_TYPES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(&arm_type))
        .map_or(arm_type, |(known, _)| (*known).to_owned())
}

/// Azure makes the NICs of private endpoints and Private Link Services itself.
fn is_made_by_azure(resource: &Resource, body: &Value) -> bool {
    resource.id.is_type("Microsoft.Network/networkInterfaces")
        && [
            "/properties/privateEndpoint",
            "/properties/privateLinkService",
        ]
        .iter()
        .any(|place| body.pointer(place).is_some_and(|value| !value.is_null()))
}

impl Deployment {
    /// The part of a topology that the options name.
    pub(super) fn of(
        checked: &Checked<Topology>,
        options: &Options,
        style: Style,
    ) -> Result<Self, ExportError> {
        let topology = checked.topology();
        let cut = Cut::of(topology, options)?;
        let steps = plan::plan(checked, &Observed::default()).steps;
        let mut chosen = Vec::new();
        for step in &steps {
            let Some(resource) = topology.resources.get(&step.id) else {
                continue;
            };
            if !cut.holds(step.id.subscription()) {
                continue;
            }
            let json = crate::arm::body(resource).map_err(|source| ExportError::Body {
                id: step.id.clone(),
                source,
            })?;
            if !is_made_by_azure(resource, &json) {
                chosen.push((step, resource, json));
            }
        }
        let symbols = symbols(chosen.iter().map(|(step, _, _)| &step.id), style);
        let holds = |id: &ResourceId| symbols.contains_key(id);
        let mut items = IndexMap::new();
        let mut secrets = Vec::new();
        let mut children: HashMap<ResourceId, Vec<ResourceId>> = HashMap::new();
        for (step, resource, json) in chosen {
            if let Some(parent) = step.id.parent() {
                children.entry(parent).or_default().push(step.id.clone());
            }
            let arm_type = spelled(step.id.arm_type());
            let version = match version(resource) {
                Some(version) => version,
                None if resource.existing => String::new(),
                None => {
                    return Err(ExportError::NoApiVersion {
                        id: step.id.clone(),
                        arm_type,
                    });
                }
            };
            let symbol = symbols.get(&step.id).cloned().unwrap_or_default();
            let json = writable(&arm_type, json);
            let mut reader = Reader {
                holds: &holds,
                symbol: symbol.clone(),
                secrets: Vec::new(),
            };
            let body = reader.read("", &json);
            secrets.extend(reader.secrets);
            let mut needs = step.needs.clone();
            needs.retain(|need| *need != step.id && holds(need));
            items.insert(
                step.id.clone(),
                Item {
                    id: step.id.clone(),
                    arm_type,
                    version,
                    existing: resource.existing,
                    symbol,
                    json,
                    body,
                    needs,
                },
            );
        }
        Ok(Self {
            name: topology.name.clone(),
            notes: part::handover(topology, &cut),
            sides: sides(topology, &items),
            items,
            secrets,
            children,
        })
    }

    /// The children of a resource, in order.
    pub(super) fn children(&self, id: &ResourceId) -> impl Iterator<Item = &Item> {
        let all = self.children.get(id).into_iter().flatten();
        all.filter_map(|child| self.items.get(child))
    }

    /// The resources of one subscription, in order.
    pub(super) fn of_side(&self, side: &Side) -> impl Iterator<Item = &Item> {
        self.items.values().filter(|item| {
            item.id
                .subscription()
                .eq_ignore_ascii_case(&side.subscription)
        })
    }

    /// Needs that no reference in the body implies; the group and the parent count as implied.
    pub(super) fn unsaid<'d>(&'d self, item: &'d Item) -> impl Iterator<Item = &'d Item> {
        let mut said = vec![item.id.group_id()];
        said.extend(item.id.parent());
        item.body
            .references(&mut |reference| said.push(reference.owner.clone()));
        item.body.addresses(&mut |id| said.push(id.clone()));
        item.needs
            .iter()
            .filter(move |need| !said.contains(need))
            .filter_map(|need| self.items.get(need))
            .filter(|need| !need.existing)
    }

    /// What the first lines of a file say.
    pub(super) fn header(&self) -> Vec<String> {
        let name = if self.name.is_empty() {
            "a topology"
        } else {
            &self.name
        };
        let mut lines = vec![format!("{name}, written by linkspan export.")];
        lines.extend(self.notes.iter().cloned());
        lines
            .iter()
            .map(|line| line.replace(['\n', '\r'], " "))
            .collect()
    }
}

/// Identifiers: one of a kind in a subscription where each has its own files, else in all.
fn symbols<'a>(
    ids: impl Iterator<Item = &'a ResourceId>,
    style: Style,
) -> IndexMap<ResourceId, String> {
    if style == Style::Snake {
        return identifiers(ids, style);
    }
    let mut by_subscription: IndexMap<String, Vec<&ResourceId>> = IndexMap::new();
    for id in ids {
        by_subscription
            .entry(id.subscription().to_ascii_lowercase())
            .or_default()
            .push(id);
    }
    by_subscription
        .into_values()
        .flat_map(|ids| identifiers(ids.into_iter(), style))
        .collect()
}

/// Subscriptions, each after those that its resources refer to, as far as that is possible.
fn sides(topology: &Topology, items: &IndexMap<ResourceId, Item>) -> Vec<Side> {
    let mut unique = Unique::default();
    let mut left: Vec<(Side, Vec<String>)> = Vec::new();
    for item in items.values() {
        let subscription = item.id.subscription();
        let at = left
            .iter()
            .position(|(side, _)| side.subscription.eq_ignore_ascii_case(subscription));
        let at = at.unwrap_or_else(|| {
            let key = part::key_of(topology, subscription);
            left.push((
                Side {
                    key: unique.name(&key),
                    subscription: subscription.to_owned(),
                    tenant: topology
                        .subscriptions
                        .values()
                        .find(|known| known.id.eq_ignore_ascii_case(subscription))
                        .and_then(|known| known.tenant.clone()),
                    location: String::new(),
                },
                Vec::new(),
            ));
            left.len().saturating_sub(1)
        });
        let Some((side, needs)) = left.get_mut(at) else {
            continue;
        };
        needs.extend(
            item.needs
                .iter()
                .map(|need| need.subscription().to_ascii_lowercase()),
        );
        if side.location.is_empty()
            && let Some(location) = item.json.get("location").and_then(Value::as_str)
            && location != "global"
        {
            location.clone_into(&mut side.location);
        }
    }
    let mut done: Vec<Side> = Vec::new();
    while !left.is_empty() {
        let is_ready = |(side, needs): &(Side, Vec<String>)| {
            needs.iter().all(|need| {
                need.eq_ignore_ascii_case(&side.subscription)
                    || done
                        .iter()
                        .any(|done| need.eq_ignore_ascii_case(&done.subscription))
            })
        };
        // Subscriptions that need each other keep their order.
        let next = left.iter().position(is_ready).unwrap_or(0);
        done.push(left.remove(next).0);
    }
    done
}
