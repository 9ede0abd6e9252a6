//! Resources of one subscription, cut into deployments to one resource group each.
//!
//! A group is one module where that is possible. Where groups need each other in turn (a network
//! in one, a load balancer in the other, a service of the first behind it), all groups are cut by
//! how often the way to a resource has crossed a group, which leaves no circle.

use super::{
    deployment::{Deployment, Item, Side},
    expression::Expr,
    names::Unique,
};
use crate::model::id::ResourceId;
use std::collections::{BTreeSet, HashMap, HashSet};

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
    /// Parameters for secrets that its resources use.
    pub(super) secrets: BTreeSet<String>,
    /// The ids of its resources.
    ids: HashSet<ResourceId>,
}

impl Module<'_> {
    /// Whether it makes this resource.
    pub(super) fn makes(&self, id: &ResourceId) -> bool {
        self.ids.contains(id)
    }
}

fn secrets(expr: &Expr, into: &mut BTreeSet<String>) {
    match expr {
        Expr::Secret(name) => {
            into.insert(name.clone());
        }
        Expr::List(list) => list.iter().for_each(|item| secrets(item, into)),
        Expr::Object(members) => members.iter().for_each(|(_, item)| secrets(item, into)),
        _ => {}
    }
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
fn crossings(items: &[&Item]) -> HashMap<ResourceId, usize> {
    let mut depths: HashMap<ResourceId, usize> = HashMap::new();
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
    let mut found: Vec<Module<'d>> = Vec::new();
    let mut by_key: HashMap<(ResourceId, usize), usize> = HashMap::new();
    let mut place: HashMap<&ResourceId, usize> = HashMap::new();
    let mut names = Unique::without(&["main", "private-endpoint-address"]);
    for item in items {
        let group = item.id.group_id();
        let at = *by_key
            .entry((group.clone(), stage(item)))
            .or_insert_with(|| {
                found.push(Module {
                    name: names.name(group.resource_group()),
                    group,
                    items: Vec::new(),
                    needs: Vec::new(),
                    secrets: BTreeSet::new(),
                    ids: HashSet::new(),
                });
                found.len().saturating_sub(1)
            });
        if let Some(module) = found.get_mut(at) {
            module.items.push(item);
            module.ids.insert(item.id.clone());
            secrets(&item.body, &mut module.secrets);
        }
        place.insert(&item.id, at);
    }
    let needs: Vec<BTreeSet<usize>> = found
        .iter()
        .enumerate()
        .map(|(at, module)| {
            module
                .items
                .iter()
                .flat_map(|item| &item.needs)
                .filter_map(|need| place.get(need).copied())
                .filter(|need| *need != at)
                .collect()
        })
        .collect();
    let order = order(&needs)?;
    let mut rank = vec![0_usize; order.len()];
    for (position, at) in order.iter().enumerate() {
        if let Some(rank) = rank.get_mut(*at) {
            *rank = position;
        }
    }
    let mut slots: Vec<Option<Module<'d>>> = found.into_iter().map(Some).collect();
    let mut done = Vec::new();
    for at in order {
        let Some(mut module) = slots.get_mut(at).and_then(Option::take) else {
            continue;
        };
        module.needs = needs
            .get(at)
            .into_iter()
            .flatten()
            .filter_map(|need| rank.get(*need).copied())
            .collect();
        done.push(module);
    }
    Some(done)
}

/// Each after what it needs, the first one that can be first; `None` if there is a circle.
fn order(needs: &[BTreeSet<usize>]) -> Option<Vec<usize>> {
    let mut open: Vec<usize> = needs.iter().map(BTreeSet::len).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (at, needs) in needs.iter().enumerate() {
        for need in needs {
            needed_by.get_mut(*need)?.push(at);
        }
    }
    let all = open.iter().enumerate();
    let mut ready: BTreeSet<usize> = all
        .filter(|(_, open)| **open == 0)
        .map(|(at, _)| at)
        .collect();
    let mut order = Vec::with_capacity(needs.len());
    while let Some(next) = ready.pop_first() {
        order.push(next);
        for after in needed_by.get(next).into_iter().flatten() {
            let open = open.get_mut(*after)?;
            *open = open.saturating_sub(1);
            if *open == 0 {
                ready.insert(*after);
            }
        }
    }
    (order.len() == needs.len()).then_some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_can_be_is_the_next() {
        let check = |needs: &[&[usize]], wanted: Option<&[usize]>| {
            let sets: Vec<BTreeSet<usize>> = needs
                .iter()
                .map(|needs| needs.iter().copied().collect())
                .collect();
            assert_eq!(order(&sets).as_deref(), wanted, "{needs:?}");
        };
        check(&[], Some(&[]));
        check(&[&[], &[], &[]], Some(&[0, 1, 2]));
        check(&[&[2], &[], &[]], Some(&[1, 2, 0]));
        check(&[&[1], &[2], &[], &[]], Some(&[2, 1, 0, 3]));
        check(&[&[1], &[0]], None);
        check(&[&[], &[2], &[1]], None);
    }
}
