//! Desired against observed: the steps that lead from one to the other.
//!
//! A plan leaves its executor no choice: every step names what must be done before it and carries
//! the body to send. It is data; nothing here talks to Azure.
//!
//! There is no state file: what is ours carries the tag [`crate::model::OWNER_TAG`] with the
//! topology's name, or is a child of something that does. What is not ours is never changed.

mod difference;
mod references;
mod removal;

pub use removal::plan_removal;

use crate::{
    arm,
    model::{OWNER_TAG, Resource, Topology, dns::RecordAddress, id::ResourceId},
    rules::Checked,
};
use references::References;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Is absent and will be made.
    Create,
    /// Is there, differs, and will be changed in place.
    Update,
    /// Is there and must be deleted and made anew.
    Replace,
    /// Is ours and will be deleted.
    Delete,
    /// Is as it should be.
    None,
    /// Would have to be changed but is not ours; nothing is done.
    Refused,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// The resource.
    pub id: ResourceId,
    /// Why, for people.
    pub reason: String,
    /// Resources whose steps must be done before this one.
    pub needs: Vec<ResourceId>,
    /// The body of the PUT, if there is one. May hold `addressOf(…)` texts
    /// ([`crate::model::dns::RecordAddress`]) that the executor replaces by observed addresses.
    #[serde(skip)]
    pub body: Option<Value>,
}

/// Steps in an order that respects `needs`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

/// What was seen of one resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// Its ARM JSON.
    Present(Value),
    /// ARM says that it is not there.
    Absent,
    /// It could not be read, and why.
    Unreadable(String),
}

/// What was seen of the world.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// By resource; what is not in here was not looked at.
    pub items: BTreeMap<ResourceId, Observation>,
}

impl Observed {
    /// The ARM JSON of a resource that is there.
    pub fn present(&self, id: &ResourceId) -> Option<&Value> {
        match self.items.get(id) {
            Some(Observation::Present(value)) => Some(value),
            _ => None,
        }
    }

    /// Whether the resource, or a parent of it, carries the owner tag with this name.
    fn is_owned(&self, id: &ResourceId, name: &str) -> bool {
        let tag = self
            .present(id)
            .and_then(|value| value.get("tags"))
            .and_then(|tags| tags.get(OWNER_TAG));
        tag.is_some_and(|tag| tag == name)
            || id
                .parent()
                .is_some_and(|parent| self.is_owned(&parent, name))
    }

    /// The address that ARM reports for a private endpoint or an API Management service.
    fn address(&self, id: &ResourceId) -> Option<String> {
        let value = self.present(id)?;
        if let Some(address) = value.pointer("/properties/privateIPAddresses/0") {
            return address.as_str().map(ToOwned::to_owned);
        }
        let nic: ResourceId = value
            .pointer("/properties/networkInterfaces/0/id")?
            .as_str()?
            .parse()
            .ok()?;
        let address = self
            .present(&nic)?
            .pointer("/properties/ipConfigurations/0/properties/privateIPAddress")?;
        address.as_str().map(ToOwned::to_owned)
    }
}

impl Plan {
    /// Whether nothing has to be done.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| step.action == Action::None)
    }
}

/// Values that ARM never changes in place: a change needs a new resource.
/// Sources: <https://learn.microsoft.com/azure/virtual-machines/windows/change-availability-set>,
/// <https://learn.microsoft.com/azure/private-link/private-endpoint-overview>,
/// <https://learn.microsoft.com/azure/load-balancer/skus>.
const FIXED: &[(&str, &[&str])] = &[
    (
        "Microsoft.Compute/virtualMachines",
        &[
            "/zones",
            "/properties/osProfile",
            "/properties/storageProfile/imageReference",
        ],
    ),
    (
        "Microsoft.Network/privateEndpoints",
        &[
            "/properties/subnet",
            "/properties/privateLinkServiceConnections",
            "/properties/manualPrivateLinkServiceConnections",
        ],
    ),
    ("Microsoft.Network/loadBalancers", &["/sku"]),
    (
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        &["/properties/virtualNetwork"],
    ),
];

/// The steps that make the world as the topology wants it.
pub fn plan(checked: &Checked<Topology>, observed: &Observed) -> Plan {
    of(checked.topology(), observed)
}

fn of(topology: &Topology, observed: &Observed) -> Plan {
    let references = References::new(topology);
    let mut steps: Vec<Step> = topology
        .resources
        .values()
        .map(|resource| step(&references, resource, observed))
        .collect();
    steps.extend(removal::orphans(topology, observed));
    Plan {
        steps: sorted(steps),
    }
}

fn step(references: &References<'_>, resource: &Resource, observed: &Observed) -> Step {
    let topology = references.topology;
    let mut needs = references.of(resource);
    needs.retain(|id| topology.resources.contains_key(id));
    let of = |action, reason: String, body| Step {
        action,
        id: resource.id.clone(),
        reason,
        needs: needs.clone(),
        body,
    };
    let seen = match observed.items.get(&resource.id) {
        Some(Observation::Present(seen)) => seen,
        Some(Observation::Unreadable(why)) => {
            return of(Action::Refused, format!("could not be read: {why}"), None);
        }
        Some(Observation::Absent) | None if resource.existing => {
            return of(
                Action::Refused,
                "is marked as existing, but is not there".to_owned(),
                None,
            );
        }
        Some(Observation::Absent) | None => {
            return match arm::body(resource) {
                Ok(body) => of(Action::Create, "is not there".to_owned(), Some(body)),
                Err(error) => of(Action::Refused, format!("cannot be written: {error}"), None),
            };
        }
    };
    if resource.existing {
        return of(Action::None, "is marked as existing".to_owned(), None);
    }
    let wished = match arm::body(resource) {
        Ok(wished) => wished,
        Err(error) => return of(Action::Refused, format!("cannot be written: {error}"), None),
    };
    let mut comparable = wished.clone();
    put_addresses(&mut comparable, observed);
    let differences = difference::between(&comparable, seen);
    if differences.is_empty() {
        return of(Action::None, "is as wished for".to_owned(), None);
    }
    let listed = listed(&differences);
    if !observed.is_owned(&resource.id, &topology.name) {
        let reason = format!(
            "is there without the tag `{OWNER_TAG}: {}` and differs in {listed}; mark it `existing: true` or give it the tag",
            topology.name
        );
        return of(Action::Refused, reason, None);
    }
    let is_fixed = |pointer: &String| {
        pointer == "/location"
            || FIXED.iter().any(|(kind, fixed)| {
                resource.id.is_type(kind) && fixed.iter().any(|prefix| pointer.starts_with(prefix))
            })
    };
    match differences.iter().find(|pointer| is_fixed(pointer)) {
        Some(_) => of(
            Action::Replace,
            format!("differs in {listed}, which cannot be changed in place"),
            Some(wished),
        ),
        None => of(Action::Update, format!("differs in {listed}"), Some(wished)),
    }
}

fn listed(pointers: &[String]) -> String {
    let shown: Vec<String> = pointers
        .iter()
        .take(3)
        .map(|pointer| format!("`{}`", pointer.trim_start_matches('/')))
        .collect();
    match pointers.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Puts observed addresses in the place of `addressOf(…)`, where they are known.
fn put_addresses(value: &mut Value, observed: &Observed) {
    match value {
        Value::String(text) => {
            if let Ok(RecordAddress::Of(id)) = text.parse()
                && let Some(address) = observed.address(&id)
            {
                *text = address;
            }
        }
        Value::Array(list) => list
            .iter_mut()
            .for_each(|item| put_addresses(item, observed)),
        Value::Object(map) => map
            .values_mut()
            .for_each(|item| put_addresses(item, observed)),
        _ => {}
    }
}

/// Each step after those it needs; otherwise as they came. A circle keeps its order.
fn sorted(steps: Vec<Step>) -> Vec<Step> {
    let mut open: HashSet<ResourceId> = steps.iter().map(|step| step.id.clone()).collect();
    let mut left = steps;
    let mut done = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let (ready, waiting): (Vec<Step>, Vec<Step>) = left
            .into_iter()
            .partition(|step| !step.needs.iter().any(|need| open.contains(need)));
        if ready.is_empty() {
            done.extend(waiting);
            break;
        }
        for step in &ready {
            open.remove(&step.id);
        }
        done.extend(ready);
        left = waiting;
    }
    done
}

#[cfg(test)]
mod tests;
