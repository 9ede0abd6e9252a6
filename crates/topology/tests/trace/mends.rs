//! What a trace offers to mend a drop, applied to the model and written into the manifest's text:
//! that cause is gone afterwards.

use super::{EXAMPLE, flow};
use proptest::prelude::*;
use topology::{
    Topology, fix,
    manifest::parse_layers,
    resolve::resolve,
    source::SourceMap,
    trace::{Outcome, Trace, trace},
};

const PROVIDER: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers";
const PARTNER: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers";
/// More steps than any mix of breaks needs.
const STEPS: usize = 16;

/// Something that makes the example's connection fail.
struct Break {
    /// Entries of `resources`, each a flow mapping in one line; `PROVIDER` and `PARTNER` stand for
    /// the groups' ids.
    resources: &'static [&'static str],
    /// Anything else that is laid over the example.
    sections: &'static str,
    /// What the first mend says.
    mend: &'static str,
}

const fn of_resources(resources: &'static [&'static str], mend: &'static str) -> Break {
    Break {
        resources,
        sections: "",
        mend,
    }
}

const fn of_sections(sections: &'static str, mend: &'static str) -> Break {
    Break {
        resources: &[],
        sections,
        mend,
    }
}

/// Each kind of drop that has a mend, in one network of the example.
const BREAKS: &[Break] = &[
    // Security rules: at the relay, from it, at the service, of the probe, with room and without.
    of_resources(
        &[
            "{ id: PROVIDER/Microsoft.Network/networkSecurityGroups/NSG-PLS, properties: { securityRules: [ { name: no-relay, properties: { priority: 110, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, sourcePortRange: \"*\", destinationAddressPrefix: \"*\", destinationPortRange: \"443\" } }, { name: AllowPrivateLink-443, properties: { priority: 2000 } } ] } }",
        ],
        "allow TCP from 10.0.1.7 to 10.0.1.4, 10.0.1.6 port 443 in network security group `NSG-PLS`, inbound, before priority 110",
    ),
    of_resources(
        &[
            "{ id: PROVIDER/Microsoft.Network/networkSecurityGroups/NSG-PLS, properties: { securityRules: [ { name: no-way-out, properties: { priority: 100, direction: Outbound, access: Deny, protocol: \"*\", sourceAddressPrefix: \"*\", sourcePortRange: \"*\", destinationAddressPrefix: VirtualNetwork, destinationPortRange: \"*\" } } ] } }",
        ],
        "`NSG-PLS`, outbound, before priority 100",
    ),
    of_resources(
        &[
            "{ id: PROVIDER/Microsoft.Network/networkSecurityGroups/NSG-APIM, properties: { securityRules: [ { name: no-entry, properties: { priority: 200, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefixes: [ 10.0.1.0/24 ], sourcePortRange: \"*\", destinationAddressPrefix: VirtualNetwork, destinationPortRanges: [ \"443\" ] } } ] } }",
        ],
        "`NSG-APIM`, inbound, before priority 200",
    ),
    of_resources(
        &[
            "{ id: PROVIDER/Microsoft.Network/networkSecurityGroups/NSG-PLS, properties: { securityRules: [ { name: no-probe, properties: { priority: 105, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, sourcePortRange: \"*\", destinationAddressPrefix: \"*\", destinationPortRange: 8000-9000 } }, { name: AllowProbe-8080, properties: { priority: 2001 } } ] } }",
        ],
        "from 168.63.129.16 to 10.0.1.4, 10.0.1.6 port 8080",
    ),
    // Private Link: the list, a request by hand, what either side has seen.
    of_sections(
        "privateLinkServices: { APIM-PLS: { visibility: [], autoApproval: [] } }",
        "let autoApproval of `privateLinkServices/APIM-PLS` have subscription 11111111-1111-1111-1111-111111111111",
    ),
    of_sections(
        "privateLinkServices: { APIM-PLS: { autoApproval: [] } }\nprivateEndpoints: { APIM-PE: { manual: true } }",
        "approve the connection of `privateEndpoints/APIM-PE` at `privateLinkServices/APIM-PLS`",
    ),
    of_resources(
        &[
            "{ id: PROVIDER/Microsoft.Network/privateLinkServices/APIM-PLS, properties: { privateEndpointConnections: [ { name: other, properties: { privateEndpoint: { id: PARTNER/Microsoft.Network/privateEndpoints/other }, privateLinkServiceConnectionState: { status: Approved } } }, { name: seen, properties: { privateEndpoint: { id: PARTNER/Microsoft.Network/privateEndpoints/APIM-PE }, privateLinkServiceConnectionState: { status: Rejected } } } ] } }",
        ],
        "approve the connection of",
    ),
    of_resources(
        &[
            "{ id: PARTNER/Microsoft.Network/privateEndpoints/APIM-PE, properties: { privateLinkServiceConnections: [ { name: APIM-PE, properties: { privateLinkServiceConnectionState: { status: Pending } } } ] } }",
        ],
        "approve the connection of",
    ),
    of_sections(
        "privateLinkServices: { APIM-PLS: { enableProxyProtocol: true } }",
        "let the relays read PROXY protocol headers at port 443",
    ),
    of_sections(
        "forwarders: { fwd: { relay: [ { listen: 443, to: apim1449, proxyProtocol: required } ] } }",
        "let the relays do without a PROXY protocol header at port 443",
    ),
    // Names: the link, the record, all of it, on either side.
    of_resources(
        &[
            "{ id: PARTNER/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/virtualNetworkLinks/External, $remove: true }",
        ],
        "link private DNS zone `apim1449.azure-api.net` to `External`",
    ),
    of_resources(
        &[
            "{ id: PARTNER/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@, $remove: true }",
        ],
        "add record `@` to private DNS zone `apim1449.azure-api.net`: the address of `privateEndpoints/APIM-PE`",
    ),
    of_resources(
        &[
            "{ id: PARTNER/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/virtualNetworkLinks/External, $remove: true }",
            "{ id: PARTNER/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@, $remove: true }",
            "{ id: PARTNER/Microsoft.Network/privateDnsZones/apim1449.azure-api.net, $remove: true }",
        ],
        "add private DNS zone `apim1449.azure-api.net` with record `@`",
    ),
    of_resources(
        &[
            "{ id: PROVIDER/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/virtualNetworkLinks/MainNet, $remove: true }",
        ],
        "link private DNS zone `apim1449.azure-api.net` to `MainNet`",
    ),
    of_resources(
        &[
            "{ id: PROVIDER/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@, $remove: true }",
        ],
        "the address of `service/apim1449`",
    ),
    // A route into nothing.
    of_sections(
        "routeTables: { blackhole: { resourceGroup: PrivateAPIM, routes: { nowhere: { addressPrefix: 10.0.2.0/24, nextHopType: None } } } }\nvirtualNetworks: { MainNet: { subnets: { plsSubnet: { routeTable: blackhole } } } }",
        "keep packets to 10.0.2.5 in the network, in route table `blackhole`",
    ),
    // The load balancer: no rule for the port, another port than the relays', nobody behind it.
    of_sections(
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 444 } ] } }\nforwarders: { fwd: { relay: [ { listen: 443, to: apim1449 }, { listen: 444, to: apim1449 } ] } }",
        "add a load-balancing rule for TCP port 443 to `loadBalancers/PrivateLinkServiceLB`",
    ),
    of_sections(
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, backendPort: 8443 } ] } }",
        "8443",
    ),
    of_resources(
        &[
            "{ id: PROVIDER/Microsoft.Network/networkInterfaces/fwd-0-nic, properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } }",
            "{ id: PROVIDER/Microsoft.Network/networkInterfaces/fwd-1-nic, properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } }",
        ],
        "let the idle relays join backend pool `backend`",
    ),
    // The probe: where nobody listens, with TLS, at another path.
    of_sections(
        "loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Http, port: 8081, requestPath: /healthz } } }",
        "port 8081",
    ),
    of_sections(
        "loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Https, port: 8080, requestPath: /healthz } } }",
        "let probe `health` ask for the relay's health: Http port 8080 /healthz",
    ),
    of_sections(
        "loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Http, port: 8080, requestPath: / } } }",
        "let probe `health` ask for the relay's health: Http port 8080 /healthz",
    ),
];

fn broken(breaks: &[&Break]) -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add("internal-apim.yaml", EXAMPLE);
    let entries = breaks.iter().flat_map(|one| one.resources);
    let entries: String = entries
        .map(|entry| {
            let entry = entry
                .replace("PROVIDER", PROVIDER)
                .replace("PARTNER", PARTNER);
            format!("  - {entry}\n")
        })
        .collect();
    if !entries.is_empty() {
        sources.add("resources.yaml", format!("resources:\n{entries}"));
    }
    for one in breaks.iter().filter(|one| !one.sections.is_empty()) {
        sources.add("sections.yaml", one.sections);
    }
    sources
}

fn read(sources: &SourceMap) -> Topology {
    let (manifest, findings) = parse_layers(sources);
    assert!(findings.is_empty(), "{findings:#?}");
    resolve(&manifest).topology
}

fn walk(topology: &Topology) -> Trace {
    trace(topology, &flow("testvm", "https://apim1449.azure-api.net"))
}

/// Mends until the connection arrives, in the model and, if asked, in the text; all that was done.
#[track_caller]
fn mended(sources: &SourceMap, is_written: bool) -> Vec<String> {
    let mut sources = sources.clone();
    let mut topology = read(&sources);
    let mut done = Vec::new();
    let mut trace = walk(&topology);
    while trace.outcome != Outcome::Delivered {
        assert!(done.len() < STEPS, "does not end: {done:#?}");
        let mend = trace.mend.clone();
        let mend = mend.unwrap_or_else(|| panic!("no mend after {done:#?}: {}", trace.because));
        let fix = mend
            .fix
            .unwrap_or_else(|| panic!("words only after {done:#?}: {}", mend.text));
        let changed = fix::apply(&topology, &fix.changes).unwrap();
        let again = walk(&changed);
        assert_ne!(again.because, trace.because, "{} mends nothing", mend.text);
        topology = changed;
        if is_written {
            let written = fix::mend(&sources, &fix.changes);
            sources = written
                .unwrap_or_else(|error| panic!("{}: {error}: {fix:#?}", mend.text))
                .sources;
            // What is derived of the manifest follows the change, so it may be further than the model.
            topology = read(&sources);
            let read_again = walk(&topology);
            assert_ne!(
                read_again.because, trace.because,
                "{} mends no text",
                mend.text
            );
            trace = read_again;
        } else {
            trace = again;
        }
        done.push(mend.text);
    }
    done
}

#[test]
fn each_break_is_mended_in_model_and_text() {
    for one in BREAKS {
        let sources = broken(&[one]);
        let trace = walk(&read(&sources));
        assert_eq!(
            trace.outcome,
            Outcome::Dropped,
            "{}: {}",
            one.mend,
            trace.because
        );
        let mend = trace.mend.as_ref();
        let mend = mend.unwrap_or_else(|| panic!("no mend: {}", trace.because));
        assert!(
            mend.text.contains(one.mend) || trace.because.contains(one.mend),
            "`{}` is not in `{}` of: {}",
            one.mend,
            mend.text,
            trace.because
        );
        mended(&sources, true);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is broken in several ways is mended one after the other.
    #[test]
    fn every_mix_of_breaks_is_mended(
        chosen in proptest::sample::subsequence((0..BREAKS.len()).collect::<Vec<_>>(), 2..6),
    ) {
        let chosen: Vec<&Break> = chosen.into_iter().map(|index| &BREAKS[index]).collect();
        // A request by hand has no automatic connection whose state could be seen.
        let says = |word: &str| {
            chosen.iter().any(|one| {
                one.sections.contains(word) || one.resources.iter().any(|entry| entry.contains(word))
            })
        };
        prop_assume!(!says("manual: true") || !says(" privateLinkServiceConnections:"));
        mended(&broken(&chosen), false);
    }
}
