//! The tracer: whole walks, drops and their reasons, comparison with what was seen.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests stop at the first surprise"
)]

mod backends;
mod build;
mod drops;
mod example;
mod hub;
mod members;
mod mends;
mod names;
mod networks;
mod paths;
mod regions;

use topology::{
    Topology,
    model::Body,
    resolve::resolve,
    trace::{Flow, Live, Trace, trace, trace_live},
};

/// The example of the user's guide.
const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");

fn topology(text: &str) -> Topology {
    let (manifest, findings) = topology::manifest::parse(text);
    assert!(findings.is_empty(), "{findings:?}");
    resolve(&manifest).topology
}

fn flow(from: &str, to: &str) -> Flow {
    Flow {
        from: from.to_owned(),
        to: to.parse().unwrap(),
    }
}

/// The example's connection through a topology.
fn of(topology: &Topology) -> Trace {
    trace(
        topology,
        &flow("testvm", "https://apim1449.azure-api.net/echo/resource"),
    )
}

fn live(topology: &Topology, unhealthy: &[&str]) -> Trace {
    let all = topology
        .network_interfaces()
        .map(|(resource, _)| resource.id.clone());
    let unhealthy = all.filter(|id| unhealthy.contains(&id.name())).collect();
    trace_live(
        topology,
        &flow("testvm", "https://apim1449.azure-api.net"),
        &Live { unhealthy },
    )
}

/// Changes the typed part of the resource of this name for which `change` says that it is meant.
fn change(topology: &mut Topology, name: &str, mut change: impl FnMut(&mut Body) -> bool) {
    let meant = topology
        .resources
        .values_mut()
        .filter(|resource| resource.id.name() == name);
    let changed = meant
        .map(|resource| change(&mut resource.body))
        .filter(|changed| *changed)
        .count();
    assert!(changed > 0, "nothing of name {name} was changed");
}

/// The trace in few lines: kind, place, addresses and verdict of every hop.
fn lines(hops: &[topology::trace::Hop]) -> String {
    let line = |hop: &topology::trace::Hop| {
        let all = |one: &str, any_of: &[String]| {
            let all = if any_of.is_empty() {
                vec![one.to_owned()]
            } else {
                any_of.to_vec()
            };
            all.iter()
                .map(|one| one.rsplit('/').next().unwrap().to_owned())
                .collect::<Vec<_>>()
                .join("|")
        };
        format!(
            "{:?} {} {} -> {} {:?}",
            hop.kind,
            all(&hop.at, &hop.at_any_of),
            all(&hop.source, &hop.source_any_of),
            all(&hop.destination, &hop.destination_any_of),
            hop.verdict
        )
    };
    hops.iter().map(line).collect::<Vec<_>>().join("\n")
}
