//! Who sees a Private Link Service, and what its alias looks like.

use crate::model::network::SubscriptionSet;

/// The subscriptions of a list that may be absent.
pub(in crate::rules) fn list(set: Option<&SubscriptionSet>) -> &[String] {
    set.map_or(&[], |set| &set.subscriptions)
}

/// Whether a subscription is in the list; `*` is everyone.
pub(in crate::rules) fn holds(set: &[String], subscription: &str) -> bool {
    set.iter()
        .any(|one| one == "*" || one.eq_ignore_ascii_case(subscription))
}

/// Whether a text is an alias: `{prefix}.{guid}.{region}.azure.privatelinkservice`.
pub(in crate::rules) fn is_alias(text: &str) -> bool {
    let mut parts = text.rsplit('.');
    let end = (parts.next(), parts.next());
    end == (Some("privatelinkservice"), Some("azure")) && parts.count() >= 3
}
