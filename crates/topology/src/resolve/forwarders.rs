//! Forwarders: a NIC and a virtual machine for each instance, or a scale set; the relay's
//! configuration is in the machine's user data.

use super::{
    Context, Draft, Placed,
    addressing::Allocated,
    balancers::{Balancers, pool},
    is_set, named, scale_set,
    upstreams::upstream,
    value,
};
use crate::{
    manifest::{Entry, Forwarder, suggest::clip},
    model::{
        Body, Extra, Form, Key,
        compute::{NetworkProfile, NicReference, VirtualMachine},
        id::ResourceId,
        network::{Child, NetworkInterface, NicIpConfiguration, SubResource},
        relay::{ProxyProtocol, RelayConfig, RelayHealth, RelayListener, default_drain_seconds},
    },
    source::ManifestPath,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

/// The most instances of one forwarder, as of a scale set.
const MAX_INSTANCES: u32 = 1000;
/// The most machines of one manifest: more is a slip of the pen, and would take memory to no end.
const MAX_MACHINES: usize = 50_000;
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
const RELAY: &[Key] = &[
    Key::value("/listen", "listen"),
    Key::list("/to", "to"),
    Key::value("/proxyProtocol", "proxyProtocol"),
];

/// How many machines a forwarder has.
pub(super) fn instances(forwarder: &Forwarder) -> usize {
    let stated = forwarder
        .instances
        .as_ref()
        .map_or(1, |instances| instances.value);
    usize::try_from(stated.min(MAX_INSTANCES)).unwrap_or(0)
}

/// Whether it is a scale set.
pub(super) fn is_scale_set(forwarder: &Forwarder) -> bool {
    forwarder
        .kind
        .as_ref()
        .is_some_and(|kind| kind.value == "virtualMachineScaleSets")
}

/// How many of its instances have addresses that we choose: Azure gives those of a scale set.
pub(super) fn addressed(forwarder: &Forwarder) -> usize {
    if is_scale_set(forwarder) {
        return 0;
    }
    instances(forwarder)
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

pub(super) fn machines(cx: &mut Context<'_>, addresses: &Allocated, balancers: &Balancers) {
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
        let placed_pools: Vec<(&str, ResourceId)> = cx
            .near
            .pools_of(name)
            .iter()
            .filter_map(|(balancer, _, pool_name)| {
                let placed = cx.index.balancer(balancer)?;
                Some((balancer.as_str(), pool(&placed.id, pool_name)))
            })
            .collect();
        let members = &entry.value.application_security_groups;
        let groups = cx.refer_all(named::APPLICATION_SECURITY_GROUP, members);
        let pools: Vec<SubResource> = placed_pools
            .iter()
            .map(|(_, id)| SubResource { id: id.clone() })
            .collect();
        if is_scale_set(&entry.value) {
            let mut probes = placed_pools.iter();
            let probe = probes.find_map(|(lb, pool)| balancers.health_probe(lb, pool.name()));
            let set = scale_set::Set {
                placed: &placed,
                name,
                entry,
                pools,
                groups,
                probe,
            };
            set.add(cx, &relay);
            continue;
        }
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
                Ok(upstreams) => to.extend(upstreams.into_iter().map(|one| one.text)),
                Err(help) => {
                    let message =
                        format!("`{}` is nothing to relay to", clip(&reference.value, 40));
                    let names = cx.manifest.api_management.keys().map(String::as_str);
                    cx.out.dangling(message, reference, help, names);
                }
            }
        }
        if let (Some(listen), false) = (&item.value.listen, to.is_empty()) {
            let proxy_protocol = item.value.proxy_protocol.as_ref();
            listeners.push(RelayListener {
                listen: listen.value.0,
                to,
                proxy_protocol: proxy_protocol
                    .and_then(|word| ProxyProtocol::from_word(&word.value))
                    .unwrap_or_default(),
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
    let size = vm_size(stated);
    let mut machine = VirtualMachine {
        hardware_profile: Some(json!({ "vmSize": size })),
        storage_profile: Some(storage_profile()),
        os_profile: Some(os_profile("computerName", &vm_name, stated)),
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
    link_relay(cx, &id, "/properties/userData", &path, stated);
}

pub(super) fn vm_size(stated: &Forwarder) -> &str {
    stated
        .vm_size
        .as_ref()
        .map_or(VM_SIZE, |size| size.value.as_str())
}

/// The image and disk of a relay.
pub(super) fn storage_profile() -> Value {
    json!({
        "imageReference": { "publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest" },
        "osDisk": { "createOption": "FromImage", "deleteOption": "Delete", "managedDisk": { "storageAccountType": "StandardSSD_LRS" } },
    })
}

/// The name and the user of a relay; `key` says how the name is called.
pub(super) fn os_profile(key: &str, name: &str, stated: &Forwarder) -> Value {
    let ssh = stated
        .ssh_public_key
        .as_ref()
        .map_or(NOBODYS_KEY, |key| key.value.as_str());
    json!({
        key: name,
        "adminUsername": ADMIN,
        "linuxConfiguration": {
            "disablePasswordAuthentication": true,
            "ssh": { "publicKeys": [{ "path": format!("/{HOMES}/{ADMIN}/.ssh/authorized_keys"), "keyData": ssh }] },
        },
    })
}

/// Remembers where the listeners in the user data are said.
pub(super) fn link_relay(
    cx: &mut Context<'_>,
    id: &ResourceId,
    user_data: &str,
    path: &ManifestPath,
    stated: &Forwarder,
) {
    let items = stated.relay.iter().flat_map(|list| &list.value);
    let listening = items.filter(|item| item.value.listen.is_some());
    for (at, item) in listening.enumerate() {
        let base = format!("{user_data}/listeners/{at}");
        cx.out.record(id, base.clone(), Some(item));
        let path = path.key("relay").index(at);
        cx.out.link_whole(id, &base, path, RELAY, &item.value);
    }
}
