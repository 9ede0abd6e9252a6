//! The probes of a load balancer.

use super::{
    One,
    parts::{self, Behind, ProbeAt},
    rules::Read,
};
use crate::{
    manifest,
    model::{
        Key,
        network::{Child, Probe},
    },
    resolve::{
        Context,
        forwarders::{HEALTH_PATH, health_port, listen_ports},
        value,
    },
};

/// A dead relay is out of rotation after one missed probe, five seconds at most.
const INTERVAL_SECONDS: u32 = 5;

pub(super) const KEYS: &[Key] = &[
    Key::value("/properties/protocol", "protocol"),
    Key::value("/properties/port", "port"),
    Key::value("/properties/requestPath", "requestPath"),
    Key::value("/properties/intervalInSeconds", "intervalInSeconds"),
    Key::value("/properties/numberOfProbes", "numberOfProbes"),
    Key::value("/properties/probeThreshold", "probeThreshold"),
];

/// The only probe also has a name to be given.
const ONLY: &[Key] = &[
    Key::value("/name", "name"),
    Key::value("/properties/protocol", "protocol"),
    Key::value("/properties/port", "port"),
    Key::value("/properties/requestPath", "requestPath"),
    Key::value("/properties/intervalInSeconds", "intervalInSeconds"),
    Key::value("/properties/numberOfProbes", "numberOfProbes"),
    Key::value("/properties/probeThreshold", "probeThreshold"),
];

/// Makes the probes; `rules` say which pool each is for.
pub(super) fn make(cx: &mut Context<'_>, one: &One<'_>, rules: &[Read<'_>]) -> Vec<Child<Probe>> {
    let stated = one.stated();
    let pools = parts::pools(stated);
    let mut made: Vec<Child<Probe>> = Vec::new();
    for probe in parts::probes(stated, &one.path) {
        let user = rules
            .iter()
            .find(|rule| rule.probe.as_deref() == Some(probe.name.as_str()));
        let at = probe
            .derived_for
            .or(user.map(|rule| rule.pool))
            .unwrap_or(0);
        let behind = pools.get(at).and_then(|pool| Behind::of(cx.manifest, pool));
        // Nothing is known of what is probed: the reference was reported.
        let Some(properties) = behind.and_then(|behind| complete(&probe, behind, user)) else {
            continue;
        };
        let base = format!("/properties/probes/{}", made.len());
        let mut child = Child::new(probe.name.clone(), properties);
        child.id = Some(one.id.child("probes", &child.name));
        made.push(child);
        if let Some(span) = probe.span {
            cx.out
                .topology
                .provenance
                .record(&one.id, base.clone(), span);
        }
        let path = probe.path.clone();
        match (&stated.probe, stated.probes.get(&probe.name)) {
            (_, Some(own)) => cx.out.link_whole(&one.id, &base, path, KEYS, &own.value),
            (Some(only), None) => cx.out.link_whole(&one.id, &base, path, ONLY, &only.value),
            (None, None) => {
                let unstated = manifest::Probe::default();
                cx.out.link(&one.id, &base, path, ONLY, &unstated);
            }
        }
    }
    made
}

/// What is said of a probe and what follows; `None` if nothing says its port.
fn complete(probe: &ProbeAt, behind: Behind<'_>, user: Option<&Read<'_>>) -> Option<Probe> {
    let stated = &probe.stated;
    let is_relay = matches!(behind, Behind::Forwarder(_));
    let protocol = value(stated.protocol.as_ref())
        .unwrap_or_else(|| if is_relay { "Http" } else { "Tcp" }.to_owned());
    let is_tcp = protocol == "Tcp";
    let port = value(stated.port.as_ref()).or_else(|| match behind {
        Behind::Forwarder(forwarder) => {
            let first = listen_ports(forwarder).into_iter().next();
            first
                .filter(|_| is_tcp)
                .or_else(|| Some(health_port(forwarder)))
        }
        Behind::Addresses(ports) => {
            let of_rule = user.map(|rule| rule.back);
            ports.first().map(|port| port.value).or(of_rule)
        }
    })?;
    let path = (!is_tcp).then(|| if is_relay { HEALTH_PATH } else { "/" }.to_owned());
    let number_of_probes = value(stated.number_of_probes.as_ref());
    Some(Probe {
        port,
        request_path: value(stated.request_path.as_ref()).or(path),
        interval_in_seconds: value(stated.interval_in_seconds.as_ref()).or(Some(INTERVAL_SECONDS)),
        number_of_probes,
        probe_threshold: value(stated.probe_threshold.as_ref())
            .or(number_of_probes.is_none().then_some(1)),
        protocol,
        ..Probe::default()
    })
}
