//! The proof: what was predicted beside what really happened.

use serde::Serialize;
use topology::trace::{Hop, HopKind, ObservedHop, Outcome, Trace, same_path};

/// How the proof was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Real sockets, TLS and relay.
    Packets,
    /// Packets through the engine only.
    InMemory,
}

/// One request that was tried.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    /// What was asked.
    pub(crate) url: String,
    /// Whether it went as it should.
    pub(crate) as_expected: bool,
    /// What happened, in one line.
    pub(crate) result: String,
}

/// Everything that was proven for one client and service.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Proof {
    /// Contract version, 1.
    pub(crate) version: u32,
    /// How.
    pub(crate) proof: Kind,
    /// Whether it holds.
    pub(crate) holds: bool,
    /// Why not.
    pub(crate) because: Option<String>,
    /// From which client.
    pub(crate) from: String,
    /// To which URL.
    pub(crate) to: String,
    /// What `trace` says.
    pub(crate) predicted: Vec<Hop>,
    /// What the flow records and the relay's connection record say.
    pub(crate) observed: Vec<ObservedHop>,
    /// Requests, those that must fail included.
    pub(crate) requests: Vec<Request>,
}

impl Proof {
    /// Judges.
    pub(crate) fn new(
        kind: Kind,
        from: &str,
        to: &str,
        trace: &Trace,
        observed: Vec<ObservedHop>,
        requests: Vec<Request>,
    ) -> Self {
        let because = requests
            .iter()
            .find(|request| !request.as_expected)
            .map(|request| format!("{}: {}", request.url, request.result))
            .or_else(|| {
                (trace.outcome != Outcome::Delivered)
                    .then(|| format!("the trace says: {}", trace.because))
            })
            .or_else(|| {
                same_path(trace, &observed)
                    .err()
                    .map(|mismatch| mismatch.to_string())
            });
        Self {
            version: 1,
            proof: kind,
            holds: because.is_none(),
            because,
            from: from.to_owned(),
            to: to.to_owned(),
            predicted: trace.hops.clone(),
            observed,
            requests,
        }
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        if self.proof == Kind::InMemory {
            out.push_str("proof: in-memory, no TLS, relay not run\n");
        }
        out.push_str(&format!("{} → {}\n", self.from, self.to));
        out.push_str(&format!(
            "{:<26} {:<44} {}\n",
            "hop", "predicted", "observed"
        ));
        let mut observed = self.observed.iter();
        for hop in &self.predicted {
            let predicted = side(hop);
            if hop.kind == HopKind::Resolve {
                out.push_str(&format!("{:<26} {}\n", "name", hop.because));
                continue;
            }
            let (at, seen) = match observed.next() {
                Some(hop) => (
                    short(&hop.at),
                    format!("{} → {}", hop.source, hop.destination),
                ),
                None => (short(&hop.at), "–".to_owned()),
            };
            out.push_str(&format!("{at:<26} {predicted:<44} {seen}\n"));
        }
        for hop in observed {
            out.push_str(&format!(
                "{:<26} {:<44} {} → {}\n",
                short(&hop.at),
                "–",
                hop.source,
                hop.destination
            ));
        }
        for request in &self.requests {
            let mark = if request.as_expected {
                "ok"
            } else {
                "NOT AS EXPECTED"
            };
            out.push_str(&format!("{mark}: {}: {}\n", request.url, request.result));
        }
        match &self.because {
            None => out.push_str("proven\n"),
            Some(because) => out.push_str(&format!("not proven: {because}\n")),
        }
        out
    }
}

fn side(hop: &Hop) -> String {
    let list = |one: &str, several: &[String]| {
        if several.is_empty() {
            one.to_owned()
        } else {
            several.join("|")
        }
    };
    format!(
        "{} → {}",
        list(&hop.source, &hop.source_any_of),
        list(&hop.destination, &hop.destination_any_of)
    )
}

/// The last two words of a resource id.
pub(crate) fn short(at: &str) -> String {
    let mut back = at.rsplit('/');
    match (back.next(), back.next()) {
        (Some(name), Some(kind)) => format!("{kind}/{name}"),
        _ => at.to_owned(),
    }
}
