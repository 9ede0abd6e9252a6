//! What is known to go wrong, and cannot be told from a topology.

/// Codes of facts that are no rules, with the reason, in the order of codes within an area.
pub const NOT_JUDGED: &[(&str, &str)] = &[
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
];
