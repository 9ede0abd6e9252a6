//! `FWD007`: listener bound to a dynamic address.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD007",
    severity: Severity::Warning,
    title: "listener bound to a dynamic address",
    why: "with another address the listener dies silently while the machine is up",
    mend: "listen on the port alone, or make the NIC's address static",
    source: "https://learn.microsoft.com/windows-server/networking/technologies/netsh/netsh-interface-portproxy",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"forwarders: { fwd: { privateIPAllocationMethod: Dynamic, relay: [ { listen: "10.0.1.4:443", to: apim1449 } ] } }
loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.100 } }"#,
    ],
    good: &[
        "forwarders: { fwd: { privateIPAllocationMethod: Dynamic, relay: [ { listen: 443, to: apim1449 } ] } }\nloadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.100 } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for relay in &subject.relays.all {
        let is_dynamic = relay.nic.is_some_and(|(_, body)| {
            body.ip_configurations.first().is_some_and(|config| {
                let method = config.properties.private_ip_allocation_method.as_deref();
                method.is_none_or(|method| method.eq_ignore_ascii_case("Dynamic"))
            })
        });
        for (index, listener) in relay.config.listeners.iter().enumerate() {
            if let (true, SocketAddr::V4(at)) = (is_dynamic, listener.listen)
                && !at.ip().is_unspecified()
            {
                out.push(rule.at(
                    &relay.machine.id,
                    format!("/properties/userData/listeners/{index}/listen"),
                    format!(
                        "`{}` listens on {}, which its NIC may lose",
                        relay.machine.id.name(),
                        at.ip()
                    ),
                ));
            }
        }
    }
}
