//! Addresses that Azure chooses, as templates ask for them: whose address it will be is known before.
//!
//! A private endpoint's address is asked of its network interface, or of its `customDnsConfigs`; an
//! internal API Management service says its own. A DNS record that gets one of these holds
//! `addressOf(id)` ([`RecordAddress`](crate::model::dns::RecordAddress)); anywhere else it is not
//! known before deployment.
//! Sources: <https://learn.microsoft.com/azure/templates/microsoft.network/privateendpoints>,
//! <https://learn.microsoft.com/azure/templates/microsoft.apimanagement/service>.

use super::value::{Kind, Unknown, Value, Why};
use crate::manifest::suggest::clip;
use indexmap::IndexMap;

const INTERFACES: &str = "/providers/Microsoft.Network/networkInterfaces/";
const ENDPOINTS: &str = "/providers/Microsoft.Network/privateEndpoints/";
const SERVICES: &str = "/providers/Microsoft.ApiManagement/service/";

/// Whether what stands in for an unknown value says whose address it is.
pub(super) fn is_address(stand_in: &str) -> bool {
    stand_in.starts_with("addressOf(")
}

fn address_of(id: &str) -> Value {
    let short = id.rsplit('/').next().unwrap_or(id);
    Unknown {
        why: Why::Runtime(format!("the address of `{}`", clip(short, 60))),
        stand_in: Some(format!("addressOf({id})")),
    }
    .into()
}

/// What comes before a type in an id, and the name behind it, if it is of that type.
fn parts<'i>(id: &'i str, of_type: &str) -> Option<(&'i str, &'i str)> {
    let at = id
        .to_ascii_lowercase()
        .rfind(&of_type.to_ascii_lowercase())?;
    let (before, rest) = id.split_at_checked(at)?;
    let name = rest.get(of_type.len()..)?;
    (!name.is_empty() && !name.contains('/')).then_some((before, name))
}

/// Adds to the stated properties of a resource what Azure will say of its address.
pub(super) fn addresses(properties: Value, id: &str) -> Value {
    let Kind::Object(object) = &properties.kind else {
        return properties;
    };
    let lacks = |name: &str| object.get(name).is_none();
    let mut members = object.members().clone();
    let mut add = |name: &str, value: Value| {
        let list: Value = vec![value].into();
        members.insert(name.to_owned(), list.open());
    };
    if let Some((before, name)) = parts(id, ENDPOINTS) {
        if lacks("networkInterfaces") {
            let interface = Unknown {
                why: Why::Runtime(format!("the network interface of `{}`", clip(name, 60))),
                stand_in: Some(format!("{before}{INTERFACES}{{{name}.nic}}")),
            };
            let interface = Value::from([("id", interface.into())]);
            add("networkInterfaces", interface.open());
        }
        if lacks("customDnsConfigs") {
            let addresses: Value = vec![address_of(id)].into();
            let config = Value::from([("ipAddresses", addresses.open())]);
            add("customDnsConfigs", config.open());
        }
    } else if parts(id, SERVICES).is_some()
        && lacks("privateIPAddresses")
        && object
            .get("virtualNetworkType")
            .and_then(|(_, value)| value.as_str())
            .is_some_and(|said| said.eq_ignore_ascii_case("Internal"))
    {
        add("privateIPAddresses", address_of(id));
    } else {
        return properties;
    }
    let mut out = Value::from(members);
    out.span = properties.span;
    out
}

/// What is known of a private endpoint's network interface, by the id that stands in for its own.
pub(super) fn interface(id: &str) -> Option<Value> {
    let (before, name) = parts(id, INTERFACES)?;
    let endpoint = name.strip_prefix('{')?.strip_suffix(".nic}")?;
    let address = address_of(&format!("{before}{ENDPOINTS}{endpoint}"));
    let properties = Value::from([("privateIPAddress", address)]).open();
    let config = Value::from([("properties", properties)]).open();
    let configs: Value = vec![config].into();
    let mut members = IndexMap::new();
    members.insert("ipConfigurations".to_owned(), configs.open());
    Some(Value::from(members).open())
}
