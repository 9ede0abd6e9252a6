//! A picture of a topology as SVG.
//!
//! Networks stand side by side in the order of the connection, subnets are bands in them, and what
//! stands in a subnet is ordered from left to right as packets go. Kinds differ by sign and words,
//! findings by shape and color, so that nobody has to tell colors apart; the colors follow the
//! reader's light or dark scheme. Texts are measured roughly and shortened, never run over; the
//! whole text is in the title of the element. Same input, same picture.

mod draw;
mod layout;
mod sign;
mod style;
mod text;

use super::{
    Exporter, File, Run,
    picture::{Mark, Picture, key},
};
use crate::{
    finding::Finding,
    model::Topology,
    trace::{Trace, Verdict},
};
use std::collections::BTreeMap;

pub(super) static EXPORTER: Exporter = Exporter {
    id: "svg",
    title: "Picture, SVG",
    extension: "svg",
    media_type: "image/svg+xml",
    run: Run::Any(write),
};

fn write(topology: &Topology) -> Vec<File> {
    vec![File {
        path: "topology.svg".to_owned(),
        text: diagram_svg(topology),
    }]
}

/// A picture. An empty topology gives a note.
pub fn diagram_svg(topology: &Topology) -> String {
    draw::svg(&topology.name, &Picture::of(topology), &Overlay::default())
}

/// A picture with the findings marked at what they are about.
pub fn diagram_svg_with(topology: &Topology, findings: &[Finding]) -> String {
    let picture = Picture::of(topology);
    let keys = picture.keys();
    let mut overlay = Overlay::default();
    for finding in findings {
        let Some(place) = &finding.place else {
            continue;
        };
        let Some(at) = nearest(topology, &keys, place) else {
            continue;
        };
        let message = format!("{}: {}", finding.code, finding.message);
        overlay
            .marks
            .entry(at)
            .and_modify(|mark| {
                mark.severity = mark.severity.max(finding.severity);
                mark.messages.push(message.clone());
            })
            .or_insert_with(|| Mark {
                severity: finding.severity,
                messages: vec![message.clone()],
            });
    }
    draw::svg(&topology.name, &picture, &overlay)
}

/// A picture with one connection drawn on it: its hops numbered in their order.
pub fn diagram_svg_traced(topology: &Topology, trace: &Trace) -> String {
    let picture = Picture::of(topology);
    let keys = picture.keys();
    let mut overlay = Overlay::default();
    for (at, hop) in trace.hops.iter().enumerate() {
        let known = keys.get(hop.at.as_str()).or_else(|| {
            let folded = hop.at.to_ascii_lowercase();
            keys.get(folded.as_str())
        });
        if let Some(key) = known {
            overlay.hops.push(Numbered {
                number: at + 1,
                key: key.clone(),
                words: format!("hop {}: {}", at + 1, hop.because),
                is_drop: hop.verdict == Verdict::Drop,
            });
        }
    }
    overlay.outcome = Some(trace.because.clone());
    draw::svg(&topology.name, &picture, &overlay)
}

/// The nearest thing of the picture that a place is about: the resource, a part of it, what holds
/// it, or what it belongs to.
fn nearest(
    topology: &Topology,
    keys: &BTreeMap<String, String>,
    place: &crate::finding::Place,
) -> Option<String> {
    if let Some(rest) = place.pointer.strip_prefix("/properties/subnets/")
        && let Some((_, network)) = topology.virtual_network(&place.id)
        && let Some(subnet) = rest
            .split('/')
            .next()
            .and_then(|at| at.parse::<usize>().ok())
            .and_then(|at| network.subnets.get(at))
        && let Some(found) = keys.get(&key(&place.id.child("subnets", &subnet.name)))
    {
        return Some(found.clone());
    }
    let mut at = Some(place.id.clone());
    while let Some(id) = at {
        if let Some(found) = keys.get(&key(&id)) {
            return Some(found.clone());
        }
        if let Some((_, machine)) = topology.virtual_machine(&id)
            && let Some(found) = machine
                .network_profile
                .network_interfaces
                .iter()
                .find_map(|nic| keys.get(&key(&nic.id)))
        {
            return Some(found.clone());
        }
        at = id.parent();
    }
    // An NSG or a route table shows at the first subnet that names it.
    topology.virtual_networks().find_map(|(network, body)| {
        let subnet = body.subnets.iter().find(|subnet| {
            let own = &subnet.properties;
            [
                &own.network_security_group,
                &own.route_table,
                &own.nat_gateway,
            ]
            .into_iter()
            .flatten()
            .any(|reference| reference.id == place.id)
        })?;
        keys.get(&key(&network.id.child("subnets", &subnet.name)))
            .cloned()
    })
}

/// A hop of a trace.
#[derive(Clone, Debug)]
struct Numbered {
    number: usize,
    /// The node.
    key: String,
    words: String,
    is_drop: bool,
}

/// What is drawn over the picture.
#[derive(Clone, Debug, Default)]
struct Overlay {
    /// By key.
    marks: BTreeMap<String, Mark>,
    hops: Vec<Numbered>,
    /// How the trace ends.
    outcome: Option<String>,
}

#[cfg(test)]
mod tests;
