//! What the twin's ARM has, and who may touch it.

use super::{
    addresses,
    authority::Tokens,
    operations::{Ending, Operations},
    removal,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio::sync::{Notify, watch};
use topology::{ResourceId, Topology, arm, model::Client};

/// The pace at which API Management's 45 minutes take 135 ms.
const DEFAULT_SCALE: f64 = 0.000_05;
/// Requests that are remembered.
const LOGGED: usize = 10_000;
const STATE: &str = "state.json";

/// A service principal.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal {
    /// Its tenant.
    pub tenant_id: String,
    /// Its application id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Subscriptions that it has rights on; `None` means all.
    pub subscriptions: Option<Vec<String>>,
}

impl std::fmt::Debug for Principal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Principal")
            .field("client_id", &self.client_id)
            .field("subscriptions", &self.subscriptions)
            .finish_non_exhaustive()
    }
}

/// What a world starts with.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// Subscription and tenant.
    pub subscriptions: Vec<(String, String)>,
    /// Who may sign in.
    pub principals: Vec<Principal>,
    /// Factor on Azure's durations; 1.0 is Azure's own pace.
    pub time_scale: f64,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            subscriptions: Vec::new(),
            principals: Vec::new(),
            time_scale: DEFAULT_SCALE,
        }
    }
}

/// State could not be read back.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or file.
    #[error("could not read `{path}`")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Its content.
    #[error("`{path}` is no state of a twin")]
    Parse {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

/// An address could not be reserved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReserveError {
    /// There is no such subnet.
    #[error("there is no subnet `{0}`")]
    NoSubnet(ResourceId),
    /// Somebody has it.
    #[error("`{0}` is in use")]
    InUse(Ipv4Addr),
    /// It is not one that the subnet hands out.
    #[error("`{0}` is not one of the subnet's addresses")]
    Outside(Ipv4Addr),
    /// The subnet is full.
    #[error("the subnet is full")]
    Full,
}

/// One answered request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestLogEntry {
    /// `GET`, `PUT`, ….
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Who says to be asking.
    pub user_agent: String,
    /// HTTP status.
    pub status: u16,
}

/// Everything, behind one lock.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Resources as ARM answers them; user data included.
    pub(crate) resources: BTreeMap<ResourceId, Value>,
    /// Addresses of what is no resource, by holder.
    pub(crate) reservations: BTreeMap<String, (ResourceId, Ipv4Addr)>,
    /// Machines that were stopped.
    pub(crate) stopped: BTreeSet<ResourceId>,
    /// What goes on.
    pub(crate) operations: Operations,
    /// Tokens that were issued.
    pub(crate) tokens: Tokens,
    log: VecDeque<RequestLogEntry>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    resources: Vec<Value>,
    stopped: BTreeSet<ResourceId>,
}

/// What the twin's ARM has.
#[derive(Debug)]
pub struct World {
    pub(crate) options: WorldOptions,
    state: Mutex<State>,
    generation: watch::Sender<u64>,
    folder: Option<PathBuf>,
    /// Woken when an operation was started.
    pub(crate) started: Notify,
}

impl World {
    /// An empty one that is forgotten at the end.
    pub fn new(options: WorldOptions) -> Self {
        Self {
            options,
            state: Mutex::default(),
            generation: watch::Sender::new(0),
            folder: None,
            started: Notify::new(),
        }
    }

    /// One that is kept in a folder.
    pub fn open(folder: &Path, options: WorldOptions) -> Result<Self, OpenError> {
        std::fs::create_dir_all(folder).map_err(|source| OpenError::Read {
            path: folder.to_owned(),
            source,
        })?;
        let path = folder.join(STATE);
        let mut world = Self::new(options);
        world.folder = Some(folder.to_owned());
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(world),
            Err(source) => return Err(OpenError::Read { path, source }),
        };
        let kept: Kept =
            serde_json::from_slice(&bytes).map_err(|source| OpenError::Parse { path, source })?;
        let mut state = world.state();
        state.stopped = kept.stopped;
        for mut value in kept.resources {
            if let Some(id) = value
                .get("id")
                .and_then(Value::as_str)
                .and_then(|id| id.parse::<ResourceId>().ok())
            {
                // What was going on when the twin ended is done.
                set_state(&mut value, "Succeeded");
                state.resources.insert(id, value);
            }
        }
        drop(state);
        Ok(world)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that something has changed, and keeps it.
    pub(crate) fn changed(&self) {
        if let Err(error) = self.keep() {
            tracing::error!(%error, "the twin's state could not be kept");
        }
        self.generation
            .send_modify(|generation| *generation = generation.wrapping_add(1));
    }

    fn keep(&self) -> io::Result<()> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let state = self.state();
        let kept = Kept {
            version: 1,
            resources: state.resources.values().cloned().collect(),
            stopped: state.stopped.clone(),
        };
        drop(state);
        let fresh = folder.join(".state.json");
        std::fs::write(&fresh, serde_json::to_vec_pretty(&kept)?)?;
        std::fs::rename(fresh, folder.join(STATE))
    }

    /// Ends the operations that are due.
    pub(crate) fn settle(&self) {
        let mut state = self.state();
        let due = state.operations.due(Instant::now());
        if due.is_empty() {
            return;
        }
        for (id, ending) in due {
            match ending {
                Ending::Succeed => {
                    if let Some(value) = state.resources.get_mut(&id) {
                        set_state(value, "Succeeded");
                    }
                }
                Ending::Remove => removal::remove(&mut state, &id),
                Ending::Power(true) => {
                    state.stopped.remove(&id);
                }
                Ending::Power(false) => {
                    state.stopped.insert(id);
                }
            }
        }
        drop(state);
        self.changed();
    }

    /// Tells when something has changed; the number is of no meaning.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.generation.subscribe()
    }

    /// All resources that are there, as ARM answers them, with user data.
    pub fn snapshot(&self) -> Vec<Value> {
        self.state()
            .resources
            .values()
            .filter(|value| !is_new(value))
            .cloned()
            .collect()
    }

    /// The same as a topology.
    pub fn topology(&self) -> Topology {
        arm::import(&self.snapshot()).0
    }

    /// Takes an address of a subnet for something that is no resource; the lowest free one if none
    /// is wished for.
    pub fn reserve(
        &self,
        subnet: &ResourceId,
        wished: Option<Ipv4Addr>,
        holder: &str,
    ) -> Result<Ipv4Addr, ReserveError> {
        let mut state = self.state();
        let mut topology = state.topology();
        let prefixes: Vec<_> = topology
            .subnet(subnet)
            .map(|(_, found)| found.properties.prefixes().collect())
            .ok_or_else(|| ReserveError::NoSubnet(subnet.clone()))?;
        let address = match wished {
            Some(wished) => {
                if !prefixes
                    .iter()
                    .any(|prefix| prefix.contains(wished) && !prefix.is_reserved(wished))
                {
                    return Err(ReserveError::Outside(wished));
                }
                topology.clients.shift_remove(holder);
                if addresses::holder(&topology, subnet, wished).is_some() {
                    return Err(ReserveError::InUse(wished));
                }
                wished
            }
            None => prefixes
                .iter()
                .flat_map(|prefix| prefix.usable())
                .find(|address| addresses::holder(&topology, subnet, *address).is_none())
                .ok_or(ReserveError::Full)?,
        };
        state
            .reservations
            .insert(holder.to_owned(), (subnet.clone(), address));
        Ok(address)
    }

    /// Gives an address back.
    pub fn release(&self, holder: &str) {
        self.state().reservations.remove(holder);
    }

    /// Whether a virtual machine is there and runs.
    pub fn machine_running(&self, id: &ResourceId) -> bool {
        let state = self.state();
        state.resources.get(id).is_some_and(|value| !is_new(value)) && !state.stopped.contains(id)
    }

    /// The last requests, oldest first.
    pub fn requests(&self) -> Vec<RequestLogEntry> {
        self.state().log.iter().cloned().collect()
    }

    pub(crate) fn log(&self, entry: RequestLogEntry) {
        let mut state = self.state();
        if state.log.len() >= LOGGED {
            state.log.pop_front();
        }
        state.log.push_back(entry);
    }
}

impl State {
    /// Everything that holds an address, resources in the making included.
    pub(crate) fn topology(&self) -> Topology {
        let values: Vec<Value> = self.resources.values().cloned().collect();
        let mut topology = arm::import(&values).0;
        for (holder, (subnet, address)) in &self.reservations {
            let client = Client {
                name: holder.clone(),
                subnet: subnet.clone(),
                private_ip_address: Some(*address),
                hosts: BTreeMap::new(),
                span: None,
            };
            topology.clients.insert(holder.clone(), client);
        }
        topology
    }
}

/// Whether the resource is being made for the first time.
fn is_new(value: &Value) -> bool {
    matches!(
        value
            .pointer("/properties/provisioningState")
            .and_then(Value::as_str),
        Some("Creating" | "Activating")
    )
}

/// Sets the provisioning state; API Management has it there too.
pub(crate) fn set_state(value: &mut Value, to: &str) {
    if let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("provisioningState".to_owned(), json!(to));
    }
}
