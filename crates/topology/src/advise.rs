//! Which way to give this access, and why.
//!
//! [`advise`] weighs every way that is known here against a [`Need`], which [`Need::of`] reads out
//! of a topology: relays behind a load balancer, Private Link Service Direct Connect, API
//! Management's own private endpoint, Application Gateway with Private Link, the service's own
//! load balancer (such as an AKS ingress's), peering, and VPN with NAT. Each comes with a verdict,
//! reasons with their sources, what would have to change, who runs what, its cost in a month, and a
//! manifest that is ready to be checked and applied. It says plainly when Linkspan's own relay is
//! not needed.
//!
//! # Adding a way
//! One file `advise/options/<name>.rs` with `pub(super) static OPTION`, and one line in
//! `advise/options.rs`.

mod need;
mod options;
mod sheet;
mod text;
mod yaml;

pub use need::{
    AddressNeed, ApiManagementNeed, BalancedNeed, Consumer, GatewayNeed, Need, NeedError, Network,
    Relays, Service, Subnet, Target, Wishes,
};
pub use text::text;

use crate::{
    cost::{self, Estimate, Prices, Usage},
    manifest, resolve,
};
use serde::Serialize;

/// How well a way fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// As things are.
    Fits,
    /// After changes to this access, or with a price that somebody must accept.
    Possible,
    /// Not without changing the service or the networks themselves.
    DoesNotFit,
}

/// Which way a reason points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Points {
    /// For it.
    For,
    /// Against it, without standing in the way.
    Against,
    /// It makes the way merely possible.
    Hinders,
    /// It makes the way unfit.
    Blocks,
}

/// Why a way fits or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Which way it points.
    pub points: Points,
    /// What is the case; a sentence without a full stop.
    pub text: String,
    /// URL; empty if it follows from the topology alone.
    pub source: &'static str,
}

/// A limit of a way, with its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// What is limited.
    pub text: &'static str,
    /// URL.
    pub source: &'static str,
}

/// One way to give the access.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Alternative {
    /// Its name, for `--manifest`.
    pub id: &'static str,
    /// What it is.
    pub title: &'static str,
    /// How well it fits.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What would have to change; the manifest has it changed.
    pub changes: Vec<String>,
    /// Its limits.
    pub limits: &'static [Limit],
    /// In which regions it can be had.
    pub regions: &'static str,
    /// Who must run what.
    pub runs: Vec<String>,
    /// Whether it needs Linkspan's relay.
    pub needs_relay: bool,
    /// Cost of a month, without what exists anyway.
    pub monthly: f64,
    /// The part of it that is not the service itself.
    pub access_monthly: f64,
    /// Where that comes from.
    pub estimate: Estimate,
    /// A manifest of the whole.
    pub manifest: String,
}

/// All ways, best first.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Advice {
    /// Version of this JSON's shape, 1.
    pub version: u32,
    /// Name of the topology.
    pub name: String,
    /// What is wanted, a line each.
    pub need: Vec<String>,
    /// Whether Linkspan's relay is needed.
    pub relay_needed: bool,
    /// What to do, in a sentence or two.
    pub summary: String,
    /// What the costs assume.
    pub usage: Usage,
    /// Best first.
    pub alternatives: Vec<Alternative>,
}

/// Every way that is known: its name and what it is.
pub fn ways() -> impl Iterator<Item = (&'static str, &'static str)> {
    options::all().map(|option| (option.id, option.title))
}

/// Weighs all ways against a need.
pub fn advise(need: &Need, prices: &Prices, usage: &Usage) -> Advice {
    let mut alternatives: Vec<Alternative> = options::all()
        .map(|option| alternative(option, need, prices, usage))
        .collect();
    // The table's order decides between equals, so the sort must be stable.
    alternatives.sort_by(|one, other| {
        (one.verdict, one.monthly)
            .partial_cmp(&(other.verdict, other.monthly))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let relay_free = alternatives
        .iter()
        .find(|alternative| alternative.verdict == Verdict::Fits && !alternative.needs_relay);
    Advice {
        version: 1,
        name: need.name.clone(),
        need: text::need(need),
        relay_needed: relay_free.is_none(),
        summary: text::summary(&alternatives),
        usage: *usage,
        alternatives,
    }
}

fn alternative(
    option: &options::Option,
    need: &Need,
    prices: &Prices,
    usage: &Usage,
) -> Alternative {
    let weighed = (option.weigh)(need);
    let points = |wanted| weighed.reasons.iter().any(|reason| reason.points == wanted);
    let verdict = match (points(Points::Blocks), points(Points::Hinders)) {
        (true, _) => Verdict::DoesNotFit,
        (false, true) => Verdict::Possible,
        (false, false) => Verdict::Fits,
    };
    let manifest = (option.manifest)(need);
    let (parsed, _) = manifest::parse(&manifest);
    let topology = resolve::resolve(&parsed).topology;
    let mut estimate = cost::estimate(&topology, prices, usage);
    // What is there anyway is what was there before, not what this way brings along as existing.
    let (mut monthly, mut access) = (0.0, 0.0);
    for line in &mut estimate.lines {
        line.existing = need.existing.contains(&line.resource);
        if let (Some(amount), false) = (line.monthly, line.existing) {
            monthly += amount;
            if !line.resource.is_type("Microsoft.ApiManagement/service") {
                access += amount;
            }
        }
    }
    let cents = |amount: f64| (amount * 100.0).round() / 100.0;
    Alternative {
        id: option.id,
        title: option.title,
        verdict,
        reasons: weighed.reasons,
        changes: weighed.changes,
        limits: option.limits,
        regions: option.regions,
        runs: weighed.runs,
        needs_relay: option.needs_relay,
        monthly: cents(monthly),
        access_monthly: cents(access),
        estimate,
        manifest,
    }
}

#[cfg(test)]
mod tests;
