//! What every picture must hold, whatever the topology.

use super::{super::mermaid, diagram_svg, diagram_svg_traced, diagram_svg_with};
use crate::{manifest, model::Topology, resolve, rules, trace};

fn read(text: &str) -> Topology {
    let (manifest, _) = manifest::parse(text);
    resolve::resolve(&manifest).topology
}

fn example() -> Topology {
    read(include_str!("../../../../../examples/internal-apim.yaml"))
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
            "plsSubnet",
            "uksouth",
        ] {
            assert!(picture.contains(name), "{name} is missing in {picture}");
        }
    }
    let picture = diagram_svg(&example());
    assert_eq!(
        picture.matches(r#"class="arrow" d="M"#).count(),
        7 + 1,
        "with the legend"
    );
}

#[test]
fn names_cannot_break_the_picture() {
    let topology = Topology {
        name: "<script>&\"".to_owned(),
        ..Topology::default()
    };
    let picture = diagram_svg(&topology);
    assert!(picture.contains("&lt;script&gt;&amp;&quot;") && !picture.contains("<script"));
}

#[test]
fn every_node_has_words_and_the_picture_a_description() {
    let picture = diagram_svg(&example());
    let nodes = picture.matches(r#"class="node""#).count();
    assert_eq!(nodes, 7);
    assert_eq!(
        picture
            .matches(r#"role="graphics-symbol" aria-label=""#)
            .count(),
        nodes
    );
    assert!(picture.contains("<desc>MainNet (10.0.0.0/16, uksouth, subscription provider) holds"));
    assert!(picture.contains("testvm to APIM-PE"));
}

#[test]
fn long_names_stay_in_their_box_and_are_whole_in_the_title() {
    let name = "an-endpoint-whose-name-is-as-long-as-azure-lets-a-name-be-which-is-eighty-chars";
    let text = include_str!("../../../../../examples/internal-apim.yaml").replace("APIM-PE", name);
    let picture = diagram_svg(&read(&text));
    assert!(picture.contains(&format!("<title>private endpoint {name}")));
    assert!(!picture.contains(&format!(">{name}</text>")));
}

#[test]
fn many_machines_of_a_kind_are_one_node() {
    let text = include_str!("../../../../../examples/internal-apim.yaml")
        .replace("instances: 2", "instances: 40");
    let picture = diagram_svg(&read(&text));
    assert!(picture.contains("fwd-0-nic … fwd-"), "{picture}");
    assert!(picture.contains("40 alike"));
}

#[test]
fn overlapping_networks_say_so() {
    let text = include_str!("../../../../../examples/internal-apim.yaml")
        .replace("192.168.0.0/16", "10.0.0.0/16")
        .replace("192.168.0.0/24", "10.0.0.0/24")
        .replace("192.168.0.4", "10.0.0.4");
    let picture = diagram_svg(&read(&text));
    assert!(picture.contains("overlaps MainNet") && picture.contains("overlaps External"));
}

#[test]
fn findings_are_marked_where_they_belong() {
    let text = include_str!("../../../../../examples/internal-apim.yaml")
        .replace("privateIPAddress: 10.0.1.5", "privateIPAddress: 10.9.1.5");
    let topology = read(&text);
    let findings = rules::check(&topology);
    assert!(!findings.is_empty());
    let picture = diagram_svg_with(&topology, &findings);
    assert!(picture.contains(r#"class="badge error""#), "{picture}");
    assert!(!diagram_svg(&topology).contains("badge error\""));
}

#[test]
fn a_trace_numbers_its_hops() {
    let topology = example();
    let flow = trace::Flow {
        from: "testvm".to_owned(),
        to: "https://apim1449.azure-api.net".parse().unwrap(),
    };
    let trace = trace::trace(&topology, &flow);
    let picture = diagram_svg_traced(&topology, &trace);
    assert!(picture.matches(r#"class="hop""#).count() >= 6, "{picture}");
    assert!(picture.contains(r#"class="walk""#));
    assert!(!picture.contains("hop drop"));
}

#[test]
fn a_dropped_trace_shows_where() {
    let text = include_str!("../../../../../examples/internal-apim.yaml").replace(
        "visibility: [partner], autoApproval: [partner]",
        "visibility: [partner]",
    );
    let topology = read(&text);
    let flow = trace::Flow {
        from: "testvm".to_owned(),
        to: "https://apim1449.azure-api.net".parse().unwrap(),
    };
    let trace = trace::trace(&topology, &flow);
    assert!(
        diagram_svg_traced(&topology, &trace).contains("hop drop"),
        "{trace:?}"
    );
}
