//! Lists: subscriptions, groups, resources, resources of one type.

use super::world::{State, World};
use serde_json::{Value, json};
use topology::ResourceId;

/// Members of the generic resource list; no properties.
const GENERIC: &[&str] = &[
    "id",
    "name",
    "type",
    "location",
    "tags",
    "sku",
    "kind",
    "managedBy",
    "zones",
];

/// `tagName eq 'a' and tagValue eq 'b'`, the one filter that is understood.
pub(crate) fn tag_filter(text: &str) -> Option<(String, Option<String>)> {
    let mut name = None;
    let mut wanted = None;
    for part in text.split(" and ") {
        let (field, literal) = part.trim().split_once(" eq ")?;
        let literal = literal
            .trim()
            .strip_prefix('\'')?
            .strip_suffix('\'')?
            .replace("''", "'");
        match field.trim().to_ascii_lowercase().as_str() {
            "tagname" => name = Some(literal),
            "tagvalue" => wanted = Some(literal),
            _ => return None,
        }
    }
    Some((name?, wanted))
}

fn has_tag(value: &Value, filter: Option<&(String, Option<String>)>) -> bool {
    let Some((name, wanted)) = filter else {
        return true;
    };
    let tag = value
        .get("tags")
        .and_then(|tags| tags.get(name))
        .and_then(Value::as_str);
    tag.is_some_and(|tag| wanted.as_ref().is_none_or(|wanted| tag == wanted))
}

/// The subscriptions that a principal sees.
pub(crate) fn subscriptions(world: &World, principal: usize) -> Value {
    let allowed = world
        .options
        .principals
        .get(principal)
        .and_then(|one| one.subscriptions.clone());
    let sees = |id: &str| {
        allowed
            .as_ref()
            .is_none_or(|list| list.iter().any(|one| one.eq_ignore_ascii_case(id)))
    };
    let list: Vec<Value> = world
        .options
        .subscriptions
        .iter()
        .filter(|(id, _)| sees(id))
        .map(|(id, tenant)| subscription(id, tenant))
        .collect();
    json!({ "value": list, "count": { "type": "Total", "value": list.len() } })
}

/// One subscription.
pub(crate) fn subscription(id: &str, tenant: &str) -> Value {
    json!({ "id": format!("/subscriptions/{id}"), "subscriptionId": id, "tenantId": tenant, "displayName": format!("twin {}", id.get(..8).unwrap_or(id)), "state": "Enabled", "authorizationSource": "RoleBased" })
}

/// Resource groups of a subscription.
pub(crate) fn groups(
    state: &State,
    subscription: &str,
    filter: Option<&(String, Option<String>)>,
) -> Value {
    let list: Vec<&Value> = state
        .resources
        .iter()
        .filter(|(id, value)| {
            id.is_type("Microsoft.Resources/resourceGroups")
                && id.subscription().eq_ignore_ascii_case(subscription)
                && has_tag(value, filter)
        })
        .map(|(_, value)| value)
        .collect();
    json!({ "value": list })
}

/// All top-level resources of a subscription, or of one group.
pub(crate) fn resources(
    state: &State,
    subscription: &str,
    group: Option<&str>,
    filter: Option<&(String, Option<String>)>,
) -> Value {
    let list: Vec<Value> = state
        .resources
        .iter()
        .filter(|(id, value)| {
            !id.is_type("Microsoft.Resources/resourceGroups")
                && id.subscription().eq_ignore_ascii_case(subscription)
                && group.is_none_or(|group| id.resource_group().eq_ignore_ascii_case(group))
                && has_tag(value, filter)
        })
        .map(|(_, value)| {
            let members = GENERIC
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), value.get(*name)?.clone())));
            Value::Object(members.collect())
        })
        .collect();
    json!({ "value": list })
}

/// Resources of one type in a subscription, a group, or below a parent.
pub(crate) fn of_type(
    state: &State,
    subscription: &str,
    group: Option<&str>,
    parent: Option<&ResourceId>,
    arm_type: &str,
) -> Value {
    let list: Vec<Value> = state
        .resources
        .iter()
        .filter(|(id, _)| {
            id.is_type(arm_type)
                && id.subscription().eq_ignore_ascii_case(subscription)
                && group.is_none_or(|group| id.resource_group().eq_ignore_ascii_case(group))
                && parent.is_none_or(|parent| id.parent().as_ref() == Some(parent))
        })
        .map(|(_, value)| super::handler::shown(value, false))
        .collect();
    json!({ "value": list })
}
