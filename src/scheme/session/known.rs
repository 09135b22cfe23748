//! Users that were loaded a moment ago.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::identity::Principal;
use crate::secret::SecretDigest;
use crate::store::SessionRecord;

/// Remembers for each session whom it identifies, for a minute and as long as its record is the
/// same.
pub(super) struct Known {
    shards: Box<[Mutex<Shard>]>,
    /// Counts what was forgotten, so that a user who was being loaded meanwhile is not kept.
    epoch: AtomicU64,
}

type Shard = HashMap<[u8; 32], Entry>;

struct Entry {
    record: Arc<SessionRecord>,
    principal: Principal,
    until: SystemTime,
}

impl Known {
    pub(super) fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), epoch: AtomicU64::new(0) }
    }

    pub(super) fn get(
        &self,
        key: &SecretDigest,
        record: &Arc<SessionRecord>,
        now: SystemTime,
    ) -> Option<Principal> {
        let shard = self.shard(key)?;
        let entry = shard.get(key.as_bytes())?;
        let is_same = Arc::ptr_eq(&entry.record, record) || entry.record == *record;
        (is_same && now < entry.until).then(|| entry.principal.clone())
    }

    pub(super) fn put(
        &self,
        key: &SecretDigest,
        record: Arc<SessionRecord>,
        principal: Principal,
        (epoch, now): (u64, SystemTime),
    ) {
        let Some(mut shard) = self.shard(key) else { return };
        if epoch != self.epoch() {
            return;
        }
        if shard.len() >= MOST {
            shard.retain(|_, entry| now < entry.until);
        }
        if shard.len() >= MOST {
            // More people at once than there is room for: they are loaded again.
            shard.clear();
        }
        let until = now.checked_add(REMEMBERED).unwrap_or(now);
        shard.insert(*key.as_bytes(), Entry { record, principal, until });
    }

    /// To be asked before a user is loaded.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    pub(super) fn forget(&self, subject: &str) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        for shard in &self.shards {
            lock(shard).retain(|_, entry| *entry.record.subject != *subject);
        }
    }

    fn shard(&self, key: &SecretDigest) -> Option<MutexGuard<'_, Shard>> {
        let [first, ..] = *key.as_bytes();
        self.shards.get(usize::from(first) % SHARDS).map(lock)
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    // INVARIANT: a shard is whole after each step, so one that panicked left it usable.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

const SHARDS: usize = 64;
/// Entries in each shard: 64 000 in all.
const MOST: usize = 1000;
const REMEMBERED: Duration = Duration::from_secs(60);
