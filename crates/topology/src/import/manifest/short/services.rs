//! API Management services.

use super::{HashSet, Sections, Short, put, put_list};
use crate::model::{
    Body, Resource,
    api_management::{AdditionalLocation, ApiManagement, HostnameConfiguration},
    id::ResourceId,
};
use serde_json::{Map, Value, json};

impl Short<'_> {
    /// The section of API Management services.
    pub(super) fn services(&self, whole: &HashSet<ResourceId>, out: &mut Sections) {
        let section = self.standing(whole, out, |short, resource, _| match &resource.body {
            Body::ApiManagement(inner) => short.api_management(resource, inner),
            _ => None,
        });
        out.put("apiManagement", section);
    }

    fn api_management(
        &self,
        resource: &Resource,
        service: &ApiManagement,
    ) -> Option<Map<String, Value>> {
        let mut value = Map::new();
        if let Some(subnet) = service.subnet() {
            value.insert("subnet".to_owned(), self.subnet(subnet));
        }
        let sku = resource.sku.as_ref()?;
        value.insert("sku".to_owned(), json!(sku.name.as_deref()?));
        put(&mut value, "capacity", sku.capacity.as_ref());
        put_list(&mut value, "zones", &resource.zones);
        let mode = service.virtual_network_type.as_deref()?;
        value.insert("virtualNetworkType".to_owned(), json!(mode));
        let public = service.public_ip_address_id.as_ref();
        put(
            &mut value,
            "publicIPAddress",
            public.map(ResourceId::as_str).as_ref(),
        );
        let email = service.publisher_email.as_deref()?;
        value.insert("publisherEmail".to_owned(), json!(email));
        put(&mut value, "publisherName", service.publisher_name.as_ref());
        let regions = service.additional_locations.iter();
        let regions: Option<Vec<Value>> = regions.map(|one| self.region(one)).collect();
        put_list(&mut value, "additionalLocations", &regions?);
        let hosts = service.hostname_configurations.iter();
        let hosts: Vec<Value> = hosts.map(host_name).collect();
        put_list(&mut value, "hostnameConfigurations", &hosts);
        put(
            &mut value,
            "publicNetworkAccess",
            service.public_network_access.as_ref(),
        );
        put(
            &mut value,
            "natGatewayState",
            service.nat_gateway_state.as_ref(),
        );
        put(
            &mut value,
            "disableGateway",
            service.disable_gateway.as_ref(),
        );
        let oldest = service.api_version_constraint.as_ref();
        put(
            &mut value,
            "minApiVersion",
            oldest.and_then(|one| one.min_api_version.as_ref()),
        );
        put(
            &mut value,
            "platformVersion",
            service.platform_version.as_ref(),
        );
        put_list(
            &mut value,
            "privateIPAddresses",
            &service.private_ip_addresses,
        );
        Some(value)
    }

    fn region(&self, region: &AdditionalLocation) -> Option<Value> {
        let mut value = Map::new();
        value.insert("location".to_owned(), json!(region.location.as_deref()?));
        if let Some(subnet) = region.subnet() {
            value.insert("subnet".to_owned(), self.subnet(subnet));
        }
        let units = region.sku.as_ref().and_then(|sku| sku.capacity);
        put(&mut value, "capacity", units.as_ref());
        put_list(&mut value, "zones", &region.zones);
        let public = region.public_ip_address_id.as_ref();
        put(
            &mut value,
            "publicIPAddress",
            public.map(ResourceId::as_str).as_ref(),
        );
        put(
            &mut value,
            "natGatewayState",
            region.nat_gateway_state.as_ref(),
        );
        put(
            &mut value,
            "disableGateway",
            region.disable_gateway.as_ref(),
        );
        Some(value.into())
    }
}

fn host_name(one: &HostnameConfiguration) -> Value {
    let mut value = Map::new();
    put(&mut value, "type", one.kind.as_ref());
    put(&mut value, "hostName", one.host_name.as_ref());
    put(
        &mut value,
        "defaultSslBinding",
        one.default_ssl_binding.as_ref(),
    );
    put(
        &mut value,
        "negotiateClientCertificate",
        one.negotiate_client_certificate.as_ref(),
    );
    value.into()
}
