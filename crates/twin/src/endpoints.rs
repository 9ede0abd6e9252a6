//! Endpoints: each NIC, client and API Management unit as a network namespace with one device
//! whose packets the twin holds.
//!
//! The twin's threads stay in the host's namespaces. Before any thread exists,
//! [`Spawner::start`] forks a helper into user, mount, PID and network namespaces of its own.
//! The helper forks one *keeper* for each endpoint into namespaces nested in these. A keeper is
//! init of its PID namespace; it makes the device, makes sockets and starts programs, all from
//! inside, and passes descriptors out over a Unix socket. So no namespace has a name in the file
//! system, nobody enters one from outside, and when the twin ends, even by SIGKILL, sockets end,
//! helper and keepers exit, and the kernel kills and removes everything else.
//!
//! Works as root and as an ordinary user, and needs no other program. What it deliberately does
//! not do: connect endpoints. Between two devices there is nothing but what the twin forwards.

mod device;
mod endpoint;
mod error;
mod frame;
mod helper;
mod keeper;
mod launch;
mod mounts;
mod netlink;
mod spawner;
mod sys;
pub(crate) mod wire;

pub use device::{Backend, Device};
pub use endpoint::{Endpoint, EndpointSpec, Process, SpawnCommand};
pub use error::{Denied, EndpointError};
pub use frame::{Frame, Gso, GsoKind};
pub use spawner::Spawner;
