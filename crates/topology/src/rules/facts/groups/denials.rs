//! Connections that groups drop, gathered by the rule that drops them: one finding a cause, with
//! the rule that would let them through.

use super::{Direction, Flow, Group, ReadRule, Stand, cover::overtakes};
use crate::{
    finding::{Change, Finding},
    model::{id::ResourceId, network::SecurityRule},
    rules::{Rule, facts::Subject},
};
use serde::Deserialize as _;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What a rule that lets a connection through would say.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Wanted<'a> {
    /// The connection.
    pub(in crate::rules) flow: Flow,
    /// Who is cut off, as a message names it.
    pub(in crate::rules) whom: &'a str,
    /// Sources: ranges, or one service tag.
    pub(in crate::rules) sources: &'a [String],
    /// Destinations: ranges, or `*`.
    pub(in crate::rules) destinations: &'a [String],
    /// What the connection passes, and how: causes there silence the finding.
    pub(in crate::rules) passes: &'a [(&'a ResourceId, &'static str)],
}

/// How findings of one rule are worded, and where its mends stand.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct Wording {
    /// What is dropped: `the probes`.
    pub(in crate::rules) what: &'static str,
    /// Between the port and whom: `of`.
    pub(in crate::rules) joint: &'static str,
    /// Name of the rule that mends it, without the port.
    pub(in crate::rules) name: &'static str,
    /// Which free priority it takes, counted away from the denial: a number a rule, so that the
    /// mends of several rules do not collide.
    pub(in crate::rules) nth: usize,
}

#[derive(Debug, Default)]
struct Dropped {
    flows: Vec<Flow>,
    whom: Vec<String>,
    ports: BTreeSet<u16>,
    sources: BTreeSet<String>,
    destinations: BTreeSet<String>,
    passes: BTreeMap<ResourceId, &'static str>,
}

/// Dropped connections, by group, direction and rule.
#[derive(Debug)]
pub(in crate::rules) struct Denials {
    wording: Wording,
    found: BTreeMap<(ResourceId, Direction, Option<usize>), Dropped>,
}

impl Denials {
    /// None yet.
    pub(in crate::rules) fn new(wording: Wording) -> Self {
        Self {
            wording,
            found: BTreeMap::new(),
        }
    }

    /// Asks the groups at a place about a connection, and notes who drops it.
    pub(in crate::rules) fn ask(
        &mut self,
        subject: &Subject<'_>,
        stand: Stand<'_>,
        direction: Direction,
        wanted: &Wanted<'_>,
    ) {
        let groups = &subject.groups;
        for (group, by) in groups.denials(&subject.networks, stand, direction, wanted.flow) {
            let key = (group.resource.id.clone(), direction, by);
            let dropped = self.found.entry(key).or_default();
            dropped.flows.push(wanted.flow);
            if dropped.whom.last().is_none_or(|last| last != wanted.whom) {
                dropped.whom.push(wanted.whom.to_owned());
            }
            dropped.ports.insert(wanted.flow.port);
            dropped.sources.extend(wanted.sources.iter().cloned());
            let destinations = wanted.destinations.iter().cloned();
            dropped.destinations.extend(destinations);
            for (id, label) in wanted.passes {
                if !dropped.passes.contains_key(id) {
                    dropped.passes.insert((*id).clone(), label);
                }
            }
        }
    }

    /// One finding a rule that drops something.
    pub(in crate::rules) fn report(
        self,
        rule: &Rule,
        subject: &Subject<'_>,
        out: &mut Vec<Finding>,
    ) {
        let wording = self.wording;
        for ((id, direction, by), dropped) in &self.found {
            let Some(group) = subject.groups.get(id) else {
                continue;
            };
            let denial = by.and_then(|index| {
                let rules = group.rules(*direction);
                rules.iter().find(|rule| rule.index == index)
            });
            let (pointer, name) = match (denial, direction) {
                (Some(denial), _) => (denial.pointer(""), denial.rule.name.as_str()),
                (None, Direction::Inbound) => (String::new(), "DenyAllInBound"),
                (None, Direction::Outbound) => (String::new(), "DenyAllOutBound"),
            };
            let ports: Vec<String> = dropped.ports.iter().map(u16::to_string).collect();
            let message = format!(
                "`{name}` of `{}` drops {} to port {} {} {}",
                id.name(),
                wording.what,
                ports.join(", "),
                wording.joint,
                named(&dropped.whom)
            );
            let passes = dropped.passes.iter();
            let finding = passes.fold(rule.at(id, pointer, message), |finding, (id, label)| {
                finding.related(id, "", *label)
            });
            out.push(
                match mend(subject, wording, group, *direction, denial, dropped) {
                    Some((title, change)) => finding.fix(title, [change]),
                    None => finding,
                },
            );
        }
    }
}

/// `` `a` ``, `` `a` and `b` ``, `` `a` and 3 more ``.
fn named(whom: &[String]) -> String {
    let distinct: BTreeSet<&String> = whom.iter().collect();
    let first = whom.first().map_or("", String::as_str);
    match distinct.len() {
        0 | 1 => format!("`{first}`"),
        2 => {
            let other = whom.iter().find(|name| name.as_str() != first);
            format!("`{first}` and `{}`", other.map_or("", String::as_str))
        }
        many => format!("`{first}` and {} more", many.saturating_sub(1)),
    }
}

/// An own rule that allows all of it but comes too late is moved; else a new one is added.
fn mend(
    subject: &Subject<'_>,
    wording: Wording,
    group: &Group<'_>,
    direction: Direction,
    denial: Option<&ReadRule<'_>>,
    dropped: &Dropped,
) -> Option<(String, Change)> {
    let before = denial.map(ReadRule::priority);
    let id = &group.resource.id;
    let priority = group.free_priority(direction, before, wording.nth)?;
    let late = group.rules(direction).iter().find(|rule| {
        rule.allows
            && before.is_some_and(|before| rule.priority() > before)
            && dropped.flows.iter().all(|flow| rule.surely_matches(*flow))
    });
    if let Some(late) = late {
        return Some((
            format!("give `{}` the priority {priority}", late.rule.name),
            Change::set(id, late.pointer("/properties/priority"), priority),
        ));
    }
    let ports: Vec<String> = dropped.ports.iter().map(u16::to_string).collect();
    let stem = format!("{}-{}", wording.name, ports.join("-"));
    let name = if group.all_rules().any(|rule| rule.rule.name == stem) {
        format!("{stem}-{priority}")
    } else {
        stem
    };
    let mut properties = json!({
        "priority": priority,
        "direction": direction.word(),
        "access": "Allow",
        "protocol": "Tcp",
        "sourcePortRange": "*",
    });
    let members = properties.as_object_mut()?;
    let mut put = |one: &str, many: &str, all: Vec<String>| match all.as_slice() {
        [only] => members.insert(one.to_owned(), json!(only)),
        _ => members.insert(many.to_owned(), json!(all)),
    };
    let list = |set: &BTreeSet<String>| set.iter().cloned().collect();
    put(
        "sourceAddressPrefix",
        "sourceAddressPrefixes",
        list(&dropped.sources),
    );
    put(
        "destinationAddressPrefix",
        "destinationAddressPrefixes",
        list(&dropped.destinations),
    );
    put("destinationPortRange", "destinationPortRanges", ports);
    let rule = json!({ "name": name, "properties": properties });
    if let (Some(denial), Ok(added)) = (denial, SecurityRule::deserialize(&rule)) {
        let added = ReadRule::read(0, &added);
        // It would deny nothing any more, so it goes instead.
        if overtakes(&added, denial, group, &subject.networks) {
            let change = Change::remove(id, denial.pointer(""));
            return Some((format!("take `{}` away", denial.rule.name), change));
        }
    }
    Some((
        format!("add `{name}` at priority {priority}"),
        Change::set(id, "/properties/securityRules/-", rule),
    ))
}

impl ReadRule<'_> {
    /// Whether it matches a connection whatever its tags stand for.
    fn surely_matches(&self, flow: Flow) -> bool {
        self.matches(flow, None, &super::Groups::default()) == super::side::Match::Yes
    }
}
