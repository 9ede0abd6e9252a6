//! Pictures of a topology: SVG and Mermaid.
//!
//! Each virtual network is a box with its subnets, and in them what stands there with its
//! addresses; arrows follow the connection from clients to the service. Same input, same picture.

use crate::model::{
    Topology,
    addresses::{Addresses, Holder},
    id::ResourceId,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    net::Ipv4Addr,
};

const BOX_WIDTH: usize = 210;
const BOX_HEIGHT: usize = 46;
const GAP: usize = 14;
const PADDING: usize = 16;
const TITLE: usize = 26;
const BETWEEN: usize = 80;

/// One thing that stands in a subnet.
struct Thing {
    key: String,
    title: String,
    kind: &'static str,
    addresses: Vec<Ipv4Addr>,
}

/// Things by network and subnet, and the arrows between them, by key.
struct Picture {
    networks: Vec<(ResourceId, Vec<(ResourceId, String, Vec<Thing>)>)>,
    arrows: Vec<(String, String)>,
}

fn key(holder: &Holder) -> (String, String, &'static str) {
    let of = |id: &ResourceId, kind| (id.as_str().to_ascii_lowercase(), id.name().to_owned(), kind);
    match holder {
        Holder::Client(name) => (format!("client/{name}"), name.clone(), "client"),
        Holder::Nic(id, _) => of(id, "network interface"),
        Holder::Frontend(id, _) => of(id, "load balancer"),
        Holder::Nat(id, _) => of(id, "Private Link Service"),
        Holder::Endpoint(id) => of(id, "private endpoint"),
        Holder::Unit(id, _) | Holder::Vip(id) => of(id, "API Management"),
    }
}

impl Picture {
    fn of(topology: &Topology) -> Self {
        let addresses = Addresses::of(topology);
        let mut by_subnet: BTreeMap<ResourceId, Vec<Thing>> = BTreeMap::new();
        for (holder, subnet, address) in addresses.iter() {
            let (key, title, kind) = key(holder);
            let things = by_subnet.entry(subnet.clone()).or_default();
            match things.iter_mut().find(|thing| thing.key == key) {
                Some(thing) => thing.addresses.push(address),
                None => things.push(Thing {
                    key,
                    title,
                    kind,
                    addresses: vec![address],
                }),
            }
        }
        // The consumer's side first, as the connection goes.
        let has_client = |network: &ResourceId| {
            topology
                .clients
                .values()
                .any(|client| client.subnet.parent().as_ref() == Some(network))
        };
        let mut networks: Vec<_> = topology
            .virtual_networks()
            .map(|(network, body)| {
                let subnets = body
                    .subnets
                    .iter()
                    .map(|subnet| {
                        let id = network.id.child("subnets", &subnet.name);
                        let range = subnet
                            .properties
                            .prefixes()
                            .map(|prefix| prefix.to_string())
                            .collect::<Vec<_>>()
                            .join(", ");
                        let things = by_subnet.remove(&id).unwrap_or_default();
                        (id, format!("{} {range}", subnet.name), things)
                    })
                    .collect::<Vec<_>>();
                (network.id.clone(), subnets)
            })
            .collect();
        networks.sort_by_key(|(network, _)| !has_client(network));
        Self {
            networks,
            arrows: arrows(topology),
        }
    }
}

/// Who connects to whom.
fn arrows(topology: &Topology) -> Vec<(String, String)> {
    let folded = |id: &ResourceId| id.as_str().to_ascii_lowercase();
    let mut found = BTreeSet::new();
    for (endpoint, body) in topology.private_endpoints() {
        let network = body.subnet.as_ref().and_then(|sub| sub.id.parent());
        for client in topology
            .clients
            .values()
            .filter(|client| client.subnet.parent() == network)
        {
            found.insert((format!("client/{}", client.name), folded(&endpoint.id)));
        }
        for connection in body.connections() {
            if let Ok(service) = connection
                .properties
                .private_link_service_id
                .parse::<ResourceId>()
            {
                found.insert((folded(&endpoint.id), folded(&service)));
            }
        }
    }
    for (service, body) in topology.private_link_services() {
        for balancer in body
            .load_balancer_frontend_ip_configurations
            .iter()
            .filter_map(|frontend| frontend.id.parent())
        {
            found.insert((folded(&service.id), folded(&balancer)));
        }
    }
    for (nic, body) in topology.network_interfaces() {
        let pools = body
            .ip_configurations
            .iter()
            .flat_map(|config| &config.properties.load_balancer_backend_address_pools);
        for balancer in pools.filter_map(|pool| pool.id.parent()) {
            found.insert((folded(&balancer), folded(&nic.id)));
        }
    }
    for (_, machine) in topology.virtual_machines() {
        let (Some(nic), Some(relay)) = (
            machine.network_profile.network_interfaces.first(),
            machine.relay(),
        ) else {
            continue;
        };
        for upstream in relay.listeners.iter().flat_map(|listener| &listener.to) {
            let host = upstream
                .rsplit_once(':')
                .map_or(upstream.as_str(), |(host, _)| host);
            for (service, _) in topology.api_managements() {
                if host.eq_ignore_ascii_case(&format!("{}.azure-api.net", service.id.name())) {
                    found.insert((folded(&nic.id), folded(&service.id)));
                }
            }
        }
    }
    found.into_iter().collect()
}

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

/// The same as a Mermaid flowchart.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{manifest, resolve};

    fn example() -> Topology {
        let (manifest, _) = manifest::parse(include_str!("../../../examples/internal-apim.yaml"));
        resolve::resolve(&manifest).topology
    }

    #[test]
    fn everything_is_in_the_picture() {
        for picture in [diagram_svg(&example()), mermaid(&example())] {
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
