//! Whose part of a topology: all of it, the partner's, or the provider's.
//!
//! A partner is a subscription with a private endpoint that leads to a service in another one.
//! What stands in it is the partner's part; everything else is the provider's. Ids that lead
//! across the cut are written as they are, since neither side can read the other's resources, and
//! a header says what the two sides must tell each other.

use super::{ExportError, Options};
use crate::model::{
    Topology,
    id::ResourceId,
    network::{PrivateEndpoint, PrivateLinkService, SubscriptionSet},
};
use std::{borrow::Cow, collections::BTreeSet};

/// Whose resources are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All.
    #[default]
    Whole,
    /// Those in the subscription of a consumer.
    Partner,
    /// Those in no consumer's subscription.
    Provider,
}

/// The services that an endpoint connects to, by id.
fn services(endpoint: &PrivateEndpoint) -> impl Iterator<Item = ResourceId> {
    endpoint
        .connections()
        .filter_map(|connection| connection.properties.private_link_service_id.parse().ok())
}

/// Subscription ids of the partners, lower case: those with an endpoint, or an alias, that leads
/// out of them.
pub(super) fn partner_ids(topology: &Topology) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (resource, endpoint) in topology.private_endpoints() {
        let own = resource.id.subscription();
        let by_id = services(endpoint).any(|id| !id.subscription().eq_ignore_ascii_case(own));
        let by_alias = endpoint.connections().any(|connection| {
            let target = &connection.properties.private_link_service_id;
            !target.is_empty() && target.parse::<ResourceId>().is_err()
        });
        if by_id || by_alias {
            found.insert(own.to_ascii_lowercase());
        }
    }
    found
}

/// What the manifest calls a subscription, else its id.
pub(super) fn key_of(topology: &Topology, subscription: &str) -> String {
    topology
        .subscriptions
        .iter()
        .find(|(_, known)| known.id.eq_ignore_ascii_case(subscription))
        .map_or_else(|| subscription.to_owned(), |(key, _)| key.clone())
}

/// The partners' names: keys of their subscriptions in the manifest, else ids.
pub fn partners(topology: &Topology) -> Vec<String> {
    partner_ids(topology)
        .iter()
        .map(|id| key_of(topology, id))
        .collect()
}

/// Decides for a subscription whether it is written.
#[derive(Debug)]
pub(super) enum Cut {
    All,
    Only(String),
    AllBut(BTreeSet<String>),
}

impl Cut {
    /// Reads the options; fails where they name no part of this topology.
    pub(super) fn of(topology: &Topology, options: &Options) -> Result<Self, ExportError> {
        if options.part == Part::Whole {
            return Ok(Self::All);
        }
        let ids = partner_ids(topology);
        let known = || partners(topology);
        if ids.is_empty() {
            return Err(ExportError::NoPartner);
        }
        let named = match &options.partner {
            None => None,
            Some(name) => {
                let found = ids.iter().find(|id| {
                    id.eq_ignore_ascii_case(name) || key_of(topology, id).eq_ignore_ascii_case(name)
                });
                Some(found.ok_or_else(|| ExportError::UnknownPartner {
                    name: name.clone(),
                    known: known(),
                })?)
            }
        };
        match (options.part, named, ids.first()) {
            (Part::Partner, Some(id), _) => Ok(Self::Only(id.clone())),
            (Part::Partner, None, Some(id)) if ids.len() == 1 => Ok(Self::Only(id.clone())),
            (Part::Partner, None, _) => Err(ExportError::SeveralPartners { known: known() }),
            _ => Ok(Self::AllBut(ids)),
        }
    }

    pub(super) fn holds(&self, subscription: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(id) => id.eq_ignore_ascii_case(subscription),
            Self::AllBut(ids) => !ids.contains(&subscription.to_ascii_lowercase()),
        }
    }
}

/// The part of a topology that the options name.
pub(super) fn cut<'t>(
    topology: &'t Topology,
    options: &Options,
) -> Result<Cow<'t, Topology>, ExportError> {
    let cut = Cut::of(topology, options)?;
    if matches!(cut, Cut::All) {
        return Ok(Cow::Borrowed(topology));
    }
    let mut part = topology.clone();
    part.resources.retain(|id, _| cut.holds(id.subscription()));
    part.clients
        .retain(|_, client| cut.holds(client.subnet.subscription()));
    Ok(Cow::Owned(part))
}

/// Whether the set names the subscription, or everybody.
fn names(set: Option<&SubscriptionSet>, subscription: &str) -> bool {
    set.is_some_and(|set| {
        set.subscriptions
            .iter()
            .any(|id| id == "*" || id.eq_ignore_ascii_case(subscription))
    })
}

/// Whether a person at the provider must approve the connection.
pub(super) fn waits_for_approval(
    service: Option<&PrivateLinkService>,
    subscription: &str,
    own: &str,
    manual: bool,
) -> bool {
    match service {
        // Somebody who may write the service approves what she makes herself.
        Some(_) if own.eq_ignore_ascii_case(subscription) && !manual => false,
        Some(service) => !names(service.auto_approval.as_ref(), subscription),
        None => manual,
    }
}

/// Everything that the two sides must tell each other, for a header; empty if nothing leads across.
pub(super) fn handover(topology: &Topology, cut: &Cut) -> Vec<String> {
    let mut lines = Vec::new();
    for (resource, endpoint) in topology.private_endpoints() {
        let consumer = key_of(topology, resource.id.subscription());
        for connection in endpoint.connections() {
            let target = &connection.properties.private_link_service_id;
            let id = target.parse::<ResourceId>().ok();
            let other = id.as_ref().is_none_or(|id| {
                !id.subscription()
                    .eq_ignore_ascii_case(resource.id.subscription())
            });
            if !other {
                continue;
            }
            let manual = endpoint
                .manual_private_link_service_connections
                .iter()
                .any(|one| one.name == connection.name);
            let service = id
                .as_ref()
                .and_then(|id| topology.private_link_service(id))
                .map(|(_, service)| service);
            let waits = waits_for_approval(
                service,
                resource.id.subscription(),
                id.as_ref().map_or("", ResourceId::subscription),
                manual,
            );
            let approval = if waits {
                "the provider approves the connection by hand".to_owned()
            } else {
                "the connection is approved at once".to_owned()
            };
            let message = connection
                .properties
                .request_message
                .as_ref()
                .map_or(String::new(), |message| {
                    format!(" with the request message {message:?}")
                });
            let what = match &id {
                Some(id) => format!("the id or the alias of {}", id.short()),
                None => format!("the alias {target}"),
            };
            if cut.holds(resource.id.subscription()) {
                lines.push(format!(
                    "{} ({consumer}) needs from the provider: {what}. It is filled in as {target}.",
                    resource.id.short()
                ));
                lines.push(format!(
                    "{} asks for a connection{message}; {approval}.",
                    resource.id.short()
                ));
            }
            let is_provider = matches!(cut, Cut::AllBut(_));
            if let (Some(id), true) = (&id, is_provider) {
                lines.push(format!(
                    "Send {what} to {consumer}; read the alias with: az network private-link-service show --ids {id} --query alias --output tsv"
                ));
                lines.push(format!(
                    "{} of {consumer} connects{message}; {approval}.",
                    resource.id.short()
                ));
            }
        }
    }
    let mut seen = BTreeSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    lines
}
