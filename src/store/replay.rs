//! What may be used once.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Use;
use crate::clock::{Clock, SystemClock, seconds};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;
use crate::shards::{Shards, share};

/// Remembers one-time values until they expire: the `jti` of a proof, a link that logs in once.
///
/// Answering [`Use::New`] for a value that was seen lets a captured request be replayed. Answering
/// [`Use::Seen`] for a new one turns one honest request away.
pub trait ReplayStore: Send + Sync + 'static {
    /// Notes this value, unless it was noted before. Of any number of calls with the same value, at
    /// once and on all replicas, exactly one gets [`Use::New`]. After `until` it may be forgotten.
    fn note(&self, value: &SecretDigest, until: SystemTime) -> Eventual<Result<Use, Unavailable>>;
}

impl<S: ReplayStore + ?Sized> ReplayStore for Arc<S> {
    fn note(&self, value: &SecretDigest, until: SystemTime) -> Eventual<Result<Use, Unavailable>> {
        (**self).note(value, until)
    }
}

/// One-time values in memory: of this process only, and gone when it ends.
///
/// Bounded: beyond `max_entries` it says that it can't tell (503), and forgets nothing in time.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use tower_auth::store::{MemoryReplays, Use};
/// use tower_auth::SecretDigest;
///
/// let (seen, until) = (MemoryReplays::new(1000), SystemTime::now() + Duration::from_secs(60));
/// let link = SecretDigest::of(b"one-time link");
/// assert_eq!(seen.insert(&link, until)?, Use::New);
/// assert_eq!(seen.insert(&link, until)?, Use::Seen);
/// # Ok::<(), tower_auth::rejection::Unavailable>(())
/// ```
pub struct MemoryReplays {
    shards: Shards<Shard>,
    max_per_shard: usize,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Shard {
    until: HashMap<[u8; 32], u64>,
    swept_at: u64,
}

impl MemoryReplays {
    /// Room for `max_entries` at once, rounded up to a multiple of 64.
    #[must_use]
    pub fn new(max_entries: usize) -> Self {
        Self {
            shards: Shards::default(),
            max_per_shard: share(max_entries),
            clock: Arc::new(SystemClock),
        }
    }

    /// Tells the time. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Notes a value, unless it was noted before.
    ///
    /// # Errors
    ///
    /// It is full.
    pub fn insert(&self, value: &SecretDigest, until: SystemTime) -> Result<Use, Unavailable> {
        let now = seconds(self.clock.now());
        // Rounded up: it must not be forgotten early.
        let until = seconds(until).saturating_add(1);
        let [first, ..] = *value.as_bytes();
        let mut shard = self.shards.at(usize::from(first));
        shard.insert(*value.as_bytes(), until, now, self.max_per_shard)
    }

    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.until.len()).sum()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl ReplayStore for MemoryReplays {
    fn note(&self, value: &SecretDigest, until: SystemTime) -> Eventual<Result<Use, Unavailable>> {
        Eventual::Ready(self.insert(value, until))
    }
}

impl Shard {
    fn insert(
        &mut self,
        value: [u8; 32],
        until: u64,
        now: u64,
        most: usize,
    ) -> Result<Use, Unavailable> {
        if self.until.get(&value).is_some_and(|held| *held > now) {
            return Ok(Use::Seen);
        }
        let is_full = self.until.len() >= most;
        if is_full && self.swept_at != now || now.saturating_sub(self.swept_at) >= SWEEP_EVERY {
            self.swept_at = now;
            self.until.retain(|_, until| *until > now);
        }
        if self.until.len() >= most {
            return Err(full());
        }
        self.until.insert(value, until);
        Ok(Use::New)
    }
}

fn full() -> Unavailable {
    Unavailable::new("the list of one-time values is full: allow more")
        .retry_after(Duration::from_secs(SWEEP_EVERY))
}

impl fmt::Debug for MemoryReplays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryReplays").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// How often a shard looks for expired entries while others are added, in seconds.
const SWEEP_EVERY: u64 = 30;
