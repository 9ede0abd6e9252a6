//! `LB005`: rule refers to nothing.

use crate::{
    model::network::{Child, SubResource},
    rules::prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB005",
    severity: Severity::Error,
    title: "rule refers to nothing",
    why: "a rule joins a frontend, a pool and a probe of the same load balancer",
    mend: "name a frontend, pool and probe that the load balancer has",
    source: "https://learn.microsoft.com/azure/load-balancer/manage-rules-how-to",
    arm_code: None,
    has_fix: true,
    after: &["LB004"],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { loadBalancingRules: [ { name: tcp-443,
    properties: { probe: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/probes/other } } } ] } } ]", "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { inboundNatRules: [ { name: ssh,
    properties: { frontendIPConfiguration: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/frontendIPConfigurations/other },
    protocol: Tcp, frontendPort: 2222, backendPort: 22 } } ] } } ]"],
    good: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { loadBalancingRules: [ { name: tcp-443,
    properties: { probe: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/probes/HEALTH } } } ] } } ]"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        let parts = Parts {
            balancer: &balancer.id,
            frontends: names(&body.frontend_ip_configurations),
            pools: names(&body.backend_address_pools),
            probes: names(&body.probes),
        };
        for (index, one) in body.load_balancing_rules.iter().enumerate() {
            let properties = &one.properties;
            let missing = parts.missing(
                &format!("/properties/loadBalancingRules/{index}/properties"),
                properties.frontend_ip_configuration.as_ref(),
                properties.backend_address_pool.as_ref(),
                properties.probe.as_ref(),
            );
            out.extend(finding(rule, balancer, &one.name, &missing));
        }
        for (index, one) in body.inbound_nat_rules.iter().enumerate() {
            let missing = parts.missing(
                &format!("/properties/inboundNatRules/{index}/properties"),
                one.properties.frontend_ip_configuration.as_ref(),
                one.properties.backend_address_pool.as_ref(),
                None,
            );
            out.extend(finding(rule, balancer, &one.name, &missing));
        }
        for (index, one) in body.outbound_rules.iter().enumerate() {
            let at = format!("/properties/outboundRules/{index}/properties");
            let pool = one.properties.backend_address_pool.as_ref();
            let mut missing = parts.missing(&at, None, pool, None);
            let frontends = one.properties.frontend_ip_configurations.iter().enumerate();
            missing.extend(frontends.filter_map(|(nth, frontend)| {
                let pointer = format!("{at}/frontendIPConfigurations/{nth}");
                parts.look_up(pointer, "frontendIPConfigurations", frontend)
            }));
            out.extend(finding(rule, balancer, &one.name, &missing));
        }
    }
}

/// What a load balancer has, by name.
struct Parts<'t> {
    balancer: &'t ResourceId,
    frontends: BTreeMap<String, &'t str>,
    pools: BTreeMap<String, &'t str>,
    probes: BTreeMap<String, &'t str>,
}

/// A reference to nothing, and the only part that it can mean.
struct Reference<'t> {
    pointer: String,
    id: &'t ResourceId,
    only: Option<ResourceId>,
}

impl<'t> Parts<'t> {
    fn missing(
        &self,
        at: &str,
        frontend: Option<&'t SubResource>,
        pool: Option<&'t SubResource>,
        probe: Option<&'t SubResource>,
    ) -> Vec<Reference<'t>> {
        let references = [
            (
                "frontendIPConfiguration",
                "frontendIPConfigurations",
                frontend,
            ),
            ("backendAddressPool", "backendAddressPools", pool),
            ("probe", "probes", probe),
        ];
        references
            .into_iter()
            .filter_map(|(member, kind, sub)| self.look_up(format!("{at}/{member}"), kind, sub?))
            .collect()
    }

    /// The reference, if it leads to nothing.
    fn look_up(&self, pointer: String, kind: &str, sub: &'t SubResource) -> Option<Reference<'t>> {
        let known = match kind {
            "probes" => &self.probes,
            "backendAddressPools" => &self.pools,
            _ => &self.frontends,
        };
        let is_there = sub.id.parent().as_ref() == Some(self.balancer)
            && known.contains_key(&sub.id.name().to_ascii_lowercase());
        let mut all = known.values();
        let only = all.next().filter(|_| all.next().is_none());
        (!is_there).then(|| Reference {
            pointer,
            id: &sub.id,
            only: only.map(|name| self.balancer.child(kind, name)),
        })
    }
}

fn names<P>(parts: &[Child<P>]) -> BTreeMap<String, &str> {
    let parts = parts.iter();
    parts
        .map(|part| (part.name.to_ascii_lowercase(), part.name.as_str()))
        .collect()
}

/// One finding for all that one rule lacks.
fn finding(
    rule: &Rule,
    balancer: &Resource,
    name: &str,
    missing: &[Reference<'_>],
) -> Option<Finding> {
    let (first, rest) = missing.split_first()?;
    let message = format!(
        "rule `{name}` refers to `{}`, which is not there",
        first.id.short()
    );
    let mut finding = rule.at(&balancer.id, first.pointer.clone(), message);
    for other in rest {
        let label = format!("refers to `{}`", other.id.short());
        finding = finding.related(&balancer.id, other.pointer.clone(), label);
    }
    let changes: Option<Vec<Change>> = missing
        .iter()
        .map(|reference| {
            let only = reference.only.as_ref()?;
            let pointer = format!("{}/id", reference.pointer);
            Some(Change::set(&balancer.id, pointer, only.as_str()))
        })
        .collect();
    Some(match changes {
        Some(changes) => finding.fix("name the only one that there is", changes),
        None => finding,
    })
}
