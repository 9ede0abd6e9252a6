//! Resources of one subscription, cut into deployments to one resource group each.
//!
//! A group is one module where that is possible. Where groups need each other in turn (a network
//! in one, a load balancer in the other, a service of the first behind it), all groups are cut by
//! how often the way to a resource has crossed a group, which leaves no circle.

use super::{
    deployment::{Deployment, Item, Side},
    names::Unique,
};
use crate::model::id::ResourceId;
use std::collections::{BTreeMap, BTreeSet};

/// A deployment to one resource group.
#[derive(Debug)]
pub(super) struct Module<'d> {
    /// Safe in file and deployment names, one of its kind in the subscription.
    pub(super) name: String,
    /// The group's id.
    pub(super) group: ResourceId,
    /// Its resources in order; none that are there already.
    pub(super) items: Vec<&'d Item>,
    /// Modules that must be deployed before, by index.
    pub(super) needs: Vec<usize>,
}

/// The modules of a subscription, each after those it needs.
pub(super) fn modules<'d>(deployment: &'d Deployment, side: &Side) -> Vec<Module<'d>> {
    let items: Vec<&Item> = deployment
        .of_side(side)
        .filter(|item| !item.is_group() && !item.existing)
        .collect();
    let whole = |_: &Item| 0;
    build(&items, &whole).unwrap_or_else(|| {
        let depths = crossings(&items);
        build(&items, &|item: &Item| {
            depths.get(&item.id).copied().unwrap_or(0)
        })
        .unwrap_or_default()
    })
}

/// How often the longest way to each resource crosses from one group to another.
fn crossings(items: &[&Item]) -> BTreeMap<ResourceId, usize> {
    let mut depths: BTreeMap<ResourceId, usize> = BTreeMap::new();
    for item in items {
        let depth = item
            .needs
            .iter()
            .filter_map(|need| {
                let depth = *depths.get(need)?;
                let crosses = need.group_id() != item.id.group_id();
                Some(depth.saturating_add(usize::from(crosses)))
            })
            .max()
            .unwrap_or(0);
        depths.insert(item.id.clone(), depth);
    }
    depths
}

/// Modules by group and stage; `None` if they need each other in a circle.
fn build<'d>(items: &[&'d Item], stage: &dyn Fn(&Item) -> usize) -> Option<Vec<Module<'d>>> {
    let mut found: Vec<((ResourceId, usize), Module<'d>)> = Vec::new();
    let mut place: BTreeMap<ResourceId, usize> = BTreeMap::new();
    let mut names = Unique::without(&["main", "private-endpoint-address"]);
    for item in items {
        let key = (item.id.group_id(), stage(item));
        let at = found.iter().position(|(known, _)| *known == key);
        let at = at.unwrap_or_else(|| {
            let group = &key.0;
            found.push((
                key.clone(),
                Module {
                    name: names.name(group.resource_group()),
                    group: group.clone(),
                    items: Vec::new(),
                    needs: Vec::new(),
                },
            ));
            found.len().saturating_sub(1)
        });
        if let Some((_, module)) = found.get_mut(at) {
            module.items.push(item);
        }
        place.insert(item.id.clone(), at);
    }
    let needs: Vec<BTreeSet<usize>> = found
        .iter()
        .enumerate()
        .map(|(at, (_, module))| {
            module
                .items
                .iter()
                .flat_map(|item| &item.needs)
                .filter_map(|need| place.get(need).copied())
                .filter(|need| *need != at)
                .collect()
        })
        .collect();
    let mut order: Vec<usize> = Vec::new();
    while order.len() < found.len() {
        let next = (0..found.len()).find(|at| {
            !order.contains(at)
                && needs
                    .get(*at)
                    .is_some_and(|needs| needs.iter().all(|need| order.contains(need)))
        })?;
        order.push(next);
    }
    let mut slots: Vec<Option<Module<'d>>> =
        found.into_iter().map(|(_, module)| Some(module)).collect();
    let mut done = Vec::new();
    for at in &order {
        let Some(mut module) = slots.get_mut(*at).and_then(Option::take) else {
            continue;
        };
        module.needs = needs
            .get(*at)
            .into_iter()
            .flatten()
            .filter_map(|need| order.iter().position(|known| known == need))
            .collect();
        done.push(module);
    }
    Some(done)
}
