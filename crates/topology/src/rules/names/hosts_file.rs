//! `DNS008`: hosts file.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS008",
    severity: Severity::Hint,
    title: "hosts file",
    why: "it covers one machine, has no time to live and goes stale; it is documented for tests only",
    mend: "use a private DNS zone that is linked to the network",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["clients: { testvm: { hosts: { apim1449.azure-api.net: 192.168.0.5 } } }"],
    good: &["clients: { testvm: { hosts: {} } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for client in subject
        .topology
        .clients
        .values()
        .filter(|client| !client.hosts.is_empty())
    {
        let mut finding = rule.at(
            &client.subnet,
            "",
            format!("`{}` resolves by a hosts file", client.name),
        );
        finding.span = client.span;
        out.push(finding);
    }
}
