//! The data plane: what ARM has, as namespaces whose packets all pass the packet engine.
//!
//! [`DataPlane::reconcile`] compares what ARM has with what runs and closes the gap; it is called
//! after every change of the control plane. Its clock is real.

mod asker;
mod dns;
mod guest;
mod imds;
pub(crate) mod in_memory;
mod names;
mod parts;
mod path;
mod prober;
mod records;
mod service;
mod switch;
pub(crate) mod trust;

use crate::{
    control::{ReserveError, World},
    endpoints::{Endpoint, EndpointError, EndpointSpec, Spawner},
    placement::ClientPlacement,
};
use asker::Asker;
use fabric::{Fabric, Fault, PortId, PortName};
use guest::{Guest, Machine};
use names::Names;
pub(crate) use parts::trust_variables;
use parts::{ca_bundle, label, machine_of, probed};
use prober::{Prober, Target};
use records::Records;
use serde_json::Value;
use service::Gateway;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ffi::OsString,
    io,
    net::{Ipv4Addr, SocketAddrV4},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use switch::{Plug, Switch};
use tokio::{
    net::{TcpListener, TcpStream, UdpSocket},
    sync::watch,
    task::JoinHandle,
};
use topology::{
    Topology,
    model::{api_management::ApiManagement, id::ResourceId},
    trace::ObservedHop,
};
use trust::{Authority, TrustError};

/// DNS, and where probes come from.
/// Source: <https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16>.
pub(crate) const HOST_DNS: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);
/// Instance metadata.
const HOST_IMDS: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
/// Azure's MTU. Source: <https://learn.microsoft.com/azure/virtual-network/virtual-network-tcpip-performance-tuning>.
const MTU: u32 = 1500;

/// The data plane could not do something.
#[derive(Debug, thiserror::Error)]
pub enum DataPlaneError {
    /// An endpoint.
    #[error("an endpoint failed")]
    Endpoint(#[from] EndpointError),
    /// A socket.
    #[error("a socket failed")]
    Socket(#[from] io::Error),
    /// A certificate.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A client that nobody placed, or whose subnet is not there yet.
    #[error("`{0}` stands nowhere: place it first, and provision its subnet")]
    NoClient(String),
    /// There are no namespaces.
    #[error("there are no namespaces here, so nothing can run in one")]
    NoNamespaces,
    /// A task ended in the middle.
    #[error("a task failed")]
    Task(#[from] tokio::task::JoinError),
    /// The address of a client.
    #[error("`{client}` cannot have its address: {because}")]
    Address {
        /// Its name.
        client: String,
        /// Why.
        because: String,
    },
    /// Names.
    #[error("`{host}` is not answered for `{client}`")]
    NotResolved {
        /// Who asked.
        client: String,
        /// For what.
        host: String,
    },
}

/// A TCP connection that is still being made, until it stands.
pub(crate) async fn finish_connect(stream: std::net::TcpStream) -> io::Result<TcpStream> {
    let stream = TcpStream::from_std(stream)?;
    stream.writable().await?;
    match stream.take_error()? {
        Some(error) => Err(error),
        None => Ok(stream),
    }
}

/// Everything that runs at one port.
#[derive(Debug)]
struct Station {
    endpoint: Arc<Endpoint>,
    addresses: Vec<Ipv4Addr>,
    /// API Management's gateway, if it is a unit.
    _gateway: Option<Gateway>,
    /// Pulled before the endpoint ends.
    _plug: Plug,
}

#[derive(Debug, Default)]
struct Running {
    stations: BTreeMap<PortName, Station>,
    guests: BTreeMap<ResourceId, (Guest, watch::Receiver<bool>)>,
    servers: Vec<JoinHandle<()>>,
}

/// What the last reconciliation saw; servers read it.
#[derive(Debug, Default)]
struct Seen {
    topology: Topology,
    names: Names,
    machines: HashMap<ResourceId, Value>,
    /// Clients as they were placed, with the addresses that were reserved for them.
    clients: BTreeMap<String, (ClientPlacement, Option<Ipv4Addr>)>,
}

/// The data plane.
#[derive(Debug)]
pub(crate) struct DataPlane {
    world: Arc<World>,
    spawner: Option<Spawner>,
    relay_command: Vec<OsString>,
    switch: Arc<Switch>,
    prober: std::sync::OnceLock<Prober>,
    records: Arc<Records>,
    pub(crate) authority: Authority,
    running: tokio::sync::Mutex<Running>,
    seen: Mutex<Seen>,
    /// Woken when a guest has booted, so that its probes begin.
    woken: tokio::sync::Notify,
}

impl DataPlane {
    /// Starts with what the host answers: DNS, instance metadata, probes.
    pub(crate) async fn start(
        world: Arc<World>,
        spawner: Option<Spawner>,
        relay_command: Vec<OsString>,
    ) -> Result<Arc<Self>, DataPlaneError> {
        let plane = Arc::new(Self {
            world,
            spawner,
            relay_command,
            switch: Arc::new(Switch::new(Fabric::new(&Topology::default()))),
            prober: std::sync::OnceLock::new(),
            records: Arc::default(),
            authority: Authority::new()?,
            running: tokio::sync::Mutex::default(),
            seen: Mutex::default(),
            woken: tokio::sync::Notify::new(),
        });
        if plane.spawner.is_some() {
            plane.start_host().await?;
        }
        Ok(plane)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps up with the control plane until cancelled.
    pub(crate) async fn follow(self: Arc<Self>) {
        let mut changes = self.world.subscribe();
        let mut clock = tokio::time::interval(Duration::from_secs(1));
        loop {
            if let Err(error) = self.reconcile().await {
                tracing::error!(error = %described(&error), "the data plane does not keep up");
            }
            loop {
                tokio::select! {
                    changed = changes.changed() => {
                        if changed.is_err() {
                            return;
                        }
                        break;
                    }
                    () = self.woken.notified() => break,
                    _ = clock.tick() => self.switch.expire(),
                }
            }
        }
    }

    async fn endpoint(&self, spec: EndpointSpec) -> Result<Arc<Endpoint>, DataPlaneError> {
        let spawner = self.spawner.clone().ok_or(DataPlaneError::NoNamespaces)?;
        Ok(Arc::new(
            tokio::task::spawn_blocking(move || spawner.create(&spec)).await??,
        ))
    }

    async fn start_host(self: &Arc<Self>) -> Result<(), DataPlaneError> {
        let spec = EndpointSpec {
            name: "host".to_owned(),
            addresses: vec![HOST_DNS, HOST_IMDS],
            mtu: MTU,
            ..EndpointSpec::default()
        };
        let endpoint = self.endpoint(spec).await?;
        let port = self
            .switch
            .fabric()
            .port(&PortName::Host)
            .unwrap_or(PortId::HOST);
        let plug = self.switch.plug(port, &endpoint);
        let inside = Arc::clone(&endpoint);
        let (datagrams, connections, metadata) = tokio::task::spawn_blocking(move || {
            let dns = SocketAddrV4::new(HOST_DNS, 53);
            Ok::<_, EndpointError>((
                inside.bind_udp(dns)?,
                inside.listen_tcp(dns)?,
                inside.listen_tcp(SocketAddrV4::new(HOST_IMDS, 80))?,
            ))
        })
        .await??;
        let servers = vec![
            tokio::spawn(dns::serve_udp(
                UdpSocket::from_std(datagrams)?,
                Arc::new(Asker(Arc::downgrade(self))),
            )),
            tokio::spawn(dns::serve_tcp(
                TcpListener::from_std(connections)?,
                Arc::new(Asker(Arc::downgrade(self))),
            )),
            tokio::spawn(imds::serve(
                TcpListener::from_std(metadata)?,
                Arc::new(Asker(Arc::downgrade(self))),
            )),
        ];
        // Set once, here.
        drop(
            self.prober
                .set(Prober::new(Arc::clone(&endpoint), Arc::clone(&self.switch))),
        );
        let mut running = self.running.lock().await;
        running.servers = servers;
        let station = Station {
            endpoint,
            addresses: vec![HOST_DNS, HOST_IMDS],
            _gateway: None,
            _plug: plug,
        };
        running.stations.insert(PortName::Host, station);
        Ok(())
    }

    /// Makes what runs equal to what ARM has.
    pub(crate) async fn reconcile(self: &Arc<Self>) -> Result<(), DataPlaneError> {
        let mut running = self.running.lock().await;
        self.read_world()?;
        let (topology, wanted) = self.wanted();
        // Guests go before their endpoints, so that relays hear about it.
        running.guests.retain(|nic, (guest, _)| {
            wanted.contains_key(&PortName::Nic(nic.clone()))
                && machine_of(&topology, nic)
                    .is_some_and(|machine| guest.user_data == machine.user_data)
        });
        running
            .stations
            .retain(|name, _| *name == PortName::Host || wanted.contains_key(name));
        if self.spawner.is_none() {
            self.assume_health(&topology);
            return Ok(());
        }
        for (name, (port, addresses)) in &wanted {
            self.station(&mut running, &topology, name, *port, addresses)
                .await?;
        }
        for (name, (_, addresses)) in &wanted {
            if let PortName::Nic(nic) = name {
                self.guest(&mut running, &topology, nic, addresses);
            }
        }
        self.aim_probes(&running, &topology);
        Ok(())
    }

    /// Reads the control plane into the engine and into what the servers see.
    fn read_world(&self) -> Result<(), DataPlaneError> {
        let mut seen = self.seen();
        let mut topology = self.world.topology();
        let mut failed = Ok(());
        for (name, (placement, reserved)) in &mut seen.clients {
            if topology.subnet(&placement.subnet).is_none() {
                *reserved = None;
                continue;
            }
            if reserved.is_none() {
                let holder = format!("client/{name}");
                let wished = placement.private_ip_address;
                let given = self.world.reserve(&placement.subnet, wished, &holder).or_else(|error| {
                    // A client that comes after what it should have come before: it stands beside.
                    if !matches!(error, ReserveError::InUse(_)) {
                        return Err(error);
                    }
                    let address = self.world.reserve(&placement.subnet, None, &holder)?;
                    tracing::warn!(client = name, %error, %address, "placed at another address; place clients before `apply`");
                    Ok(address)
                });
                match given {
                    Ok(address) => *reserved = Some(address),
                    Err(error) => {
                        failed = Err(DataPlaneError::Address {
                            client: name.clone(),
                            because: error.to_string(),
                        });
                    }
                }
            }
            if let Some(address) = *reserved {
                topology
                    .clients
                    .insert(name.clone(), placement.client(Some(address)));
            }
        }
        seen.names = Names::of(&topology);
        seen.machines = self
            .world
            .snapshot()
            .into_iter()
            .filter_map(|value| {
                let id: ResourceId = value.get("id")?.as_str()?.parse().ok()?;
                id.is_type("Microsoft.Compute/virtualMachines")
                    .then_some((id, value))
            })
            .collect();
        self.switch.fabric().update(&topology, self.switch.now());
        seen.topology = topology;
        failed
    }

    /// The ports that something runs at.
    fn wanted(&self) -> (Topology, BTreeMap<PortName, (PortId, Vec<Ipv4Addr>)>) {
        let topology = self.seen().topology.clone();
        let fabric = self.switch.fabric();
        let runs = |name: &PortName| match name {
            PortName::Host => false,
            PortName::Client(_) | PortName::Unit(..) => true,
            PortName::Nic(nic) => topology.virtual_machines().any(|(machine, body)| {
                body.network_profile
                    .network_interfaces
                    .iter()
                    .any(|reference| &reference.id == nic)
                    && self.world.machine_running(&machine.id)
            }),
        };
        let mut wanted = BTreeMap::new();
        for port in fabric.ports() {
            if let Some(name) = fabric.name(port).cloned()
                && runs(&name)
            {
                wanted.insert(name, (port, fabric.addresses(port)));
            }
        }
        drop(fabric);
        (topology, wanted)
    }

    async fn station(
        self: &Arc<Self>,
        running: &mut Running,
        topology: &Topology,
        name: &PortName,
        port: PortId,
        addresses: &[Ipv4Addr],
    ) -> Result<(), DataPlaneError> {
        if let Some(station) = running.stations.get_mut(name) {
            if station.addresses != addresses {
                let (endpoint, now) = (Arc::clone(&station.endpoint), addresses.to_vec());
                tokio::task::spawn_blocking(move || endpoint.set_addresses(&now)).await??;
                station.addresses = addresses.to_vec();
            }
            return Ok(());
        }
        let spec = EndpointSpec {
            name: label(name),
            addresses: addresses.to_vec(),
            mtu: MTU,
            files: self.files(name),
            ..EndpointSpec::default()
        };
        let endpoint = self.endpoint(spec).await?;
        let plug = self.switch.plug(port, &endpoint);
        let gateway = match name {
            PortName::Unit(id, _) if topology.api_management(id).is_some() => {
                let inside = Arc::clone(&endpoint);
                let listener = tokio::task::spawn_blocking(move || {
                    inside.listen_tcp(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 443))
                })
                .await??;
                Some(Gateway::serve(
                    TcpListener::from_std(listener)?,
                    &ApiManagement::gateway_host(id.name()),
                    &self.authority,
                )?)
            }
            _ => None,
        };
        running.stations.insert(
            name.clone(),
            Station {
                endpoint,
                addresses: addresses.to_vec(),
                _gateway: gateway,
                _plug: plug,
            },
        );
        Ok(())
    }

    fn guest(
        self: &Arc<Self>,
        running: &mut Running,
        topology: &Topology,
        nic: &ResourceId,
        addresses: &[Ipv4Addr],
    ) {
        let (Some(machine), Some(station), Some(address)) = (
            machine_of(topology, nic),
            running.stations.get(&PortName::Nic(nic.clone())),
            addresses.first(),
        ) else {
            return;
        };
        if running.guests.contains_key(nic) {
            return;
        }
        let (booted, is_booted) = watch::channel(false);
        let inside = Machine {
            nic: nic.clone(),
            endpoint: Arc::clone(&station.endpoint),
            address: *address,
            command: self.relay_command.clone(),
            records: Arc::clone(&self.records),
        };
        let guest = Guest::boot(inside, machine.user_data.clone(), machine.relay(), booted);
        let (plane, mut waiting) = (Arc::downgrade(self), is_booted.clone());
        tokio::spawn(async move {
            if waiting.wait_for(|booted| *booted).await.is_ok()
                && let Some(plane) = plane.upgrade()
            {
                plane.woken.notify_one();
            }
        });
        running.guests.insert(nic.clone(), (guest, is_booted));
    }

    /// Probes every member that has booted.
    fn aim_probes(&self, running: &Running, topology: &Topology) {
        let Some(prober) = self.prober.get() else {
            return;
        };
        let fabric = self.switch.fabric();
        let mut targets = BTreeMap::new();
        for (id, probe) in probed(topology) {
            let is_booted = running
                .guests
                .get(&id.nic)
                .is_some_and(|(_, booted)| *booted.borrow());
            // Once it is probed it stays so, also while its relay is started again.
            let is_known = prober.health().borrow().contains_key(&id);
            let port = fabric.port(&PortName::Nic(id.nic.clone()));
            let has_station = running
                .stations
                .contains_key(&PortName::Nic(id.nic.clone()));
            if let Some(port) = port.filter(|_| has_station && (is_booted || is_known)) {
                let at = SocketAddrV4::new(fabric.host_alias(port), probe.port);
                targets.insert(id, Target { probe, at });
            }
        }
        drop(fabric);
        prober.set_targets(targets);
    }

    /// Without namespaces nothing answers a probe: a member counts as healthy if its machine runs
    /// with a relay whose health endpoint is where the probe asks.
    fn assume_health(&self, topology: &Topology) {
        let mut fabric = self.switch.fabric();
        for (id, probe) in probed(topology) {
            let machine = topology.virtual_machines().find(|(_, machine)| {
                machine
                    .network_profile
                    .network_interfaces
                    .iter()
                    .any(|reference| reference.id == id.nic)
            });
            let is_good = machine.is_some_and(|(resource, machine)| {
                self.world.machine_running(&resource.id)
                    && machine.relay().is_some_and(|relay| {
                        relay
                            .health
                            .is_some_and(|health| health.listen.port() == probe.port)
                    })
            });
            fabric.set_healthy(&id.nic, (&id.balancer, &id.probe), is_good);
        }
    }

    /// Files that the processes of a port find instead of the host's.
    fn files(&self, name: &PortName) -> Vec<(String, Vec<u8>)> {
        let mut hosts = "127.0.0.1 localhost\n".to_owned();
        if let PortName::Client(name) = name
            && let Some((placement, _)) = self.seen().clients.get(name)
        {
            for (host, address) in &placement.hosts {
                hosts.push_str(&format!("{address} {host}\n"));
            }
        }
        let mut files = vec![
            (
                "/etc/resolv.conf".to_owned(),
                format!("nameserver {HOST_DNS}\n").into_bytes(),
            ),
            (
                "/etc/nsswitch.conf".to_owned(),
                b"passwd: files\ngroup: files\nhosts: files dns\n".to_vec(),
            ),
            ("/etc/hosts".to_owned(), hosts.into_bytes()),
        ];
        if matches!(name, PortName::Client(_)) {
            let (path, mut bundle) = ca_bundle();
            bundle.extend_from_slice(self.authority.pem().as_bytes());
            files.push((path.to_owned(), bundle));
        }
        files
    }

    /// Places a client. It stands as soon as its subnet does.
    pub(crate) async fn place(
        self: &Arc<Self>,
        placement: ClientPlacement,
    ) -> Result<(), DataPlaneError> {
        let name = placement.name.clone();
        let replaced = {
            let mut seen = self.seen();
            match seen.clients.get(&name) {
                Some((known, _)) if *known == placement => false,
                Some(_) => {
                    self.world.release(&format!("client/{name}"));
                    seen.clients.insert(name.clone(), (placement, None));
                    true
                }
                None => {
                    seen.clients.insert(name.clone(), (placement, None));
                    false
                }
            }
        };
        if replaced {
            self.running
                .lock()
                .await
                .stations
                .remove(&PortName::Client(name.clone()));
        }
        let result = self.reconcile().await;
        if result.is_err() {
            self.seen().clients.remove(&name);
        }
        result
    }

    /// The namespace of a client.
    pub(crate) async fn client(&self, name: &str) -> Result<Arc<Endpoint>, DataPlaneError> {
        if self.spawner.is_none() {
            return Err(DataPlaneError::NoNamespaces);
        }
        let running = self.running.lock().await;
        let station = running.stations.get(&PortName::Client(name.to_owned()));
        station
            .map(|station| Arc::clone(&station.endpoint))
            .ok_or_else(|| DataPlaneError::NoClient(name.to_owned()))
    }

    /// What a client's hosts file or its DNS server says.
    pub(crate) async fn resolve(&self, name: &str, host: &str) -> Result<Ipv4Addr, DataPlaneError> {
        let known =
            self.seen().clients.get(name).and_then(|(placement, _)| {
                placement.hosts.get(&host.to_ascii_lowercase()).copied()
            });
        if let Some(address) = known {
            return Ok(address);
        }
        let endpoint = self.client(name).await?;
        let missing = || DataPlaneError::NotResolved {
            client: name.to_owned(),
            host: host.to_owned(),
        };
        let socket = tokio::task::spawn_blocking(move || {
            endpoint.bind_udp(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0))
        })
        .await??;
        let socket = UdpSocket::from_std(socket)?;
        socket.connect(SocketAddrV4::new(HOST_DNS, 53)).await?;
        let question = dns::question(host).ok_or_else(missing)?;
        let mut answer = vec![0; 4096];
        for _ in 0..3 {
            socket.send(&question).await?;
            if let Ok(received) =
                tokio::time::timeout(Duration::from_secs(1), socket.recv(&mut answer)).await
            {
                let length = received?;
                return dns::first_address(answer.get(..length).unwrap_or_default())
                    .ok_or_else(missing);
            }
        }
        Err(missing())
    }

    /// A TCP connection from a client's namespace.
    pub(crate) async fn connect(
        &self,
        name: &str,
        to: SocketAddrV4,
    ) -> Result<TcpStream, DataPlaneError> {
        let endpoint = self.client(name).await?;
        let stream = tokio::task::spawn_blocking(move || endpoint.connect_tcp(None, to)).await??;
        Ok(finish_connect(stream).await?)
    }

    /// The hops that a client's connection took.
    pub(crate) fn observed_path(
        &self,
        client: &str,
        from: SocketAddrV4,
        to: SocketAddrV4,
    ) -> Vec<ObservedHop> {
        path::observed(
            &self.switch.fabric(),
            &self.records,
            &PortName::Client(client.to_owned()),
            from,
            to,
        )
    }

    /// The hops of a connection that exists as packets in memory only.
    pub(crate) fn in_memory_path(
        &self,
        client: &str,
        host: &str,
        port: u16,
    ) -> Result<Vec<ObservedHop>, in_memory::InMemoryError> {
        let seen = self.seen();
        let mut fabric = self.switch.fabric();
        let mut world = in_memory::World {
            topology: &seen.topology,
            names: &seen.names,
            fabric: &mut fabric,
            records: &self.records,
            now: self.switch.now(),
        };
        let (from, to) = world.connect(client, host, port)?;
        Ok(path::observed(
            &fabric,
            &self.records,
            &PortName::Client(client.to_owned()),
            from,
            to,
        ))
    }

    /// Alters one translation, so that a proof can be seen to fail.
    pub(crate) fn set_fault(&self, fault: Option<Fault>) {
        self.switch.fabric().set_fault(fault);
    }

    /// NICs that a probe found unhealthy, or that are not probed yet.
    pub(crate) fn unhealthy(&self) -> BTreeSet<ResourceId> {
        let Some(prober) = self.prober.get() else {
            return BTreeSet::new();
        };
        let health = prober.health().borrow().clone();
        probed(&self.seen().topology)
            .into_iter()
            .filter(|(id, _)| health.get(id) != Some(&true))
            .map(|(id, _)| id.nic)
            .collect()
    }

    /// Waits until every probed member of every load balancer is healthy.
    pub(crate) async fn wait_healthy(
        &self,
        patience: Duration,
    ) -> Result<(), BTreeSet<ResourceId>> {
        let Some(prober) = self.prober.get() else {
            return Ok(());
        };
        let mut changes = prober.health();
        let all = async {
            while !self.unhealthy().is_empty() {
                // A machine that is still being made is no change of health.
                drop(tokio::time::timeout(Duration::from_millis(20), changes.changed()).await);
            }
        };
        tokio::time::timeout(patience, all)
            .await
            .map_err(|_| self.unhealthy())
    }

    /// Ends everything.
    pub(crate) async fn stop(&self) {
        let mut running = self.running.lock().await;
        if let Some(prober) = self.prober.get() {
            prober.set_targets(BTreeMap::new());
        }
        for server in running.servers.drain(..) {
            server.abort();
        }
        running.guests.clear();
        running.stations.clear();
    }
}

/// An error with all its causes in one line.
pub(crate) fn described(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
