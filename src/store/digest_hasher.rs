//! Hashing what is a hash.

use std::hash::{BuildHasher, Hasher};

/// For keys that are digests of secrets which nobody but this service makes up: any part of them is
/// spread evenly, and nobody can choose which keys are in a table.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DigestHasher(u64);

impl BuildHasher for DigestHasher {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        *self
    }
}

impl Hasher for DigestHasher {
    /// Not from the beginning, by which tables are chosen.
    fn write(&mut self, bytes: &[u8]) {
        if let Some(part) = bytes.last_chunk::<8>() {
            self.0 = u64::from_le_bytes(*part);
        }
    }

    /// The upper half, for tables that are chosen by the lower.
    fn write_u128(&mut self, digest: u128) {
        self.0 = (digest >> 64) as u64;
    }

    /// What was hashed already, by a hasher that nobody can foretell.
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    /// The length of a key, which is always the same.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
