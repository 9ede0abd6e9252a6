//! What goes: everything of ours on the way down, and what the manifest no longer has.
//!
//! Deleted in reverse: a resource goes after all that stands on it. A resource group goes only if
//! nothing in it that was seen belongs to someone else.

use super::{Action, Observation, Observed, Plan, Step, references::References, sorted};
use crate::{
    arm,
    model::{Resource, Topology, id::ResourceId},
};
use std::collections::HashMap;

const GROUP: &str = "Microsoft.Resources/resourceGroups";

/// The steps that remove all that is ours and leave the rest untouched.
pub fn plan_removal(topology: &Topology, observed: &Observed) -> Plan {
    let mut going = Vec::new();
    let mut kept = Vec::new();
    for (id, observation) in &observed.items {
        let wanted = topology.resources.get(id);
        let refused = |reason: String| Step {
            action: Action::Refused,
            id: id.clone(),
            reason,
            needs: Vec::new(),
            body: None,
        };
        match observation {
            Observation::Absent => {}
            Observation::Unreadable(why) => kept.push(refused(format!("could not be read: {why}"))),
            Observation::Present(_) if wanted.is_some_and(|resource| resource.existing) => {}
            Observation::Present(_) if observed.is_owned(id, &topology.name) => {
                going.push(id.clone());
            }
            Observation::Present(_) if wanted.is_some() => {
                kept.push(refused("is there, but is not ours".to_owned()));
            }
            Observation::Present(_) => {}
        }
    }
    kept.extend(keep_shared_groups(&mut going, observed));
    let mut steps = deletions(topology, observed, &going, "is ours");
    steps.extend(kept);
    Plan {
        steps: sorted(steps),
    }
}

/// Deletions of what carries our tag but is no longer wanted.
pub(super) fn orphans(topology: &Topology, observed: &Observed) -> Vec<Step> {
    let mut going: Vec<ResourceId> = observed
        .items
        .keys()
        .filter(|id| !topology.resources.contains_key(*id) && observed.present(id).is_some())
        .filter(|id| observed.is_owned(id, &topology.name) && !is_part(topology, id))
        .cloned()
        .collect();
    let mut steps = keep_shared_groups(&mut going, observed);
    steps.extend(deletions(
        topology,
        observed,
        &going,
        "is ours and no longer in the manifest",
    ));
    steps
}

/// Whether it is a child that is written inside a wanted resource (a subnet in its network).
fn is_part(topology: &Topology, id: &ResourceId) -> bool {
    let is_inline = !id.is_type("Microsoft.Network/privateDnsZones/A")
        && !id.is_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks")
        && !id.is_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups");
    is_inline
        && id
            .parent()
            .is_some_and(|parent| topology.resources.contains_key(&parent))
}

/// Takes out the groups that hold something foreign, and says so.
fn keep_shared_groups(going: &mut Vec<ResourceId>, observed: &Observed) -> Vec<Step> {
    let mut refused = Vec::new();
    let ours = going.clone();
    going.retain(|group| {
        if !group.is_type(GROUP) {
            return true;
        }
        let foreign = observed.items.iter().find(|(id, observation)| {
            matches!(observation, Observation::Present(_))
                && id != &group
                && id.group_id() == *group
                && !ours.contains(id)
                && !goes_with(observed, id, &ours)
        });
        let Some((foreign, _)) = foreign else {
            return true;
        };
        let reason = format!("holds `{}`, which is not ours", foreign.short());
        refused.push(Step {
            action: Action::Refused,
            id: group.clone(),
            reason,
            needs: Vec::new(),
            body: None,
        });
        false
    });
    refused
}

/// Whether Azure removes it together with one of ours: a child, the NIC of a private endpoint or
/// a Private Link Service, the disk of a machine.
fn goes_with(observed: &Observed, id: &ResourceId, ours: &[ResourceId]) -> bool {
    if id.parent().is_some_and(|parent| ours.contains(&parent)) {
        return true;
    }
    let Some(value) = observed.present(id) else {
        return false;
    };
    [
        "/properties/privateEndpoint/id",
        "/properties/privateLinkService/id",
        "/managedBy",
    ]
    .iter()
    .filter_map(|pointer| value.pointer(pointer)?.as_str()?.parse::<ResourceId>().ok())
    .any(|owner| ours.contains(&owner))
}

fn deletions(
    topology: &Topology,
    observed: &Observed,
    going: &[ResourceId],
    reason: &str,
) -> Vec<Step> {
    // What it stands on: as the manifest says, else as ARM says.
    let resources: Vec<Resource> = going
        .iter()
        .filter_map(|id| {
            topology
                .resources
                .get(id)
                .cloned()
                .or_else(|| arm::resource(observed.present(id)?).ok())
        })
        .collect();
    let references = References::new(topology);
    let mut stands_on: HashMap<ResourceId, Vec<ResourceId>> = HashMap::new();
    for resource in &resources {
        for id in references.of(resource) {
            stands_on.entry(id).or_default().push(resource.id.clone());
        }
    }
    going
        .iter()
        .map(|id| Step {
            action: Action::Delete,
            id: id.clone(),
            reason: reason.to_owned(),
            needs: stands_on.remove(id).unwrap_or_default(),
            body: None,
        })
        .collect()
}
