//! Whether a connection took the path that was predicted for it.
//!
//! Equal means the same sequence of places with the same addresses; where a load balancer or a
//! NAT pool may choose, the observed member must be one of the possible ones, and hops that do not
//! translate must keep what was chosen before them. Ephemeral source ports are ignored.

use super::{Hop, HopKind, Trace};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    net::{Ipv4Addr, SocketAddrV4},
};

/// A hop as a packet was seen there; addresses are those with which it leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObservedHop {
    /// `client/NAME` or a full resource id.
    pub at: String,
    /// What it is.
    pub kind: HopKind,
    /// Source address.
    pub source: Ipv4Addr,
    /// Destination.
    pub destination: SocketAddrV4,
}

/// The first difference between the observed path and the predicted one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub struct Mismatch {
    /// Which hop, from 1, name resolution left out.
    pub hop: usize,
    /// What differs: `at`, `kind`, `source`, `destination`, or `hop` if one side has no such hop.
    pub field: &'static str,
    /// What was possible; empty if no such hop was predicted.
    pub predicted: Vec<String>,
    /// What was seen; `None` if no such hop was.
    pub observed: Option<String>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hop {}: {} predicted ", self.hop, self.field)?;
        match self.predicted.as_slice() {
            [] => f.write_str("none")?,
            [one] => f.write_str(one)?,
            several => write!(f, "one of {}", several.join(", "))?,
        }
        write!(
            f,
            ", observed {}",
            self.observed.as_deref().unwrap_or("none")
        )
    }
}

/// Compares the way there; `resolve` hops of the prediction are left out.
pub fn same_path(predicted: &Trace, observed: &[ObservedHop]) -> Result<(), Mismatch> {
    let mut wanted = predicted
        .hops
        .iter()
        .filter(|hop| hop.kind != HopKind::Resolve);
    let mut before: Option<&ObservedHop> = None;
    let mut hop = 0_usize;
    for have in observed {
        hop = hop.saturating_add(1);
        let Some(want) = wanted.next() else {
            return Err(Mismatch {
                hop,
                field: "hop",
                predicted: Vec::new(),
                observed: Some(have.at.clone()),
            });
        };
        same_hop(hop, want, before, have)?;
        before = Some(have);
    }
    match wanted.next() {
        None => Ok(()),
        Some(missing) => Err(Mismatch {
            hop: hop.saturating_add(1),
            field: "hop",
            predicted: choices(&missing.at, &missing.at_any_of),
            observed: None,
        }),
    }
}

fn choices(one: &str, any_of: &[String]) -> Vec<String> {
    if any_of.is_empty() {
        vec![one.to_owned()]
    } else {
        any_of.to_vec()
    }
}

fn same_hop(
    hop: usize,
    want: &Hop,
    before: Option<&ObservedHop>,
    have: &ObservedHop,
) -> Result<(), Mismatch> {
    let check = |field, predicted: Vec<String>, observed: String| {
        if predicted
            .iter()
            .any(|one| one.eq_ignore_ascii_case(&observed))
        {
            return Ok(());
        }
        Err(Mismatch {
            hop,
            field,
            predicted,
            observed: Some(observed),
        })
    };
    let places = choices(&want.at, &want.at_any_of);
    let sources = choices(&want.source, &want.source_any_of);
    let destinations = choices(&want.destination, &want.destination_any_of);
    check(
        "kind",
        vec![format!("{:?}", want.kind)],
        format!("{:?}", have.kind),
    )?;
    check("at", places.clone(), have.at.clone())?;
    check("source", sources.clone(), have.source.to_string())?;
    check(
        "destination",
        destinations.clone(),
        have.destination.to_string(),
    )?;
    // Members' places and addresses are listed side by side: each place has its own address.
    let own = |addresses: &[String]| -> Vec<String> {
        let pairs = places.iter().zip(addresses);
        pairs
            .filter(|(place, _)| place.eq_ignore_ascii_case(&have.at))
            .map(|(_, address)| address.clone())
            .collect()
    };
    match want.kind {
        HopKind::NetworkInterface => check(
            "destination",
            own(&destinations),
            have.destination.to_string(),
        )?,
        HopKind::Relay | HopKind::Client => {
            check("source", own(&sources), have.source.to_string())?;
        }
        _ => {}
    }
    // What was chosen before must be kept by hops that do not translate it.
    let Some(before) = before else { return Ok(()) };
    let (keeps_source, keeps_destination) = match have.kind {
        HopKind::PrivateEndpoint | HopKind::NetworkInterface | HopKind::Service => (true, true),
        HopKind::LoadBalancer => (true, false),
        _ => (false, false),
    };
    if keeps_source {
        check(
            "source",
            vec![before.source.to_string()],
            have.source.to_string(),
        )?;
    }
    if keeps_destination {
        check(
            "destination",
            vec![before.destination.to_string()],
            have.destination.to_string(),
        )?;
    }
    if have.kind == HopKind::Relay {
        check("at", vec![before.at.clone()], have.at.clone())?;
        check(
            "source",
            vec![before.destination.ip().to_string()],
            have.source.to_string(),
        )?;
    }
    Ok(())
}
