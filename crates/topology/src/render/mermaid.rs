//! A picture of a topology as a Mermaid flowchart.

use super::{Exporter, File, Run, picture::Picture};
use crate::model::Topology;
use std::{collections::BTreeMap, fmt::Write as _};

pub(super) static EXPORTER: Exporter = Exporter {
    id: "mermaid",
    title: "Picture, Mermaid flowchart",
    extension: "mmd",
    media_type: "text/vnd.mermaid",
    run: Run::Any(write),
};

fn write(topology: &Topology) -> Vec<File> {
    vec![File {
        path: "topology.mmd".to_owned(),
        text: mermaid(topology),
    }]
}

/// A Mermaid flowchart.
pub fn mermaid(topology: &Topology) -> String {
    let picture = Picture::of(topology);
    let mut text = "flowchart LR\n".to_owned();
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, (network, subnets)) in picture.networks.iter().enumerate() {
        let _infallible = writeln!(text, "  subgraph n{index} [\"{}\"]", quoted(network.name()));
        for thing in subnets.iter().flat_map(|(_, _, things)| things) {
            let number = numbers.len();
            let number = *numbers.entry(&thing.key).or_insert(number);
            let addresses: Vec<String> = thing.addresses.iter().map(ToString::to_string).collect();
            let _infallible = writeln!(
                text,
                "    t{number}[\"{}<br/>{}\"]",
                quoted(&thing.title),
                addresses.join(", ")
            );
        }
        text.push_str("  end\n");
    }
    for (from, to) in &picture.arrows {
        if let (Some(from), Some(to)) = (numbers.get(from.as_str()), numbers.get(to.as_str())) {
            let _infallible = writeln!(text, "  t{from} --> t{to}");
        }
    }
    text
}

fn quoted(text: &str) -> String {
    text.replace('"', "#quot;")
}
