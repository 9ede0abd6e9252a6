//! Raw ARM resources: new ones, and changes to those that the short sections made.

use super::{
    Context, Output,
    index::{self, Index, Placed, SubnetAt, fold, known_subscription},
    is_set, named,
};
use crate::{
    arm,
    finding::Severity,
    manifest::{Hole, Manifest, RawResource, Said, suggest::clip},
    model::{OWNER_TAG, cidr::Cidr, id::ResourceId},
    source::ManifestPath,
};
use serde_json::{Map, Value, json};

const GROUPS: &str = "Microsoft.Resources/resourceGroups";

pub(super) fn resources(cx: &mut Context<'_>) {
    let list = cx.manifest.resources.iter().flat_map(|list| &list.value);
    for (at, (raw, id)) in list.zip(&cx.index.raw).enumerate() {
        if let Some(id) = id {
            let path = ManifestPath::of(&["resources"]).index(at);
            lay(&mut cx.out, &raw.value, id, &path);
        }
    }
}

/// Groups first: everything else may stand in them.
pub(super) fn place_groups(index: &mut Index, manifest: &Manifest) {
    for raw in manifest.resources.iter().flat_map(|list| &list.value) {
        let raw = &raw.value;
        let id = match (&raw.id, &raw.arm_type, &raw.name, &raw.subscription) {
            (Some(id), ..) => id.value.parse::<ResourceId>().ok(),
            (None, Some(kind), Some(name), Some(subscription))
                if kind.value.eq_ignore_ascii_case(GROUPS) =>
            {
                index::subscription(manifest, &subscription.value)
                    .filter(|id| !id.is_empty())
                    .map(|id| ResourceId::group(&id, &name.value))
            }
            _ => None,
        };
        if let Some(id) = id.filter(|id| id.is_type(GROUPS)) {
            let location = raw.text("location").map(arm::normal_location);
            let placed = Placed {
                id: id.clone(),
                location,
            };
            let known = index.groups.entry(fold(id.name()));
            known.or_insert(Some(placed));
        }
    }
}

/// Finds the id of each entry, so that the short sections may refer to it by its name.
pub(super) fn place(index: &mut Index, manifest: &Manifest, out: &mut Output) {
    for raw in manifest.resources.iter().flat_map(|list| &list.value) {
        let raw = &raw.value;
        let id = id(index, manifest, out, raw);
        if let Some(id) = &id {
            name(index, raw, id);
        }
        index.raw.push(id);
    }
}

/// Remembers the name of something that a reference may mean. A network security group is not
/// among them: an entry about one that only a subnet names changes the derived one.
fn name(index: &mut Index, raw: &RawResource, id: &ResourceId) {
    let placed = Placed {
        id: id.clone(),
        location: raw.text("location").map(arm::normal_location),
    };
    let kind = id.arm_type();
    let is = |other: &str| kind.eq_ignore_ascii_case(other);
    let names = if is("Microsoft.Network/virtualNetworks") {
        for (name, prefix) in raw.subnets() {
            subnet(index, &placed, &name, prefix);
        }
        &mut index.networks
    } else if is(index::SUBNETS) {
        if let Some(network) = id.parent() {
            let known = index.networks.get(&fold(network.name())).cloned().flatten();
            let network = known.filter(|known| known.id == network).unwrap_or(Placed {
                id: network,
                location: None,
            });
            subnet(index, &network, id.name(), raw.prefix());
        }
        return;
    } else if is(index::ROUTE_TABLES) {
        &mut index.route_tables
    } else if is(index::BALANCERS) {
        &mut index.balancers
    } else if is(index::SERVICES) {
        &mut index.services
    } else if is("Microsoft.ApiManagement/service") {
        &mut index.api_management
    } else if let Some(names) = index.named.of_type(&kind) {
        names
    } else {
        if is(named::ZONE_TYPE) {
            let known = index.raw_zones.entry(fold(id.name()));
            known.or_insert(placed.id);
        }
        return;
    };
    names.entry(fold(id.name())).or_insert(Some(placed));
}

fn subnet(index: &mut Index, network: &Placed, name: &str, prefix: Option<Cidr>) {
    let at = SubnetAt {
        id: network.id.child("subnets", name),
        network: network.clone(),
        prefix,
    };
    let key = fold(&format!("{}/{name}", network.id.name()));
    index.subnets.entry(key).or_insert(Some(at));
}

/// The id of a raw resource; reports what keeps it from having one.
fn id(
    index: &Index,
    manifest: &Manifest,
    out: &mut Output,
    raw: &RawResource,
) -> Option<ResourceId> {
    if let Some(id) = &raw.id {
        return match id.value.parse() {
            Ok(id) => Some(id),
            Err(error) => {
                let error: crate::model::id::ResourceIdError = error;
                let message = format!("`{}` is no resource id", clip(&id.value, 40));
                out.error("MAN014", message, id.span, error.reason);
                None
            }
        };
    }
    let (Some(kind), Some(name)) = (&raw.arm_type, &raw.name) else {
        let help = "add `id`, or `type`, `name` and `resourceGroup`";
        out.error("MAN014", "this resource has no id", raw.label, help);
        return None;
    };
    if kind.value.eq_ignore_ascii_case(GROUPS) {
        let Some(reference) = &raw.subscription else {
            let help = "add `subscription`, by its short name or id";
            out.error(
                "MAN014",
                "this resource group has no subscription",
                raw.label,
                help,
            );
            return None;
        };
        let subscription = known_subscription(manifest, reference, out)?;
        return Some(ResourceId::group(&subscription, &name.value));
    }
    if raw.resource_group.is_none() {
        let help = "add `resourceGroup`, or the whole `id`";
        out.error("MAN014", "this resource has no group", raw.label, help);
        return None;
    }
    let group = index.group(&raw.resource_group, manifest, out)?;
    let id = ResourceId::in_group(&group.id, &kind.value, &name.value);
    if id.is_none() {
        let message = format!(
            "`{}` does not fit its type `{}`",
            clip(&name.value, 40),
            clip(&kind.value, 60)
        );
        let help =
            "a type is `NAMESPACE/TYPE`; a child is `NAMESPACE/TYPE/CHILD` and `PARENT/NAME`";
        out.error("MAN014", message, name.span, help);
    }
    id
}

/// Lays a raw resource over the topology.
fn lay(out: &mut Output, raw: &RawResource, id: &ResourceId, path: &ManifestPath) {
    if is_set(&raw.remove) {
        if out.topology.resources.shift_remove(id).is_none() {
            let message = format!("there is no `{}` to be removed", clip(&id.short(), 60));
            out.error("MAN014", message, raw.label, "remove this entry");
        }
        return;
    }
    // A child that its parent holds inline is a change to the parent.
    if let Some((parent, list)) = arm::inline_parent(id)
        && out.topology.resources.contains_key(&parent)
    {
        lay_inline(out, raw, id, (&parent, list), path);
        return;
    }
    let known = out.topology.resources.get(id);
    let is_fresh = known.is_none();
    let (mut value, was_existing) =
        match known.map(|known| (arm::user_data::readable(known), known.existing)) {
            Some((Ok(value), existing)) => (value, existing),
            Some((Err(_), _)) | None => (arm::bare(id), false),
        };
    let provenance = &mut out.topology.provenance;
    if is_fresh {
        provenance.record_raw(id, "", raw.label);
    }
    provenance.link_raw(id, "", path.clone());
    raw.lay_over(&mut value, is_fresh, &mut |pointer, said| match said {
        Said::Stated(span) => provenance.record_raw(id, pointer, span),
        Said::Replaced => provenance.forget_below(id, pointer),
        Said::At(entry) => provenance.link_raw(id, pointer, path.pointer(entry)),
    });
    put(out, raw, id, value, is_fresh, was_existing);
}

/// A subnet, rule or route: an item of a list in its parent's JSON.
fn lay_inline(
    out: &mut Output,
    raw: &RawResource,
    id: &ResourceId,
    (parent, list): (&ResourceId, &'static str),
    path: &ManifestPath,
) {
    let Some(Ok(mut value)) = out.topology.resources.get(parent).map(arm::export) else {
        return;
    };
    let was_existing = out
        .topology
        .resources
        .get(parent)
        .is_some_and(|parent| parent.existing);
    let Some(members) = value.as_object_mut() else {
        return;
    };
    let properties = members
        .entry("properties")
        .or_insert_with(|| Value::Object(Map::new()));
    let items = properties
        .as_object_mut()
        .map(|properties| properties.entry(list).or_insert_with(|| json!([])))
        .and_then(Value::as_array_mut);
    let Some(items) = items else { return };
    let found = items.iter().position(|item| {
        item.get("name")
            .and_then(Value::as_str)
            .is_some_and(|name| name.eq_ignore_ascii_case(id.name()))
    });
    let at = found.unwrap_or_else(|| {
        items.push(json!({ "name": id.name() }));
        items.len().saturating_sub(1)
    });
    let provenance = &mut out.topology.provenance;
    let base = format!("/properties/{list}/{at}");
    if found.is_none() {
        provenance.record_raw(parent, &base, raw.label);
        provenance.inline(id, parent, base.clone());
    }
    provenance.link_raw(parent, &base, path.clone());
    if let Some(item) = items.get_mut(at) {
        raw.lay_over(item, found.is_none(), &mut |pointer, said| {
            let place = format!("{base}{pointer}");
            match said {
                Said::Stated(span) => provenance.record_raw(parent, &place, span),
                Said::Replaced => provenance.forget_below(parent, &place),
                Said::At(entry) => provenance.link_raw(parent, &place, path.pointer(entry)),
            }
        });
    }
    put(out, raw, parent, value, false, was_existing);
}

fn put(
    out: &mut Output,
    raw: &RawResource,
    id: &ResourceId,
    mut value: Value,
    is_fresh: bool,
    was_existing: bool,
) {
    arm::user_data::close(&mut value);
    let mut resource = match arm::read(&value) {
        Ok((resource, mut misfits)) => {
            out.topology.locate(&mut misfits);
            // What an earlier layer said of the same place is not said again.
            misfits.retain(|found| !out.findings.contains(found));
            for misfit in misfits.iter().filter(|one| one.severity > Severity::Hint) {
                let pointer = misfit.place.as_ref().map_or("", |place| &place.pointer);
                if let Some(span) = misfit.span {
                    out.holes.push(Hole::value(span, pointer));
                }
            }
            out.findings.extend(misfits);
            resource
        }
        Err(error) => {
            out.error(
                "MAN015",
                error.to_string(),
                raw.label,
                "write it as ARM does",
            );
            return;
        }
    };
    resource.existing = match &raw.existing {
        Some(_) => is_set(&raw.existing),
        None => was_existing,
    };
    // What has a place in a region can be tagged; children cannot.
    if is_fresh && !resource.existing && resource.location.is_some() {
        let owner = (OWNER_TAG.to_owned(), out.topology.name.clone());
        let owner = Some(owner).filter(|(_, name)| !name.is_empty());
        for (name, value) in out.tags.clone().into_iter().chain(owner) {
            resource.tags.entry(name).or_insert(value);
        }
    }
    out.topology.resources.insert(id.clone(), resource);
}

#[cfg(test)]
mod tests;
