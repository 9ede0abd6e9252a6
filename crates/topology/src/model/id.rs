//! ARM resource ids: compared without case, written as they came.
//!
//! Ids are cloned, compared, looked up and asked for their parents all the time. So the text is
//! shared: a parent is a shorter view of the same text, and neither a clone nor a parent costs a
//! copy. And each id carries 128 bits of hash of what it is compared by, and knows those of its
//! parents: two ids are compared, a table is asked and a parent is given without reading a text.
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>.

use super::id_key::Key;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    sync::Arc,
};

/// The id of an ARM resource, such as
/// `/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V/subnets/S`,
/// or of a resource group (`/subscriptions/S/resourceGroups/G`).
#[derive(Clone)]
pub struct ResourceId {
    shared: Arc<Shared>,
    cut: Cut,
}

/// What an id and its parents share.
struct Shared {
    /// The text as it was written, and behind it the same text as it is compared.
    text: Box<str>,
    /// Its resource group and its parents, from the shortest on, as far as there is room: a subnet
    /// has two.
    known: [Option<Cut>; 2],
    /// Further parents, such as those of a lock on a subnet.
    more: Vec<Cut>,
}

/// The first bytes of a text as an id.
#[derive(Clone, Copy)]
struct Cut {
    /// How many bytes they are.
    end: usize,
    key: Key,
    /// Whether it is a resource group's id.
    is_group: bool,
}

const GROUPS: &str = "Microsoft.Resources/resourceGroups";
const PROVIDERS: &str = "providers";

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
        Self::from_text(format!("{self}/{kind}/{name}"))
    }

    fn from_text(mut text: String) -> Self {
        let end = text.len();
        text.push_str(&text.to_ascii_lowercase());
        let (written, folded) = text.split_at(end);
        let group = group_end(written);
        let cut = Cut::of(folded, group == Some(end));
        let group = group.filter(|shorter| *shorter < end);
        let group = group.and_then(|end| Some(Cut::of(folded.get(..end)?, true)));
        let mut parents: Vec<Cut> = Vec::new();
        let mut rest = written;
        while let Some(shorter) = parent(rest) {
            rest = shorter;
            parents.extend(folded.get(..rest.len()).map(|text| Cut::of(text, false)));
        }
        let mut all = group.into_iter().chain(parents.into_iter().rev());
        let known = [all.next(), all.next()];
        let more = all.collect();
        let text = text.into();
        let shared = Arc::new(Shared { text, known, more });
        Self { shared, cut }
    }

    /// The shorter id in this one's text.
    fn up_to(&self, cut: Cut) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            cut,
        }
    }

    /// What is shorter than this and known.
    fn known(&self) -> impl DoubleEndedIterator<Item = Cut> {
        let Shared { known, more, .. } = &*self.shared;
        let all = known.iter().flatten().chain(more).copied();
        all.filter(|cut| cut.end < self.cut.end)
    }

    fn folded(&self) -> &str {
        let text = &self.shared.text;
        let start = text.len() / 2;
        let end = start.saturating_add(self.cut.end);
        text.get(start..end).unwrap_or_default()
    }

    fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.as_str()
            .split('/')
            .filter(|segment| !segment.is_empty())
    }

    /// What it is compared by.
    pub(super) fn key(&self) -> Key {
        self.cut.key
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        self.shared.text.get(..self.cut.end).unwrap_or_default()
    }

    /// The last segment.
    pub fn name(&self) -> &str {
        self.as_str().rsplit('/').next().unwrap_or_default()
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
        let mut text = format!("{group}/providers/{namespace}");
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
        match self.own() {
            Some(own) => {
                let names: Vec<&str> = own.split('/').skip(2).step_by(2).collect();
                names.join("/")
            }
            None => self.name().to_owned(),
        }
    }

    /// What stands behind the last `/providers/`: `NAMESPACE/TYPE/NAME/TYPE/NAME`. A lock stands
    /// on another resource and has its own; a group has none.
    fn own(&self) -> Option<&str> {
        let start = self.folded().rfind("/providers/")?;
        self.as_str()
            .get(start..)?
            .strip_prefix('/')?
            .split_once('/')
            .map(|(_, own)| own)
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
        if self.cut.is_group {
            return self.clone();
        }
        match self.known().find(|cut| cut.is_group) {
            Some(group) => self.up_to(group),
            None => Self::group(self.subscription(), self.resource_group()),
        }
    }

    /// The full type: `Microsoft.Network/virtualNetworks/subnets`, or
    /// `Microsoft.Resources/resourceGroups` for a group.
    pub fn arm_type(&self) -> String {
        let Some(own) = self.own() else {
            return GROUPS.to_owned();
        };
        let mut kind = String::with_capacity(own.len());
        for part in type_parts(own) {
            if !kind.is_empty() {
                kind.push('/');
            }
            kind.push_str(part);
        }
        kind
    }

    /// The type's last word and the name, such as `virtualNetworks/MainNet`; what people read.
    pub fn short(&self) -> String {
        let mut back = self.segments().rev();
        let name = back.next().unwrap_or("");
        let kind = back.next().unwrap_or("");
        format!("{kind}/{name}")
    }

    /// The parent of a child resource (a subnet's network), and what an extension such as a lock
    /// stands on; `None` for top-level ones.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let parent = self.known().rfind(|cut| !cut.is_group)?;
        Some(self.up_to(parent))
    }

    /// What it belongs to: its parent, else its resource group. What a lock locks.
    #[must_use]
    pub fn scope(&self) -> Self {
        self.parent().unwrap_or_else(|| self.group_id())
    }

    /// Whether the type is this one, compared without case.
    pub fn is_type(&self, arm_type: &str) -> bool {
        let Some(own) = self.own() else {
            return GROUPS.eq_ignore_ascii_case(arm_type);
        };
        let mut asked = arm_type.split('/');
        type_parts(own).all(|part| {
            asked
                .next()
                .is_some_and(|asked| asked.eq_ignore_ascii_case(part))
        }) && asked.next().is_none()
    }
}

impl Cut {
    /// Of a text as it is compared.
    fn of(folded: &str, is_group: bool) -> Self {
        Self {
            end: folded.len(),
            key: Key::of(folded),
            is_group,
        }
    }
}

/// How many bytes of an id are its resource group's, where it is spelled as Azure spells it.
fn group_end(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("/subscriptions/")?.split_once('/')?.1;
    let rest = rest.strip_prefix("resourceGroups/")?;
    let behind = rest.find('/').map_or(0, |at| rest.len().saturating_sub(at));
    text.len().checked_sub(behind)
}

/// The text of what an id stands in or on.
fn parent(text: &str) -> Option<&str> {
    // `/subscriptions/S/resourceGroups/G/providers/NAMESPACE/TYPE/NAME` has eight.
    text.bytes().filter(|byte| *byte == b'/').nth(9)?;
    let kept = without_pair(text)?;
    // An extension brings its own `providers/NAMESPACE`.
    let extended = without_pair(kept).filter(|shorter| {
        let mut between = kept.get(shorter.len()..).unwrap_or_default().split('/');
        between
            .nth(1)
            .is_some_and(|word| word.eq_ignore_ascii_case(PROVIDERS))
    });
    Some(extended.unwrap_or(kept))
}

/// `NAMESPACE`, `TYPE`, `TYPE` of `NAMESPACE/TYPE/NAME/TYPE/NAME`.
fn type_parts(own: &str) -> impl Iterator<Item = &str> {
    let mut parts = own.split('/');
    parts.next().into_iter().chain(parts.step_by(2))
}

/// The text without its last two segments.
fn without_pair(text: &str) -> Option<&str> {
    let (rest, _) = text.rsplit_once('/')?;
    rest.rsplit_once('/').map(|(rest, _)| rest)
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
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResourceId({self})")
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.cut.key == other.cut.key
    }
}

impl Eq for ResourceId {}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.cut.key.hash(state);
    }
}

impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceId {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.shared, &other.shared) {
            return self.cut.end.cmp(&other.cut.end);
        }
        self.folded().cmp(other.folded())
    }
}

impl Serialize for ResourceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
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
    use std::hash::{BuildHasher as _, RandomState};

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

    #[test]
    fn a_parent_is_as_good_as_an_id_that_was_read() {
        let subnet: ResourceId =
            "/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V/subnets/a"
                .parse()
                .unwrap();
        let network = ResourceId::new("S", "G", "Microsoft.Network/virtualNetworks", "V");
        let parent = subnet.parent().unwrap();
        let state = RandomState::new();
        assert_eq!(parent, network);
        assert_eq!(state.hash_one(&parent), state.hash_one(&network));
        assert_eq!(parent.cmp(&network), Ordering::Equal);
        assert!(parent < subnet && subnet > network);
        assert_eq!((parent.as_str(), parent.name()), (network.as_str(), "V"));
        assert_eq!(parent.child("subnets", "a"), subnet);
        assert_eq!(subnet.group_id(), ResourceId::group("s", "g"));
        assert!(subnet.is_type("microsoft.network/virtualnetworks/SUBNETS"));
        assert!(!subnet.is_type("Microsoft.Network/virtualNetworks"));
        assert!(!parent.is_type("Microsoft.Network/virtualNetworks/subnets"));
        assert!(subnet.group_id().is_type(GROUPS));
        assert_eq!(
            (subnet.names().as_str(), subnet.group_id().names().as_str()),
            ("V/a", "G")
        );
    }

    #[test]
    fn a_lock_stands_on_what_it_locks() {
        let network = ResourceId::new("S", "G", "Microsoft.Network/virtualNetworks", "V");
        let lock: ResourceId = format!("{network}/providers/Microsoft.Authorization/locks/L")
            .parse()
            .unwrap();
        assert_eq!(lock.arm_type(), "Microsoft.Authorization/locks");
        assert!(lock.is_type("Microsoft.Authorization/locks"));
        assert_eq!(
            (lock.parent(), lock.names().as_str()),
            (Some(network.clone()), "L")
        );
        let subnet = network.child("subnets", "a");
        let deeper: ResourceId = format!("{subnet}/providers/Microsoft.Authorization/locks/L")
            .parse()
            .unwrap();
        assert_eq!(deeper.scope(), subnet);
        let on_group = ResourceId::new("S", "G", "Microsoft.Authorization/locks", "L");
        assert_eq!(
            (on_group.parent(), on_group.scope()),
            (None, ResourceId::group("S", "G"))
        );
    }
}
