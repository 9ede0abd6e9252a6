//! What a template is deployed to: <https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-to-resource-group>.

use super::DeploymentContext;
use crate::source::json::Node;

/// A resource group, subscription, management group or the tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// The subscription's id, unless it lies above one.
    pub(super) subscription: Option<String>,
    /// The resource group's name, if it is one.
    pub(super) group: Option<String>,
    /// The management group's name, if it is one.
    pub(super) management_group: Option<String>,
}

impl Scope {
    /// A resource group.
    pub(super) fn group(subscription: &str, group: &str) -> Self {
        Self {
            subscription: Some(subscription.to_owned()),
            group: Some(group.to_owned()),
            management_group: None,
        }
    }

    /// A subscription.
    pub(super) fn subscription(subscription: &str) -> Self {
        Self {
            subscription: Some(subscription.to_owned()),
            ..Self::default()
        }
    }

    /// The scope that a template's schema names.
    pub(super) fn of_schema(root: &Node, ctx: &DeploymentContext) -> Self {
        let schema = root
            .get("$schema")
            .and_then(Node::as_str)
            .unwrap_or("")
            .to_ascii_lowercase();
        if schema.contains("/subscriptiondeploymenttemplate.json") {
            Self::subscription(&ctx.subscription_id)
        } else if schema.contains("/managementgroupdeploymenttemplate.json") {
            Self {
                management_group: Some(ctx.management_group.clone()),
                ..Self::default()
            }
        } else if schema.contains("/tenantdeploymenttemplate.json") {
            Self::default()
        } else {
            Self::group(&ctx.subscription_id, &ctx.resource_group)
        }
    }

    /// What ids in this scope begin with.
    pub(super) fn prefix(&self) -> String {
        match (&self.subscription, &self.group, &self.management_group) {
            (Some(subscription), Some(group), _) => {
                format!("/subscriptions/{subscription}/resourceGroups/{group}")
            }
            (Some(subscription), None, _) => format!("/subscriptions/{subscription}"),
            (None, _, Some(group)) => {
                format!("/providers/Microsoft.Management/managementGroups/{group}")
            }
            (None, _, None) => String::new(),
        }
    }
}
