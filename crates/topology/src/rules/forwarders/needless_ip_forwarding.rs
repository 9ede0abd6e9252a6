//! `FWD003`: IP forwarding that a relay does not need.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD003",
    severity: Severity::Hint,
    title: "IP forwarding that a relay does not need",
    why: "the relay's connections are addressed to the NIC itself; the flag only widens what may be forged",
    mend: "leave `enableIPForwarding` out",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-network-network-interface",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["forwarders: { fwd: { enableIPForwarding: true } }"],
    good: &["forwarders: { fwd: { enableIPForwarding: false } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let next_hops: BTreeSet<IpAddr> = subject
        .topology
        .route_tables()
        .flat_map(|(_, table)| &table.routes)
        .filter_map(|route| route.properties.next_hop_ip_address)
        .collect();
    for relay in &subject.relays.all {
        // A route's next hop needs it (RTE008).
        let is_hop = relay
            .address(subject)
            .is_some_and(|address| next_hops.contains(&IpAddr::V4(address)));
        if is_hop {
            continue;
        }
        for port in relay.ports() {
            if port.enable_ip_forwarding != Some(true) {
                continue;
            }
            let pointer = format!("{}/enableIPForwarding", port.pointer);
            let message = format!("`{}` forwards IP packets", port.holder.id.name());
            out.push(rule.at(&port.holder.id, pointer.clone(), message).fix(
                "turn IP forwarding off",
                [Change::set(&port.holder.id, pointer, false)],
            ));
        }
    }
}
