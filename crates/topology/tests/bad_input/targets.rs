//! What must hold of every input whatever, one body a kind of input.
//!
//! The bodies are shared by the property tests beside this file, by the mutating runner
//! (`cargo xtask fuzz`) and by the coverage-guided targets in `crates/topology/fuzz`. They know
//! the crate's public face only. A body panics if a law is broken, and returns otherwise.

use serde_json::{Value, json};
use topology::{
    Severity, Topology, advise,
    arm::{self, template},
    cost, diagnose,
    finding::Finding,
    model::{cidr::Cidr, id::ResourceId},
    render, rules,
    source::{SourceId, SourceMap, json as located},
    trace,
};

/// A body.
pub(crate) type Body = fn(&[u8]);

/// Every target: its name, which is also that of its corpus, and its body.
pub(crate) const TARGETS: &[(&str, Body)] = &[
    ("manifest", check_manifest),
    ("template", check_template),
    ("expression", check_expression),
    ("json", check_json),
    ("cidr", check_cidr),
    ("ports", check_ports),
    ("prices", check_prices),
    ("names", check_names),
];

/// Topologies above this are left to the benchmarks.
const LARGE: usize = 200;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Every finding says something, and its place lies in its text between whole characters.
#[track_caller]
fn check_findings(findings: &[Finding], text_of: impl Fn(SourceId) -> String) {
    for finding in findings {
        assert!(!finding.code.is_empty() && !finding.message.is_empty());
        // House style asks for 80 characters; a name at the limit of ARM's may make it longer.
        let length = finding.message.chars().count();
        assert!(
            length <= 400,
            "a headline of {length} characters: {finding:?}"
        );
        if let Some(span) = finding.span {
            let text = text_of(span.source);
            assert!(
                span.start <= span.end && span.end <= text.len(),
                "{finding:?}"
            );
            assert!(
                text.is_char_boundary(span.start) && text.is_char_boundary(span.end),
                "{finding:?}"
            );
        }
    }
}

/// Whatever can be asked of a topology, however broken, is answered.
fn ask_everything(topology: &Topology) {
    let found = rules::check(topology);
    assert_eq!(
        found.len(),
        rules::check(topology).len(),
        "the same input, other findings"
    );
    if topology.resources.len() > LARGE {
        return;
    }
    for client in topology.clients.keys() {
        for to in [
            "https://apim1449.azure-api.net",
            "10.0.2.5:443",
            "localhost:0",
        ] {
            if let Ok(to) = to.parse() {
                let flow = trace::Flow {
                    from: client.clone(),
                    to,
                };
                let _trace = trace::trace(topology, &flow);
            }
        }
    }
    assert!(render::diagram_svg(topology).starts_with("<svg"));
    assert!(render::mermaid(topology).starts_with("flowchart"));
    let prices = cost::Prices::snapshot();
    let estimate = cost::estimate(topology, &prices, &cost::Usage::default());
    assert!(estimate.total.is_finite());
    if let Ok(need) = advise::Need::of(topology) {
        let advice = advise::advise(&need, &prices, &cost::Usage::default());
        assert!(!advise::text(&advice).is_empty());
    }
}

/// A manifest, and after a line `---overlay---` an overlay.
pub(crate) fn check_manifest(bytes: &[u8]) {
    let all = text(bytes);
    let (first, overlay) = match all.split_once("\n---overlay---\n") {
        Some((first, overlay)) => (first, Some(overlay)),
        None => (all.as_str(), None),
    };
    let mut sources = SourceMap::of("manifest.yaml", first);
    if let Some(overlay) = overlay {
        sources.add("overlay.yaml", overlay);
    }
    let diagnosis = diagnose(&sources);
    check_findings(&diagnosis.findings, |id| sources.text(id).to_owned());
    if !diagnosis.is_readable {
        assert!(
            diagnosis
                .findings
                .iter()
                .any(|finding| finding.severity == Severity::Error)
        );
    }
    ask_everything(&diagnosis.topology);
}

/// An ARM template, or what ARM answers.
pub(crate) fn check_template(bytes: &[u8]) {
    let text = text(bytes);
    let mut findings = Vec::new();
    let source = SourceMap::of("template.json", text.clone()).ids().next();
    let (Some(source), true) = (source, true) else {
        return;
    };
    let Some(root) = located::read(&text, source, &mut findings) else {
        assert!(
            !findings.is_empty(),
            "nothing was read and nothing is wrong"
        );
        return;
    };
    let parameters = template::Parameters::default();
    let context = template::DeploymentContext::default();
    let expansion = template::expand(&text, &root, &parameters, &context);
    findings.extend(expansion.findings);
    check_findings(&findings, |_| text.clone());
    // The same as plain resources, as an export gives them.
    let values: Vec<Value> = match root.to_json() {
        Value::Array(values) => values,
        Value::Object(members) => match members.get("resources") {
            Some(Value::Array(values)) => values.clone(),
            _ => vec![Value::Object(members)],
        },
        _ => Vec::new(),
    };
    let (topology, _) = arm::import(&values);
    ask_everything(&topology);
    for resource in topology.resources.values() {
        if let Ok(written) = arm::export(resource) {
            let again = arm::resource(&written).map(|again| again.body);
            assert_eq!(again.as_ref().ok(), Some(&resource.body), "{written}");
        }
    }
}

/// One expression of the template language.
pub(crate) fn check_expression(bytes: &[u8]) {
    let text = text(bytes);
    let context = template::DeploymentContext::default();
    let once = template::evaluate(&text, &context);
    let _form = template::parse(&text);
    assert_eq!(
        format!("{once:?}"),
        format!("{:?}", template::evaluate(&text, &context))
    );
}

/// Equal, but for the last bit of a number: without its feature `float_roundtrip` the plain reader
/// rounds numbers of many digits to a neighbor of the nearest one.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other
                || one
                    .as_f64()
                    .zip(other.as_f64())
                    .is_some_and(|(one, other)| {
                        (one - other).abs() <= one.abs().max(other.abs()) * 4.0 * f64::EPSILON
                    })
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|((key, one), (name, other))| key == name && alike(one, other))
        }
        _ => one == other,
    }
}

/// JSON with places: what both readers take, they read alike.
pub(crate) fn check_json(bytes: &[u8]) {
    let text = text(bytes);
    let mut findings = Vec::new();
    let Some(source) = SourceMap::of("x.json", text.clone()).ids().next() else {
        return;
    };
    let root = located::read(&text, source, &mut findings);
    check_findings(&findings, |_| text.clone());
    let plain: Result<Value, _> = serde_json::from_str(&text);
    match (root, plain) {
        (Some(root), Ok(plain)) if findings.is_empty() => {
            let read = root.to_json();
            assert!(alike(&read, &plain), "{read} is not {plain}");
        }
        (Some(_), Ok(_)) => {}
        (None, _) => assert!(
            !findings.is_empty(),
            "nothing was read and nothing is wrong"
        ),
        (Some(_), Err(_)) => {}
    }
}

/// Ranges, one a line: laws of containment.
pub(crate) fn check_cidr(bytes: &[u8]) {
    let text = text(bytes);
    let ranges: Vec<Cidr> = text
        .lines()
        .take(40)
        .filter_map(|line| line.parse().ok())
        .collect();
    for one in &ranges {
        assert_eq!(one.to_string().parse::<Cidr>().as_ref(), Ok(one));
        assert!(one.contains(one.first()) && one.contains(one.last()) && one.contains(one.address));
        assert!(one.first() <= one.last());
        assert_eq!(one.canonical().first(), one.first());
        for address in one.usable().take(3) {
            assert!(one.contains(address) && !one.is_reserved(address));
        }
        for other in &ranges {
            assert_eq!(one.overlaps(*other), other.overlaps(*one));
            if one.contains_range(*other) {
                assert!(
                    one.overlaps(*other)
                        && one.contains(other.first())
                        && one.contains(other.last())
                );
            }
        }
    }
}

/// Texts of a security rule, one a line: ports, then addresses, then the rest.
pub(crate) fn check_ports(bytes: &[u8]) {
    let text = text(bytes);
    let mut lines = text.lines().chain(std::iter::repeat(""));
    let mut next = || lines.next().unwrap_or_default().to_owned();
    let group = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/G/providers/Microsoft.Network";
    let (ports, source_ports, source, destination, protocol) =
        (next(), next(), next(), next(), next());
    let priority: i64 = next().parse().unwrap_or(100);
    let rule = json!({
        "name": "rule",
        "properties": {
            "priority": priority,
            "direction": "Inbound",
            "access": "Deny",
            "protocol": protocol,
            "sourcePortRange": source_ports,
            "destinationPortRange": ports,
            "destinationPortRanges": [ports, source_ports],
            "sourceAddressPrefix": source,
            "destinationAddressPrefixes": [destination, source],
        },
    });
    let values = [
        json!({
            "id": format!("{group}/networkSecurityGroups/N"), "location": "uksouth",
            "properties": { "securityRules": [rule] },
        }),
        json!({
            "id": format!("{group}/virtualNetworks/V"), "location": "uksouth",
            "properties": {
                "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] },
                "subnets": [{ "name": "s", "properties": {
                    "addressPrefix": "10.0.0.0/24",
                    "networkSecurityGroup": { "id": format!("{group}/networkSecurityGroups/N") },
                } }],
            },
        }),
        json!({
            "id": format!("{group}/networkInterfaces/nic"), "location": "uksouth",
            "properties": { "ipConfigurations": [{ "name": "c", "properties": {
                "subnet": { "id": format!("{group}/virtualNetworks/V/subnets/s") },
                "privateIPAllocationMethod": "Static", "privateIPAddress": "10.0.0.9",
            } }] },
        }),
    ];
    let (topology, _) = arm::import(&values);
    ask_everything(&topology);
}

/// A price file.
pub(crate) fn check_prices(bytes: &[u8]) {
    if let Ok(prices) = cost::prices_from_json(&text(bytes)) {
        for meter in prices.meters() {
            let quote = prices.quote(&meter.id, Some("uksouth"));
            assert_eq!(
                quote.price.is_none(),
                !quote.unknown.is_empty(),
                "{quote:?}"
            );
            assert!(
                quote
                    .price
                    .is_none_or(|price| price.is_finite() && price >= 0.0)
            );
        }
    }
}

/// Ids, targets of a connection and values set on a command line, one a line.
pub(crate) fn check_names(bytes: &[u8]) {
    let text = text(bytes);
    for line in text.lines().take(20) {
        if let Ok(id) = line.parse::<ResourceId>() {
            assert_eq!(id.to_string().parse::<ResourceId>().as_ref(), Ok(&id));
            let _parts = (
                id.name(),
                id.subscription(),
                id.resource_group(),
                id.arm_type(),
                id.short(),
                id.parent(),
            );
        }
        let _target: Result<trace::Target, _> = line.parse();
    }
    let mut sources = SourceMap::of("manifest.yaml", "linkspan: v1\nname: x\n");
    sources.add_assignments("--set", text.lines().take(20));
    let diagnosis = diagnose(&sources);
    check_findings(&diagnosis.findings, |id| sources.text(id).to_owned());
}
