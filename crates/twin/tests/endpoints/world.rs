//! What the cases share: endpoints by name, a wire between two, waiting.

use std::error::Error;
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use twin::endpoints::{Backend, Endpoint, EndpointSpec, Frame, SpawnCommand, Spawner};

pub(crate) const LEFT: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 4);
pub(crate) const RIGHT: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 5);

pub(crate) struct World {
    pub(crate) spawner: Spawner,
    pub(crate) runtime: Runtime,
}

impl World {
    pub(crate) fn new(spawner: Spawner) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        Self { spawner, runtime }
    }

    pub(crate) fn endpoint(&self, spec: &EndpointSpec) -> Arc<Endpoint> {
        Arc::new(
            self.spawner
                .create(spec)
                .unwrap_or_else(|error| panic!("{}", chain(&error))),
        )
    }

    /// Left and right, joined by a wire. `None` where the backend is not to be had.
    pub(crate) fn pair(
        &self,
        left: Backend,
        right: Backend,
    ) -> (Arc<Endpoint>, Arc<Endpoint>, Wire) {
        let left = self.endpoint(&spec("left", LEFT, left));
        let right = self.endpoint(&spec("right", RIGHT, right));
        let wire = self.join(&left, &right, |_| {});
        (left, right, wire)
    }

    /// Copies packets between two endpoints, each changed on the way.
    pub(crate) fn join(
        &self,
        one: &Arc<Endpoint>,
        other: &Arc<Endpoint>,
        change: fn(&mut Frame),
    ) -> Wire {
        let copy = |from: Arc<Endpoint>, to: Arc<Endpoint>| {
            self.runtime.spawn(async move {
                let mut frame = Frame::default();
                loop {
                    from.device().recv(&mut frame).await.unwrap();
                    change(&mut frame);
                    to.device().send(&frame).await.unwrap();
                }
            })
        };
        Wire {
            tasks: vec![
                copy(one.clone(), other.clone()),
                copy(other.clone(), one.clone()),
            ],
        }
    }

    /// Waits for a wire's tasks to let go of their endpoints.
    pub(crate) fn cut(&self, wire: Wire) {
        for task in wire.tasks {
            task.abort();
            drop(self.runtime.block_on(task));
        }
    }

    /// Whether `/dev/net/tun` opens here; the other backend must then serve.
    pub(crate) fn has_tun(&self) -> bool {
        let spec = spec("tun", LEFT, Backend::Tun);
        self.spawner.create(&spec).is_ok()
    }
}

pub(crate) struct Wire {
    tasks: Vec<JoinHandle<()>>,
}

pub(crate) fn spec(name: &str, address: Ipv4Addr, backend: Backend) -> EndpointSpec {
    EndpointSpec {
        name: name.to_owned(),
        addresses: vec![address],
        backend,
        ..EndpointSpec::default()
    }
}

/// This program, playing a role.
pub(crate) fn role(words: &[&str]) -> SpawnCommand {
    SpawnCommand {
        program: this_program().into(),
        args: std::iter::once("--role")
            .chain(words.iter().copied())
            .map(Into::into)
            .collect(),
        ..SpawnCommand::default()
    }
}

pub(crate) fn this_program() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// Runs a command to its end and returns what it printed.
pub(crate) fn output(endpoint: &Endpoint, mut command: SpawnCommand) -> (i32, String) {
    let (read, write) = pipe();
    command.stdout = Some(write);
    let process = endpoint
        .spawn(command)
        .unwrap_or_else(|error| panic!("{}", chain(&error)));
    let text = std::io::read_to_string(std::fs::File::from(read)).unwrap();
    (process.wait().unwrap().code().unwrap_or(-1), text)
}

pub(crate) fn pipe() -> (OwnedFd, OwnedFd) {
    let (read, write) = std::io::pipe().unwrap();
    (read.into(), write.into())
}

pub(crate) fn wait_for<T: AsFd>(socket: &T, what: PollFlags) {
    let mut polled = [PollFd::new(socket.as_fd(), what)];
    let count = poll(&mut polled, PollTimeout::from(10_000_u16)).unwrap();
    assert_eq!(count, 1, "nothing happened on the socket for 10 s");
}

/// Polls until something holds.
#[track_caller]
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "not within 10 s: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// An error with all its causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
