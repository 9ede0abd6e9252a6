//! Shapes and texts.

use super::super::picture::{Mark, Network, Node, Picture, Subnet, Way};
use super::{
    Overlay,
    layout::{Area, HEADER, LINE, Layout, NODE_WIDTH, PADDING, Place},
    sign::{badge, sign},
    style::STYLE,
    text::{escaped, fitted},
};
use std::{collections::BTreeMap, fmt::Write as _};

/// Where a node's texts begin, and what is left free at its end.
const TEXT_LEFT: usize = 38;
const TEXT_RIGHT: usize = 12;
/// Height of the lines below the picture.
const FOOTER: usize = 24;
/// Connections that the description names.
const TOLD: usize = 40;

pub(super) fn svg(name: &str, picture: &Picture, overlay: &Overlay) -> String {
    let layout = Layout::of(picture);
    let name = if name.is_empty() { "topology" } else { name };
    let mut body = String::new();
    let (mut width, mut height) = (layout.width.max(320), layout.height);
    if picture.networks.is_empty() {
        body.push_str(r#"<text x="16" y="60">No virtual network yet</text>"#);
        width = 320;
        height = 80;
    }
    let _infallible = write!(
        body,
        r#"<text class="title" x="{PADDING}" y="26">{}</text>"#,
        escaped(&fitted(name, width - 2 * PADDING, 16, true))
    );
    for (at, network) in picture.networks.iter().enumerate() {
        let (Some(area), Some(bands)) = (layout.networks.get(at), layout.subnets.get(at)) else {
            continue;
        };
        network_box(&mut body, network, *area, overlay);
        for (subnet, area) in network.subnets.iter().zip(bands) {
            subnet_band(&mut body, subnet, *area, overlay);
        }
    }
    peerings(&mut body, picture, &layout);
    let around = arrows(&mut body, picture, &layout);
    if around > 0 {
        height += 9 * around + 8;
    }
    walk(&mut body, &layout, overlay);
    for network in &picture.networks {
        for node in network.subnets.iter().flat_map(|subnet| &subnet.nodes) {
            let area = node.keys.first().and_then(|key| layout.by_key.get(key));
            if let Some(area) = area {
                node_box(&mut body, node, area.area, overlay);
            }
        }
    }
    footer(&mut body, picture, overlay, width, &mut height);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="linkspan-diagram" role="graphics-document" aria-roledescription="network diagram" aria-label="{label}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"><title>{label}</title><desc>{desc}</desc><style>{STYLE}</style><defs><marker id="linkspan-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0 L8 4 L0 8 z"/></marker><marker id="linkspan-outhead" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="outhead" d="M0 0 L8 4 L0 8 z"/></marker></defs>{body}</svg>
"#,
        label = escaped(name),
        desc = escaped(&description(picture)),
    )
}

/// The picture in words.
fn description(picture: &Picture) -> String {
    let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
    let mut words = Vec::new();
    for network in &picture.networks {
        let nodes: Vec<&Node> = network
            .subnets
            .iter()
            .flat_map(|subnet| &subnet.nodes)
            .collect();
        for node in &nodes {
            titles.extend(
                node.keys
                    .iter()
                    .map(|key| (key.as_str(), node.title.as_str())),
            );
        }
        titles.extend(
            network
                .subnets
                .iter()
                .map(|subnet| (subnet.key.as_str(), subnet.title.as_str())),
        );
        let inside: Vec<String> = nodes.iter().take(TOLD).map(|node| node.words()).collect();
        let inside = if inside.is_empty() {
            "nothing".to_owned()
        } else {
            inside.join("; ")
        };
        words.push(format!(
            "{} ({}) holds {inside}.",
            network.title,
            network.details.join(", ")
        ));
    }
    let ways: Vec<String> = picture
        .arrows
        .iter()
        .filter(|arrow| arrow.way == Way::Connects)
        .filter_map(|arrow| {
            Some(format!(
                "{} to {}",
                titles.get(arrow.from.as_str())?,
                titles.get(arrow.to.as_str())?
            ))
        })
        .take(TOLD)
        .collect();
    if !ways.is_empty() {
        words.push(format!("Connections: {}.", ways.join(", ")));
    }
    words.join(" ")
}

fn rect(out: &mut String, area: Area, radius: usize) {
    let Area {
        x,
        y,
        width,
        height,
    } = area;
    let _infallible = write!(
        out,
        r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}"/>"#
    );
}

fn network_box(out: &mut String, network: &Network, area: Area, overlay: &Overlay) {
    let is_outside = network.key.starts_with("outside/");
    let class = if is_outside {
        "network outside"
    } else {
        "network"
    };
    let kind = if is_outside { "" } else { "virtual network " };
    let details = network.details.join(" · ");
    let mut words = format!("{kind}{}, {details}", network.title);
    if !network.overlaps.is_empty() {
        let _infallible = write!(words, ", overlaps {}", network.overlaps.join(", "));
    }
    let words = escaped(&words);
    let _infallible = write!(
        out,
        r#"<g class="{class}" role="group" aria-label="{words}"><title>{words}</title>"#
    );
    rect(out, area, 12);
    let x = area.x + PADDING;
    let room = area.width - 2 * PADDING;
    let _infallible = write!(
        out,
        r#"<text class="name" x="{x}" y="{}">{}</text><text class="small" x="{x}" y="{}">{}</text>"#,
        area.y + 22,
        escaped(&fitted(&network.title, room - 28, 13, true)),
        area.y + HEADER + 9,
        escaped(&fitted(&details, room, 11, false)),
    );
    if !network.overlaps.is_empty() {
        let text = format!("overlaps {}", network.overlaps.join(", "));
        let y = area.y + HEADER + LINE + 9;
        // Two squares, one over the other.
        let _infallible = write!(
            out,
            r#"<path class="overlap-sign" d="M{x} {}h8v8h-8zM{} {}h8v8h-8z"/><text class="small overlap" x="{}" y="{y}">{}</text>"#,
            y - 10,
            x + 4,
            y - 6,
            x + 18,
            escaped(&fitted(&text, room - 18, 11, true)),
        );
    }
    marked(out, &network.key, area, overlay);
    out.push_str("</g>");
}

fn subnet_band(out: &mut String, subnet: &Subnet, area: Area, overlay: &Overlay) {
    if subnet.title.is_empty() {
        return;
    }
    let notes = subnet.notes.join(" · ");
    let words = if notes.is_empty() {
        escaped(&format!("subnet {}", subnet.title))
    } else {
        escaped(&format!("subnet {}, {notes}", subnet.title))
    };
    let _infallible = write!(
        out,
        r#"<g class="subnet" role="group" aria-label="{words}"><title>{words}</title>"#
    );
    rect(out, area, 8);
    let x = area.x + PADDING;
    let room = area.width - 2 * PADDING;
    let _infallible = write!(
        out,
        r#"<text x="{x}" y="{}">{}</text>"#,
        area.y + 19,
        escaped(&fitted(&subnet.title, room - 28, 13, false)),
    );
    if !notes.is_empty() {
        let _infallible = write!(
            out,
            r#"<text class="small" x="{x}" y="{}">{}</text>"#,
            area.y + 19 + LINE,
            escaped(&fitted(&notes, room, 11, false)),
        );
    }
    marked(out, &subnet.key, area, overlay);
    out.push_str("</g>");
}

fn node_box(out: &mut String, node: &Node, area: Area, overlay: &Overlay) {
    let words = escaped(&node.words());
    let _infallible = write!(
        out,
        r#"<g class="node" role="graphics-symbol" aria-label="{words}"><title>{words}</title>"#
    );
    if node.keys.len() > 1 {
        // A second edge behind says that it stands for several.
        rect(
            out,
            Area {
                x: area.x + 4,
                y: area.y + 4,
                ..area
            },
            7,
        );
    }
    rect(out, area, 7);
    let x = area.x + TEXT_LEFT;
    let room = NODE_WIDTH - TEXT_LEFT - TEXT_RIGHT;
    let mut second = node.kind.words().to_owned();
    if !node.detail.is_empty() {
        second = format!("{second} · {}", node.detail);
    }
    let _infallible = write!(
        out,
        r#"<g class="sign" transform="translate({} {})">{}</g><text class="name" x="{x}" y="{}">{}</text><text class="small" x="{x}" y="{}">{}</text>"#,
        area.x + 11,
        area.y + 15,
        sign(node.kind),
        area.y + 21,
        escaped(&fitted(&node.title, room, 13, true)),
        area.y + 38,
        escaped(&fitted(&second, room, 11, false)),
    );
    if let Some(key) = node.keys.first() {
        marked(out, key, area, overlay);
        numbers(out, key, area, overlay);
    }
    out.push_str("</g>");
}

/// The badge of findings at the top right corner.
fn marked(out: &mut String, key: &str, area: Area, overlay: &Overlay) {
    let Some(Mark { severity, messages }) = overlay.marks.get(key) else {
        return;
    };
    let (class, shape, letter) = badge(*severity);
    let words = escaped(&messages.join("\n"));
    let _infallible = write!(
        out,
        r#"<g class="badge {class}" role="graphics-symbol" aria-label="{words}" transform="translate({} {})"><title>{words}</title>{shape}<text x="10" y="{}">{letter}</text></g>"#,
        area.right().saturating_sub(24),
        area.y.saturating_sub(8),
        if class == "warning" { 16 } else { 15 },
    );
}

/// The numbers of hops at the top left corner.
fn numbers(out: &mut String, key: &str, area: Area, overlay: &Overlay) {
    for (at, hop) in overlay.hops.iter().filter(|hop| hop.key == key).enumerate() {
        let (class, shape) = if hop.is_drop {
            (
                "hop drop",
                r#"<path d="M6.500 1h7L19 6.500v7L13.500 19h-7L1 13.500v-7z"/>"#,
            )
        } else {
            ("hop", r#"<circle cx="10" cy="10" r="9.500"/>"#)
        };
        let letter = if hop.is_drop {
            "×".to_owned()
        } else {
            hop.number.to_string()
        };
        let words = escaped(&hop.words);
        let _infallible = write!(
            out,
            r#"<g class="{class}" role="graphics-symbol" aria-label="{words}" transform="translate({} {})"><title>{words}</title>{shape}<text x="10" y="14">{letter}</text></g>"#,
            (area.x + 24 * at).saturating_sub(8),
            area.y.saturating_sub(10),
        );
    }
}

/// A curve from one area to another: from the right side to the left one, or around on the right.
fn curve(from: Area, to: Area) -> String {
    let (x1, y1, y2) = (from.right(), from.middle(), to.middle());
    if to.x > from.right() {
        let reach = ((to.x - from.right()) / 2).clamp(16, 120);
        return format!(
            "M{x1} {y1}C{} {y1} {} {y2} {} {y2}",
            x1 + reach,
            to.x.saturating_sub(reach),
            to.x
        );
    }
    let out = x1.max(to.right()) + 34;
    format!("M{x1} {y1}C{out} {y1} {out} {y2} {} {y2}", to.right())
}

/// A way around: down between the networks, along below all of them, and up again.
fn detour(from: Place, to: Place, layout: &Layout, number: usize) -> String {
    let shift = 7 * (number % 6);
    let leave = layout.lane_end(from) + 16 + shift;
    let arrive = layout.home(to).x.saturating_sub(22 + shift);
    let below = layout.height + 9 * number;
    let (from, to) = (from.area, to.area);
    let (x1, y1, y2) = (from.right(), from.middle(), to.middle());
    format!(
        "M{x1} {y1}H{}Q{leave} {y1} {leave} {}V{}Q{leave} {below} {} {below}H{}Q{arrive} {below} {arrive} {}V{}Q{arrive} {y2} {} {y2}H{}",
        leave - 8,
        y1 + 8,
        below.saturating_sub(8),
        leave + 8,
        arrive.saturating_sub(8),
        below.saturating_sub(8),
        y2 + 8,
        arrive + 8,
        to.x
    )
}

/// How many arrows go around.
fn arrows(out: &mut String, picture: &Picture, layout: &Layout) -> usize {
    let mut around = 0;
    for arrow in &picture.arrows {
        let (Some(from), Some(to)) = (layout.by_key.get(&arrow.from), layout.by_key.get(&arrow.to))
        else {
            continue;
        };
        let (class, head) = match arrow.way {
            Way::Connects => ("arrow", "linkspan-head"),
            Way::Outbound => ("outbound", "linkspan-outhead"),
        };
        let path = if layout.is_blocked(*from, *to) {
            around += 1;
            detour(*from, *to, layout, around)
        } else {
            curve(from.area, to.area)
        };
        let _infallible = write!(
            out,
            r#"<path class="{class}" d="{path}" marker-end="url(#{head})"/>"#,
        );
    }
    around
}

fn peerings(out: &mut String, picture: &Picture, layout: &Layout) {
    for (one, other) in &picture.peerings {
        let (Some(one), Some(other)) = (layout.by_key.get(one), layout.by_key.get(other)) else {
            continue;
        };
        let (one, other) = (&one.area, &other.area);
        let (left, right) = if one.x <= other.x {
            (one, other)
        } else {
            (other, one)
        };
        let path = if left.right() < right.x {
            format!(
                "M{} {}L{} {}",
                left.right(),
                left.y + 14,
                right.x,
                right.y + 14
            )
        } else {
            let (top, bottom) = if one.y <= other.y {
                (one, other)
            } else {
                (other, one)
            };
            let x = top.x.min(bottom.x) + 24;
            format!("M{x} {}L{x} {}", top.bottom(), bottom.y)
        };
        let _infallible = write!(
            out,
            r#"<g role="graphics-symbol" aria-label="peering"><title>peering</title><path class="peering" d="{path}"/><path class="peering-core" d="{path}"/></g>"#
        );
    }
}

/// The way of a trace, from hop to hop.
fn walk(out: &mut String, layout: &Layout, overlay: &Overlay) {
    let areas: Vec<&Place> = overlay
        .hops
        .iter()
        .filter_map(|hop| layout.by_key.get(&hop.key))
        .collect();
    for pair in areas.windows(2) {
        if let [from, to] = pair
            && from != to
        {
            let _infallible = write!(
                out,
                r#"<path class="walk" d="{}"/>"#,
                curve(from.area, to.area)
            );
        }
    }
}

/// What the lines mean, and how a trace ends.
fn footer(
    out: &mut String,
    picture: &Picture,
    overlay: &Overlay,
    width: usize,
    height: &mut usize,
) {
    if let Some(outcome) = &overlay.outcome {
        let _infallible = write!(
            out,
            r#"<text x="{PADDING}" y="{}"><title>{}</title>{}</text>"#,
            *height + 14,
            escaped(outcome),
            escaped(&fitted(outcome, width - 2 * PADDING, 13, false))
        );
        *height += FOOTER;
    }
    let mut x = PADDING;
    let y = *height + 8;
    let mut legend = String::new();
    let has = |way| picture.arrows.iter().any(|arrow| arrow.way == way);
    for (is_used, class, words) in [
        (has(Way::Connects), "arrow", "connects to"),
        (has(Way::Outbound), "outbound", "goes out by"),
        (!picture.peerings.is_empty(), "peering", "peered with"),
    ] {
        if is_used {
            let _infallible = write!(
                legend,
                r#"<path class="{class}" d="M{x} {y}h28"/><text class="small" x="{}" y="{}">{words}</text>"#,
                x + 34,
                y + 4
            );
            x += 34 + 90;
        }
    }
    if !legend.is_empty() {
        out.push_str(&legend);
        *height += FOOTER;
    }
}
