//! One-time values in Redis.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::RedisStores;
use super::failure;
use super::link::Link;
use super::news::millis;
use super::script::{Call, REPLAY};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;
use crate::store::Use;
use crate::store::replay::ReplayStore;

impl RedisStores {
    /// One-time values of which none lives longer than `longest`, counted from when it was made.
    ///
    /// This is how long values are refused as [`Unavailable`] after Redis lost its data: one that
    /// was made before may have been used before. A value that is to live longer is refused too.
    #[must_use]
    pub fn replays(&self, longest: Duration) -> RedisReplays {
        RedisReplays { link: Arc::clone(&self.link), longest, calls: Arc::default() }
    }
}

/// One-time values in Redis: [`RedisStores::replays`].
#[derive(Clone)]
pub struct RedisReplays {
    link: Arc<Link>,
    longest: Duration,
    calls: Arc<Calls>,
}

/// Tells calls apart, those of other processes too.
#[derive(Default)]
struct Calls {
    count: AtomicU64,
    process: RandomState,
}

impl ReplayStore for RedisReplays {
    fn note(&self, value: &SecretDigest, until: SystemTime) -> Eventual<Result<Use, Unavailable>> {
        let (store, value) = (self.clone(), *value);
        Eventual::pending(async move { store.insert(&value, until).await })
    }
}

impl RedisReplays {
    async fn insert(&self, value: &SecretDigest, until: SystemTime) -> Result<Use, Unavailable> {
        let news = &self.link.news;
        let (now, until) = (news.now(), millis(until));
        let longest = u64::try_from(self.longest.as_millis()).unwrap_or(u64::MAX);
        let ttl = until.saturating_sub(now);
        if ttl > longest {
            return Err(Unavailable::new(
                "a one-time value lives longer than the store in Redis was told: raise `longest`",
            ));
        }
        let (key, since) = news.keys.replay(value);
        let count = self.calls.count.fetch_add(1, Ordering::Relaxed);
        let call = self.calls.process.hash_one(count).to_string();
        // Rounded up: it must not be forgotten early.
        let ttl = ttl.saturating_add(1).to_string();
        let (made, now) = (until.saturating_sub(longest).to_string(), now.to_string());
        let args = [call.as_bytes(), ttl.as_bytes(), made.as_bytes(), now.as_bytes()];
        let call = Call { keys: &[&key, &since], args: &args };
        match self.link.run(&REPLAY, call).await? {
            1 => Ok(Use::New),
            0 => Ok(Use::Seen),
            -1 | -2 => Err(Unavailable::new(
                "Redis does not remember for long enough to tell whether a one-time value was used",
            )),
            _ => Err(failure::unexpected()),
        }
    }
}

impl fmt::Debug for RedisReplays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisReplays").field("longest", &self.longest).finish_non_exhaustive()
    }
}
