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
    for relay in &subject.relays.all {
        if let Some((nic, body)) = relay.nic
            && body.enable_ip_forwarding == Some(true)
        {
            let pointer = "/properties/enableIPForwarding";
            out.push(
                rule.at(
                    &nic.id,
                    pointer,
                    format!("`{}` forwards IP packets", nic.id.name()),
                )
                .fix(
                    "turn IP forwarding off",
                    [Change::set(&nic.id, pointer, false)],
                ),
            );
        }
    }
}
