//! Right passwords of a moment ago.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::error::ConfigError;
use crate::secret::SecretDigest;
use crate::slots::{Entry, Slots};

/// The checks that went well, under their keyed digests. No password, no hash and no name is held;
/// wrong passwords leave nothing; a user whose hash changes has other digests from then on.
#[derive(Clone)]
pub(super) struct Memory(Arc<Parts>);

struct Parts {
    slots: Slots<Held>,
    hasher: RandomState,
    time: Duration,
}

impl Memory {
    pub(super) fn new(time: Duration, entries: usize) -> Result<Self, ConfigError> {
        if time.is_zero() || time > LONGEST {
            return Err(ConfigError::new(
                "the time for which right passwords are remembered must be between 0 and 10 \
                 minutes",
            ));
        }
        Ok(Self(Arc::new(Parts { slots: Slots::new(entries), hasher: RandomState::new(), time })))
    }

    pub(super) fn holds(&self, digest: SecretDigest, now: SystemTime) -> bool {
        let hash = self.0.hasher.hash_one(digest);
        self.0.slots.find(hash, now, |held| (held.digest == digest).then_some(())).is_some()
    }

    pub(super) fn keep(&self, digest: SecretDigest, now: SystemTime) {
        if let Some(until) = now.checked_add(self.0.time) {
            let hash = self.0.hasher.hash_one(digest);
            self.0.slots.put(hash, now, Held { digest, since: now, until });
        }
    }
}

struct Held {
    digest: SecretDigest,
    since: SystemTime,
    until: SystemTime,
}

impl Entry for Held {
    fn since(&self) -> SystemTime {
        self.since
    }

    fn until(&self) -> SystemTime {
        self.until
    }

    fn is_same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

pub(super) const ENTRIES: usize = 10_000;
const LONGEST: Duration = Duration::from_secs(10 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded_in_entries_and_time() {
        let memory = Memory::new(Duration::from_secs(30), 64).unwrap();
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let digests: Vec<_> = (0..10_000_u32).map(|n| SecretDigest::of(&n.to_be_bytes())).collect();
        for digest in &digests {
            memory.keep(*digest, start);
        }
        let held = |now| digests.iter().filter(|digest| memory.holds(**digest, now)).count();
        assert!((1..=64).contains(&held(start)), "{}", held(start));
        assert_eq!(held(start + Duration::from_secs(30)), 0);
        assert_eq!(held(start - Duration::from_secs(1)), 0, "a clock that was set back");
    }
}
