//! Answers, and which of them no longer hold.
//!
//! Changes are numbered. An answer has the number of the last change when its question began, and
//! holds while nothing that it depends on changed under a higher number: a change that overtakes an
//! answer on its way is not missed.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::mem;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use crate::clock::Clock;
use crate::secret::SecretDigest;
use crate::store::listener::Listener;

pub(super) struct Table<K, V> {
    shards: Box<[Shard<K, V>]>,
    hasher: RandomState,
    max_per_shard: usize,
    stale_for: Duration,
    clock: Arc<dyn Clock>,
    /// The number of the last change.
    last: AtomicU64,
    /// Answers with a lower number don't hold.
    lowest: AtomicU64,
    changes: RwLock<Turning<[u8; 32], u64>>,
    /// How many changes are remembered.
    changes_len: AtomicUsize,
}

type Shard<K, V> = Mutex<Turning<K, Entry<V>>>;

#[derive(Clone)]
struct Entry<V> {
    value: V,
    asked: Ticket,
}

/// When a question began.
#[derive(Clone, Copy)]
pub(super) struct Ticket {
    at: SystemTime,
    change: u64,
}

/// Two maps: all goes into the young one, which becomes the old one in time.
struct Turning<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    turned_at: SystemTime,
}

impl<K: Hash + Eq, V: Clone> Table<K, V> {
    pub(super) fn new(max_entries: usize, stale_for: Duration, clock: Arc<dyn Clock>) -> Self {
        let now = clock.now();
        Self {
            shards: (0..SHARDS).map(|_| Mutex::new(Turning::new(now))).collect(),
            hasher: RandomState::new(),
            max_per_shard: max_entries.div_ceil(SHARDS),
            stale_for,
            clock,
            last: AtomicU64::new(0),
            lowest: AtomicU64::new(0),
            changes: RwLock::new(Turning::new(now)),
            changes_len: AtomicUsize::new(0),
        }
    }

    /// To be taken before the store is asked.
    pub(super) fn ticket(&self) -> Ticket {
        Ticket { at: self.clock.now(), change: self.last.load(Ordering::SeqCst) }
    }

    /// The answer, if it holds. `names` says what it depends on.
    pub(super) fn get<N>(&self, key: &K, now: SystemTime, names: impl FnOnce(&V) -> N) -> Option<V>
    where
        N: IntoIterator<Item = SecretDigest>,
    {
        let entry = self.shard(key)?.get(key)?.clone();
        let age = now.duration_since(entry.asked.at).ok()?;
        let is_old = age >= self.stale_for;
        if is_old || entry.asked.change < self.lowest.load(Ordering::SeqCst) {
            return None;
        }
        if self.changes_len.load(Ordering::SeqCst) > 0 {
            let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
            let overtaken = |name: SecretDigest| {
                changes.get(name.as_bytes()).is_some_and(|change| *change > entry.asked.change)
            };
            if names(&entry.value).into_iter().any(overtaken) {
                return None;
            }
        }
        Some(entry.value)
    }

    pub(super) fn put(&self, asked: Ticket, key: K, value: V) {
        let turn_after = self.stale_for;
        if let Some(mut shard) = self.shard(&key) {
            if shard.young.len() >= self.max_per_shard.div_ceil(2) {
                shard.turn(asked.at);
            }
            shard.turn_if_older(turn_after, asked.at);
            if self.max_per_shard > 0 {
                shard.old.remove(&key);
                shard.young.insert(key, Entry { value, asked });
            }
        }
    }

    /// Changes what an answer says, if there is one.
    #[cfg(feature = "sessions")]
    pub(super) fn update(&self, key: &K, change: impl FnOnce(&mut V)) {
        if let Some(mut shard) = self.shard(key)
            && let Some(entry) = shard.get_mut(key)
        {
            change(&mut entry.value);
        }
    }

    /// How many answers are remembered, those among them that no longer hold.
    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    fn shard(&self, key: &K) -> Option<MutexGuard<'_, Turning<K, Entry<V>>>> {
        self.shards.get(self.hasher.hash_one(key) as usize % SHARDS).map(lock)
    }
}

impl<K, V> Listener for Table<K, V>
where
    K: Hash + Eq + Send + 'static,
    V: Clone + Send + 'static,
{
    fn changed(&self, what: &SecretDigest) {
        let now = self.clock.now();
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        changes.turn_if_older(self.stale_for, now);
        let number = self.last.fetch_add(1, Ordering::SeqCst).wrapping_add(1);
        if changes.len() >= MAX_CHANGES {
            self.lowest.store(number, Ordering::SeqCst);
            *changes = Turning::new(now);
        } else {
            changes.young.insert(*what.as_bytes(), number);
        }
        self.changes_len.store(changes.len(), Ordering::SeqCst);
    }

    fn missed(&self) {
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        let number = self.last.fetch_add(1, Ordering::SeqCst).wrapping_add(1);
        self.lowest.store(number, Ordering::SeqCst);
        *changes = Turning::new(self.clock.now());
        self.changes_len.store(0, Ordering::SeqCst);
    }
}

impl<K: Hash + Eq, V> Turning<K, V> {
    fn new(now: SystemTime) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), turned_at: now }
    }

    fn get(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    #[cfg(feature = "sessions")]
    fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let Self { young, old, .. } = self;
        young.get_mut(key).or_else(|| old.get_mut(key))
    }

    fn len(&self) -> usize {
        self.young.len().saturating_add(self.old.len())
    }

    fn turn(&mut self, now: SystemTime) {
        self.old = mem::take(&mut self.young);
        self.turned_at = now;
    }

    fn turn_if_older(&mut self, age: Duration, now: SystemTime) {
        // A clock that was set back turns too.
        if now.duration_since(self.turned_at).is_ok_and(|since| since < age) {
            return;
        }
        self.turn(now);
    }
}

fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    // INVARIANT: a shard is whole after each step, so one that panicked left it usable.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

const SHARDS: usize = 16;
/// With more changes within two times the staleness, all answers are forgotten.
const MAX_CHANGES: usize = 10_000;
