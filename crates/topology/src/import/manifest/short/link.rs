//! Both ends of Private Link.

use super::{HashSet, Sections, Short, put, put_list, reference, references};
use crate::model::{
    Body, Resource,
    id::ResourceId,
    network::{
        PlsIpConfiguration, PrivateEndpoint, PrivateEndpointIpConfiguration, PrivateLinkService,
        SubscriptionSet,
    },
};
use serde_json::{Map, Value, json};

/// Whether a type's short form lets things be derived beside it, such as zones and their records: a
/// topology that lacks these has to say it whole.
pub(in crate::import::manifest) fn derives(resource: &Resource) -> bool {
    matches!(
        resource.body,
        Body::PrivateLinkService(_) | Body::PrivateEndpoint(_) | Body::ApiManagement(_)
    )
}

impl Short<'_> {
    /// The sections of this file, after those of networks.
    pub(super) fn links(&self, whole: &HashSet<ResourceId>, out: &mut Sections) {
        let services = self.standing(whole, out, |short, resource, out| match &resource.body {
            Body::PrivateLinkService(service) => short.service(service, out),
            _ => None,
        });
        out.put("privateLinkServices", services);
        let endpoints = self.standing(whole, out, |short, resource, out| match &resource.body {
            Body::PrivateEndpoint(endpoint) => short.endpoint(endpoint, out),
            _ => None,
        });
        out.put("privateEndpoints", endpoints);
    }

    fn service(&self, service: &PrivateLinkService, out: &Sections) -> Option<Map<String, Value>> {
        let mut value = Map::new();
        let fronts = &service.load_balancer_frontend_ip_configurations;
        if let Some(first) = fronts.first() {
            let balancer = first.id.parent()?;
            if fronts
                .iter()
                .any(|one| one.id.parent().as_ref() != Some(&balancer))
            {
                return None;
            }
            value.insert("loadBalancer".to_owned(), reference(&balancer, out));
            let names: Vec<&str> = fronts.iter().map(|one| one.id.name()).collect();
            put_list(&mut value, "loadBalancerFrontendIpConfigurations", &names);
        }
        // The network of the subnet tells the region.
        let first = service.ip_configurations.first()?;
        let subnet = &first.properties.subnet.as_ref()?.id;
        value.insert("subnet".to_owned(), self.subnet(subnet));
        let mut nats = Map::new();
        for nat in &service.ip_configurations {
            let said = self.nat(&nat.properties, subnet);
            nats.insert(nat.name.clone(), said.into());
        }
        if nats.is_empty() || nats.len() != service.ip_configurations.len() {
            return None;
        }
        value.insert("ipConfigurations".to_owned(), nats.into());
        for (key, set) in [
            ("visibility", &service.visibility),
            ("autoApproval", &service.auto_approval),
        ] {
            if let Some(set) = set {
                value.insert(key.to_owned(), self.subscriptions_of(set));
            }
        }
        put(
            &mut value,
            "enableProxyProtocol",
            service.enable_proxy_protocol.as_ref(),
        );
        put(
            &mut value,
            "destinationIPAddress",
            service.destination_ip_address.as_ref(),
        );
        put_list(&mut value, "fqdns", &service.fqdns);
        Some(value)
    }

    fn nat(&self, nat: &PlsIpConfiguration, of_service: &ResourceId) -> Map<String, Value> {
        let mut value = Map::new();
        if let Some(subnet) = nat.subnet.as_ref().filter(|own| own.id != *of_service) {
            value.insert("subnet".to_owned(), self.subnet(&subnet.id));
        }
        put(
            &mut value,
            "privateIPAddress",
            nat.private_ip_address.as_ref(),
        );
        put(
            &mut value,
            "privateIPAllocationMethod",
            nat.private_ip_allocation_method.as_ref(),
        );
        put(&mut value, "primary", nat.primary.as_ref());
        value
    }

    fn subscriptions_of(&self, set: &SubscriptionSet) -> Value {
        let short = |id: &String| {
            let known = self.subscriptions.get(&id.to_ascii_lowercase());
            known.map_or(id.as_str(), |key| *key).to_owned()
        };
        json!(set.subscriptions.iter().map(short).collect::<Vec<_>>())
    }

    fn endpoint(&self, endpoint: &PrivateEndpoint, out: &Sections) -> Option<Map<String, Value>> {
        let connection = endpoint.connections().next()?;
        let is_manual = endpoint.private_link_service_connections.is_empty();
        let mut value = Map::new();
        value.insert(
            "subnet".to_owned(),
            self.subnet(&endpoint.subnet.as_ref()?.id),
        );
        let wanted = &connection.properties.private_link_service_id;
        let service = match wanted.parse::<ResourceId>() {
            Ok(id) => reference(&id, out),
            Err(_) => json!(wanted),
        };
        value.insert("service".to_owned(), service);
        value.insert("manual".to_owned(), json!(is_manual));
        put_list(&mut value, "groupIds", &connection.properties.group_ids);
        put(
            &mut value,
            "requestMessage",
            connection.properties.request_message.as_ref(),
        );
        let mut addresses = Map::new();
        for config in &endpoint.ip_configurations {
            addresses.insert(config.name.clone(), address(&config.properties).into());
        }
        if !addresses.is_empty() {
            value.insert("ipConfigurations".to_owned(), addresses.into());
        }
        put(
            &mut value,
            "customNetworkInterfaceName",
            endpoint.custom_network_interface_name.as_ref(),
        );
        references(
            &mut value,
            "applicationSecurityGroups",
            &endpoint.application_security_groups,
            out,
        );
        // Zone groups are resources of their own.
        if !connection.properties.group_ids.is_empty() {
            value.insert("privateDnsZoneGroup".to_owned(), json!(false));
        }
        Some(value)
    }

    /// A subnet by the names of its network and its own, if these are enough.
    pub(super) fn subnet(&self, id: &ResourceId) -> Value {
        let network = id.parent().map(|network| self.network(&network));
        match network {
            Some(Value::String(network)) if !network.starts_with('/') => {
                json!(format!("{network}/{}", id.name()))
            }
            _ => json!(id.as_str()),
        }
    }
}

fn address(config: &PrivateEndpointIpConfiguration) -> Map<String, Value> {
    let mut value = Map::new();
    put(&mut value, "groupId", config.group_id.as_ref());
    put(&mut value, "memberName", config.member_name.as_ref());
    put(
        &mut value,
        "privateIPAddress",
        config.private_ip_address.as_ref(),
    );
    value
}
