//! The outbound rules of a load balancer.

use super::{One, frontend, parts, pool, rules::choose};
use crate::{
    model::{
        Key,
        network::{Child, OutboundRule, SubResource},
    },
    resolve::{Context, value},
};

const OUTBOUND: &[Key] = &[
    Key::fixed(
        "/properties/frontendIPConfigurations",
        "frontendIPConfigurations",
    ),
    Key::fixed("/properties/backendAddressPool", "backendAddressPool"),
    Key::value("/properties/protocol", "protocol"),
    Key::value(
        "/properties/allocatedOutboundPorts",
        "allocatedOutboundPorts",
    ),
    Key::value("/properties/idleTimeoutInMinutes", "idleTimeoutInMinutes"),
    Key::value("/properties/enableTcpReset", "enableTcpReset"),
];

/// Makes the outbound rules.
pub(super) fn make(cx: &mut Context<'_>, one: &One<'_>) -> Vec<Child<OutboundRule>> {
    let id = &one.id;
    let fronts = parts::frontends(one.entry);
    let pools = parts::pools(one.stated());
    let mut made = Vec::new();
    for (name, own) in &one.stated().outbound_rules {
        let stated = &own.value;
        let all: Vec<&str> = fronts.iter().map(|front| front.name).collect();
        let mut chosen: Vec<&str> = Vec::new();
        if let Some(list) = &stated.frontend_ip_configurations {
            for named in &list.value {
                let key = "frontendIPConfigurations";
                let at = choose(&mut cx.out, Some(named), &all, key, named.span);
                chosen.extend(at.and_then(|at| all.get(at)));
            }
        } else {
            let public = fronts.iter().filter(|front| front.is_public());
            chosen.extend(public.map(|front| front.name));
        }
        let names: Vec<&str> = pools.iter().map(|pool| pool.name).collect();
        let named = stated.backend_address_pool.as_ref();
        let key = "backendAddressPool";
        let to =
            choose(&mut cx.out, named, &names, key, own.name.span).and_then(|at| names.get(at));
        let protocol = value(stated.protocol.as_ref()).unwrap_or_else(|| "All".to_owned());
        let mut child = Child::new(
            name,
            OutboundRule {
                frontend_ip_configurations: chosen
                    .iter()
                    .map(|front| SubResource {
                        id: frontend(id, front),
                    })
                    .collect(),
                backend_address_pool: to.map(|to| SubResource { id: pool(id, to) }),
                protocol: Some(protocol),
                allocated_outbound_ports: value(stated.allocated_outbound_ports.as_ref()),
                idle_timeout_in_minutes: value(stated.idle_timeout_in_minutes.as_ref()).or(Some(4)),
                enable_tcp_reset: value(stated.enable_tcp_reset.as_ref()).or(Some(true)),
                ..OutboundRule::default()
            },
        );
        child.id = Some(id.child("outboundRules", name));
        let base = format!("/properties/outboundRules/{}", made.len());
        let provenance = &mut cx.out.topology.provenance;
        provenance.record(id, base.clone(), own.name.span);
        let path = one.path.key("outboundRules").key(name);
        cx.out.link_whole(id, &base, path, OUTBOUND, stated);
        made.push(child);
    }
    made
}
