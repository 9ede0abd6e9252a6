//! `LB006`: two rules send to one port of one pool.

use crate::rules::{facts::pools::UsedPool, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB006",
    severity: Severity::Error,
    title: "two rules send to one port of one pool",
    why: "without floating IP a member could not tell the connections of the two rules apart",
    mend: "use another backend port, another pool, or `enableFloatingIP: true`",
    source: "https://github.com/MicrosoftDocs/azure-docs/issues/70892",
    arm_code: Some("RulesUseSameBackendPortProtocolAndPool"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443 }, { frontendPort: 8443, backendPort: 443 } ] } }"],
    good: &["forwarders: { fwd: { relay: [ { listen: 443, to: apim1449 }, { listen: 8443, to: apim1449 } ] } }
loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443 }, { frontendPort: 8443 } ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut first: BTreeMap<(&ResourceId, String, u16), &UsedPool<'_>> = BTreeMap::new();
    let fixed = subject.pools.used.iter().filter(|used| !used.is_floating());
    for used in fixed {
        let protocol = used.rule.protocol.to_ascii_lowercase();
        let key = (used.pool, protocol, used.port);
        let Some(other) = first.get(&key) else {
            first.insert(key, used);
            continue;
        };
        let message = format!(
            "rules `{}` and `{}` both send to port {} of pool `{}`",
            other.name,
            used.name,
            used.port,
            used.pool.name()
        );
        out.push(
            rule.at(
                &used.balancer.id,
                used.pointer("/properties/backendPort"),
                message,
            )
            .related(
                &other.balancer.id,
                other.pointer("/properties/backendPort"),
                "sends there too",
            ),
        );
    }
}
