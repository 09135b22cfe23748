//! Uses of nonces in this process's memory.

mod window;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use self::window::Window;
use super::Use;
use super::digest_hasher::DigestHasher;
use super::nonces::{NonceStore, NonceUse};
use crate::clock::{Clock, SystemClock, seconds};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::shards::{Shards, share};

/// Uses of nonces in memory: of this process only.
///
/// - An entry is made at the first use that proves the password, never for a challenge, and leaves
///   when its nonce expires. It takes some 80 bytes; a nonce with more than 64 uses takes 128 more.
/// - Bounded: beyond `max_nonces` that are all in use it says so (503). It never forgets a use in
///   time to make room for another.
/// - Nonces older than the store count as used, because it can't know: after a restart each client
///   gets one `stale=true`, and asks again by itself. So a clock that is set back beyond the start
///   refuses everybody until it has caught up; restart the service then. The store that
///   [`Digest`](crate::scheme::Digest) makes for itself does so only if it was given a
///   [key](crate::scheme::Digest::key) that may have been in use before. Any of them, once its clock
///   was ahead for longer than nonces live, refuses clients until the time that it showed.
///
/// Replicas that share a key but not a store each take a captured request once.
pub struct MemoryNonces {
    shards: Shards<Shard>,
    max_per_shard: usize,
    clock: Arc<dyn Clock>,
    since: SystemTime,
}

#[derive(Default)]
struct Shard {
    entries: HashMap<u128, Entry, DigestHasher>,
    swept_at: u64,
    /// When the last of those that are forgotten expired.
    forgotten: u64,
}

struct Entry {
    /// In seconds since 1970.
    expires: u64,
    window: Window,
    cnonce: Option<Box<[u8]>>,
}

impl MemoryNonces {
    /// Room for `max_nonces` that are in use at once, rounded up to a multiple of 64. It takes
    /// memory as it fills.
    #[must_use]
    pub fn new(max_nonces: usize) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Self {
            shards: Shards::default(),
            max_per_shard: share(max_nonces),
            since: clock.now(),
            clock,
        }
    }

    /// Tells the time. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.since = clock.now();
        self.clock = Arc::new(clock);
        self
    }

    /// For nonces of a key that is not older than this store.
    pub(crate) fn for_a_new_key(mut self) -> Self {
        self.since = UNIX_EPOCH;
        self
    }

    /// How many nonces are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.entries.len()).sum()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Nonces are digests under a key, so any of their bits spread evenly. Not the half that
    /// chooses the place in a shard.
    fn shard(&self, nonce: u128) -> MutexGuard<'_, Shard> {
        self.shards.at(nonce as usize)
    }
}

impl NonceStore for MemoryNonces {
    fn note(&self, used: &NonceUse<'_>) -> Eventual<Result<Use, Unavailable>> {
        // Nonces tell their time in milliseconds.
        let precision = Duration::from_millis(1);
        if used.issued.checked_add(precision).is_some_and(|issued| issued <= self.since) {
            return Eventual::Ready(Ok(Use::Seen));
        }
        let mut shard = self.shard(used.nonce);
        Eventual::Ready(shard.note(used, &*self.clock, self.max_per_shard))
    }

    fn first_cnonce(&self, nonce: u128) -> Eventual<Result<Option<Box<[u8]>>, Unavailable>> {
        let shard = self.shard(nonce);
        Eventual::Ready(Ok(shard.entries.get(&nonce).and_then(|entry| entry.cnonce.clone())))
    }
}

impl Shard {
    fn note(
        &mut self,
        used: &NonceUse<'_>,
        clock: &dyn Clock,
        most: usize,
    ) -> Result<Use, Unavailable> {
        if let Some(entry) = self.entries.get_mut(&used.nonce) {
            let is_new = !used.once && entry.window.note(used.count);
            return Ok(if is_new { Use::New } else { Use::Seen });
        }
        self.forget_expired(seconds(clock.now()), most);
        let expires = seconds(used.expires).saturating_add(1);
        // Expired when it was forgotten, and good again: the clock was set back since.
        if expires <= self.forgotten {
            return Ok(Use::Seen);
        }
        if self.entries.len() >= most {
            return Err(full());
        }
        let cnonce = used.cnonce.filter(|cnonce| cnonce.len() <= LONGEST_CNONCE).map(Into::into);
        let entry = Entry { expires, window: Window::starting(used.count), cnonce };
        self.entries.insert(used.nonce, entry);
        Ok(Use::New)
    }

    fn forget_expired(&mut self, now: u64, most: usize) {
        let is_due = now.saturating_sub(self.swept_at) >= SWEEP_EVERY;
        let is_full = self.entries.len() >= most;
        // A full shard looks for expired entries once in a second, not for each that it refuses.
        if is_due || (is_full && self.swept_at != now) {
            self.swept_at = now;
            self.entries.retain(|_, entry| {
                let is_kept = entry.expires > now;
                if !is_kept {
                    self.forgotten = self.forgotten.max(entry.expires);
                }
                is_kept
            });
            let roomy = self.entries.len().saturating_mul(4).saturating_add(SMALL);
            if self.entries.capacity() > roomy {
                self.entries.shrink_to(roomy / 2);
            }
        }
    }
}

fn full() -> Unavailable {
    Unavailable::new("the list of nonces in use is full: allow more, or let them live shorter")
        .retry_after(Duration::from_secs(SWEEP_EVERY))
}

impl fmt::Debug for MemoryNonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryNonces").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// How often a shard looks for expired entries while others are added, in seconds.
const SWEEP_EVERY: u64 = 30;
/// Not worth giving back.
const SMALL: usize = 64;
/// Longer ones are not kept, in bytes.
const LONGEST_CNONCE: usize = 128;
