//! What the relays read: a configuration file for each machine or scale set.

use super::{Exporter, File, Run, names::Unique};
use crate::model::{Topology, id::ResourceId, relay::RelayConfig};

pub(super) static EXPORTER: Exporter = Exporter {
    id: "relay",
    title: "Relay configuration, one file for each machine",
    extension: "json",
    media_type: "application/json",
    run: Run::Any(write),
};

/// Every relay of a topology, with the machine or scale set that runs it.
pub(super) fn all(topology: &Topology) -> Vec<(&ResourceId, RelayConfig)> {
    let machines = topology
        .virtual_machines()
        .filter_map(|(resource, machine)| Some((&resource.id, machine.relay()?)));
    let sets = topology
        .virtual_machine_scale_sets()
        .filter_map(|(resource, set)| Some((&resource.id, set.relay()?)));
    machines.chain(sets).collect()
}

fn write(topology: &Topology) -> Vec<File> {
    let mut names = Unique::default();
    all(topology)
        .into_iter()
        .map(|(id, relay)| File {
            path: format!("{}.json", names.name(id.name())),
            text: serde_json::to_string_pretty(&relay).unwrap_or_default() + "\n",
        })
        .collect()
}
