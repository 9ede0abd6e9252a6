//! Writes through the generated management crates.
//!
//! Their builders are only ever `send()`: awaiting one would poll in their way, which loses ARM's
//! error and, for virtual machines, repeats the PUT. Their models drop what they do not know, so a
//! body goes through them only if it survives the way there and back unchanged.

use crate::{
    answer::Answer,
    credential::{Unsuccessful, answer_021},
    error::{AzureError, chain},
};
use azure_core_021::{
    HttpClient, RetryOptions, TransportOptions, Url, auth::TokenCredential, error::ErrorKind,
};
use azure_mgmt_compute::package_2024_07_01 as compute;
use azure_mgmt_network::package_2024_03 as network;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{fmt, sync::Arc};
use topology::model::id::ResourceId;

/// The generated clients of one credential.
pub(crate) struct Generated {
    network: network::Client,
    compute: compute::Client,
}

impl fmt::Debug for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generated").finish_non_exhaustive()
    }
}

impl Generated {
    pub(crate) fn new(
        endpoint: Url,
        credential: Arc<dyn TokenCredential>,
        scope: &str,
        http: Arc<dyn HttpClient>,
    ) -> Self {
        let options = azure_core_021::ClientOptions::new(TransportOptions::new(http))
            .retry(RetryOptions::none());
        let scopes = vec![scope.to_owned()];
        Self {
            network: network::Client::new(
                endpoint.clone(),
                credential.clone(),
                scopes.clone(),
                options.clone(),
            ),
            compute: compute::Client::new(endpoint, credential, scopes, options),
        }
    }
}

/// The body as the generated model has it, if nothing is lost or changed on the way.
fn faithful<T: DeserializeOwned + Serialize>(body: &Value) -> Option<T> {
    let typed: T = serde_json::from_value(body.clone()).ok()?;
    let mut back = serde_json::to_value(&typed).ok()?;
    without_nulls(&mut back);
    (back == *body).then_some(typed)
}

/// The models write some read-only members that nobody gave as null, which ARM takes as not given.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, member| !member.is_null());
            map.values_mut().for_each(without_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// Waits for a builder that was sent and reads its answer.
macro_rules! sent {
    ($builder:expr) => {
        match $builder.send().await {
            Ok(response) => answer_021(response.into()).await.map_err(unsuccessful),
            Err(error) => Err(unsuccessful(error)),
        }
    };
}

fn unsuccessful(error: azure_core_021::Error) -> Failed {
    match error.into_downcast::<Unsuccessful>() {
        Ok(Unsuccessful(answer)) => Failed::Answered(answer),
        Err(error) => Failed::Error(error),
    }
}

/// How a request failed.
enum Failed {
    /// ARM answered, but not with success.
    Answered(Answer),
    /// There was no answer.
    Error(azure_core_021::Error),
}

fn settle(
    method: &str,
    id: &ResourceId,
    result: Result<Answer, Failed>,
) -> Result<Answer, AzureError> {
    match result {
        Ok(answer) | Err(Failed::Answered(answer)) => Ok(answer),
        Err(Failed::Error(error)) if matches!(error.kind(), ErrorKind::Credential) => {
            Err(AzureError::Credential(chain(&error)))
        }
        Err(Failed::Error(error)) => Err(AzureError::Transport {
            method: method.to_owned(),
            address: id.to_string(),
            reason: chain(&error),
        }),
    }
}

macro_rules! writes {
    (
        top { $($top:ident($top_model:ty) = $top_type:literal via $top_part:ident . $top_client:ident;)* }
        child { $($child:ident($child_model:ty) = $child_type:literal via $child_client:ident . $child_put:ident / $child_delete:ident;)* }
    ) => {
        /// A PUT that a generated crate can send.
        #[derive(Clone, Debug)]
        pub(crate) enum Put {
            $(
                #[doc = $top_type]
                $top(Box<$top_model>),
            )*
            $(
                #[doc = $child_type]
                $child(Box<$child_model>),
            )*
        }

        impl Put {
            /// `None` if the type is not one of theirs, or their model cannot hold the body.
            pub(crate) fn of(id: &ResourceId, body: &Value) -> Option<Self> {
                let arm_type = id.arm_type();
                $(if arm_type.eq_ignore_ascii_case($top_type) {
                    return faithful(body).map(|model| Self::$top(Box::new(model)));
                })*
                $(if arm_type.eq_ignore_ascii_case($child_type) {
                    return faithful(body).map(|model| Self::$child(Box::new(model)));
                })*
                None
            }
        }

        impl Generated {
            /// Sends the PUT once.
            pub(crate) async fn put(&self, id: &ResourceId, put: &Put) -> Result<Answer, AzureError> {
                let (subscription, group, name) = (id.subscription(), id.resource_group(), id.name());
                let parent = id.parent();
                let parent = parent.as_ref().map(ResourceId::name).unwrap_or_default();
                let result = match put.clone() {
                    $(Put::$top(model) => sent!(self.$top_part.$top_client().create_or_update(group, name, *model, subscription)),)*
                    $(Put::$child(model) => sent!(self.network.$child_client().$child_put(group, parent, name, *model, subscription)),)*
                };
                settle("PUT", id, result)
            }

            /// Sends the DELETE once; `None` if the type is not one of theirs.
            pub(crate) async fn delete(&self, id: &ResourceId) -> Option<Result<Answer, AzureError>> {
                let (subscription, group, name) = (id.subscription(), id.resource_group(), id.name());
                let parent = id.parent();
                let parent = parent.as_ref().map(ResourceId::name).unwrap_or_default();
                let arm_type = id.arm_type();
                $(if arm_type.eq_ignore_ascii_case($top_type) {
                    return Some(settle("DELETE", id, sent!(self.$top_part.$top_client().delete(group, name, subscription))));
                })*
                $(if arm_type.eq_ignore_ascii_case($child_type) {
                    let result = sent!(self.network.$child_client().$child_delete(group, parent, name, subscription));
                    return Some(settle("DELETE", id, result));
                })*
                None
            }
        }
    };
}

writes! {
    top {
        VirtualNetwork(network::models::VirtualNetwork) = "Microsoft.Network/virtualNetworks" via network.virtual_networks_client;
        SecurityGroup(network::models::NetworkSecurityGroup) = "Microsoft.Network/networkSecurityGroups" via network.network_security_groups_client;
        LoadBalancer(network::models::LoadBalancer) = "Microsoft.Network/loadBalancers" via network.load_balancers_client;
        NetworkInterface(network::models::NetworkInterface) = "Microsoft.Network/networkInterfaces" via network.network_interfaces_client;
        PrivateLinkService(network::models::PrivateLinkService) = "Microsoft.Network/privateLinkServices" via network.private_link_services_client;
        PrivateEndpoint(network::models::PrivateEndpoint) = "Microsoft.Network/privateEndpoints" via network.private_endpoints_client;
        VirtualMachine(compute::models::VirtualMachine) = "Microsoft.Compute/virtualMachines" via compute.virtual_machines_client;
    }
    child {
        Subnet(network::models::Subnet) = "Microsoft.Network/virtualNetworks/subnets" via subnets_client.create_or_update / delete;
        SecurityRule(network::models::SecurityRule) = "Microsoft.Network/networkSecurityGroups/securityRules" via security_rules_client.create_or_update / delete;
        Connection(network::models::PrivateEndpointConnection) = "Microsoft.Network/privateLinkServices/privateEndpointConnections" via private_link_services_client.update_private_endpoint_connection / delete_private_endpoint_connection;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_body_goes_through_a_model_only_if_nothing_is_lost() {
        let group = ResourceId::group("s", "g");
        let id = |kind: &str| {
            format!("{group}/providers/{kind}/x")
                .parse::<ResourceId>()
                .unwrap()
        };
        let network = id("Microsoft.Network/virtualNetworks");
        let space = json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}});
        let cases = [
            (
                network.clone(),
                json!({"location": "uksouth", "tags": {"linkspan": "a"}, "properties": space}),
                true,
            ),
            (
                network.clone(),
                json!({"location": "uksouth", "properties": {"notInTheModel": 1}}),
                false,
            ),
            (
                network.clone(),
                json!({"location": "uksouth", "properties": {"subnets": []}}),
                false,
            ),
            (
                network.child("subnets", "y"),
                json!({"properties": {"addressPrefix": "10.0.1.0/24"}}),
                true,
            ),
            (
                id("Microsoft.Network/privateDnsZones"),
                json!({"location": "global"}),
                false,
            ),
            (
                id("Microsoft.Network/privateLinkServices")
                    .child("privateEndpointConnections", "c"),
                json!({"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}),
                true,
            ),
        ];
        for (id, body, through) in cases {
            assert_eq!(Put::of(&id, &body).is_some(), through, "{id} {body}");
        }
    }
}
