//! The twin as one thing: control plane, data plane, socket and folder.

use crate::{
    control::{self, ControlServer, ServeOptions, World, WorldOptions},
    data_plane::{DataPlane, DataPlaneError, described, in_memory::InMemoryError},
    endpoints::Spawner,
    instance::Instance,
    placement::ClientPlacement,
    socket,
};
use fabric::Fault;
use std::{
    collections::BTreeSet,
    ffi::OsString,
    io,
    net::{Ipv4Addr, SocketAddrV4},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpStream, task::JoinHandle};
use topology::{model::id::ResourceId, trace::ObservedHop};

/// A subscription that the twin has from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionOption {
    /// Its id.
    pub id: String,
    /// Its tenant.
    pub tenant: String,
}

/// A service principal of the twin.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal {
    /// Its application id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

impl std::fmt::Debug for Principal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Principal")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Principal {
    fn new() -> Self {
        Self {
            client_id: uuid::Uuid::new_v4().to_string(),
            client_secret: uuid::Uuid::new_v4().simple().to_string(),
        }
    }
}

/// How the twin is to be.
#[derive(Debug)]
pub struct TwinOptions {
    /// Its subscriptions.
    pub subscriptions: Vec<SubscriptionOption>,
    /// The tenant of the two principals.
    pub tenant_id: String,
    /// The only subscription that the partner's principal has rights on.
    pub partner_subscription: String,
    /// Makes namespaces; without it there is a control plane, and packets in memory.
    pub spawner: Option<Spawner>,
    /// The relay's program and first arguments.
    pub relay_command: Vec<OsString>,
    /// Where state is kept; `None` forgets it.
    pub state: Option<PathBuf>,
}

/// The twin could not be started or asked.
#[derive(Debug, thiserror::Error)]
pub enum TwinError {
    /// Its folder, or a file in it.
    #[error("could not write to the twin's folder")]
    Folder(#[source] io::Error),
    /// The control plane.
    #[error("could not start the control plane")]
    Control(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The data plane.
    #[error("could not start the data plane")]
    DataPlane(#[from] DataPlaneError),
    /// Probes.
    #[error("not healthy within {0:?}: {1}")]
    Unhealthy(Duration, String),
    /// A fault that is not understood.
    #[error("`{0}` is no fault; there are `nat-source=ADDRESS` and `lb-destination=ADDRESS`")]
    Fault(String),
}

/// A running twin.
#[derive(Debug)]
pub struct Twin {
    tenant_id: String,
    owner: Principal,
    partner: Principal,
    endpoint: String,
    server: ControlServer,
    world: Arc<World>,
    plane: Arc<DataPlane>,
    following: JoinHandle<()>,
    _socket: socket::Server,
    instance: Instance,
}

impl Twin {
    /// Starts it. Needs the runtime.
    pub async fn start(options: TwinOptions) -> Result<Self, TwinError> {
        let control = |error: Box<dyn std::error::Error + Send + Sync>| TwinError::Control(error);
        let instance = Instance::new().map_err(TwinError::Folder)?;
        let (owner, partner) = (Principal::new(), Principal::new());
        let principal = |principal: &Principal, subscriptions| control::Principal {
            tenant_id: options.tenant_id.clone(),
            client_id: principal.client_id.clone(),
            client_secret: principal.client_secret.clone(),
            subscriptions,
        };
        let world = WorldOptions {
            subscriptions: options
                .subscriptions
                .iter()
                .map(|one| (one.id.clone(), one.tenant.clone()))
                .collect(),
            principals: vec![
                principal(&owner, None),
                principal(&partner, Some(vec![options.partner_subscription.clone()])),
            ],
            ..WorldOptions::default()
        };
        let world = match &options.state {
            Some(folder) => World::open(folder, world).map_err(|error| control(error.into()))?,
            None => World::new(world),
        };
        let world = Arc::new(world);
        let server = control::serve(Arc::clone(&world), ServeOptions::default())
            .await
            .map_err(|error| control(error.into()))?;
        write_private(&instance.file("ca.pem"), server.ca_pem.as_bytes())
            .map_err(TwinError::Folder)?;
        let plane =
            DataPlane::start(Arc::clone(&world), options.spawner, options.relay_command).await?;
        let following = tokio::spawn(Arc::clone(&plane).follow());
        let socket = socket::Server::start(
            &instance.file("twin.sock"),
            Arc::clone(&world),
            Arc::clone(&plane),
        )
        .map_err(TwinError::Folder)?;
        let endpoint = format!("https://{}", server.address);
        Ok(Self {
            tenant_id: options.tenant_id,
            owner,
            partner,
            endpoint,
            server,
            world,
            plane,
            following,
            _socket: socket,
            instance,
        })
    }

    /// The ARM endpoint, `https://127.0.0.1:PORT`.
    pub fn arm_endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The authority host: the same server.
    pub fn authority_host(&self) -> &str {
        &self.endpoint
    }

    /// The certificate authority of both.
    pub fn ca_pem(&self) -> &str {
        &self.server.ca_pem
    }

    /// The same as a file, which is there as long as the twin runs.
    pub fn ca_file(&self) -> PathBuf {
        self.instance.file("ca.pem")
    }

    /// The socket of [`socket::Client`].
    pub fn socket_path(&self) -> PathBuf {
        self.instance.file("twin.sock")
    }

    /// The tenant of the two principals.
    pub fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    /// A principal with rights on all subscriptions.
    pub fn owner(&self) -> &Principal {
        &self.owner
    }

    /// A principal with rights on the partner's subscription only.
    pub fn partner(&self) -> &Principal {
        &self.partner
    }

    /// The certificate authority of the services in the data plane.
    pub fn data_plane_ca_pem(&self) -> String {
        self.plane.authority.pem()
    }

    /// Places a client; it stands as soon as its subnet does.
    pub async fn place_client(&self, placement: ClientPlacement) -> Result<(), DataPlaneError> {
        self.plane.place(placement).await
    }

    /// Waits until all probed members are healthy.
    pub async fn wait_healthy(&self, patience: Duration) -> Result<(), TwinError> {
        let named = |nics: BTreeSet<ResourceId>| {
            nics.iter()
                .map(ResourceId::short)
                .collect::<Vec<_>>()
                .join(", ")
        };
        // Whatever the control plane did last is seen first.
        self.plane.reconcile().await?;
        self.plane
            .wait_healthy(patience)
            .await
            .map_err(|nics| TwinError::Unhealthy(patience, named(nics)))
    }

    /// What a client's network answers for a name.
    pub async fn resolve(&self, client: &str, host: &str) -> Result<Ipv4Addr, DataPlaneError> {
        self.plane.resolve(client, host).await
    }

    /// Opens a connection from a client's namespace.
    pub async fn connect(
        &self,
        client: &str,
        to: SocketAddrV4,
    ) -> Result<TcpStream, DataPlaneError> {
        self.plane.connect(client, to).await
    }

    /// The hops that a client's connection took. The relay's record may come a moment after the
    /// connection, so this waits for it a little.
    pub async fn observed_path(
        &self,
        client: &str,
        from: SocketAddrV4,
        to: SocketAddrV4,
    ) -> Vec<ObservedHop> {
        let mut hops = Vec::new();
        for _ in 0..50 {
            hops = self.plane.observed_path(client, from, to);
            if hops
                .last()
                .is_some_and(|hop| hop.kind == topology::trace::HopKind::Service)
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        hops
    }

    /// The hops of the same connection as packets in memory.
    pub async fn in_memory_path(
        &self,
        client: &str,
        host: &str,
        port: u16,
    ) -> Result<Vec<ObservedHop>, InMemoryError> {
        if let Err(error) = self.plane.reconcile().await {
            tracing::warn!(error = described(&error), "the data plane does not keep up");
        }
        self.plane.in_memory_path(client, host, port)
    }

    /// Alters one translation: `nat-source=ADDRESS` or `lb-destination=ADDRESS`.
    pub fn set_fault(&self, text: &str) -> Result<(), TwinError> {
        let wrong = || TwinError::Fault(text.to_owned());
        let (kind, address) = text.split_once('=').ok_or_else(wrong)?;
        let address: Ipv4Addr = address.parse().map_err(|_| wrong())?;
        let fault = match kind {
            "nat-source" => Fault::NatSource(address),
            "lb-destination" => Fault::LbDestination(address),
            _ => return Err(wrong()),
        };
        self.plane.set_fault(Some(fault));
        Ok(())
    }

    /// The control plane's state.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// Ends everything and removes the folder.
    pub async fn shutdown(self) {
        self.following.abort();
        self.plane.stop().await;
        self.server.shutdown().await;
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    io::Write::write_all(&mut file, bytes)
}
