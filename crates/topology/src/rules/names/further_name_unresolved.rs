//! `DNS010`: only the gateway has a name.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS010",
    severity: Severity::Warning,
    title: "only the gateway has a name",
    why: "an internal service has five names, and each needs a record of its own",
    mend: "add zones for the portal, developer, management and scm names that are used",
    source: "https://learn.microsoft.com/azure/api-management/api-management-using-with-internal-vnet",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"forwarders: { fwd: { relay: [ { listen: 443, to: apim1449 }, { listen: 3443, to: "apim1449.management.azure-api.net:3443" } ] } }
resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateDnsZones/apim1449.management.azure-api.net/A/@, properties: { aRecords: [] } } ]"#,
    ],
    good: &["forwarders: { fwd: { relay: [ { listen: 443, to: apim1449 } ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for relay in &subject.relays.all {
        let Some(network) = &relay.network else {
            continue;
        };
        for (pointer, host, _) in relay.upstreams() {
            let folded = host.to_ascii_lowercase();
            let service = [".portal", ".developer", ".management", ".scm"]
                .iter()
                .find_map(|part| folded.strip_suffix(&format!("{part}.azure-api.net")));
            let is_internal = service
                .is_some_and(|name| subject.is_private_name(&format!("{name}.azure-api.net")));
            if is_internal && subject.answers(network, host).is_empty() {
                out.push(rule.at(
                    &relay.machine.id,
                    pointer,
                    format!("`{host}` is not answered in `{}`", network.name()),
                ));
            }
        }
    }
}
