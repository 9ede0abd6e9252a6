//! Packets between devices and the packet engine.
//!
//! Each device has a task that takes what its endpoint sends, gives it to the engine, and hands
//! what comes out to the devices it is meant for. There is no other way between endpoints.

use crate::endpoints::{Endpoint, Frame, Gso};
use fabric::{Checksum, Fabric, Packet, PortId, Time};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Instant,
};
use tokio::task::JoinHandle;

/// The engine and the devices at its ports.
#[derive(Debug)]
pub(crate) struct Switch {
    fabric: Mutex<Fabric>,
    devices: RwLock<HashMap<PortId, Arc<Endpoint>>>,
    started: Instant,
}

/// A device that is plugged in; dropped, it is pulled out.
#[derive(Debug)]
pub(crate) struct Plug {
    switch: Arc<Switch>,
    port: PortId,
    task: JoinHandle<()>,
}

impl Drop for Plug {
    fn drop(&mut self) {
        self.task.abort();
        self.switch
            .devices
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.port);
    }
}

impl Switch {
    /// A switch around an engine.
    pub(crate) fn new(fabric: Fabric) -> Self {
        Self {
            fabric: Mutex::new(fabric),
            devices: RwLock::default(),
            started: Instant::now(),
        }
    }

    /// The engine. Not to be held across an await.
    pub(crate) fn fabric(&self) -> MutexGuard<'_, Fabric> {
        self.fabric.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The data plane's clock, which is real.
    pub(crate) fn now(&self) -> Time {
        self.started.elapsed()
    }

    /// Plugs an endpoint's device into a port. Needs the runtime.
    pub(crate) fn plug(self: &Arc<Self>, port: PortId, endpoint: &Arc<Endpoint>) -> Plug {
        self.devices
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(port, Arc::clone(endpoint));
        let task = tokio::spawn(Arc::clone(self).carry(port, Arc::clone(endpoint)));
        Plug {
            switch: Arc::clone(self),
            port,
            task,
        }
    }

    async fn carry(self: Arc<Self>, port: PortId, endpoint: Arc<Endpoint>) {
        let mut frame = Frame::default();
        let mut out = Vec::new();
        loop {
            if let Err(error) = endpoint.device().recv(&mut frame).await {
                tracing::debug!(endpoint = endpoint.name(), %error, "the device is gone");
                return;
            }
            let checksum = if frame.checksum_partial {
                Checksum::Partial
            } else {
                Checksum::Complete
            };
            let packet = Packet {
                bytes: std::mem::take(&mut frame.bytes),
                checksum,
            };
            let length = packet.bytes.len();
            let now = self.now();
            self.fabric().inject(port, packet, now, &mut out);
            for (to, packet) in out.drain(..) {
                // What the engine made itself is small; only what was passed on is to be cut.
                let gso = frame.gso.filter(|_| packet.bytes.len() == length);
                frame.bytes = self.deliver(to, packet, gso);
            }
        }
    }

    /// Hands over one packet and gives its memory back. A device that takes no more loses it, as
    /// any link does.
    fn deliver(&self, to: PortId, packet: Packet, gso: Option<Gso>) -> Vec<u8> {
        let frame = Frame {
            bytes: packet.bytes,
            checksum_partial: packet.checksum == Checksum::Partial,
            gso,
        };
        let device = self
            .devices
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&to)
            .cloned();
        if let Some(endpoint) = device
            && let Err(error) = endpoint.device().try_send(&frame)
        {
            tracing::trace!(endpoint = endpoint.name(), %error, "a packet was lost");
        }
        frame.bytes
    }

    /// Ends what has been idle for too long; resets go to both ends.
    pub(crate) fn expire(&self) {
        let now = self.now();
        let out = self.fabric().expire(now);
        for (to, packet) in out {
            self.deliver(to, packet, None);
        }
    }
}
