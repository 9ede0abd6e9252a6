//! Load balancers.

use super::{HashSet, Sections, Short, put, put_list, reference};
use crate::model::{
    Body, Resource,
    id::ResourceId,
    network::{
        BackendAddressPool, FrontendIpConfiguration, LoadBalancer, LoadBalancingRule, OutboundRule,
        Probe, SubResource,
    },
};
use serde_json::{Map, Value, json};

impl Short<'_> {
    /// The section of load balancers.
    pub(super) fn balancers(&self, whole: &HashSet<ResourceId>, out: &mut Sections) {
        let section = self.standing(whole, out, |short, resource, out| match &resource.body {
            Body::LoadBalancer(inner) => short.balancer(resource, inner, out),
            _ => None,
        });
        out.put("loadBalancers", section);
    }

    fn balancer(
        &self,
        resource: &Resource,
        balancer: &LoadBalancer,
        out: &Sections,
    ) -> Option<Map<String, Value>> {
        if !balancer.inbound_nat_rules.is_empty() || !balancer.inbound_nat_pools.is_empty() {
            return None;
        }
        let mut value = Map::new();
        let sku = resource.sku.as_ref()?.name.as_deref()?;
        if !sku.eq_ignore_ascii_case("Standard") {
            value.insert("sku".to_owned(), json!(sku));
        }
        let fronts = &balancer.frontend_ip_configurations;
        let subnet = fronts.iter().find_map(|one| one.properties.subnet.as_ref());
        if let Some(subnet) = subnet {
            value.insert("subnet".to_owned(), self.subnet(&subnet.id));
        }
        let mut members = Map::new();
        for front in fronts {
            let mut said = self.front(&front.properties, subnet, out);
            put_list(&mut said, "zones", &front.zones);
            members.insert(front.name.clone(), said.into());
        }
        value.insert("frontendIPConfigurations".to_owned(), members.into());
        let pools = balancer.backend_address_pools.iter();
        let pools = pools.map(|pool| (pool.name.clone(), self.pool(&pool.properties).into()));
        value.insert(
            "backendAddressPools".to_owned(),
            Value::Object(pools.collect()),
        );
        let probes = balancer.probes.iter();
        let probes: Map<String, Value> = probes
            .map(|one| (one.name.clone(), probe(&one.properties).into()))
            .collect();
        if !probes.is_empty() {
            value.insert("probes".to_owned(), probes.into());
        }
        let rules = balancer.load_balancing_rules.iter();
        let rules: Vec<Value> = rules.map(|one| rule(&one.name, &one.properties)).collect();
        value.insert("rules".to_owned(), rules.into());
        let outbound = balancer.outbound_rules.iter();
        let outbound: Map<String, Value> = outbound
            .map(|one| (one.name.clone(), outbound_rule(&one.properties)))
            .collect();
        if !outbound.is_empty() {
            value.insert("outboundRules".to_owned(), outbound.into());
        }
        Some(value)
    }

    fn front(
        &self,
        front: &FrontendIpConfiguration,
        of_balancer: Option<&SubResource>,
        out: &Sections,
    ) -> Map<String, Value> {
        let mut value = Map::new();
        if let Some(subnet) = &front.subnet
            && of_balancer.is_none_or(|other| other.id != subnet.id)
        {
            value.insert("subnet".to_owned(), self.subnet(&subnet.id));
        }
        put(
            &mut value,
            "privateIPAddress",
            front.private_ip_address.as_ref(),
        );
        if let Some(public) = &front.public_ip_address {
            value.insert("publicIPAddress".to_owned(), reference(&public.id, out));
        }
        value
    }

    fn pool(&self, pool: &BackendAddressPool) -> Map<String, Value> {
        let mut value = Map::new();
        let members = pool.load_balancer_backend_addresses.iter();
        let addresses: Vec<_> = members
            .filter_map(|member| member.properties.ip_address)
            .collect();
        put_list(&mut value, "addresses", &addresses);
        let of_member = pool
            .load_balancer_backend_addresses
            .iter()
            .find_map(|member| member.properties.virtual_network.as_ref());
        if let Some(network) = pool.virtual_network.as_ref().or(of_member) {
            value.insert("virtualNetwork".to_owned(), self.network(&network.id));
        }
        value
    }
}

fn probe(probe: &Probe) -> Map<String, Value> {
    let mut value = Map::new();
    value.insert("protocol".to_owned(), json!(probe.protocol));
    value.insert("port".to_owned(), json!(probe.port));
    put(&mut value, "requestPath", probe.request_path.as_ref());
    put(
        &mut value,
        "intervalInSeconds",
        probe.interval_in_seconds.as_ref(),
    );
    put(
        &mut value,
        "numberOfProbes",
        probe.number_of_probes.as_ref(),
    );
    put(&mut value, "probeThreshold", probe.probe_threshold.as_ref());
    value
}

/// The name of a part of the load balancer.
fn part(reference: Option<&SubResource>) -> Value {
    reference.map_or(Value::Null, |reference| json!(reference.id.name()))
}

fn rule(name: &str, rule: &LoadBalancingRule) -> Value {
    let mut value = Map::new();
    value.insert("name".to_owned(), json!(name));
    for (key, reference) in [
        ("frontendIPConfiguration", &rule.frontend_ip_configuration),
        ("backendAddressPool", &rule.backend_address_pool),
    ] {
        value.insert(key.to_owned(), part(reference.as_ref()));
    }
    value.insert("frontendPort".to_owned(), json!(rule.frontend_port));
    put(&mut value, "backendPort", rule.backend_port.as_ref());
    value.insert("protocol".to_owned(), json!(rule.protocol));
    put(
        &mut value,
        "idleTimeoutInMinutes",
        rule.idle_timeout_in_minutes.as_ref(),
    );
    put(&mut value, "enableTcpReset", rule.enable_tcp_reset.as_ref());
    put(
        &mut value,
        "enableFloatingIP",
        rule.enable_floating_ip.as_ref(),
    );
    put(
        &mut value,
        "loadDistribution",
        rule.load_distribution.as_ref(),
    );
    put(
        &mut value,
        "disableOutboundSnat",
        rule.disable_outbound_snat.as_ref(),
    );
    let probe = match &rule.probe {
        Some(probe) => json!(probe.id.name()),
        None => json!("false"),
    };
    value.insert("probe".to_owned(), probe);
    value.into()
}

fn outbound_rule(rule: &OutboundRule) -> Value {
    let mut value = Map::new();
    let fronts = rule.frontend_ip_configurations.iter();
    let fronts: Vec<&str> = fronts.map(|one| one.id.name()).collect();
    put_list(&mut value, "frontendIPConfigurations", &fronts);
    value.insert(
        "backendAddressPool".to_owned(),
        part(rule.backend_address_pool.as_ref()),
    );
    put(&mut value, "protocol", rule.protocol.as_ref());
    put(
        &mut value,
        "allocatedOutboundPorts",
        rule.allocated_outbound_ports.as_ref(),
    );
    put(
        &mut value,
        "idleTimeoutInMinutes",
        rule.idle_timeout_in_minutes.as_ref(),
    );
    put(&mut value, "enableTcpReset", rule.enable_tcp_reset.as_ref());
    value.into()
}
