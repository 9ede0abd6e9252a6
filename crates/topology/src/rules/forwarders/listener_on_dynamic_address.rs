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
    has_fix: true,
    after: &["FWD006"],
    also: &["FWD001"],
    bad: &[r#"forwarders: { fwd: { instances: 1, privateIPAllocationMethod: Dynamic, relay: [ { listen: "10.0.1.4:443",
    to: apim1449 } ] } }
loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.100 } }"#],
    good: &["forwarders: { fwd: { privateIPAllocationMethod: Dynamic, relay: [ { listen: 443, to: apim1449 } ] } }
loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.100 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for relay in &subject.relays.all {
        // The instances of a scale set have no other addresses.
        let is_dynamic = relay.nic.is_none_or(|(_, body)| {
            body.ip_configurations.first().is_some_and(|config| {
                let method = config.properties.private_ip_allocation_method.as_deref();
                method.is_none_or(|method| method.eq_ignore_ascii_case("Dynamic"))
            })
        });
        if !is_dynamic {
            continue;
        }
        for (index, listener) in relay.config.listeners.iter().enumerate() {
            let ip = listener.listen.ip();
            // A loopback address is nobody's to take away.
            if ip.is_unspecified() || ip.is_loopback() {
                continue;
            }
            let message = format!("`{}` listens on {ip}, which its NIC may lose", relay.name());
            let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, listener.listen.port()));
            out.push(
                rule.at(&relay.machine.id, relay.listen_at(index), message)
                    .fix(
                        format!("listen on {everywhere}"),
                        [Change::set(
                            &relay.machine.id,
                            relay.listen_at(index),
                            everywhere.to_string(),
                        )],
                    ),
            );
        }
    }
}
