//! Load balancers: frontend, pool, probe and rules.

use super::{
    Context, Draft, Output,
    addressing::Allocated,
    forwarders::{HEALTH_PATH, health_port, listen_ports},
    is_set, value,
};
use crate::source::ManifestPath;
use crate::{
    manifest::{
        self, Entry, Forwarder, Manifest,
        suggest::{clip, one_of},
    },
    model::{
        Body, Form, Key, Sku,
        id::ResourceId,
        network::{
            BackendAddressPool, Child, FrontendIpConfiguration, LoadBalancer, LoadBalancingRule,
            Probe, SubResource,
        },
    },
};
use std::net::IpAddr;

const FRONTEND: &str = "frontend";
const POOL: &str = "backend";
const PROBE: &str = "health";
/// A dead relay is out of rotation after one missed probe, five seconds at most.
const INTERVAL_SECONDS: u32 = 5;
/// What Private Link allows: it ends idle connections after four to five minutes (LB020).
const IDLE_MINUTES: u32 = 4;

const BALANCER: &[Key] = &[
    Key::of("/sku", "sku", Form::Member("name")),
    Key::reference(
        "/properties/frontendIPConfigurations/0/properties/subnet",
        "subnet",
    ),
    Key::value(
        "/properties/frontendIPConfigurations/0/properties/privateIPAddress",
        "privateIPAddress",
    ),
    Key::list("/properties/frontendIPConfigurations/0/zones", "zones"),
    Key::fixed("/properties/backendAddressPools/0", "backend"),
];

const PROBE_KEYS: &[Key] = &[
    Key::value("/name", "name"),
    Key::value("/properties/protocol", "protocol"),
    Key::value("/properties/port", "port"),
    Key::value("/properties/requestPath", "requestPath"),
    Key::value("/properties/intervalInSeconds", "intervalInSeconds"),
    Key::value("/properties/numberOfProbes", "numberOfProbes"),
    Key::value("/properties/probeThreshold", "probeThreshold"),
];

const RULE: &[Key] = &[
    Key::value("/name", "name"),
    Key::value("/properties/frontendPort", "frontendPort"),
    Key::value("/properties/backendPort", "backendPort"),
    Key::value("/properties/protocol", "protocol"),
    Key::value("/properties/idleTimeoutInMinutes", "idleTimeoutInMinutes"),
    Key::value("/properties/enableTcpReset", "enableTcpReset"),
    Key::value("/properties/enableFloatingIP", "enableFloatingIP"),
    Key::fixed("/properties/probe", "probe"),
];

/// The load balancers in front of a forwarder.
pub(super) fn balancers_of<'m>(
    manifest: &'m Manifest,
    forwarder: &str,
) -> impl Iterator<Item = (&'m String, &'m Entry<manifest::LoadBalancer>)> {
    let forwarder = forwarder.to_owned();
    manifest.load_balancers.iter().filter(move |(_, entry)| {
        entry
            .value
            .backend
            .as_ref()
            .is_some_and(|backend| backend.value.eq_ignore_ascii_case(&forwarder))
    })
}

/// The pool of a load balancer.
pub(super) fn pool(balancer: &ResourceId) -> ResourceId {
    balancer.child("backendAddressPools", POOL)
}

/// The frontend of a load balancer.
pub(super) fn frontend(balancer: &ResourceId) -> ResourceId {
    balancer.child("frontendIPConfigurations", FRONTEND)
}

/// The port that a load balancer probes.
pub(super) fn probe_port(balancer: &manifest::LoadBalancer, forwarder: &Forwarder) -> u16 {
    let stated = balancer.probe.as_ref().map(|probe| &probe.value);
    if let Some(port) = stated.and_then(|probe| probe.port.as_ref()) {
        return port.value;
    }
    let is_tcp = stated
        .and_then(|probe| probe.protocol.as_ref())
        .is_some_and(|protocol| protocol.value == "Tcp");
    let first = listen_ports(forwarder).into_iter().next();
    if let (true, Some(port)) = (is_tcp, first) {
        port
    } else {
        health_port(forwarder)
    }
}

fn probe(balancer: &manifest::LoadBalancer, forwarder: &Forwarder) -> Child<Probe> {
    let stated = balancer
        .probe
        .as_ref()
        .map(|probe| probe.value.clone())
        .unwrap_or_default();
    let protocol = value(stated.protocol.as_ref()).unwrap_or_else(|| "Http".to_owned());
    let path = (protocol != "Tcp").then(|| HEALTH_PATH.to_owned());
    let number_of_probes = value(stated.number_of_probes.as_ref());
    let probe = Probe {
        port: probe_port(balancer, forwarder),
        request_path: value(stated.request_path.as_ref()).or(path),
        interval_in_seconds: value(stated.interval_in_seconds.as_ref()).or(Some(INTERVAL_SECONDS)),
        number_of_probes,
        probe_threshold: value(stated.probe_threshold.as_ref())
            .or(number_of_probes.is_none().then_some(1)),
        protocol,
        ..Probe::default()
    };
    Child::new(
        value(stated.name.as_ref()).unwrap_or_else(|| PROBE.to_owned()),
        probe,
    )
}

pub(super) fn load_balancers(cx: &mut Context<'_>, addresses: &Allocated) {
    for (name, entry) in &cx.manifest.load_balancers {
        let key = name.to_lowercase();
        let Some(Some(placed)) = cx.index.balancers.get(&key) else {
            continue;
        };
        let stated = &entry.value;
        let id = placed.id.clone();
        let path = ManifestPath::of(&["loadBalancers", name]);
        let subnet = cx.index.subnet(stated.subnet.as_ref());
        let address = addresses.frontends.get(&key).copied().flatten();
        let mut front = Child::new(
            FRONTEND,
            FrontendIpConfiguration {
                subnet: subnet.map(|subnet| SubResource { id: subnet.id }),
                private_ip_address: address.map(IpAddr::V4),
                private_ip_allocation_method: Some(
                    if address.is_some() {
                        "Static"
                    } else {
                        "Dynamic"
                    }
                    .to_owned(),
                ),
                ..FrontendIpConfiguration::default()
            },
        );
        front.id = Some(frontend(&id));
        if let Some(zones) = &stated.zones {
            front.zones = zones.value.iter().map(|zone| zone.value.clone()).collect();
        }
        let mut backend = Child::new(POOL, BackendAddressPool::default());
        backend.id = Some(pool(&id));
        let forwarder = stated
            .backend
            .as_ref()
            .and_then(|backend| super::entry(&cx.manifest.forwarders, &backend.value));
        let mut probes = Vec::new();
        let mut rules = Vec::new();
        if let Some((_, forwarder)) = forwarder {
            let mut child = probe(stated, &forwarder.value);
            child.id = Some(id.child("probes", &child.name));
            rules = self::rules(
                &mut cx.out,
                &id,
                &path,
                stated,
                &forwarder.value,
                &child.name,
            );
            probes.push(child);
        }
        let body = Body::LoadBalancer(LoadBalancer {
            frontend_ip_configurations: vec![front],
            backend_address_pools: vec![backend],
            load_balancing_rules: rules,
            probes,
            ..LoadBalancer::default()
        });
        let mut draft = Draft::new(placed, body, is_set(&stated.existing));
        draft.sku = Some(Sku {
            name: value(stated.sku.as_ref()).or_else(|| Some("Standard".to_owned())),
            ..Sku::default()
        });
        cx.out.add(draft, entry.name.span);
        link(cx, &id, path, stated);
    }
}

fn rules(
    out: &mut Output,
    id: &ResourceId,
    path: &ManifestPath,
    stated: &manifest::LoadBalancer,
    forwarder: &Forwarder,
    probe: &str,
) -> Vec<Child<LoadBalancingRule>> {
    let make = |name: String, front: u16, back: u16| {
        let mut child = Child::new(
            name,
            LoadBalancingRule {
                frontend_ip_configuration: Some(SubResource { id: frontend(id) }),
                backend_address_pool: Some(SubResource { id: pool(id) }),
                probe: Some(SubResource {
                    id: id.child("probes", probe),
                }),
                protocol: "Tcp".to_owned(),
                frontend_port: front,
                backend_port: Some(back),
                idle_timeout_in_minutes: Some(IDLE_MINUTES),
                enable_tcp_reset: Some(true),
                ..LoadBalancingRule::default()
            },
        );
        child.id = Some(id.child("loadBalancingRules", &child.name));
        child
    };
    let Some(list) = &stated.rules else {
        return listen_ports(forwarder)
            .into_iter()
            .map(|port| make(format!("tcp-{port}"), port, port))
            .collect();
    };
    let mut rules = Vec::new();
    for (at, item) in list.value.iter().enumerate() {
        let Some(front) = &item.value.frontend_port else {
            continue;
        };
        let back = item.value.backend_port.as_ref().unwrap_or(front);
        let protocol = value(item.value.protocol.as_ref()).unwrap_or_else(|| "Tcp".to_owned());
        let name = value(item.value.name.as_ref())
            .unwrap_or_else(|| format!("{}-{}", protocol.to_ascii_lowercase(), front.value));
        let mut rule = make(name, front.value, back.value);
        rule.properties.protocol = protocol;
        rule.properties.enable_floating_ip = value(item.value.enable_floating_ip.as_ref());
        if let Some(minutes) = &item.value.idle_timeout_in_minutes {
            rule.properties.idle_timeout_in_minutes = Some(minutes.value);
        }
        if let Some(reset) = &item.value.enable_tcp_reset {
            rule.properties.enable_tcp_reset = Some(reset.value);
        }
        if let Some(wanted) = &item.value.probe {
            if wanted.value.eq_ignore_ascii_case("false") {
                rule.properties.probe = None;
            } else if !wanted.value.eq_ignore_ascii_case("true")
                && !wanted.value.eq_ignore_ascii_case(probe)
            {
                let message = format!("there is no probe `{}`", clip(&wanted.value, 40));
                out.error(
                    "MAN007",
                    message,
                    wanted.span,
                    one_of(&wanted.value, [probe, "false"]),
                );
                rule.properties.probe = None;
            }
        }
        let base = format!("/properties/loadBalancingRules/{}", rules.len());
        out.record(id, base.clone(), Some(item));
        let path = path.key("rules").index(at);
        out.link_whole(id, &base, path, RULE, &item.value);
        rules.push(rule);
    }
    rules
}

fn link(
    cx: &mut Context<'_>,
    id: &ResourceId,
    path: ManifestPath,
    stated: &manifest::LoadBalancer,
) {
    if let Some(probe) = &stated.probe {
        let base = "/properties/probes/0";
        cx.out.record(id, base, Some(probe));
        let path = path.key("probe");
        cx.out.link_whole(id, base, path, PROBE_KEYS, &probe.value);
    } else {
        let unstated = manifest::Probe::default();
        let base = "/properties/probes/0";
        let path = path.key("probe");
        cx.out.link(id, base, path, PROBE_KEYS, &unstated);
    }
    cx.out.link_whole(id, "", path, BALANCER, stated);
}
