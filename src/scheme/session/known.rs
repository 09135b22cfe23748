//! Users that were loaded a moment ago.

use std::collections::HashMap;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::identity::Principal;
use crate::secret::SecretDigest;
use crate::shards::Shards;
use crate::store::{DigestHasher, SessionRecord};

/// Remembers for each session whom it identifies, for a minute.
#[derive(Default)]
pub(super) struct Known {
    shards: Shards<Shard>,
    /// Counts what was forgotten, so that a user who was being loaded meanwhile is not kept.
    epoch: AtomicU64,
}

type Shard = HashMap<[u8; 32], Entry, DigestHasher>;

struct Entry {
    subject: Box<str>,
    principal: Principal,
    /// When the principal expires if that is not with the session.
    limit: Option<SystemTime>,
    /// When the session ends, as the principal says it.
    ends: SystemTime,
    /// When it was last written down that the session is in use.
    noted: Option<SystemTime>,
    until: SystemTime,
}

impl Known {
    pub(super) fn get(
        &self,
        key: &SecretDigest,
        record: &SessionRecord,
        now: SystemTime,
    ) -> Option<Principal> {
        let mut shard = self.shard(key);
        let entry = shard.get_mut(key.as_bytes())?;
        if now >= entry.until || *entry.subject != *record.subject {
            return None;
        }
        let ends = record.until();
        if entry.ends != ends {
            // It was used meanwhile, and lasts longer.
            entry.principal = entry.principal.clone().expires_at(earlier(ends, entry.limit));
            entry.ends = ends;
        }
        Some(entry.principal.clone())
    }

    /// Remembers `user` as whom the session identifies, and gives back what is said of them.
    pub(super) fn put(
        &self,
        key: &SecretDigest,
        record: &SessionRecord,
        user: Principal,
        (epoch, now): (u64, SystemTime),
    ) -> Principal {
        let (limit, ends) = (user.expiry(), record.until());
        let principal = user.expires_at(earlier(ends, limit)).authenticated_at(record.started_at);
        let mut shard = self.shard(key);
        if epoch != self.epoch() {
            return principal;
        }
        if shard.len() >= MOST {
            shard.retain(|_, entry| now < entry.until);
        }
        if shard.len() >= MOST {
            // More people at once than there is room for: they are loaded again.
            shard.clear();
        }
        let entry = Entry {
            subject: record.subject.clone(),
            principal: principal.clone(),
            limit,
            ends,
            noted: shard.get(key.as_bytes()).and_then(|entry| entry.noted),
            until: earlier(now.checked_add(REMEMBERED).unwrap_or(now), limit),
        };
        shard.insert(*key.as_bytes(), entry);
        principal
    }

    /// Whether it is to be written down now that the session is in use: not if another request has
    /// just done so.
    pub(super) fn is_to_note(&self, key: &SecretDigest, now: SystemTime, every: Duration) -> bool {
        let mut shard = self.shard(key);
        let Some(entry) = shard.get_mut(key.as_bytes()) else { return true };
        let since = entry.noted.map(|noted| now.duration_since(noted).unwrap_or_default());
        if since.is_some_and(|since| since < every) {
            return false;
        }
        entry.noted = Some(now);
        true
    }

    /// To be asked before a user is loaded.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    pub(super) fn forget(&self, subject: &str) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        for mut shard in self.shards.iter() {
            shard.retain(|_, entry| *entry.subject != *subject);
        }
    }

    fn shard(&self, key: &SecretDigest) -> MutexGuard<'_, Shard> {
        let [first, ..] = *key.as_bytes();
        self.shards.at(usize::from(first))
    }
}

/// When a session that lasts until `ends` stops to identify somebody who does so until `limit`.
fn earlier(ends: SystemTime, limit: Option<SystemTime>) -> SystemTime {
    limit.map_or(ends, |limit| limit.min(ends))
}

/// Entries in each shard: 64 000 in all.
const MOST: usize = 1000;
const REMEMBERED: Duration = Duration::from_secs(60);
