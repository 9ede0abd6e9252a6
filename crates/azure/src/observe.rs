//! Reads what is there: every resource of a topology, and what carries its tag.

use crate::{
    address::interfaces,
    client::{Arm, RESOURCES_VERSION},
    error::AzureError,
};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use std::collections::BTreeSet;
use topology::{
    model::{OWNER_TAG, Topology, id::ResourceId},
    plan::{Observation, Observed},
};

/// GETs at the same time.
const PARALLEL: usize = 16;

/// More pages than this no list has.
const PAGES: usize = 1000;

impl Arm {
    /// Reads every resource of the topology, everything else that carries the topology's owner
    /// tag, and the network interfaces of the private endpoints among them, which hold their
    /// addresses. What cannot be read is said to be so in its place; a list of tagged resources
    /// that cannot be read is [`Observation::Unreadable`] under the subscription's own id.
    pub async fn observe(&self, topology: &Topology) -> Observed {
        let mut observed = Observed::default();
        let mut wanted: BTreeSet<ResourceId> = topology.resources.keys().cloned().collect();
        if !topology.name.is_empty() {
            let lists = stream::iter(subscriptions(topology))
                .map(async |subscription| {
                    (
                        self.owned(&subscription, &topology.name).await,
                        subscription,
                    )
                })
                .buffer_unordered(PARALLEL)
                .collect::<Vec<_>>()
                .await;
            for (list, subscription) in lists {
                match list {
                    Ok(ids) => wanted.extend(ids),
                    Err(error) => {
                        if let Ok(id) = format!("/subscriptions/{subscription}").parse() {
                            observed
                                .items
                                .insert(id, Observation::Unreadable(error.to_string()));
                        }
                    }
                }
            }
        }
        self.look(wanted, &mut observed).await;
        let nics: BTreeSet<ResourceId> = observed
            .items
            .iter()
            .filter_map(|(id, observation)| match observation {
                Observation::Present(resource)
                    if id.is_type("Microsoft.Network/privateEndpoints") =>
                {
                    Some(resource)
                }
                _ => None,
            })
            .flat_map(interfaces)
            .filter(|nic| !observed.items.contains_key(nic))
            .collect();
        self.look(nics, &mut observed).await;
        observed
    }

    async fn look(&self, wanted: BTreeSet<ResourceId>, observed: &mut Observed) {
        let mut seen = stream::iter(wanted)
            .map(|id| async move {
                let observation = match self.read(&id).await {
                    Ok(Some(resource)) => Observation::Present(resource),
                    Ok(None) => Observation::Absent,
                    Err(error) => Observation::Unreadable(error.to_string()),
                };
                (id, observation)
            })
            .buffer_unordered(PARALLEL);
        while let Some((id, observation)) = seen.next().await {
            observed.items.insert(id, observation);
        }
    }

    /// The ids of all resources and groups of the subscription with the owner tag.
    async fn owned(&self, subscription: &str, name: &str) -> Result<Vec<ResourceId>, AzureError> {
        let filter = format!(
            "tagName eq '{OWNER_TAG}' and tagValue eq '{}'",
            name.replace('\'', "''")
        );
        let query = [
            ("$filter", filter.as_str()),
            ("api-version", RESOURCES_VERSION),
        ];
        let mut ids = Vec::new();
        for kind in ["resourcegroups", "resources"] {
            let mut next = Some(self.url(&format!("/subscriptions/{subscription}/{kind}"), &query));
            for _ in 0..PAGES {
                let Some(url) = next.take() else { break };
                let page = self.get(subscription, url).await?.body;
                let items = page
                    .get("value")
                    .and_then(Value::as_array)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                ids.extend(
                    items
                        .iter()
                        .filter_map(|item| item.get("id")?.as_str()?.parse::<ResourceId>().ok()),
                );
                let link = page
                    .get("nextLink")
                    .and_then(Value::as_str)
                    .filter(|link| !link.is_empty());
                next = link.map(|link| self.named_url(link)).transpose()?;
            }
        }
        Ok(ids)
    }
}

/// Every subscription that the topology names or has resources in, once, lower case.
fn subscriptions(topology: &Topology) -> BTreeSet<String> {
    let named = topology
        .subscriptions
        .values()
        .map(|subscription| subscription.id.as_str());
    let used = topology.resources.keys().map(ResourceId::subscription);
    named
        .chain(used)
        .filter(|id| !id.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}
