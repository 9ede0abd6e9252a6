//! Health probes, which come from 168.63.129.16.
//!
//! The first probe goes out when the member is attached, and one success makes it healthy; after
//! that, `probeThreshold` results in a row change the state.
//! Source: <https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview>.

use super::{HOST_DNS, finish_connect, switch::Switch};
use crate::endpoints::Endpoint;
use std::{
    collections::BTreeMap,
    io,
    net::SocketAddrV4,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::watch,
    task::JoinHandle,
};
use topology::model::{id::ResourceId, network::Probe};

/// Seconds between probes when the probe does not say.
const DEFAULT_INTERVAL: u32 = 15;

/// One probe of one member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TargetId {
    /// The load balancer.
    pub(crate) balancer: ResourceId,
    /// The probe's name.
    pub(crate) probe: String,
    /// The member's NIC.
    pub(crate) nic: ResourceId,
}

/// What is probed and how.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    /// The probe's properties.
    pub(crate) probe: Probe,
    /// Where the host reaches the member.
    pub(crate) at: SocketAddrV4,
}

/// All running probes.
#[derive(Debug)]
pub(crate) struct Prober {
    host: Arc<Endpoint>,
    switch: Arc<Switch>,
    running: Mutex<BTreeMap<TargetId, (Target, JoinHandle<()>)>>,
    health: watch::Sender<BTreeMap<TargetId, bool>>,
}

impl Drop for Prober {
    fn drop(&mut self) {
        for (_, (_, task)) in
            std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner))
        {
            task.abort();
        }
    }
}

impl Prober {
    /// Probes from this endpoint.
    pub(crate) fn new(host: Arc<Endpoint>, switch: Arc<Switch>) -> Self {
        Self {
            host,
            switch,
            running: Mutex::default(),
            health: watch::Sender::default(),
        }
    }

    /// What the probes found, by target. Targets that were not probed yet are absent.
    pub(crate) fn health(&self) -> watch::Receiver<BTreeMap<TargetId, bool>> {
        self.health.subscribe()
    }

    /// Makes these the targets: new ones are probed at once, vanished ones are unhealthy at once.
    pub(crate) fn set_targets(&self, wanted: BTreeMap<TargetId, Target>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<TargetId> = running
            .iter()
            .filter(|(id, (target, _))| wanted.get(id) != Some(target))
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            if let Some((_, task)) = running.remove(&id) {
                task.abort();
            }
            self.health.send_modify(|health| {
                health.remove(&id);
            });
            self.switch
                .fabric()
                .set_healthy(&id.nic, (&id.balancer, &id.probe), false);
        }
        for (id, target) in wanted {
            if let std::collections::btree_map::Entry::Vacant(free) = running.entry(id.clone()) {
                let (host, switch, health) = (
                    Arc::clone(&self.host),
                    Arc::clone(&self.switch),
                    self.health.clone(),
                );
                let task = tokio::spawn(watch_one(id, target.clone(), host, switch, health));
                free.insert((target, task));
            }
        }
    }
}

async fn watch_one(
    id: TargetId,
    target: Target,
    host: Arc<Endpoint>,
    switch: Arc<Switch>,
    health: watch::Sender<BTreeMap<TargetId, bool>>,
) {
    let interval = Duration::from_secs(u64::from(
        target
            .probe
            .interval_in_seconds
            .unwrap_or(DEFAULT_INTERVAL)
            .max(1),
    ));
    let threshold = target.probe.probe_threshold.unwrap_or(1).max(1);
    let mut state: Option<bool> = None;
    let mut in_a_row = 0_u32;
    let mut clock = tokio::time::interval(interval);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        let result = match tokio::time::timeout(interval, probe(&target, &host)).await {
            Ok(result) => result,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        let is_good = result.is_ok();
        if let Err(error) = &result {
            tracing::debug!(nic = %id.nic, %error, "the probe failed");
        }
        in_a_row = if state == Some(is_good) {
            0
        } else {
            in_a_row.saturating_add(1)
        };
        // The first result counts at once.
        if state.is_none() || in_a_row >= threshold {
            in_a_row = 0;
            state = Some(is_good);
            switch
                .fabric()
                .set_healthy(&id.nic, (&id.balancer, &id.probe), is_good);
            health.send_if_modified(|health| health.insert(id.clone(), is_good) != Some(is_good));
        }
    }
}

async fn probe(target: &Target, host: &Arc<Endpoint>) -> io::Result<()> {
    let (from, at) = (Arc::clone(host), target.at);
    let stream = tokio::task::spawn_blocking(move || from.connect_tcp(Some(HOST_DNS), at))
        .await?
        .map_err(io::Error::other)?;
    let mut stream = finish_connect(stream).await?;
    if target.probe.protocol.eq_ignore_ascii_case("Tcp") {
        return Ok(());
    }
    if !target.probe.protocol.eq_ignore_ascii_case("Http") {
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "HTTPS probes are not made here",
        ));
    }
    let path = target.probe.request_path.as_deref().unwrap_or("/");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {at}\r\nUser-Agent: Load Balancer Agent\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    (&mut stream).take(64).read_to_end(&mut head).await?;
    let text = String::from_utf8_lossy(&head);
    match text.split_whitespace().nth(1) {
        Some("200") => Ok(()),
        status => Err(io::Error::other(format!(
            "HTTP status {}",
            status.unwrap_or("missing")
        ))),
    }
}
