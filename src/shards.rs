//! Tables that many threads write to, parted so that they seldom wait for each other.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// As many locked parts of a table as [`SHARDS`] says, chosen by any evenly spread number.
pub(crate) struct Shards<T>(Box<[Mutex<T>; SHARDS]>);

impl<T> Shards<T> {
    /// The part that `hash` chooses.
    pub(crate) fn at(&self, hash: usize) -> MutexGuard<'_, T> {
        #[expect(clippy::indexing_slicing, reason = "a place is below the number of shards")]
        lock(&self.0[place(hash)])
    }

    /// Every part, each locked while it is looked at.
    pub(crate) fn iter(&self) -> impl Iterator<Item = MutexGuard<'_, T>> {
        self.0.iter().map(lock)
    }
}

impl<T: Default> Default for Shards<T> {
    fn default() -> Self {
        Self(Box::new(std::array::from_fn(|_| Mutex::default())))
    }
}

/// Which part `hash` chooses: where two are locked at once, the order of their places is the order
/// to lock them in.
pub(crate) const fn place(hash: usize) -> usize {
    hash % SHARDS
}

/// How many entries each part holds of `most` in all.
pub(crate) const fn share(most: usize) -> usize {
    most.div_ceil(SHARDS)
}

fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    // INVARIANT: each user leaves a shard whole after each step, so one that panicked left it
    // usable.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

const SHARDS: usize = 64;
