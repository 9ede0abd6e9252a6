//! What is known to go wrong, and cannot be told from a topology.

/// Codes of facts that are no rules, with the reason, in the order of codes within an area.
pub const NOT_JUDGED: &[(&str, &str)] = &[
    (
        "NET014",
        "what a write of a network leaves out is the difference of two topologies; the plan sees it",
    ),
    (
        "NSG020",
        "whether somebody counts on a changed rule to cut flows that run is stated nowhere",
    ),
    (
        "RTE004",
        "a change of `defaultOutboundAccess` is the difference of two topologies, and which machines were stopped since is not reported",
    ),
    (
        "LB016",
        "whether the guest stamps its TCP segments is a setting inside of it, which ARM does not know",
    ),
    (
        "FWD013",
        "how many connections there will be at a time is stated nowhere",
    ),
    (
        "FWD014",
        "the relay keeps its connections alive by itself, with nothing to set; what another one does is inside the guest",
    ),
    (
        "FWD017",
        "how many flows there will be at a time is stated nowhere",
    ),
    (
        "PLS019",
        "how long an application stays idle is stated nowhere; where a rule promises more than Private Link keeps, LB020 says so",
    ),
    (
        "PLS020",
        "a move is the difference of two topologies; a plan sees it, and one topology does not",
    ),
    (
        "PLS022",
        "a removal is the difference of two topologies; without any address, PLS007 says so",
    ),
    (
        "PE009",
        "who asks for an approval or a deletion is not part of a topology; Azure's permissions decide",
    ),
    (
        "PE017",
        "whether a provider is registered is the subscription's state, which the preflight of a plan reads",
    ),
    (
        "PE018",
        "how long an alias takes to be known everywhere is a matter of how it is applied; the provisioner tries again",
    ),
    (
        "DNS015",
        "by which name a client calls is stated in a trace or an expectation, and the trace says it there",
    ),
    (
        "APIM017",
        "a change of mode that keeps its address is the difference of two topologies",
    ),
    (
        "APIM018",
        "DNS servers that changed after the injection are the difference of two topologies",
    ),
    (
        "APIM019",
        "names of deleted services are the subscription's state, which the preflight of a plan reads",
    ),
    (
        "APIM021",
        "which backends an API calls is not part of the model: APIs are not in it",
    ),
    ("APIM023", "when an instance left a subnet is not reported"),
    (
        "OPS002",
        "two writes of one network at a time are a matter of how it is applied; the provisioner writes one after the other",
    ),
    (
        "OPS003",
        "a use before its time is a matter of how it is applied; the provisioner waits for what it refers to",
    ),
    (
        "OPS004",
        "how many requests there are in five minutes is a matter of how it is applied; the provisioner backs off",
    ),
    (
        "OPS005",
        "the order of deletions is a matter of how it is applied; the plan orders them",
    ),
    (
        "OPS006",
        "FWD001, LB022 and APIM016 each say it of the tier that it is about",
    ),
    (
        "OPS007",
        "how long a failover may take is stated nowhere; LB009 and DNS009 say what makes it long",
    ),
];
