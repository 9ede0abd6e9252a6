//! Forwarders: a NIC and a virtual machine for each instance, the relay's configuration in the
//! machine's user data.

use super::{
    Context, Draft, Placed,
    addressing::Allocated,
    balancers::{balancers_of, pool},
    is_set, named, value,
};
use crate::{
    manifest::{
        Entry, Forwarder,
        suggest::{clip, one_of},
    },
    model::{
        Body, Extra, Form, Key,
        api_management::ApiManagement,
        compute::{NetworkProfile, NicReference, VirtualMachine},
        id::ResourceId,
        network::{Child, NetworkInterface, NicIpConfiguration, SubResource},
        relay::{RelayConfig, RelayHealth, RelayListener, default_drain_seconds},
    },
    source::{ManifestPath, Spanned},
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

/// The most instances of one forwarder, as of a scale set.
const MAX_INSTANCES: u32 = 1000;
/// The most machines of one manifest: more is a slip of the pen, and would take memory to no end.
const MAX_MACHINES: usize = 5000;
/// Path of the relay's health endpoint.
pub(super) const HEALTH_PATH: &str = "/healthz";
const HEALTH_PORT: u16 = 8080;
const VM_SIZE: &str = "Standard_B2s";
/// Where Linux keeps its users' folders.
const HOMES: &str = "home";
const ADMIN: &str = "azureuser";
/// Azure wants a key for every Linux machine, and a relay needs no login. This is the point on the
/// curve whose encoding is SHA-256 of "linkspan: nobody holds the private key of this one, 3"
/// (the first such text whose digest is a point), so nobody can know its private key.
const NOBODYS_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody";

const NIC: &[Key] = &[
    Key::reference("/properties/ipConfigurations/0/properties/subnet", "subnet"),
    Key::value(
        "/properties/ipConfigurations/0/properties/privateIPAllocationMethod",
        "privateIPAllocationMethod",
    ),
    Key::references(
        "/properties/ipConfigurations/0/properties/applicationSecurityGroups",
        "applicationSecurityGroups",
    ),
    Key::value("/properties/enableIPForwarding", "enableIPForwarding"),
];

const MACHINE: &[Key] = &[
    Key::of(
        "/properties/hardwareProfile",
        "vmSize",
        Form::Member("vmSize"),
    ),
    Key::fixed("/zones", "zones"),
    Key::fixed("/properties/userData", "relay"),
];

/// Places in the relay's configuration, which travels in the user data.
const RELAY: &[Key] = &[Key::value("/listen", "listen"), Key::list("/to", "to")];

/// How many machines a forwarder has.
pub(super) fn instances(forwarder: &Forwarder) -> usize {
    let stated = forwarder
        .instances
        .as_ref()
        .map_or(1, |instances| instances.value);
    usize::try_from(stated.min(MAX_INSTANCES)).unwrap_or(0)
}

/// The ports it relays, each once, in the order of the text.
pub(super) fn listen_ports(forwarder: &Forwarder) -> Vec<u16> {
    let mut seen = BTreeSet::new();
    let items = forwarder.relay.iter().flat_map(|list| &list.value);
    items
        .filter_map(|item| item.value.listen.as_ref())
        .map(|listen| listen.value.0.port())
        .filter(|port| seen.insert(*port))
        .collect()
}

/// The port of its health endpoint: 8080, or the next that it does not relay.
pub(super) fn health_port(forwarder: &Forwarder) -> u16 {
    let relayed = listen_ports(forwarder);
    (HEALTH_PORT..u16::MAX)
        .find(|port| !relayed.contains(port))
        .unwrap_or(HEALTH_PORT)
}

/// Where a relay item leads.
pub(super) struct Upstream {
    /// Host or address, with port.
    pub(super) text: String,
    /// The host name, if it is no address.
    pub(super) host: Option<String>,
    /// The API Management service, if it is one of the manifest's.
    pub(super) service: Option<ResourceId>,
}

/// Reads `to`; `Err` is the help for one that cannot be read.
pub(super) fn upstream(cx: &Context<'_>, reference: &Spanned<String>) -> Result<Upstream, String> {
    let text = reference.value.as_str();
    let (host, port) =
        match text.rsplit_once(':') {
            Some((host, port)) => match port.parse::<u16>() {
                Ok(port) if port > 0 && !host.is_empty() => (host, Some(port)),
                _ => return Err(
                    "write `host:port`, `address:port`, or the name of an API Management service"
                        .to_owned(),
                ),
            },
            None => (text, None),
        };
    if let Some((name, _)) = super::entry(&cx.manifest.api_management, host) {
        let service = cx
            .index
            .api_management
            .get(&name.to_lowercase())
            .cloned()
            .flatten()
            .map(|placed| placed.id);
        let host = ApiManagement::gateway_host(name);
        return Ok(Upstream {
            text: format!("{host}:{}", port.unwrap_or(443)),
            host: Some(host),
            service,
        });
    }
    let names = cx.manifest.api_management.keys().map(String::as_str);
    let Some(port) = port else {
        return Err(format!("{}, or write `host:port`", one_of(text, names)));
    };
    if host.parse::<Ipv4Addr>().is_ok() {
        return Ok(Upstream {
            text: text.to_owned(),
            host: None,
            service: None,
        });
    }
    let is_host = host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        });
    if !is_host {
        return Err("a host name has labels of letters, digits and `-`, joined by dots".to_owned());
    }
    let host = host.to_ascii_lowercase();
    let service = cx
        .index
        .api_management
        .values()
        .flatten()
        .find(|placed| ApiManagement::gateway_host(placed.id.name()) == host)
        .map(|placed| placed.id.clone());
    Ok(Upstream {
        text: format!("{host}:{port}"),
        host: Some(host),
        service,
    })
}

/// Everything a forwarder leads to, silently.
pub(super) fn upstreams(cx: &Context<'_>, forwarder: &Forwarder) -> Vec<Upstream> {
    let items = forwarder.relay.iter().flat_map(|list| &list.value);
    items
        .flat_map(|item| item.value.to.iter().flat_map(|list| &list.value))
        .filter_map(|reference| upstream(cx, reference).ok())
        .collect()
}

pub(super) fn machines(cx: &mut Context<'_>, addresses: &Allocated) {
    let mut total = 0_usize;
    for (name, entry) in &cx.manifest.forwarders {
        if let Some(stated) = &entry.value.instances
            && (stated.value == 0 || stated.value > MAX_INSTANCES)
        {
            cx.out.error(
                "MAN005",
                format!("`instances` must be 1 to {MAX_INSTANCES}"),
                stated.span,
                "use a number in this range",
            );
        }
        let relay = relay(cx, entry);
        let Some(Some(placed)) = cx.index.forwarders.get(&name.to_lowercase()).cloned() else {
            continue;
        };
        total = total.saturating_add(instances(&entry.value));
        if total > MAX_MACHINES {
            cx.out.error(
                "MAN012",
                format!("more than {MAX_MACHINES} machines"),
                entry.name.span,
                "use fewer instances",
            );
            return;
        }
        let pools: Vec<SubResource> = balancers_of(cx.manifest, name)
            .filter_map(|(balancer, _)| cx.index.balancer(balancer))
            .map(|balancer| SubResource {
                id: pool(&balancer.id),
            })
            .collect();
        let members = &entry.value.application_security_groups;
        let groups = cx.refer_all(named::APPLICATION_SECURITY_GROUP, members);
        for instance in 0..instances(&entry.value) {
            let address = addresses
                .nics
                .get(&name.to_lowercase())
                .and_then(|list| list.get(instance))
                .copied()
                .flatten();
            let config = NicIpConfiguration {
                load_balancer_backend_address_pools: pools.clone(),
                application_security_groups: groups.clone(),
                ..NicIpConfiguration::default()
            };
            let nic = nic(cx, &placed, name, entry, instance, address, config);
            machine(cx, &placed, name, entry, instance, &nic, &relay);
        }
    }
}

fn relay(cx: &mut Context<'_>, entry: &Entry<Forwarder>) -> RelayConfig {
    let mut listeners = Vec::new();
    for item in entry.value.relay.iter().flat_map(|list| &list.value) {
        let mut to = Vec::new();
        for reference in item.value.to.iter().flat_map(|list| &list.value) {
            match upstream(cx, reference) {
                Ok(upstream) => to.push(upstream.text),
                Err(help) => cx.out.error(
                    "MAN007",
                    format!("`{}` is nothing to relay to", clip(&reference.value, 40)),
                    reference.span,
                    help,
                ),
            }
        }
        if let (Some(listen), false) = (&item.value.listen, to.is_empty()) {
            listeners.push(RelayListener {
                listen: listen.value.0,
                to,
            });
        }
    }
    let health = RelayHealth {
        listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, health_port(&entry.value))),
        path: HEALTH_PATH.to_owned(),
    };
    RelayConfig {
        version: 1,
        listeners,
        health: Some(health),
        drain_seconds: default_drain_seconds(),
    }
}

fn nic(
    cx: &mut Context<'_>,
    placed: &Placed,
    name: &str,
    entry: &Entry<Forwarder>,
    instance: usize,
    address: Option<Ipv4Addr>,
    config: NicIpConfiguration,
) -> ResourceId {
    let stated = &entry.value;
    let id = ResourceId::new(
        placed.id.subscription(),
        placed.id.resource_group(),
        "Microsoft.Network/networkInterfaces",
        &format!("{name}-{instance}-nic"),
    );
    let stated_address = stated
        .private_ip_addresses
        .as_ref()
        .and_then(|list| list.value.get(instance));
    let method = value(stated.private_ip_allocation_method.as_ref()).unwrap_or_else(|| {
        if address.is_some() {
            "Static"
        } else {
            "Dynamic"
        }
        .to_owned()
    });
    let is_dynamic = method == "Dynamic";
    let config = NicIpConfiguration {
        subnet: cx
            .index
            .subnet(stated.subnet.as_ref())
            .map(|subnet| SubResource { id: subnet.id }),
        private_ip_address: if is_dynamic {
            stated_address.map(|stated| stated.value)
        } else {
            address
        }
        .map(IpAddr::V4),
        private_ip_allocation_method: Some(method),
        primary: Some(true),
        ..config
    };
    let body = Body::NetworkInterface(NetworkInterface {
        ip_configurations: vec![Child::new("ipconfig1", config)],
        enable_ip_forwarding: value(stated.enable_ip_forwarding.as_ref()),
        ..NetworkInterface::default()
    });
    let place = Placed {
        id: id.clone(),
        location: placed.location.clone(),
    };
    cx.out.add(
        Draft::new(&place, body, is_set(&stated.existing)),
        entry.name.span,
    );
    let path = ManifestPath::of(&["forwarders", name]);
    cx.out.link(&id, "", path.clone(), NIC, stated);
    let base = "/properties/ipConfigurations/0/properties/privateIPAddress";
    cx.out.record(&id, base, stated_address);
    if stated_address.is_some() {
        let addresses = path.key("privateIPAddresses").index(instance);
        let provenance = &mut cx.out.topology.provenance;
        provenance.link(&id, base, addresses, &[], true);
    }
    id
}

fn machine(
    cx: &mut Context<'_>,
    placed: &Placed,
    name: &str,
    entry: &Entry<Forwarder>,
    instance: usize,
    nic: &ResourceId,
    relay: &RelayConfig,
) {
    let stated = &entry.value;
    let vm_name = format!("{name}-{instance}");
    let id = ResourceId::new(
        placed.id.subscription(),
        placed.id.resource_group(),
        "Microsoft.Compute/virtualMachines",
        &vm_name,
    );
    let size = stated
        .vm_size
        .as_ref()
        .map_or(VM_SIZE, |size| size.value.as_str());
    let key = stated
        .ssh_public_key
        .as_ref()
        .map_or(NOBODYS_KEY, |key| key.value.as_str());
    let mut machine = VirtualMachine {
        hardware_profile: Some(json!({ "vmSize": size })),
        storage_profile: Some(json!({
            "imageReference": { "publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest" },
            "osDisk": { "createOption": "FromImage", "deleteOption": "Delete", "managedDisk": { "storageAccountType": "StandardSSD_LRS" } },
        })),
        os_profile: Some(json!({
            "computerName": vm_name,
            "adminUsername": ADMIN,
            "linuxConfiguration": {
                "disablePasswordAuthentication": true,
                "ssh": { "publicKeys": [{ "path": format!("/{HOMES}/{ADMIN}/.ssh/authorized_keys"), "keyData": key }] },
            },
        })),
        network_profile: NetworkProfile {
            network_interfaces: vec![NicReference {
                id: nic.clone(),
                extra: Extra::new(),
            }],
            extra: Extra::new(),
        },
        ..VirtualMachine::default()
    };
    if let Err(error) = machine.set_relay(relay) {
        cx.out.error(
            "MAN005",
            format!(
                "the relay of `{}` cannot be written: {error}",
                clip(name, 30)
            ),
            entry.name.span,
            "report this",
        );
    }
    let place = Placed {
        id: id.clone(),
        location: placed.location.clone(),
    };
    let mut draft = Draft::new(
        &place,
        Body::VirtualMachine(machine),
        is_set(&stated.existing),
    );
    if let Some(zones) = stated
        .zones
        .as_ref()
        .map(|zones| &zones.value)
        .filter(|zones| !zones.is_empty())
    {
        let zone = zones.iter().cycle().nth(instance % zones.len());
        draft.zones = zone.into_iter().map(|zone| zone.value.clone()).collect();
    }
    cx.out.add(draft, entry.name.span);
    let path = ManifestPath::of(&["forwarders", name]);
    cx.out.link(&id, "", path.clone(), MACHINE, stated);
    for (at, item) in stated
        .relay
        .iter()
        .flat_map(|list| &list.value)
        .filter(|item| item.value.listen.is_some())
        .enumerate()
    {
        let base = format!("/properties/userData/listeners/{at}");
        cx.out.record(&id, base.clone(), Some(item));
        let path = path.key("relay").index(at);
        cx.out.link_whole(&id, &base, path, RELAY, &item.value);
    }
}
