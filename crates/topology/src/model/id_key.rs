//! What ids are compared by.

use std::{
    hash::{BuildHasher as _, Hash, Hasher, RandomState},
    sync::LazyLock,
};

/// What an id is compared by: two hashes of its text without case. That two texts meet in 128 bits
/// by chance is less likely than that the memory is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    first: u64,
    second: u64,
}

impl Key {
    /// Of a text as it is compared.
    pub(super) fn of(folded: &str) -> Self {
        // Keyed anew in each process, so that nobody can write ids that meet in a table.
        static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let mut hasher = STATE.build_hasher();
        hasher.write(folded.as_bytes());
        let first = hasher.finish();
        // What is written on top makes another, independent hash of the same text.
        hasher.write_u64(first);
        let second = hasher.finish();
        Self { first, second }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.first);
    }
}

/// A hash of what is a hash already.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    /// Not for ids, which write a number; right all the same.
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
}
