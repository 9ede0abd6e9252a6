//! `PLS013`: frontend without a rule.

use crate::{model::network::LoadBalancer, rules::prelude::*};
use serde_json::Value;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS013",
    severity: Severity::Error,
    title: "frontend without a rule",
    why: "a private endpoint passes every port, and the load balancer drops those without a rule",
    mend: "add a load-balancing rule to the frontend",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { loadBalancingRules: null } } ]"],
    good: &["loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443 } ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut ruled: BTreeSet<&ResourceId> = BTreeSet::new();
    for (_, body) in subject.kinds.load_balancers() {
        let rules = body.load_balancing_rules.iter();
        ruled.extend(
            rules.filter_map(|one| Some(&one.properties.frontend_ip_configuration.as_ref()?.id)),
        );
    }
    // One that needs a load-balancing rule beside it is PLS024's.
    ruled.extend(
        subject
            .nat_rules()
            .iter()
            .filter_map(|nat| Some(&nat.rule.frontend_ip_configuration.as_ref()?.id)),
    );
    for (frontend, services) in subject.pools.fronts() {
        let balancer = frontend.parent();
        let balancer = balancer.and_then(|id| subject.topology.load_balancer(&id));
        let (Some((balancer, body)), Some((service, _))) = (balancer, services.first()) else {
            continue;
        };
        // A frontend that is not there is another matter.
        let mut known = body.frontend_ip_configurations.iter();
        let is_there = known.any(|one| one.name.eq_ignore_ascii_case(frontend.name()));
        if ruled.contains(frontend) || !is_there {
            continue;
        }
        let message = format!(
            "frontend `{}` of `{}` has no rule",
            frontend.name(),
            balancer.id.name()
        );
        let pointer = "/properties/loadBalancerFrontendIpConfigurations";
        let finding = rule.at(&service.id, pointer, message).related(
            &balancer.id,
            "/properties/loadBalancingRules",
            "its rules",
        );
        out.push(match missing_rule(subject, frontend, balancer, body) {
            Some((port, new)) => finding.fix(
                format!("send port {port} to the relays"),
                [Change::set(
                    &balancer.id,
                    "/properties/loadBalancingRules/-",
                    new,
                )],
            ),
            None => finding,
        });
    }
}

/// The rule for the only port of the only pool, where relays listen.
fn missing_rule(
    subject: &Subject<'_>,
    frontend: &ResourceId,
    balancer: &Resource,
    body: &LoadBalancer,
) -> Option<(u16, Value)> {
    let [pool] = body.backend_address_pools.as_slice() else {
        return None;
    };
    let pool = balancer.id.child("backendAddressPools", &pool.name);
    let ports: BTreeSet<u16> = subject
        .relays_in(&pool)
        .flat_map(|relay| &relay.config.listeners)
        .map(|listener| listener.listen.port())
        .collect();
    let port = *ports.first().filter(|_| ports.len() == 1)?;
    if subject.pools.users(&pool).any(|used| used.port == port) {
        return None;
    }
    let mut properties = json!({
        "frontendIPConfiguration": { "id": frontend.as_str() },
        "backendAddressPool": { "id": pool.as_str() },
        "protocol": "Tcp",
        "frontendPort": port,
        "backendPort": port,
        "idleTimeoutInMinutes": 4,
        "enableTcpReset": true,
    });
    if let ([probe], Some(members)) = (body.probes.as_slice(), properties.as_object_mut()) {
        let id = balancer.id.child("probes", &probe.name);
        members.insert("probe".to_owned(), json!({ "id": id.as_str() }));
    }
    Some((
        port,
        json!({ "name": format!("tcp-{port}"), "properties": properties }),
    ))
}
