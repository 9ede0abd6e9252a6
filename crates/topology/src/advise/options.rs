//! The table of ways, and what a way consists of.

mod api_management_endpoint;
mod application_gateway;
mod direct_connect;
mod own_load_balancer;
mod peering;
mod relay;
mod vpn;

use super::{Limit, Need, Points, Reason};

/// A way to give access.
pub(super) struct Option {
    /// Its name, for `--manifest`.
    pub(super) id: &'static str,
    /// What it is.
    pub(super) title: &'static str,
    /// In which regions it can be had.
    pub(super) regions: &'static str,
    /// Its limits.
    pub(super) limits: &'static [Limit],
    /// Whether it needs Linkspan's relay.
    pub(super) needs_relay: bool,
    /// Weighs it.
    pub(super) weigh: fn(&Need) -> Weighed,
    /// Its manifest, with everything changed that would have to change.
    pub(super) manifest: fn(&Need) -> String,
}

/// What weighing gives.
#[derive(Default)]
pub(super) struct Weighed {
    pub(super) reasons: Vec<Reason>,
    pub(super) changes: Vec<String>,
    pub(super) runs: Vec<String>,
}

/// Between ways of equal verdict and cost the earlier one comes first.
static ALL: &[&Option] = &[
    &api_management_endpoint::OPTION,
    &own_load_balancer::OPTION,
    &direct_connect::OPTION,
    &relay::OPTION,
    &application_gateway::OPTION,
    &peering::OPTION,
    &vpn::OPTION,
];

pub(super) fn all() -> impl Iterator<Item = &'static Option> {
    ALL.iter().copied()
}

impl Weighed {
    fn reason(&mut self, points: Points, source: &'static str, text: impl Into<String>) {
        self.reasons.push(Reason {
            points,
            text: text.into(),
            source,
        });
    }

    fn change(&mut self, text: impl Into<String>) {
        self.changes.push(text.into());
    }

    fn runs(&mut self, text: impl Into<String>) {
        self.runs.push(text.into());
    }
}

/// Pages that several ways refer to.
mod pages {
    pub(super) const LINK_SERVICE: &str =
        "https://learn.microsoft.com/azure/private-link/private-link-service-overview";
    pub(super) const ENDPOINT: &str =
        "https://learn.microsoft.com/azure/private-link/private-endpoint-overview";
    pub(super) const LIMITS: &str = "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits";
    pub(super) const PEERING: &str =
        "https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering";
    pub(super) const APIM_ADDRESSES: &str =
        "https://learn.microsoft.com/azure/api-management/api-management-howto-ip-addresses";
}
