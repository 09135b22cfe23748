//! Tokens that were verified a moment ago.

mod per_thread;

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use self::per_thread::PerThread;
use super::{IntoVerifier, VerifyToken};
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::{Principal, Verified};
use crate::rejection::Verdict;
use crate::secret::Secret;
use crate::slots::{Entry, Slots};

/// A verifier whose good verdicts are remembered for a while.
///
/// A token that comes with every request has its signature checked once in a while instead of each
/// time. It changes no answer but for how soon some changes are seen:
///
/// - Only good verdicts are kept, at most for [`ttl`](Cached::ttl) and never beyond `exp`.
/// - Keys that are withdrawn empty it at once ([`VerifyToken::generation`]), and revocations are
///   checked on each request ([`VerifyToken::recheck`]).
/// - A remembered token is compared whole, in constant time; a hash only says where to look.
/// - Bounded, read without a lock; what makes room ends first.
///
/// The tokens themselves are in memory while they are remembered, and overwritten afterwards.
///
/// ```
/// use tower_auth::rejection::Verdict;
/// use tower_auth::token::{Cached, IntoVerifier, OpaqueTokens, VerifyToken};
/// use tower_auth::Eventual;
///
/// let tokens = OpaqueTokens::new().token("robot", "f00d");
/// let verifier = Cached::new(tokens).max_entries(1000).into_verifier()?;
/// for _ in 0..2 {
///     assert!(matches!(verifier.verify("f00d"), Eventual::Ready(Verdict::Valid(_))));
///     assert!(matches!(verifier.verify("beef"), Eventual::Ready(Verdict::Rejected(_))));
/// }
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Cached<V> {
    verifier: V,
    max_entries: usize,
    ttl: Duration,
    clock: Arc<dyn Clock>,
}

impl<V: IntoVerifier> Cached<V> {
    /// Remembers what `verifier` finds good.
    pub fn new(verifier: V) -> Self {
        Self {
            verifier,
            max_entries: DEFAULT_ENTRIES,
            ttl: DEFAULT_TTL,
            clock: Arc::new(SystemClock),
        }
    }

    /// For how many tokens there is room, rounded up to a multiple of eight. Default: 10 000, which
    /// take about 10 MB.
    pub fn max_entries(mut self, count: usize) -> Self {
        self.max_entries = count;
        self
    }

    /// How long a verdict is remembered. Default: 60 s; at most 10 min.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// Tells the time. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }
}

impl<V: IntoVerifier> IntoVerifier for Cached<V> {
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError> {
        if self.max_entries == 0 {
            return Err(ConfigError::new(
                "a token cache without entries remembers nothing: allow some, or leave it out",
            ));
        }
        if self.ttl.is_zero() || self.ttl > MAX_TTL {
            return Err(ConfigError::new(
                "the time for which tokens are remembered must be between 0 and 10 minutes",
            ));
        }
        Ok(Arc::new(Cache {
            verifier: self.verifier.into_verifier()?,
            clock: self.clock,
            memory: Arc::new(Memory {
                slots: Slots::new(self.max_entries),
                hasher: RandomState::new(),
                ttl: self.ttl,
            }),
        }))
    }
}

impl<V> fmt::Debug for Cached<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached")
            .field("max_entries", &self.max_entries)
            .field("ttl", &self.ttl)
            .finish_non_exhaustive()
    }
}

struct Cache {
    verifier: Arc<dyn VerifyToken>,
    clock: Arc<dyn Clock>,
    memory: Arc<Memory>,
}

impl VerifyToken for Cache {
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        // Both are asked before the verifier is: what changes while it thinks makes the verdict
        // older, never younger.
        let moment = Moment { now: self.clock.now(), generation: self.verifier.generation() };
        let hash = self.memory.hash(token);
        if let Some(principal) = self.memory.find(hash, token, moment) {
            return self.verifier.recheck(Verified::assertion(principal));
        }
        match self.verifier.verify(token) {
            Eventual::Ready(verdict) => {
                self.memory.keep(hash, token, moment, &verdict);
                verdict.into()
            }
            later @ Eventual::Pending(_) => {
                let (memory, token) = (Arc::clone(&self.memory), Secret::from(token));
                later.map(move |verdict| {
                    memory.keep(hash, token, moment, &verdict);
                    verdict
                })
            }
        }
    }

    fn generation(&self) -> u64 {
        self.verifier.generation()
    }

    fn recheck(&self, valid: Verified<Principal>) -> Eventual<Verdict> {
        self.verifier.recheck(valid)
    }
}

/// When a token was judged.
#[derive(Clone, Copy)]
struct Moment {
    now: SystemTime,
    generation: u64,
}

struct Memory {
    slots: Slots<Held>,
    hasher: RandomState,
    ttl: Duration,
}

impl Memory {
    /// Of the end of the token only: there stand the signature of a JWT and, of opaque tokens, as
    /// much chance as anywhere. Tokens with the same end compete for the same places, and are told
    /// apart by comparison.
    fn hash(&self, token: &str) -> u64 {
        let bytes = token.as_bytes();
        let end = bytes.get(bytes.len().saturating_sub(HASHED)..).unwrap_or(bytes);
        self.hasher.hash_one((bytes.len(), end))
    }

    fn find(&self, hash: u64, token: &str, at: Moment) -> Option<Principal> {
        self.slots.find(hash, at.now, |held| {
            let found = held.generation == at.generation && held.token.matches(token.as_bytes());
            found.then(|| held.principal.get())
        })
    }

    fn keep(&self, hash: u64, token: impl Into<Secret>, at: Moment, verdict: &Verdict) {
        let principal = match verdict {
            Verdict::Valid(principal) => principal,
            Verdict::Rejected(_) => {
                let token = token.into();
                return self.slots.forget(hash, |held| held.token.matches(token.expose()));
            }
            Verdict::Unavailable(_) => return,
        };
        let principal = principal.get();
        let Some(mut until) = at.now.checked_add(self.ttl) else { return };
        if let Some(expiry) = principal.expiry() {
            until = until.min(expiry);
        }
        if until <= at.now {
            return;
        }
        let (token, principal) = (token.into(), PerThread::new(principal.clone()));
        let held = Held { token, principal, generation: at.generation, since: at.now, until };
        self.slots.put(hash, at.now, held);
    }
}

/// A token that was good.
struct Held {
    token: Secret,
    principal: PerThread,
    generation: u64,
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
        self.token.matches(other.token.expose())
    }
}

const DEFAULT_ENTRIES: usize = 10_000;
const DEFAULT_TTL: Duration = Duration::from_secs(60);
const MAX_TTL: Duration = Duration::from_secs(10 * 60);
/// Bytes of a token that choose its place.
const HASHED: usize = 48;
