//! Puts observed addresses in the place of `addressOf(…)` texts.

use crate::{client::Arm, error::AzureError};
use serde_json::Value;
use std::net::Ipv4Addr;
use topology::model::{dns::RecordAddress, id::ResourceId};

impl Arm {
    /// The body with every `addressOf(ID)` replaced by the address that ARM reports for `ID`.
    pub(crate) async fn with_addresses(&self, body: &Value) -> Result<Value, AzureError> {
        let mut body = body.clone();
        let mut wanted = Vec::new();
        collect(&body, &mut wanted);
        for id in wanted {
            let address = self.address_of(&id).await?;
            replace(&mut body, &id, address);
        }
        Ok(body)
    }

    /// The address of a private endpoint (that of its NIC) or of an API Management service.
    async fn address_of(&self, id: &ResourceId) -> Result<Ipv4Addr, AzureError> {
        let fail = |reason: &str| AzureError::Address {
            id: id.clone(),
            reason: reason.to_owned(),
        };
        let resource = self
            .read(id)
            .await?
            .ok_or_else(|| fail("it does not exist"))?;
        let text = if id.is_type("Microsoft.ApiManagement/service") {
            resource
                .pointer("/properties/privateIPAddresses/0")
                .cloned()
        } else {
            let nic = interfaces(&resource)
                .next()
                .ok_or_else(|| fail("it has no network interface"))?;
            let nic = self
                .read(&nic)
                .await?
                .ok_or_else(|| fail("its network interface does not exist"))?;
            nic.pointer("/properties/ipConfigurations/0/properties/privateIPAddress")
                .cloned()
        };
        let text = text
            .as_ref()
            .and_then(Value::as_str)
            .ok_or_else(|| fail("ARM reports none"))?;
        text.parse()
            .map_err(|_| fail(&format!("ARM reports `{text}`, which is no IPv4 address")))
    }
}

/// The network interfaces that a private endpoint's JSON names.
pub(crate) fn interfaces(resource: &Value) -> impl Iterator<Item = ResourceId> {
    resource
        .pointer("/properties/networkInterfaces")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|nic| nic.get("id")?.as_str()?.parse().ok())
}

fn wanted(text: &str) -> Option<ResourceId> {
    match text.parse() {
        Ok(RecordAddress::Of(id)) => Some(id),
        _ => None,
    }
}

fn collect(value: &Value, found: &mut Vec<ResourceId>) {
    match value {
        Value::String(text) => {
            if let Some(id) = wanted(text).filter(|id| !found.contains(id)) {
                found.push(id);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        _ => {}
    }
}

fn replace(value: &mut Value, id: &ResourceId, address: Ipv4Addr) {
    match value {
        Value::String(text) if wanted(text).is_some_and(|of| of == *id) => {
            *text = address.to_string();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, id, address)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| replace(member, id, address)),
        _ => {}
    }
}
