//! What a load balancer lacks: a rule for a port, members, a probe that asks what relays answer.

use super::{NAMES, Remedy};
use crate::{
    finding::Change,
    model::{
        Resource,
        id::ResourceId,
        network::{LoadBalancer, Probe},
        relay::RelayConfig,
    },
    trace::{
        balance::{Ruled, rules_of},
        decision::{DecidedBy, DecidedKind},
        world::World,
    },
};
use serde_json::{Value, json};

/// The load-balancing rule that a frontend lacks, like those that it has.
pub(crate) fn rule(
    resource: &Resource,
    balancer: &LoadBalancer,
    frontend: usize,
    port: u16,
) -> Option<Remedy> {
    let known = balancer.frontend_ip_configurations.get(frontend)?;
    let own = rules_of(resource, balancer, frontend);
    let like = own.first().map(|ruled: &Ruled<'_>| &ruled.rule.properties);
    let pool = match like {
        Some(like) => like.pools().next()?.id.clone(),
        None => resource.id.child(
            "backendAddressPools",
            &balancer.backend_address_pools.first()?.name,
        ),
    };
    let probe = match like {
        Some(like) => like.probe.as_ref().map(|probe| probe.id.clone()),
        None => balancer
            .probes
            .first()
            .map(|probe| resource.id.child("probes", &probe.name)),
    };
    let name = (1..=NAMES)
        .map(|number| match number {
            1 => format!("tcp-{port}"),
            _ => format!("tcp-{port}-{number}"),
        })
        .find(|name| {
            balancer
                .load_balancing_rules
                .iter()
                .all(|rule| !rule.name.eq_ignore_ascii_case(name))
        })?;
    // Two rules of one pool may not share a backend port.
    let is_taken = balancer.load_balancing_rules.iter().any(|rule| {
        let backend = rule.properties.backend_port.unwrap_or(0);
        rule.properties.pools().any(|other| other.id == pool)
            && rule.properties.enable_floating_ip != Some(true)
            && backend == port
    });
    if is_taken {
        return None;
    }
    let mut properties = json!({
        "frontendIPConfiguration": {
            "id": resource.id.child("frontendIPConfigurations", &known.name).as_str(),
        },
        "backendAddressPool": { "id": pool.as_str() },
        "protocol": "Tcp",
        "frontendPort": port,
        "backendPort": port,
        "idleTimeoutInMinutes": like.and_then(|like| like.idle_timeout_in_minutes).unwrap_or(4),
        "enableTcpReset": true,
    });
    if let (Some(probe), Some(members)) = (probe, properties.as_object_mut()) {
        members.insert("probe".to_owned(), json!({ "id": probe.as_str() }));
    }
    let title = format!(
        "add a load-balancing rule for TCP port {port} to `{}`",
        resource.id.short()
    );
    Some(Remedy::changes(
        title,
        [Change::set(
            &resource.id,
            "/properties/loadBalancingRules/-",
            json!({ "name": name, "properties": properties }),
        )],
    ))
}

/// Lets a probe ask for a relay's health where the relay answers.
pub(crate) fn probe(by: &DecidedBy, probe: &Probe, relay: &RelayConfig) -> Option<Remedy> {
    let health = relay.health.as_ref()?;
    let balancer = by.id.as_ref()?;
    let port = health.listen.port();
    let title = format!(
        "let probe `{}` ask for the relay's health: Http port {port} {}",
        by.name, health.path
    );
    let set = |key: &str, value: Value| {
        Change::set(balancer, format!("{}/properties/{key}", by.pointer), value)
    };
    let mut changes = Vec::new();
    if !probe.protocol.eq_ignore_ascii_case("Http") {
        changes.push(set("protocol", json!("Http")));
    }
    if probe.port != port {
        changes.push(set("port", json!(port)));
    }
    if probe.request_path.as_deref() != Some(health.path.as_str()) {
        changes.push(set("requestPath", json!(health.path)));
    }
    Some(Remedy::changes(title, changes))
}

/// Lets the rule that chose a relay send where the relay listens: at the frontend's port, or at the
/// only one.
pub(crate) fn backend_port(
    world: &World<'_>,
    decided: &[DecidedBy],
    relay: &RelayConfig,
) -> Option<Remedy> {
    let rule = decided
        .iter()
        .find(|by| by.kind == DecidedKind::LoadBalancingRule)?;
    let (_, balancer) = world.topology.load_balancer(rule.id.as_ref()?)?;
    let frontend = balancer
        .load_balancing_rules
        .iter()
        .find(|one| one.name == rule.name)?
        .properties
        .frontend_port;
    let ports = || relay.listeners.iter().map(|one| one.listen.port());
    let port = ports()
        .find(|port| *port == frontend)
        .or_else(|| ports().next().filter(|_| relay.listeners.len() == 1))?;
    Some(Remedy::changes(
        format!("let rule `{}` send to port {port}", rule.name),
        [Change::set(
            rule.id.as_ref()?,
            format!("{}/properties/backendPort", rule.pointer),
            port,
        )],
    ))
}

/// Lets the relays of the network that are in no pool join a rule's: those that listen at its
/// backend port, else all of them.
pub(crate) fn join_pool(
    world: &World<'_>,
    balancer: &LoadBalancer,
    pool: &ResourceId,
    port: u16,
) -> Option<Remedy> {
    let own = idle_relays(world, balancer).filter(|(nic, _)| !nic.existing);
    let idle = own.map(|(nic, relay)| {
        let mut listeners = relay.listeners.iter();
        let listens = listeners.any(|listener| listener.listen.port() == port);
        (&nic.id, listens)
    });
    let idle: Vec<(&ResourceId, bool)> = idle.collect();
    let any_listens = idle.iter().any(|(_, listens)| *listens);
    let pointer = "/properties/ipConfigurations/0/properties/loadBalancerBackendAddressPools/-";
    let changes: Vec<Change> = idle
        .into_iter()
        .filter(|(_, listens)| *listens || !any_listens)
        .map(|(nic, _)| Change::set(nic, pointer, json!({ "id": pool.as_str() })))
        .collect();
    (!changes.is_empty()).then(|| {
        let title = format!("let the idle relays join backend pool `{}`", pool.name());
        Remedy::changes(title, changes)
    })
}

/// Relays in the network of a load balancer's frontends whose NIC is in no pool.
pub(crate) fn idle_relays<'w>(
    world: &'w World<'_>,
    balancer: &LoadBalancer,
) -> impl Iterator<Item = (&'w Resource, &'w RelayConfig)> {
    let network = balancer
        .frontend_ip_configurations
        .iter()
        .find_map(|frontend| frontend.properties.subnet.as_ref()?.id.parent());
    world
        .topology
        .virtual_machines()
        .filter_map(move |(machine, body)| {
            let relay = world.relay(&machine.id)?;
            let first = body.network_profile.network_interfaces.first()?;
            let (nic, body) = world.topology.network_interface(&first.id)?;
            let config = &body.ip_configurations.first()?.properties;
            let is_here = network.is_some() && config.subnet.as_ref()?.id.parent() == network;
            let mut configs = body.ip_configurations.iter();
            let is_idle = configs.all(|config| {
                let pools = &config.properties.load_balancer_backend_address_pools;
                pools.is_empty()
            });
            (is_here && is_idle).then_some((nic, relay))
        })
}
