//! Holds expectations against a topology: for all addresses and ports that they name.
//!
//! A statement that fails comes with a counterexample: one connection, walked, with the hop and the
//! rule that decided.

use super::{
    classes::{self, Class, Names},
    parts::Part,
    spread::Reckoner,
    target::{self, Judged, Reached, Target},
};
use crate::{
    finding::{Finding, Severity},
    model::{
        Topology,
        addresses::Holder,
        expectation::{Effect, Expectation, PortRange, Selector},
    },
    sets::Ranges,
    trace::{
        Hop, HopKind, Outcome, Trace, Verdict, World,
        security::SOMEWHERE,
        walk::{Station, Walk, Wanted},
    },
};
use std::net::Ipv4Addr;

/// Something that must be reachable is not.
const UNREACHED: &str = "EXP001";
/// Something that must not be reachable is.
const REACHED: &str = "EXP002";
/// A selector names nothing.
const NAMES_NOTHING: &str = "EXP003";
/// The topology does not say enough.
const UNKNOWN: &str = "EXP004";

/// The codes of what [`check_expectations`] finds.
pub const EXPECTATION_CODES: &[&str] = &[UNREACHED, REACHED, NAMES_NOTHING, UNKNOWN];

/// Checks statements against a topology; a statement that holds gives no finding.
pub fn check_expectations(topology: &Topology, expectations: &[Expectation]) -> Vec<Finding> {
    if expectations.is_empty() {
        return Vec::new();
    }
    let world = World::new(topology);
    let reckoner = Reckoner::new(&world);
    let mut names = Names::default();
    expectations
        .iter()
        .filter_map(|expectation| check(&reckoner, &mut names, expectation))
        .collect()
}

/// A connection that is not as it should be.
struct Against<'w, 't> {
    class: Class<'w, 't>,
    reached: Reached,
    part: Part,
}

fn check(
    reckoner: &Reckoner<'_, '_>,
    names: &mut Names,
    expectation: &Expectation,
) -> Option<Finding> {
    let world = reckoner.world;
    let senders = match world.senders(&expectation.from) {
        Ok(senders) => senders,
        Err(error) => return Some(nothing(expectation, &expectation.from, &error.to_string())),
    };
    let to = match target::of(world, &expectation.to) {
        Ok(to) => to,
        Err(error) => return Some(nothing(expectation, &expectation.to, &error.to_string())),
    };
    let ports = ports(expectation, &to);
    let mut unknown: Option<Against<'_, '_>> = None;
    let mut seen: Vec<(target_key::Key, Ranges)> = Vec::new();
    for sender in &senders {
        for mut class in classes::of(world, sender) {
            // `any` names machines and their subnets: what was asked is not asked again.
            let key = target_key::of(&class);
            let known = seen.iter_mut().find(|(known, _)| *known == key);
            let fresh = match &known {
                Some((_, done)) => class.sources.minus(done),
                None => class.sources.clone(),
            };
            match known {
                Some((_, done)) => *done = done.or(&fresh),
                None => seen.push((key, fresh.clone())),
            }
            if fresh.is_empty() {
                continue;
            }
            class.sources = fresh;
            let all = target::reach(reckoner, names, &class, &to, &ports);
            let found = match expectation.effect {
                Effect::Deny => denied(&all),
                Effect::Allow => allowed(&all),
            };
            match found {
                Found::Holds => {}
                Found::Fails(index, part) => {
                    let reached = index.and_then(|index| all.into_iter().nth(index));
                    return Some(fails(reckoner, expectation, &class, reached, part));
                }
                Found::Unknown(index, part) => {
                    if unknown.is_none()
                        && let Some(reached) = all.into_iter().nth(index)
                    {
                        unknown = Some(Against {
                            class,
                            reached,
                            part,
                        });
                    }
                }
            }
        }
    }
    unknown.map(|against| cannot_be_known(expectation, &against))
}

/// Which senders were asked about already.
mod target_key {
    use super::Class;

    pub(super) type Key = (Option<usize>, Option<String>, bool);

    pub(super) fn of(class: &Class<'_, '_>) -> Key {
        let has_names = class.interface.is_some_and(|interface| {
            interface.hosts.is_some_and(|hosts| !hosts.is_empty())
                || !interface.dns_servers.is_empty()
        });
        (
            class.origin.map(|origin| origin.place.0),
            class
                .origin
                .and_then(|origin| origin.group)
                .map(|group| group.as_str().to_ascii_lowercase()),
            has_names,
        )
    }
}

fn ports(expectation: &Expectation, to: &Target) -> Ranges {
    if !expectation.ports.is_empty() {
        return Ranges::ports(expectation.ports.iter().copied());
    }
    if let Some(port) = expectation.to.port {
        return Ranges::port(port);
    }
    match (expectation.effect, to) {
        (Effect::Deny, _) => Ranges::all_ports(),
        (Effect::Allow, Target::One(destination)) if !destination.known_ports.is_empty() => {
            let known = destination.known_ports.iter();
            Ranges::ports(known.map(|port| PortRange::one(*port)))
        }
        (Effect::Allow, _) => Ranges::port(443),
    }
}

enum Found {
    Holds,
    /// Which destination, and which of its parts; none if nothing of it is in sight.
    Fails(Option<usize>, Option<Part>),
    Unknown(usize, Part),
}

fn denied(all: &[Reached]) -> Found {
    let mut unknown = None;
    for (index, reached) in all.iter().enumerate() {
        for part in &reached.parts {
            match reached.verdict(part) {
                Verdict::Pass => return Found::Fails(Some(index), Some(part.clone())),
                Verdict::Unknown => {
                    unknown = unknown.or_else(|| Some((index, part.clone())));
                }
                Verdict::Drop => {}
            }
        }
    }
    match unknown {
        Some((index, part)) => Found::Unknown(index, part),
        None => Found::Holds,
    }
}

/// Whether connections are as an `allow` wants them: they arrive, or only what listens on a machine
/// is not known.
fn is_fine(part: &Part) -> bool {
    part.outcome == Outcome::Delivered
        || part.outcome == Outcome::Unknown
            && part.network == Verdict::Pass
            && (part.cause.is_listener() || part.cause.by.is_empty())
}

fn allowed(all: &[Reached]) -> Found {
    let takes_connections =
        |reached: &&Reached| !matches!(reached.meant, Some(Holder::Nat(..) | Holder::Unit(..)));
    // Of networks that the sender cannot route to, what its private endpoints lead to counts.
    let any_direct = all.iter().any(|reached| reached.is_direct);
    let mut unknown = None;
    let mut is_empty = true;
    for (index, reached) in all
        .iter()
        .enumerate()
        .filter(|(_, reached)| takes_connections(reached))
        .filter(|(_, reached)| reached.is_direct || !any_direct)
    {
        is_empty = false;
        for part in &reached.parts {
            if is_fine(part) {
                continue;
            }
            if part.outcome == Outcome::Dropped {
                return Found::Fails(Some(index), Some(part.clone()));
            }
            unknown = unknown.or_else(|| Some((index, part.clone())));
        }
    }
    match unknown {
        Some((index, part)) => Found::Unknown(index, part),
        None if is_empty => Found::Fails(None, None),
        None => Found::Holds,
    }
}

fn title(expectation: &Expectation) -> String {
    match &expectation.name {
        Some(name) => format!("`{name}`: "),
        None => String::new(),
    }
}

fn ports_of(expectation: &Expectation) -> String {
    if expectation.ports.is_empty() {
        return String::new();
    }
    let all: Vec<String> = expectation.ports.iter().map(PortRange::to_string).collect();
    format!(" on port {}", all.join(", "))
}

fn finding(
    code: &'static str,
    severity: Severity,
    message: String,
    expectation: &Expectation,
) -> Finding {
    let mut finding = Finding::at_span(
        code,
        severity,
        message,
        expectation.span.unwrap_or_default(),
    );
    finding.span = expectation.span;
    finding
}

fn nothing(expectation: &Expectation, selector: &Selector, why: &str) -> Finding {
    let message = format!("{}`{selector}` names nothing", title(expectation));
    finding(NAMES_NOTHING, Severity::Error, message, expectation)
        .note(why.to_owned())
        .help("name a client, virtual network, subnet, range, resource or host of this topology")
}

fn with_reason(expectation: &Expectation, note: String) -> String {
    match &expectation.because {
        Some(because) => format!("{note}; it is expected because {because}"),
        None => note,
    }
}

fn fails(
    reckoner: &Reckoner<'_, '_>,
    expectation: &Expectation,
    class: &Class<'_, '_>,
    reached: Option<Reached>,
    part: Option<Part>,
) -> Finding {
    let (code, verb) = match expectation.effect {
        Effect::Allow => (UNREACHED, "cannot reach"),
        Effect::Deny => (REACHED, "can reach"),
    };
    let message = format!(
        "{}`{}` {verb} `{}`{}",
        title(expectation),
        expectation.from,
        expectation.to,
        ports_of(expectation)
    );
    let found = finding(code, Severity::Error, message, expectation);
    let (Some(reached), Some(part)) = (reached, part) else {
        return found
            .note(with_reason(
                expectation,
                format!("nothing of `{}` is in sight of the sender: no route, no peering and no private endpoint leads there", expectation.to),
            ))
            .help("connect the networks, or add a private endpoint");
    };
    let Some((source, port)) = part.flows.witness() else {
        return found;
    };
    let trace = walked(reckoner, class, source, &reached, port);
    let example = format!("{source} → {}:{port}", reached.host);
    let decided = deciding(&trace, expectation.effect, reached.by);
    let (note, help) = match expectation.effect {
        Effect::Allow => (
            format!("{example} is dropped{}: {}", at(&trace), trace.because),
            trace.mend.as_ref().map_or_else(
                || "change what drops it, or take the expectation back".to_owned(),
                |mend| mend.text.clone(),
            ),
        ),
        Effect::Deny => (
            format!(
                "{example} gets to {}: {}",
                reached.to,
                path(&trace, reached.by)
            ),
            "deny it on the way, or take the expectation back".to_owned(),
        ),
    };
    let mut found = found.note(with_reason(expectation, note)).help(help);
    if let Some((by, because)) = decided
        && let Some(id) = &by.id
    {
        found = found.related(id, by.pointer.clone(), because);
        if let Some(related) = found.related.last_mut() {
            related.span = by.span;
        }
    }
    if expectation.effect == Effect::Allow
        && let Some(fix) = trace.mend.and_then(|mend| mend.fix)
    {
        found.fix = Some(fix);
    }
    found
}

fn cannot_be_known(expectation: &Expectation, against: &Against<'_, '_>) -> Finding {
    let message = format!(
        "{}whether `{}` reaches `{}` cannot be known",
        title(expectation),
        expectation.from,
        expectation.to
    );
    let example = against
        .part
        .flows
        .witness()
        .map_or_else(String::new, |(source, port)| {
            format!("{source} → {}:{port}: ", against.reached.host)
        });
    let note = format!("{example}{}", against.part.cause.because);
    debug_assert!(!against.class.sources.is_empty(), "a class has senders");
    finding(UNKNOWN, Severity::Warning, message, expectation)
        .note(with_reason(expectation, note))
        .help("add what is missing to the topology")
}

/// The counterexample as a single walk.
fn walked(
    reckoner: &Reckoner<'_, '_>,
    class: &Class<'_, '_>,
    source: Ipv4Addr,
    reached: &Reached,
    port: u16,
) -> Trace {
    let world = reckoner.world;
    let station = match class.origin {
        Some(origin) => world.anybody(origin.place, source),
        None => Station {
            at: "internet".to_owned(),
            interface: None,
            place: None,
            address: if source == Ipv4Addr::UNSPECIFIED {
                SOMEWHERE
            } else {
                source
            },
        },
    };
    let hosts = station.interface.and_then(|interface| interface.hosts);
    let wanted = Wanted {
        host: &reached.host,
        port,
        meant: reached.meant.as_ref(),
        service: None,
    };
    let mut walk = Walk::new(world, None, 0);
    let end = walk.dial(&[station], HopKind::Client, hosts, &wanted);
    walk.finish(end)
}

fn short(at: &str) -> &str {
    at.rsplit('/').next().unwrap_or(at)
}

fn at(trace: &Trace) -> String {
    trace
        .hops
        .last()
        .map_or_else(String::new, |hop| format!(" at `{}`", short(&hop.at)))
}

/// The hops that let a connection pass, with the rules that did.
fn path(trace: &Trace, by: Judged) -> String {
    let hops =
        leg(trace, by).filter(|hop| hop.kind != HopKind::Resolve && hop.verdict == Verdict::Pass);
    let all: Vec<String> = hops
        .map(|hop| format!("`{}` ({})", short(&hop.at), hop.because))
        .collect();
    if all.is_empty() {
        return trace.because.clone();
    }
    all.join(", ")
}

/// The hops up to whoever the verdict is about: the first that takes the connection, or the end.
fn leg(trace: &Trace, by: Judged) -> impl Iterator<Item = &Hop> {
    let takes = |hop: &Hop| matches!(hop.kind, HopKind::NetworkInterface | HopKind::Service);
    let length = match by {
        Judged::Network => trace.hops.iter().position(takes),
        Judged::End => None,
    };
    let length = length.map_or(trace.hops.len(), |last| last.saturating_add(1));
    trace.hops.iter().take(length)
}

/// What decided: for a drop the last hop's, for a pass the last rule that let it in.
fn deciding(
    trace: &Trace,
    effect: Effect,
    by: Judged,
) -> Option<(crate::trace::DecidedBy, String)> {
    use crate::trace::DecidedKind::{DefaultSecurityRule, SecurityRule};
    let last = match effect {
        Effect::Allow => trace.hops.last().and_then(|hop| hop.decided_by.last()),
        Effect::Deny => leg(trace, by)
            .flat_map(|hop| &hop.decided_by)
            .filter(|by| matches!(by.kind, SecurityRule | DefaultSecurityRule))
            .last(),
    }?;
    let label = match effect {
        Effect::Allow => format!("`{}` decides here", last.name),
        Effect::Deny => format!("`{}` lets it in", last.name),
    };
    Some((last.clone(), label))
}
