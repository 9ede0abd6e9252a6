//! ARM resource ids: compared without case, written as they came.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{cmp::Ordering, fmt, hash, str::FromStr};

/// The id of an ARM resource, such as
/// `/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V/subnets/S`,
/// or of a resource group (`/subscriptions/S/resourceGroups/G`).
#[derive(Clone)]
pub struct ResourceId {
    text: String,
    folded: String,
}

/// Why a text is no resource id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no ARM resource id: {reason}")]
pub struct ResourceIdError {
    /// The text.
    pub text: String,
    /// What is wrong.
    pub reason: &'static str,
}

impl ResourceId {
    /// The id of a resource group.
    pub fn group(subscription: &str, group: &str) -> Self {
        Self::from_text(format!(
            "/subscriptions/{subscription}/resourceGroups/{group}"
        ))
    }

    /// The id of a resource in a group; `kind` is `Microsoft.Network/virtualNetworks`.
    pub fn new(subscription: &str, group: &str, kind: &str, name: &str) -> Self {
        Self::from_text(format!(
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/{kind}/{name}"
        ))
    }

    /// A child of this resource: `id.child("subnets", "default")`.
    #[must_use]
    pub fn child(&self, kind: &str, name: &str) -> Self {
        Self::from_text(format!("{}/{kind}/{name}", self.text))
    }

    fn from_text(text: String) -> Self {
        let folded = text.to_ascii_lowercase();
        Self { text, folded }
    }

    fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.text.split('/').filter(|segment| !segment.is_empty())
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The last segment.
    pub fn name(&self) -> &str {
        self.segments().next_back().unwrap_or("")
    }

    /// The id of what has this type and these names (`PARENT/CHILD`) in a group; `None` if the one
    /// has not as many parts as the other.
    pub fn in_group(group: &Self, arm_type: &str, names: &str) -> Option<Self> {
        let (namespace, kinds) = arm_type.split_once('/')?;
        let names: Vec<&str> = names.split('/').collect();
        let kinds: Vec<&str> = kinds.split('/').collect();
        if kinds.len() != names.len() {
            return None;
        }
        let mut text = format!("{}/providers/{namespace}", group.text);
        for (kind, name) in kinds.iter().zip(names) {
            text.push('/');
            text.push_str(kind);
            text.push('/');
            text.push_str(name);
        }
        text.parse().ok()
    }

    /// The names from the resource's own down to this one's: `PARENT/CHILD`.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.segments().skip(7).step_by(2).collect();
        if names.is_empty() {
            self.name().to_owned()
        } else {
            names.join("/")
        }
    }

    /// The subscription's GUID.
    pub fn subscription(&self) -> &str {
        self.segments().nth(1).unwrap_or("")
    }

    /// The resource group's name, empty for a subscription-level id.
    pub fn resource_group(&self) -> &str {
        self.segments().nth(3).unwrap_or("")
    }

    /// The id of its resource group.
    #[must_use]
    pub fn group_id(&self) -> Self {
        Self::group(self.subscription(), self.resource_group())
    }

    /// The full type: `Microsoft.Network/virtualNetworks/subnets`, or
    /// `Microsoft.Resources/resourceGroups` for a group.
    pub fn arm_type(&self) -> String {
        let segments: Vec<&str> = self.segments().collect();
        match segments.get(4..) {
            Some([_providers, namespace, rest @ ..]) => {
                let kinds: Vec<&str> = rest.iter().step_by(2).copied().collect();
                format!("{namespace}/{}", kinds.join("/"))
            }
            _ => "Microsoft.Resources/resourceGroups".to_owned(),
        }
    }

    /// The type's last word and the name, such as `virtualNetworks/MainNet`; what people read.
    pub fn short(&self) -> String {
        let mut back = self.segments().rev();
        let name = back.next().unwrap_or("");
        let kind = back.next().unwrap_or("");
        format!("{kind}/{name}")
    }

    /// The parent of a child resource (a subnet's network); `None` for top-level ones.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let segments: Vec<&str> = self.segments().collect();
        if segments.len() < 10 {
            return None;
        }
        let kept = segments.get(..segments.len().saturating_sub(2))?;
        Some(Self::from_text(format!("/{}", kept.join("/"))))
    }

    /// Whether the type is this one, compared without case.
    pub fn is_type(&self, arm_type: &str) -> bool {
        self.arm_type().eq_ignore_ascii_case(arm_type)
    }
}

impl FromStr for ResourceId {
    type Err = ResourceIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |reason| {
            Err(ResourceIdError {
                text: text.to_owned(),
                reason,
            })
        };
        let trimmed = text.trim_end_matches('/');
        let segments: Vec<&str> = trimmed.split('/').skip(1).collect();
        if !trimmed.starts_with('/') {
            return fail("it must begin with `/subscriptions/`");
        }
        if segments.iter().any(|segment| segment.is_empty()) {
            return fail("it has an empty segment");
        }
        match segments.as_slice() {
            [subscriptions, _] if subscriptions.eq_ignore_ascii_case("subscriptions") => {}
            [subscriptions, _, groups, _, rest @ ..]
                if subscriptions.eq_ignore_ascii_case("subscriptions")
                    && groups.eq_ignore_ascii_case("resourceGroups") =>
            {
                match rest {
                    [] => {}
                    [providers, _, pairs @ ..]
                        if providers.eq_ignore_ascii_case("providers")
                            && !pairs.is_empty()
                            && pairs.len() % 2 == 0 => {}
                    _ => {
                        return fail(
                            "after the resource group it must go on `/providers/{namespace}/{type}/{name}`",
                        );
                    }
                }
            }
            _ => return fail("it must begin with `/subscriptions/{id}/resourceGroups/{name}`"),
        }
        Ok(Self::from_text(trimmed.to_owned()))
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResourceId({})", self.text)
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for ResourceId {}

impl hash::Hash for ResourceId {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}

impl Serialize for ResourceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for ResourceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_compare_without_case_and_keep_their_spelling() {
        let a: ResourceId =
            "/subscriptions/S/resourcegroups/G/providers/microsoft.network/virtualnetworks/V"
                .parse()
                .unwrap();
        let b = ResourceId::new("s", "g", "Microsoft.Network/virtualNetworks", "v");
        assert_eq!(a, b);
        assert_eq!(a.name(), "V");
        assert_eq!(
            b.child("subnets", "x").arm_type(),
            "Microsoft.Network/virtualNetworks/subnets"
        );
        assert_eq!(b.child("subnets", "x").parent(), Some(b));
        assert_eq!(a.parent(), None);
    }

    #[test]
    fn broken_ids_say_why() {
        for bad in [
            "x",
            "/subscriptions",
            "/subscriptions/S/resourceGroups/G/providers/N/T",
            "/subscriptions//resourceGroups/G",
        ] {
            assert!(bad.parse::<ResourceId>().is_err(), "{bad}");
        }
    }
}
