//! The rules of a load balancer: the stated ones, else one for each port of the only pool.

use super::{
    One, frontend,
    parts::{self, Behind, Pool, ProbeAt},
    pool,
};
use crate::{
    manifest::{
        BalancerRule,
        suggest::{clip, one_of},
    },
    model::{
        Key,
        network::{Child, LoadBalancingRule, SubResource},
    },
    resolve::{Context, Output, forwarders::listen_ports, value},
    source::{Span, Spanned},
};

/// What Private Link allows: it ends idle connections after four to five minutes (LB020).
const IDLE_MINUTES: u32 = 4;

const RULE: &[Key] = &[
    Key::value("/name", "name"),
    Key::value("/properties/frontendPort", "frontendPort"),
    Key::value("/properties/backendPort", "backendPort"),
    Key::value("/properties/protocol", "protocol"),
    Key::value("/properties/idleTimeoutInMinutes", "idleTimeoutInMinutes"),
    Key::value("/properties/enableTcpReset", "enableTcpReset"),
    Key::value("/properties/enableFloatingIP", "enableFloatingIP"),
    Key::value("/properties/loadDistribution", "loadDistribution"),
    Key::value("/properties/disableOutboundSnat", "disableOutboundSnat"),
    Key::fixed("/properties/probe", "probe"),
    Key::fixed(
        "/properties/frontendIPConfiguration",
        "frontendIPConfiguration",
    ),
    Key::fixed("/properties/backendAddressPool", "backendAddressPool"),
];

/// A rule whose names were looked up.
pub(super) struct Read<'m> {
    pub(super) frontend: &'m str,
    /// The pool, by number.
    pub(super) pool: usize,
    pub(super) probe: Option<String>,
    pub(super) front: u16,
    pub(super) back: u16,
    /// Its number in the manifest's list, and what stands there.
    stated: Option<(usize, &'m Spanned<BalancerRule>)>,
}

/// Looks up what the rules name.
pub(super) fn read<'m>(cx: &mut Context<'m>, one: &One<'m>) -> Vec<Read<'m>> {
    let fronts = parts::frontends(one.entry);
    let pools = parts::pools(one.stated());
    let probes = parts::probes(one.stated(), &one.path);
    let Some(list) = &one.stated().rules else {
        return derived(cx, one, &fronts, &pools, &probes);
    };
    let mut rules = Vec::new();
    for (at, item) in list.value.iter().enumerate() {
        let Some(port) = &item.value.frontend_port else {
            continue;
        };
        let names: Vec<&'m str> = fronts.iter().map(|front| front.name).collect();
        let key = "frontendIPConfiguration";
        let named = &item.value.frontend_ip_configuration;
        let front = choose(&mut cx.out, named.as_ref(), &names, key, item.span);
        let names: Vec<&'m str> = pools.iter().map(|pool| pool.name).collect();
        let key = "backendAddressPool";
        let named = &item.value.backend_address_pool;
        let pool = choose(&mut cx.out, named.as_ref(), &names, key, item.span);
        let (Some(front), Some(pool)) = (front, pool) else {
            continue;
        };
        let Some(frontend) = fronts.get(front).map(|front| front.name) else {
            continue;
        };
        rules.push(Read {
            frontend,
            pool,
            probe: probe(&mut cx.out, item, pool, &probes),
            front: port.value,
            back: value(item.value.backend_port.as_ref()).unwrap_or(port.value),
            stated: Some((at, item)),
        });
    }
    rules
}

/// One of several by name; the only one needs none.
pub(super) fn choose(
    out: &mut Output,
    named: Option<&Spanned<String>>,
    names: &[&str],
    key: &str,
    span: Span,
) -> Option<usize> {
    if let Some(named) = named {
        let mut each = names.iter();
        let found = each.position(|name| name.eq_ignore_ascii_case(&named.value));
        if found.is_none() {
            let what = if key.starts_with("frontend") {
                "frontend"
            } else {
                "pool"
            };
            let message = format!("there is no {what} `{}`", clip(&named.value, 40));
            let help = one_of(&named.value, names.iter().copied());
            out.dangling(message, named, help, names.iter().copied());
        }
        return found;
    }
    if names.len() > 1 {
        let help = format!("name one: {}", names.join(", "));
        out.error("MAN003", format!("this rule needs `{key}`"), span, help);
        return None;
    }
    Some(0)
}

/// The probe of a rule: named, or the only one, or the one that was made for its pool.
fn probe(
    out: &mut Output,
    item: &Spanned<BalancerRule>,
    pool: usize,
    probes: &[ProbeAt],
) -> Option<String> {
    let own = probes
        .iter()
        .find(|probe| probe.derived_for == Some(pool))
        .or_else(|| probes.first().filter(|_| probes.len() == 1));
    let is = |wanted: &Spanned<String>, text: &str| wanted.value.eq_ignore_ascii_case(text);
    match &item.value.probe {
        Some(wanted) if is(wanted, "false") => None,
        Some(wanted) if !is(wanted, "true") => {
            let found = probes.iter().find(|probe| is(wanted, &probe.name));
            if found.is_none() {
                let message = format!("there is no probe `{}`", clip(&wanted.value, 40));
                let names = probes.iter().map(|probe| probe.name.as_str());
                let names: Vec<&str> = names.chain(["false"]).collect();
                let help = one_of(&wanted.value, names.iter().copied());
                out.dangling(message, wanted, help, names);
            }
            found.map(|probe| probe.name.clone())
        }
        _ => {
            if own.is_none() {
                let names: Vec<&str> = probes.iter().map(|probe| probe.name.as_str()).collect();
                let help = format!("name one: {}, or `false` for none", names.join(", "));
                out.error("MAN003", "this rule needs `probe`", item.span, help);
            }
            own.map(|probe| probe.name.clone())
        }
    }
}

/// One rule for each port of what stands behind the only pool.
fn derived<'m>(
    cx: &mut Context<'m>,
    one: &One<'m>,
    fronts: &[parts::Front<'m>],
    pools: &[Pool<'m>],
    probes: &[ProbeAt],
) -> Vec<Read<'m>> {
    let ([front], [pool]) = (fronts, pools) else {
        let message = format!("`{}` needs `rules`", clip(one.name, 40));
        let help = "say which frontend leads to which pool: `rules: [ { frontendIPConfiguration: …, backendAddressPool: …, frontendPort: … } ]`";
        cx.out.error("MAN003", message, one.entry.name.span, help);
        return Vec::new();
    };
    let ports = match Behind::of(cx.manifest, pool) {
        Some(Behind::Forwarder(forwarder)) => listen_ports(forwarder),
        Some(Behind::Addresses(ports)) => ports.iter().map(|port| port.value).collect(),
        None => Vec::new(),
    };
    let each = ports.into_iter();
    each.map(|port| Read {
        frontend: front.name,
        pool: 0,
        probe: probes.first().map(|probe| probe.name.clone()),
        front: port,
        back: port,
        stated: None,
    })
    .collect()
}

/// Makes the rules.
pub(super) fn make(
    cx: &mut Context<'_>,
    one: &One<'_>,
    rules: &[Read<'_>],
) -> Vec<Child<LoadBalancingRule>> {
    let id = &one.id;
    let pools = parts::pools(one.stated());
    let mut made = Vec::new();
    for rule in rules {
        let Some(to) = pools.get(rule.pool) else {
            continue;
        };
        // Where the pool leads nowhere, the rule would only be noise.
        if Behind::of(cx.manifest, to).is_none() {
            continue;
        }
        let said = rule.stated.map(|(_, item)| &item.value);
        let protocol = said
            .and_then(|said| value(said.protocol.as_ref()))
            .unwrap_or_else(|| "Tcp".to_owned());
        let name = said
            .and_then(|said| value(said.name.as_ref()))
            .unwrap_or_else(|| unique(&made, &protocol, rule));
        let mut child = Child::new(
            name,
            LoadBalancingRule {
                frontend_ip_configuration: Some(SubResource {
                    id: frontend(id, rule.frontend),
                }),
                backend_address_pool: Some(SubResource {
                    id: pool(id, to.name),
                }),
                probe: rule.probe.as_ref().map(|probe| SubResource {
                    id: id.child("probes", probe),
                }),
                protocol,
                frontend_port: rule.front,
                backend_port: Some(rule.back),
                idle_timeout_in_minutes: Some(IDLE_MINUTES),
                enable_tcp_reset: Some(true),
                ..LoadBalancingRule::default()
            },
        );
        if let Some(said) = said {
            let properties = &mut child.properties;
            properties.enable_floating_ip = value(said.enable_floating_ip.as_ref());
            properties.load_distribution = value(said.load_distribution.as_ref());
            properties.disable_outbound_snat = value(said.disable_outbound_snat.as_ref());
            if let Some(minutes) = &said.idle_timeout_in_minutes {
                properties.idle_timeout_in_minutes = Some(minutes.value);
            }
            if let Some(reset) = &said.enable_tcp_reset {
                properties.enable_tcp_reset = Some(reset.value);
            }
        }
        child.id = Some(id.child("loadBalancingRules", &child.name));
        if let Some((at, item)) = rule.stated {
            let base = format!("/properties/loadBalancingRules/{}", made.len());
            cx.out.record(id, base.clone(), Some(item));
            let path = one.path.key("rules").index(at);
            cx.out.link_whole(id, &base, path, RULE, &item.value);
        }
        made.push(child);
    }
    made
}

/// `tcp-443`, with the frontend's name before it where another rule is called so.
fn unique(made: &[Child<LoadBalancingRule>], protocol: &str, rule: &Read<'_>) -> String {
    let name = format!("{}-{}", protocol.to_ascii_lowercase(), rule.front);
    let is_taken = made.iter().any(|other| other.name == name);
    if is_taken {
        format!("{}-{name}", rule.frontend)
    } else {
        name
    }
}
