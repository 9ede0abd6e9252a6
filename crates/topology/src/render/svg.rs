//! A picture of a topology as SVG.
//!
//! Each virtual network is a box with its subnets, and in them what stands there with its
//! addresses; arrows follow the connection from clients to the service. Same input, same picture.

use super::{Exporter, File, Run, picture::Picture};
use crate::model::Topology;
use std::{collections::BTreeMap, fmt::Write as _};

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

const BOX_WIDTH: usize = 210;
const BOX_HEIGHT: usize = 46;
const GAP: usize = 14;
const PADDING: usize = 16;
const TITLE: usize = 26;
const BETWEEN: usize = 80;

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A picture that follows the page's light or dark scheme. Empty topologies give a note.
pub fn diagram_svg(topology: &Topology) -> String {
    let picture = Picture::of(topology);
    let mut body = String::new();
    let mut centers: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let (mut x, mut height) = (PADDING, 0_usize);
    for (network, subnets) in &picture.networks {
        let left = x;
        let mut inner = left + PADDING;
        let mut deepest = 0;
        let mut boxes = String::new();
        for (_, label, things) in subnets {
            let mut y = PADDING + 2 * TITLE + GAP;
            for thing in things {
                let mut addresses: Vec<String> =
                    thing.addresses.iter().map(ToString::to_string).collect();
                addresses.sort();
                centers.insert(
                    &thing.key,
                    (inner + GAP + BOX_WIDTH / 2, y + BOX_HEIGHT / 2),
                );
                let _infallible = write!(
                    boxes,
                    r#"<g class="thing"><rect x="{}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"/><text x="{}" y="{}"><tspan class="name">{}</tspan></text><text class="small" x="{}" y="{}">{} {}</text></g>"#,
                    inner + GAP,
                    inner + GAP + 10,
                    y + 19,
                    escaped(&thing.title),
                    inner + GAP + 10,
                    y + 36,
                    thing.kind,
                    addresses.join(", ")
                );
                y += BOX_HEIGHT + GAP;
            }
            let bottom = y.max(PADDING + 2 * TITLE + GAP + BOX_HEIGHT);
            deepest = deepest.max(bottom);
            let _infallible = write!(
                boxes,
                r#"<text class="small" x="{}" y="{}">{}</text>"#,
                inner + GAP,
                PADDING + TITLE + 18,
                escaped(label)
            );
            inner += BOX_WIDTH + 3 * GAP;
        }
        let width = (inner + PADDING).saturating_sub(left + GAP).max(BOX_WIDTH);
        let tall = deepest.max(PADDING + 2 * TITLE + BOX_HEIGHT) + GAP - PADDING;
        let _infallible = write!(
            body,
            r#"<g class="network"><rect x="{left}" y="{PADDING}" width="{width}" height="{tall}" rx="10"/><text x="{}" y="{}"><tspan class="name">{}</tspan></text></g>{boxes}"#,
            left + PADDING,
            PADDING + 19,
            escaped(network.name())
        );
        height = height.max(tall + 2 * PADDING);
        x = left + width + BETWEEN;
    }
    let mut lines = String::new();
    for (from, to) in &picture.arrows {
        let (Some((x1, y1)), Some((x2, y2))) =
            (centers.get(from.as_str()), centers.get(to.as_str()))
        else {
            continue;
        };
        let half = BOX_WIDTH / 2;
        let (start, end, bend) = if x1 == x2 {
            (x1 + half, x2 + half, 30)
        } else {
            (x1 + half, x2.saturating_sub(half), 0)
        };
        let _infallible = write!(
            lines,
            r#"<path class="arrow" d="M {start} {y1} C {} {y1}, {} {y2}, {end} {y2}" marker-end="url(#head)"/>"#,
            start + 20 + bend,
            if bend > 0 {
                end + 20 + bend
            } else {
                end.saturating_sub(20)
            }
        );
    }
    if picture.networks.is_empty() {
        body.push_str(r#"<text x="16" y="40">No virtual network yet</text>"#);
        height = 64;
        x = 320;
    }
    let width = x.saturating_sub(BETWEEN).max(240) + PADDING;
    let name = if topology.name.is_empty() {
        "topology"
    } else {
        &topology.name
    };
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="system-ui, sans-serif" font-size="13"><title>{}</title><style>.network rect{{fill:#eef3fb;stroke:#5b7db1}}.thing rect{{fill:#fff;stroke:#8a94a6}}text{{fill:#1b2430}}.small{{font-size:11px;fill:#4a5566}}.name{{font-weight:600}}.arrow{{fill:none;stroke:#1f6feb;stroke-width:1.6}}#head path{{fill:#1f6feb}}@media (prefers-color-scheme:dark){{.network rect{{fill:#1b2536;stroke:#6f8fc0}}.thing rect{{fill:#0f1724;stroke:#5d6b80}}text{{fill:#e6edf6}}.small{{fill:#a9b6c8}}.arrow{{stroke:#6ea8ff}}#head path{{fill:#6ea8ff}}}}</style><defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>{body}{lines}</svg>"#,
        escaped(name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{manifest, resolve};

    fn example() -> Topology {
        let (manifest, _) =
            manifest::parse(include_str!("../../../../examples/internal-apim.yaml"));
        resolve::resolve(&manifest).topology
    }

    #[test]
    fn everything_is_in_the_picture() {
        for picture in [diagram_svg(&example()), super::super::mermaid(&example())] {
            for name in [
                "testvm",
                "APIM-PE",
                "APIM-PLS",
                "PrivateLinkServiceLB",
                "fwd-0-nic",
                "fwd-1-nic",
                "apim1449",
                "192.168.0.4",
                "10.0.2.5",
                "MainNet",
                "External",
            ] {
                assert!(picture.contains(name), "{name} is missing in {picture}");
            }
        }
        assert_eq!(
            diagram_svg(&example()).matches("class=\"arrow\"").count(),
            7
        );
    }

    #[test]
    fn names_cannot_break_the_picture() {
        let topology = Topology {
            name: "<script>&\"".to_owned(),
            ..Topology::default()
        };
        assert!(diagram_svg(&topology).contains("&lt;script&gt;&amp;&quot;"));
    }
}
