//! `LB021`: member that calls its own load balancer.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB021",
    severity: Severity::Error,
    title: "member that calls its own load balancer",
    why: "when the load balancer picks the caller itself the two halves of the connection do not fit, and it times out now and then",
    mend: "dial the other machine or the service directly",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-troubleshoot-backend-traffic",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"forwarders: { fwd: { relay: [ { listen: 443, to: apim1449 }, { listen: 8443, to: apim1449 }, { listen: 9443,
    to: "10.0.1.5:8443" } ] } }
loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443 }, { frontendPort: 8443 } ] } }"#,
    ],
    good: &[
        r#"forwarders: { fwd: { relay: [ { listen: 443, to: apim1449 }, { listen: 9443, to: "10.0.1.5:8443" } ] } }
loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443 } ] } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    // A way over a private endpoint comes back from a NAT address, which is another caller's.
    let ways = subject.ways_back().into_iter();
    for way in ways.filter(|way| !way.is_circle && way.endpoint.is_none()) {
        out.push(
            rule.at(
                &way.relay.machine.id,
                way.pointer,
                format!(
                    "`{}` is a frontend of `{}`, which `{}` is a member of",
                    way.host,
                    way.balancer.id.name(),
                    way.relay.name()
                ),
            )
            .related(&way.balancer.id, "", "leads back to it"),
        );
    }
}
