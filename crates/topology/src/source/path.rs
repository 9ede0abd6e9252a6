//! A place in a manifest by its keys, whether or not it is in the text yet.

use std::fmt;

/// Keys and list indexes from the root of a manifest, such as `/loadBalancers/X/probe/port`.
///
/// Written like a JSON pointer (`~1` for `/`, `~0` for `~`); a last segment `-` is the place behind
/// the last item of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ManifestPath(String);

impl ManifestPath {
    /// The path of these keys.
    pub fn of(keys: &[&str]) -> Self {
        let mut path = Self::default();
        for key in keys {
            path.push(key);
        }
        path
    }

    fn push(&mut self, key: &str) {
        self.0.push('/');
        if key.contains(['~', '/']) {
            self.0.push_str(&key.replace('~', "~0").replace('/', "~1"));
        } else {
            self.0.push_str(key);
        }
    }

    /// The place of a key in it.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut path = self.clone();
        path.push(key);
        path
    }

    /// The place of an item of it, counted from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.key(&index.to_string())
    }

    /// The place behind its last item.
    #[must_use]
    pub fn end(&self) -> Self {
        self.key("-")
    }

    /// What a JSON pointer leads to from here.
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Self {
        Self(format!("{}{pointer}", self.0))
    }

    /// What it is part of; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.0.rsplit_once('/')?;
        Some(Self(parent.to_owned()))
    }

    /// Its keys and indexes, from the root.
    pub fn segments(&self) -> impl Iterator<Item = String> {
        self.0
            .split('/')
            .skip(1)
            .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ManifestPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_slashes_survive() {
        let path = ManifestPath::of(&["a/b", "c~d"]).index(3).end();
        assert_eq!(path.as_str(), "/a~1b/c~0d/3/-");
        assert_eq!(
            path.segments().collect::<Vec<_>>(),
            ["a/b", "c~d", "3", "-"]
        );
        assert_eq!(path.parent().unwrap().as_str(), "/a~1b/c~0d/3");
        assert_eq!(ManifestPath::default().parent(), None);
    }
}
