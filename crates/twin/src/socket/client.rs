//! Asking a running twin.

use super::{Question, Reply, World};
use crate::{endpoints::wire::Channel, placement::ClientPlacement};
use std::{ffi::OsString, io, os::fd::AsFd as _, os::unix::net::UnixStream, path::Path, sync::Arc};

/// A connection to a running twin.
#[derive(Debug)]
pub struct Client(Arc<Channel>);

/// The twin could not be asked, or said no.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Nobody listens, or the connection broke.
    #[error("no twin answers there")]
    Io(#[from] io::Error),
    /// It said no.
    #[error("{0}")]
    Refused(String),
    /// It said something else.
    #[error("the twin gave an answer that does not fit the question; is it of another version?")]
    Protocol,
}

impl Client {
    /// Connects.
    pub fn connect(path: &Path) -> Result<Self, SocketError> {
        Ok(Self(Arc::new(Channel(UnixStream::connect(path)?))))
    }

    fn ask(&self, question: &Question) -> Result<Reply, SocketError> {
        self.0.send(question, &[])?;
        self.answer()
    }

    fn answer(&self) -> Result<Reply, SocketError> {
        match self.0.receive()? {
            Some((Reply::Failed(why), _)) => Err(SocketError::Refused(why)),
            Some((reply, _)) => Ok(reply),
            None => Err(SocketError::Io(io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// What the twin has.
    pub fn world(&mut self) -> Result<World, SocketError> {
        match self.ask(&Question::World)? {
            Reply::World(world) => Ok(world),
            _ => Err(SocketError::Protocol),
        }
    }

    /// Places a client.
    pub fn place(&mut self, placement: &ClientPlacement) -> Result<(), SocketError> {
        match self.ask(&Question::Place(placement.clone()))? {
            Reply::Done => Ok(()),
            _ => Err(SocketError::Protocol),
        }
    }

    /// Runs a program where a client stands, with this process's streams, environment and folder;
    /// SIGINT, SIGTERM, SIGHUP and SIGQUIT are passed on. Its exit code.
    pub fn exec(&mut self, client: &str, program: &[OsString]) -> Result<i32, SocketError> {
        let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
        let question = Question::Exec {
            client: client.to_owned(),
            program: program.to_vec(),
            env: std::env::vars_os().collect(),
            cwd: std::env::current_dir()?,
        };
        // Before the program runs, so that no signal is lost.
        let mut passed = nix::sys::signal::SigSet::empty();
        for signal in [
            nix::sys::signal::SIGINT,
            nix::sys::signal::SIGTERM,
            nix::sys::signal::SIGHUP,
            nix::sys::signal::SIGQUIT,
        ] {
            passed.add(signal);
        }
        passed.thread_block().map_err(io::Error::from)?;
        self.0
            .send(&question, &[stdin.as_fd(), stdout.as_fd(), stderr.as_fd()])?;
        let channel = Arc::clone(&self.0);
        // Ends with the process.
        std::thread::spawn(move || {
            while let Ok(signal) = passed.wait() {
                if channel.send(&Question::Signal(signal as i32), &[]).is_err() {
                    return;
                }
            }
        });
        match self.answer()? {
            Reply::Ended(code) => Ok(code),
            _ => Err(SocketError::Protocol),
        }
    }
}
