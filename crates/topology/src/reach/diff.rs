//! What is reachable in one topology and not in another.
//!
//! Two manifests may differ in a hundred lines and let the same connections through, or differ in
//! one rule and cut a partner off. Only what hangs together with something that changed is asked
//! about, and machines that no rule or route tells apart are asked about once.

use super::{
    classes::{self, Class, Names},
    parts::Part,
    spread::{Goal, Reckoner},
    target,
};
use crate::{
    arm,
    model::{Topology, addresses::Holder, api_management::ApiManagement, id::ResourceId},
    sets::{Flows, Ranges},
    trace::{
        DecidedBy, Outcome, Verdict, World,
        security::Direction,
        selector::{Sender, holder_name},
        world::{Net, Place},
    },
};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    net::Ipv4Addr,
};

/// Whether a change takes something away or adds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReachChangeKind {
    /// Was reachable and is no longer.
    Lost,
    /// Was not reachable and is now.
    Gained,
}

/// Why connections end as they do on one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReachSide {
    /// How they end.
    pub outcome: Outcome,
    /// The reason, in one sentence.
    pub because: String,
    /// What decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decided_by: Vec<DecidedBy>,
}

/// Connections that are reachable on one side only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReachChange {
    /// Lost or gained.
    pub kind: ReachChangeKind,
    /// Who sends: clients, machines, subnets or whole networks.
    pub from: Vec<String>,
    /// What they reach.
    pub to: Vec<String>,
    /// On which ports.
    pub ports: String,
    /// Before; absent where there was nothing to ask about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<ReachSide>,
    /// After; absent where there is nothing left to ask about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<ReachSide>,
}

/// The difference in reach of two topologies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReachDiff {
    /// Contract version, 1.
    pub version: u32,
    /// What changed, losses first.
    pub changes: Vec<ReachChange>,
}

impl fmt::Display for ReachDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            writeln!(f, "{change}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ReachChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.kind {
            ReachChangeKind::Lost => "can no longer reach",
            ReachChangeKind::Gained => "can now reach",
        };
        write!(
            f,
            "{} {verb} {} on {}",
            listed(&self.from),
            listed(&self.to),
            if self.ports == "*" {
                "every port".to_owned()
            } else {
                self.ports.clone()
            }
        )?;
        let decisive = match self.kind {
            ReachChangeKind::Lost => &self.after,
            ReachChangeKind::Gained => &self.before,
        };
        let word = match self.kind {
            ReachChangeKind::Lost => "now",
            ReachChangeKind::Gained => "before",
        };
        match decisive {
            Some(side) => write!(f, "\n  {word}: {}", side.because),
            None => write!(f, "\n  {word}: it is not there"),
        }
    }
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 4;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| {
            if name.contains('`') || name.contains(' ') {
                name.clone()
            } else {
                format!("`{name}`")
            }
        })
        .collect();
    let rest = names.len().saturating_sub(SHOWN);
    if rest > 0 {
        format!("{} and {rest} more", shown.join(", "))
    } else {
        shown.join(", ")
    }
}

/// What a sender may reach; the same thing in both topologies has the same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key {
    Host(String),
    Holder(Holder),
    Internet,
}

/// One side.
struct Side<'w, 't> {
    reckoner: Reckoner<'w, 't>,
    names: Names,
    /// Everybody who has an address, with what tells rules and routes apart.
    holders: HashMap<Holder, (Net, Ipv4Addr, u64)>,
}

/// What is reachable in `before` or `after` only.
pub fn diff(before: &Topology, after: &Topology) -> ReachDiff {
    let none = ReachDiff {
        version: 1,
        changes: Vec::new(),
    };
    let Some(touched) = touched(before, after) else {
        return none;
    };
    let (old_world, new_world) = (World::new(before), World::new(after));
    let mut old = Side::new(&old_world);
    let mut new = Side::new(&new_world);
    let subnets: BTreeSet<ResourceId> = old_world
        .subnets
        .iter()
        .chain(&new_world.subnets)
        .map(|subnet| subnet.id.clone())
        .filter(|id| {
            id.parent()
                .is_some_and(|network| touched.contains(&network))
        })
        .collect();
    let mut found: Vec<Found> = Vec::new();
    let senders = subnets.into_iter().map(Some).chain([None]);
    for subnet in senders {
        let old_classes = old.classes(subnet.as_ref());
        let new_classes = new.classes(subnet.as_ref());
        let groups = grouped(
            old.keys(subnet.as_ref()),
            new.keys(subnet.as_ref()),
            &old,
            &new,
        );
        for keys in groups {
            let Some(first) = keys.first() else { continue };
            let old_parts = old.parts(&old_classes, first);
            let new_parts = new.parts(&new_classes, first);
            let (was, is) = (reachable(&old_parts), reachable(&new_parts));
            for (kind, flows) in [
                (ReachChangeKind::Lost, was.minus(&is)),
                (ReachChangeKind::Gained, is.minus(&was)),
            ] {
                if flows.is_empty() {
                    continue;
                }
                let world = match kind {
                    ReachChangeKind::Lost => &old_world,
                    ReachChangeKind::Gained => &new_world,
                };
                found.push(Found {
                    kind,
                    subnet: subnet.clone(),
                    sender: sender_names(world, subnet.as_ref(), &flows.sources()),
                    keys: keys.clone(),
                    ports: flows.ports(),
                    before: side(before, &old_parts, &flows),
                    after: side(after, &new_parts, &flows),
                });
            }
        }
    }
    ReachDiff {
        version: 1,
        changes: merged(found, &old_world, &new_world),
    }
}

/// A change of one subnet.
#[derive(Clone, Debug)]
struct Found {
    kind: ReachChangeKind,
    subnet: Option<ResourceId>,
    sender: Sending,
    keys: Vec<Key>,
    ports: Ranges,
    before: Option<ReachSide>,
    after: Option<ReachSide>,
}

#[derive(Clone, Debug)]
enum Sending {
    /// All addresses that machines of a subnet can have.
    Whole(String),
    Some(Vec<String>),
}

impl<'w, 't> Side<'w, 't> {
    fn new(world: &'w World<'t>) -> Self {
        let mut holders = HashMap::new();
        let borders = borders(world);
        for index in 0..world.networks.len() {
            let net = Net(index);
            for (address, holder) in world.holders_in(net) {
                let likeness = likeness(world, net, *address, holder, &borders);
                holders.insert(holder.clone(), (net, *address, likeness));
            }
        }
        Self {
            reckoner: Reckoner::new(world),
            names: Names::default(),
            holders,
        }
    }

    fn classes(&self, subnet: Option<&ResourceId>) -> Vec<Class<'w, 't>> {
        let world = self.reckoner.world;
        match subnet {
            None => classes::of(world, &Sender::Internet(None)),
            Some(id) => world
                .place(id)
                .map_or_else(Vec::new, |place| classes::of(world, &world.whole(place))),
        }
    }

    /// Everything that is worth asking about from a subnet.
    fn keys(&self, subnet: Option<&ResourceId>) -> Vec<Key> {
        let world = self.reckoner.world;
        let mut keys: Vec<Key> = world
            .topology
            .api_managements()
            .map(|(resource, _)| Key::Host(ApiManagement::gateway_host(resource.id.name())))
            .collect();
        match subnet.and_then(|id| world.place(id)) {
            None if subnet.is_none() => {
                let users = world.public_users().into_iter();
                keys.extend(users.map(|(_, holder)| Key::Holder(holder)));
            }
            None => {}
            Some(place) => {
                let network = world.network_at(place);
                for (record, _) in world.topology.a_record_sets() {
                    let Some(zone) = record.id.parent() else {
                        continue;
                    };
                    if network.zones.iter().any(|linked| linked.id == zone) {
                        match record.id.name() {
                            "@" => keys.push(Key::Host(zone.name().to_ascii_lowercase())),
                            name if name.starts_with('*') => {}
                            name => keys.push(Key::Host(
                                format!("{name}.{}", zone.name()).to_ascii_lowercase(),
                            )),
                        }
                    }
                }
                let origin = super::spread::Origin { place, group: None };
                for net in target::in_sight(world, origin) {
                    let all = world.holders_in(net).iter();
                    keys.extend(all.map(|(_, holder)| Key::Holder(holder.clone())));
                }
                keys.push(Key::Internet);
            }
        }
        keys
    }

    /// How connections of these classes end.
    fn parts(&mut self, classes: &[Class<'w, 't>], key: &Key) -> Vec<Part> {
        let ports = Ranges::all_ports();
        let mut all = Vec::new();
        for class in classes {
            let flows = Flows::of(&class.sources, &ports);
            match key {
                Key::Host(host) => all.extend(classes::ends(
                    &self.reckoner,
                    &mut self.names,
                    class,
                    host,
                    None,
                    &ports,
                )),
                Key::Holder(holder) => {
                    if let Some(origin) = class.origin {
                        if let Some((_, address, _)) = self.holders.get(holder) {
                            let goal = Goal {
                                to: *address,
                                meant: Some(holder),
                                service: None,
                            };
                            all.extend(self.reckoner.spread(origin, goal, flows));
                        }
                    } else {
                        let users = self.reckoner.world.public_users();
                        for (address, _) in users.iter().filter(|(_, user)| user == holder) {
                            let goal = Goal {
                                to: *address,
                                meant: None,
                                service: None,
                            };
                            all.extend(self.reckoner.at_public_address(goal, &flows, None));
                        }
                    }
                }
                Key::Internet => {
                    let reached = target::reach(
                        &self.reckoner,
                        &mut self.names,
                        class,
                        &target::Target::Internet,
                        &ports,
                    );
                    all.extend(reached.into_iter().flat_map(|reached| reached.parts));
                }
            }
        }
        all
    }
}

/// The connections that get there: delivered, or let in to a machine or out to the internet.
fn reachable(parts: &[Part]) -> Flows {
    let there = parts.iter().filter(|part| {
        part.outcome == Outcome::Delivered
            || part.network == Verdict::Pass
                && (part.cause.is_listener() || part.outcome == Outcome::Unknown)
    });
    there.fold(Flows::EMPTY, |all, part| all.or(&part.flows))
}

fn side(topology: &Topology, parts: &[Part], flows: &Flows) -> Option<ReachSide> {
    let part = parts
        .iter()
        .find(|part| !part.flows.and(flows).is_empty())?;
    let mut decided_by = part.cause.by.clone();
    crate::trace::locate(topology, &mut decided_by);
    Some(ReachSide {
        outcome: part.outcome,
        because: part.cause.because.clone(),
        decided_by,
    })
}

/// Puts together what is alike on both sides: one of them is asked about for all.
fn grouped(
    old_keys: Vec<Key>,
    new_keys: Vec<Key>,
    old: &Side<'_, '_>,
    new: &Side<'_, '_>,
) -> Vec<Vec<Key>> {
    let all: BTreeSet<Key> = old_keys.into_iter().chain(new_keys).collect();
    let mut groups: Vec<Vec<Key>> = Vec::new();
    let mut by_likeness: HashMap<(Option<u64>, Option<u64>), usize> = HashMap::new();
    for key in all {
        let likeness = match &key {
            Key::Holder(holder @ (Holder::Nic(..) | Holder::Instance(..) | Holder::Client(_))) => {
                let of = |side: &Side<'_, '_>| side.holders.get(holder).map(|(_, _, like)| *like);
                Some((of(old), of(new)))
            }
            _ => None,
        };
        let known = likeness.and_then(|likeness| by_likeness.get(&likeness).copied());
        if let Some(index) = known {
            if let Some(group) = groups.get_mut(index) {
                group.push(key);
            }
        } else {
            if let Some(likeness) = likeness {
                by_likeness.insert(likeness, groups.len());
            }
            groups.push(vec![key]);
        }
    }
    groups
}

/// All sets of destinations that rules name: two addresses that are in the same ones are alike.
fn borders(world: &World<'_>) -> Vec<Ranges> {
    let mut all: BTreeSet<Ranges> = BTreeSet::new();
    for (resource, _) in world.topology.network_security_groups() {
        if let Some(group) = world.group(&resource.id) {
            for direction in [Direction::Inbound, Direction::Outbound] {
                let rules = group.rules(direction).iter();
                all.extend(rules.map(|rule| rule.destinations.written().clone()));
            }
        }
    }
    for (_, table) in world.topology.route_tables() {
        let prefixes = table
            .routes
            .iter()
            .filter_map(|route| route.properties.address_prefix.parse().ok());
        all.extend(prefixes.map(|range| Ranges::cidrs([range])));
    }
    all.remove(&Ranges::EMPTY);
    all.into_iter().collect()
}

/// A number that is the same for machines that nothing tells apart.
fn likeness(
    world: &World<'_>,
    net: Net,
    address: Ipv4Addr,
    holder: &Holder,
    borders: &[Ranges],
) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    net.hash(&mut hasher);
    match world.interface_at(net, address) {
        Some(interface) => {
            interface.place.hash(&mut hasher);
            interface.group.hash(&mut hasher);
            let mut groups: Vec<&ResourceId> = world.groups_of(net, address).collect();
            groups.sort_unstable();
            groups.hash(&mut hasher);
            match interface
                .machine
                .id()
                .filter(|id| world.relay(id).is_some())
            {
                // A relay leads somewhere of its own.
                Some(relay) => relay.hash(&mut hasher),
                None => std::mem::discriminant(&interface.machine).hash(&mut hasher),
            }
        }
        None => holder.hash(&mut hasher),
    }
    for border in borders {
        border.contains(address.to_bits()).hash(&mut hasher);
    }
    hasher.finish()
}

fn sender_names(world: &World<'_>, subnet: Option<&ResourceId>, sources: &Ranges) -> Sending {
    let Some(id) = subnet else {
        return Sending::Whole("internet".to_owned());
    };
    let Some(place) = world.place(id) else {
        return Sending::Whole(id.short());
    };
    let whole = world.whole(place);
    let everybody = classes::of(world, &whole)
        .iter()
        .fold(Ranges::EMPTY, |all, class| all.or(&class.sources));
    if everybody == *sources {
        return Sending::Whole(world.sender_name(&whole));
    }
    let mut left = sources.clone();
    let mut names: Vec<String> = Vec::new();
    for interface in world.interfaces_in(place) {
        let bits = interface.address.to_bits();
        if left.contains(bits) {
            left = left.minus(&Ranges::address(interface.address));
            names.push(world.sender_name(&Sender::Interface(interface)));
        }
    }
    if !left.is_empty() {
        let subnet = world.sender_name(&whole);
        names.push(format!("`{subnet}` ({})", left.addresses_text()));
    }
    Sending::Some(names)
}

fn key_name(key: &Key) -> String {
    match key {
        Key::Host(host) => host.clone(),
        Key::Holder(holder) => holder_name(holder),
        Key::Internet => "the internet".to_owned(),
    }
}

/// Puts changes of one kind and reason together, so that what a person did once is read once.
fn merged(found: Vec<Found>, old: &World<'_>, new: &World<'_>) -> Vec<ReachChange> {
    let mut changes: Vec<(ReachChange, Vec<Option<ResourceId>>)> = Vec::new();
    for one in found {
        let to: Vec<String> = one.keys.iter().map(key_name).collect();
        let (from, whole) = match one.sender {
            Sending::Whole(name) => (vec![name], true),
            Sending::Some(names) => (names, false),
        };
        let change = ReachChange {
            kind: one.kind,
            from,
            to,
            ports: one.ports.ports_text(),
            before: one.before,
            after: one.after,
        };
        let like = changes.iter_mut().find(|(known, _)| {
            known.kind == change.kind
                && known.to == change.to
                && known.ports == change.ports
                && decisive(known) == decisive(&change)
        });
        let subnet = whole.then_some(one.subnet);
        match like {
            Some((known, subnets)) => {
                known.from.extend(change.from);
                subnets.extend(subnet);
            }
            None => changes.push((change, subnet.into_iter().collect())),
        }
    }
    for (change, subnets) in &mut changes {
        match change.kind {
            ReachChangeKind::Lost => by_network(old, change, subnets),
            ReachChangeKind::Gained => by_network(new, change, subnets),
        }
    }
    let mut changes: Vec<ReachChange> = changes.into_iter().map(|(change, _)| change).collect();
    // The same senders to other things for the same reason are one change.
    let mut all: Vec<ReachChange> = Vec::new();
    for change in changes.drain(..) {
        let like = all.iter_mut().find(|known| {
            known.kind == change.kind
                && known.from == change.from
                && known.ports == change.ports
                && decisive(known) == decisive(&change)
        });
        match like {
            Some(known) => known.to.extend(change.to),
            None => all.push(change),
        }
    }
    all.sort_by_key(|change| change.kind);
    all
}

/// The reason that a person asks for: of a loss that of today, of a gain that of yesterday.
fn decisive(change: &ReachChange) -> Option<&str> {
    let side = match change.kind {
        ReachChangeKind::Lost => &change.after,
        ReachChangeKind::Gained => &change.before,
    };
    side.as_ref().map(|side| side.because.as_str())
}

/// A network instead of all of its subnets.
fn by_network(world: &World<'_>, change: &mut ReachChange, subnets: &[Option<ResourceId>]) {
    let known: BTreeSet<&ResourceId> = subnets.iter().flatten().collect();
    for index in 0..world.networks.len() {
        let net = Net(index);
        let places: Vec<Place> = world.subnets_of(net).collect();
        let is_whole = !places.is_empty()
            && places
                .iter()
                .all(|place| known.contains(&world.subnet(*place).id));
        if !is_whole {
            continue;
        }
        let names: BTreeSet<String> = places
            .iter()
            .map(|place| world.sender_name(&world.whole(*place)))
            .collect();
        change.from.retain(|name| !names.contains(name));
        change.from.push(world.network_name(net).to_owned());
    }
}

/// The networks that hang together with something that changed; `None` if nothing did.
fn touched(before: &Topology, after: &Topology) -> Option<BTreeSet<ResourceId>> {
    let mut together = Together::default();
    let mut changed: Vec<usize> = Vec::new();
    for topology in [before, after] {
        for (id, resource) in &topology.resources {
            let own = together.number(id);
            if let Ok(value) = arm::export(resource) {
                let mut ids = Vec::new();
                mentioned(&value, &mut ids);
                for mentioned in ids {
                    let whole = nearest(before, after, mentioned);
                    let other = together.number(&whole);
                    together.join(own, other);
                }
            }
        }
        for client in topology.clients.values() {
            if let Some(network) = client.subnet.parent() {
                together.number(&network);
            }
        }
    }
    for (id, resource) in &before.resources {
        let same = after
            .resources
            .get(id)
            .is_some_and(|other| other.body == resource.body && other.sku == resource.sku);
        if !same {
            changed.push(together.number(id));
        }
    }
    for id in after.resources.keys() {
        if !before.resources.contains_key(id) {
            changed.push(together.number(id));
        }
    }
    for topology in [before, after] {
        for (name, client) in &topology.clients {
            let same = before.clients.get(name).map(without_span)
                == after.clients.get(name).map(without_span);
            if let Some(network) = client.subnet.parent().filter(|_| !same) {
                changed.push(together.number(&network));
            }
        }
    }
    if changed.is_empty() {
        return None;
    }
    let roots: BTreeSet<usize> = changed.into_iter().map(|one| together.root(one)).collect();
    let networks = before
        .virtual_networks()
        .chain(after.virtual_networks())
        .map(|(resource, _)| resource.id.clone());
    let touched: Vec<ResourceId> = networks
        .filter(|id| {
            let number = together.number(id);
            roots.contains(&together.root(number))
        })
        .collect();
    Some(touched.into_iter().collect())
}

type ClientParts<'c> = (
    &'c ResourceId,
    Option<Ipv4Addr>,
    &'c BTreeMap<String, Ipv4Addr>,
);

fn without_span(client: &crate::model::Client) -> ClientParts<'_> {
    (&client.subnet, client.private_ip_address, &client.hosts)
}

/// The ids and aliases that a value mentions.
fn mentioned(value: &Value, ids: &mut Vec<ResourceId>) {
    match value {
        Value::String(text) => {
            let text = text
                .strip_prefix("addressOf(")
                .and_then(|rest| rest.strip_suffix(')'))
                .unwrap_or(text);
            if text.starts_with("/subscriptions/")
                && let Ok(id) = text.parse()
            {
                ids.push(id);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| mentioned(item, ids)),
        Value::Object(members) => members.values().for_each(|item| mentioned(item, ids)),
        _ => {}
    }
}

/// The resource in which an id stands.
fn nearest(before: &Topology, after: &Topology, mut id: ResourceId) -> ResourceId {
    while !before.resources.contains_key(&id) && !after.resources.contains_key(&id) {
        match id.parent() {
            Some(parent) => id = parent,
            None => return id,
        }
    }
    id
}

/// Sets of resources that mention each other.
#[derive(Debug, Default)]
struct Together {
    numbers: HashMap<ResourceId, usize>,
    parents: Vec<usize>,
}

impl Together {
    fn number(&mut self, id: &ResourceId) -> usize {
        if let Some(known) = self.numbers.get(id) {
            return *known;
        }
        let number = self.parents.len();
        self.parents.push(number);
        self.numbers.insert(id.clone(), number);
        // A child hangs together with its parent.
        if let Some(parent) = id.parent() {
            let parent = self.number(&parent);
            self.join(number, parent);
        }
        number
    }

    fn root(&mut self, mut number: usize) -> usize {
        while let Some(parent) = self.parents.get(number).copied() {
            if parent == number {
                break;
            }
            let above = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(number) {
                *slot = above;
            }
            number = above;
        }
        number
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if let Some(slot) = self.parents.get_mut(one) {
            *slot = other;
        }
    }
}
