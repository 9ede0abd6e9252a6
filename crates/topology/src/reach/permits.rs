//! What network security groups say about whole sets of connections to one address.
//!
//! Follows the rules in their order and keeps what no rule has decided yet. Where a rule may or may
//! not match, the set goes on with a doubt, which a later rule of the same effect removes.

use super::parts::{Cause, Part};
use crate::{
    model::id::ResourceId,
    sets::{Flows, Ranges},
    trace::{
        Outcome,
        security::{self, Direction, Group, Match, Rule},
        world::{Place, World},
    },
};
use std::net::Ipv4Addr;

/// What groups say about connections to an address.
#[derive(Debug, Default)]
pub(crate) struct Permits {
    pub(crate) passed: Flows,
    /// Dropped or not known.
    pub(crate) stopped: Vec<Part>,
}

/// A set that nothing has decided yet, with the first rules that may have.
struct Open<'r, 't> {
    flows: Flows,
    may_allow: Option<&'r Rule<'t>>,
    may_deny: Option<&'r Rule<'t>>,
}

/// Judges at the groups of a NIC and its subnet: inbound subnet first, outbound NIC first.
pub(crate) fn permits(
    world: &World<'_>,
    direction: Direction,
    of_nic: Option<&ResourceId>,
    place: Place,
    to: Ipv4Addr,
    flows: Flows,
) -> Permits {
    let mut all = Permits {
        passed: flows,
        stopped: Vec::new(),
    };
    let mut acts = false;
    for id in security::groups_at(world, direction, of_nic, place)
        .into_iter()
        .flatten()
    {
        acts = true;
        let flows = std::mem::take(&mut all.passed);
        if flows.is_empty() {
            break;
        }
        if let Some(group) = world.group(id) {
            by_group(world, group, direction, place, to, flows, &mut all);
        } else {
            let missing = security::missing_group(id);
            all.stopped.push(Part::judged(flows, &missing));
        }
    }
    if !acts {
        for (space, judgement) in world.closed_peers(place) {
            let addresses = match direction {
                Direction::Inbound => space.clone(),
                Direction::Outbound if space.contains(to.to_bits()) => Ranges::all_addresses(),
                Direction::Outbound => continue,
            };
            let held = all.passed.and(&Flows::of(&addresses, &Ranges::all_ports()));
            if !held.is_empty() {
                all.passed = all.passed.minus(&held);
                all.stopped.push(Part::judged(held, &judgement));
            }
        }
    }
    all
}

fn by_group(
    world: &World<'_>,
    group: &Group<'_>,
    direction: Direction,
    place: Place,
    to: Ipv4Addr,
    flows: Flows,
    all: &mut Permits,
) {
    let mut open = vec![Open {
        flows,
        may_allow: None,
        may_deny: None,
    }];
    for rule in group.rules(direction) {
        if open.is_empty() {
            break;
        }
        let at_destination = rule.destinations.holds(world, place, to);
        if at_destination == Match::No {
            continue;
        }
        let is_sure = at_destination == Match::Yes && rule.source_ports == Match::Yes;
        let (yes, maybe) = rule.sources.sets(world, place);
        let (sure, perhaps) = if is_sure {
            (Flows::of(&yes, &rule.ports), Flows::of(&maybe, &rule.ports))
        } else {
            (Flows::EMPTY, Flows::of(&yes.or(&maybe), &rule.ports))
        };
        let mut next: Vec<Open<'_, '_>> = Vec::new();
        for set in open {
            let decided = set.flows.and(&sure);
            let rest = if decided.is_empty() {
                set.flows
            } else {
                let rest = set.flows.minus(&decided);
                let doubt = if rule.allows {
                    set.may_deny
                } else {
                    set.may_allow
                };
                decide(group, rule, doubt, decided, all);
                rest
            };
            let doubted = rest.and(&perhaps);
            let rest = if doubted.is_empty() {
                rest
            } else {
                let rest = rest.minus(&doubted);
                let (may_allow, may_deny) = if rule.allows {
                    (set.may_allow.or(Some(rule)), set.may_deny)
                } else {
                    (set.may_allow, set.may_deny.or(Some(rule)))
                };
                next.push(Open {
                    flows: doubted,
                    may_allow,
                    may_deny,
                });
                rest
            };
            if !rest.is_empty() {
                next.push(Open { flows: rest, ..set });
            }
        }
        open = next;
    }
    for set in open {
        let because = format!(
            "no rule of network security group `{}` allows it",
            group.id.name()
        );
        let cause = Cause::new(because, Vec::new());
        all.stopped
            .push(Part::stopped(set.flows, Outcome::Dropped, cause));
    }
}

fn decide(
    group: &Group<'_>,
    rule: &Rule<'_>,
    doubt: Option<&Rule<'_>>,
    flows: Flows,
    all: &mut Permits,
) {
    if let Some(doubt) = doubt {
        let because = format!(
            "rule `{}` of network security group `{}` may match; the topology does not say what it stands for",
            doubt.name,
            group.id.name()
        );
        let cause = Cause::new(because, vec![group.decided(doubt)]);
        all.stopped
            .push(Part::stopped(flows, Outcome::Unknown, cause));
    } else if rule.allows {
        all.passed = all.passed.or(&flows);
    } else {
        let cause = Cause::new(group.sentence(rule), vec![group.decided(rule)]);
        all.stopped
            .push(Part::stopped(flows, Outcome::Dropped, cause));
    }
}
