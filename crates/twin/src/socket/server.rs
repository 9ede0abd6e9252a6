//! Answering at the twin's socket. One thread a connection: they are few and short.

use super::{Question, Reply, World};
use crate::{
    control,
    data_plane::{DataPlane, DataPlaneError, described, trust_variables},
    endpoints::{Process, SpawnCommand, wire::Channel},
};
use std::{
    ffi::OsString,
    io,
    os::{
        fd::OwnedFd,
        unix::{
            net::{UnixListener, UnixStream},
            process::ExitStatusExt as _,
        },
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::runtime::Handle;

/// A listening socket; dropped, it accepts no more.
#[derive(Debug)]
pub(crate) struct Server {
    path: PathBuf,
    ended: Arc<AtomicBool>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        drop(UnixStream::connect(&self.path));
    }
}

/// What the questions are about.
#[derive(Debug, Clone)]
struct Subject {
    world: Arc<control::World>,
    plane: Arc<DataPlane>,
    runtime: Handle,
}

impl Server {
    /// Listens at `path`. Needs the runtime.
    pub(crate) fn start(
        path: &Path,
        world: Arc<control::World>,
        plane: Arc<DataPlane>,
    ) -> io::Result<Self> {
        let listener = UnixListener::bind(path)?;
        let ended = Arc::new(AtomicBool::new(false));
        let subject = Subject {
            world,
            plane,
            runtime: Handle::current(),
        };
        let over = Arc::clone(&ended);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let subject = subject.clone();
                std::thread::spawn(move || {
                    if let Err(error) = subject.converse(Arc::new(Channel(stream))) {
                        tracing::debug!(%error, "a conversation at the socket broke");
                    }
                });
            }
        });
        Ok(Self {
            path: path.to_owned(),
            ended,
        })
    }
}

impl Subject {
    fn converse(&self, channel: Arc<Channel>) -> io::Result<()> {
        let mut running: Option<Arc<Process>> = None;
        while let Some((question, descriptors)) = channel.receive()? {
            match question {
                Question::World => {
                    let world = World {
                        resources: self.world.snapshot(),
                        unhealthy: self.plane.unhealthy(),
                        requests: self.world.requests(),
                    };
                    channel.send(&Reply::World(world), &[])?;
                }
                Question::Place(placement) => {
                    let reply = match self.runtime.block_on(self.plane.place(placement)) {
                        Ok(()) => Reply::Done,
                        Err(error) => Reply::Failed(described(&error)),
                    };
                    channel.send(&reply, &[])?;
                }
                Question::Signal(signal) => {
                    if let Some(process) = &running {
                        drop(process.signal(signal));
                    }
                }
                Question::Exec {
                    client,
                    program,
                    env,
                    cwd,
                } => match self.start(&client, program, env, cwd, descriptors) {
                    Ok(process) => {
                        let process = Arc::new(process);
                        running = Some(Arc::clone(&process));
                        let channel = Arc::clone(&channel);
                        std::thread::spawn(move || {
                            let reply = match process.wait() {
                                Ok(status) => Reply::Ended(status.code().unwrap_or_else(|| {
                                    status
                                        .signal()
                                        .map_or(255, |signal| signal.saturating_add(128))
                                })),
                                Err(error) => Reply::Failed(error.to_string()),
                            };
                            drop(channel.send(&reply, &[]));
                        });
                    }
                    Err(error) => channel.send(&Reply::Failed(described(&error)), &[])?,
                },
            }
        }
        // Whoever asked is gone, and so is what it ran.
        if let Some(process) = running {
            drop(process.kill());
        }
        Ok(())
    }

    fn start(
        &self,
        client: &str,
        program: Vec<OsString>,
        mut env: Vec<(OsString, OsString)>,
        cwd: PathBuf,
        streams: Vec<OwnedFd>,
    ) -> Result<Process, DataPlaneError> {
        let endpoint = self.runtime.block_on(self.plane.client(client))?;
        let trusted = trust_variables();
        env.retain(|(name, _)| !trusted.iter().any(|(set, _)| set == name));
        env.extend(trusted);
        let mut streams = streams.into_iter();
        let mut words = program.into_iter();
        let command = SpawnCommand {
            program: words.next().unwrap_or_default(),
            args: words.collect(),
            env,
            cwd: Some(cwd),
            stdin: streams.next(),
            stdout: streams.next(),
            stderr: streams.next(),
            files: Vec::new(),
        };
        Ok(endpoint.spawn(command)?)
    }
}
