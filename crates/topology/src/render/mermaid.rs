//! A picture of a topology as a Mermaid flowchart.

use super::{
    Exporter, File, Run,
    picture::{Kind, Picture, Way},
};
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

/// A Mermaid flowchart: networks and subnets are subgraphs.
pub fn mermaid(topology: &Topology) -> String {
    let picture = Picture::of(topology);
    let mut text = "flowchart LR\n".to_owned();
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    let (mut node_count, mut band_count) = (0_usize, 0_usize);
    for (at, network) in picture.networks.iter().enumerate() {
        let own = format!("n{at}");
        let mut title = vec![network.title.clone()];
        title.push(network.details.join(", "));
        if !network.overlaps.is_empty() {
            title.push(format!("overlaps {}", network.overlaps.join(", ")));
        }
        let _infallible = writeln!(text, "  subgraph {own} [\"{}\"]", lines(&title));
        names.insert(&network.key, own);
        for subnet in &network.subnets {
            let is_band = !subnet.title.is_empty();
            if is_band {
                let own = format!("s{band_count}");
                band_count = band_count.saturating_add(1);
                let mut title = vec![subnet.title.clone()];
                title.extend(subnet.notes.iter().cloned());
                let _infallible = writeln!(text, "    subgraph {own} [\"{}\"]", lines(&title));
                names.insert(&subnet.key, own);
            }
            for node in &subnet.nodes {
                let own = format!("t{node_count}");
                node_count = node_count.saturating_add(1);
                let mut title = vec![node.title.clone(), node.kind.words().to_owned()];
                if !node.detail.is_empty() {
                    title.push(node.detail.clone());
                }
                let (open, close) = shape(node.kind);
                let _infallible = writeln!(text, "      {own}{open}\"{}\"{close}", lines(&title));
                for key in &node.keys {
                    names.insert(key, own.clone());
                }
            }
            if is_band {
                text.push_str("    end\n");
            }
        }
        text.push_str("  end\n");
    }
    for arrow in &picture.arrows {
        if let (Some(from), Some(to)) =
            (names.get(arrow.from.as_str()), names.get(arrow.to.as_str()))
        {
            let sign = match arrow.way {
                Way::Connects => "-->",
                Way::Outbound => "-.->",
            };
            let _infallible = writeln!(text, "  {from} {sign} {to}");
        }
    }
    for (one, other) in &picture.peerings {
        if let (Some(one), Some(other)) = (names.get(one.as_str()), names.get(other.as_str())) {
            let _infallible = writeln!(text, "  {one} <== peering ==> {other}");
        }
    }
    text
}

/// Shapes tell kinds apart.
fn shape(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Client => ("([", "])"),
        Kind::Endpoint | Kind::Service => ("[[", "]]"),
        Kind::Balancer | Kind::NatGateway => ("{{", "}}"),
        Kind::Target | Kind::Backend | Kind::ApiManagement => ("[(", ")]"),
        Kind::PublicIp | Kind::Address => ("(", ")"),
        Kind::Nic | Kind::ScaleSet => ("[", "]"),
    }
}

fn lines(lines: &[String]) -> String {
    lines
        .iter()
        .map(|line| quoted(line))
        .collect::<Vec<_>>()
        .join("<br/>")
}

/// Text in quotes. Mermaid writes entities with `#`, and reads HTML.
fn quoted(text: &str) -> String {
    text.replace('#', "#35;")
        .replace('&', "#amp;")
        .replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;")
        .replace('`', "#96;")
        .replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn text_cannot_leave_its_quotes() {
        assert_eq!(
            quoted("a \"b\" <i>`c` &\n#1"),
            "a #quot;b#quot; #lt;i#gt;#96;c#96; #amp; #35;1"
        );
    }
}
