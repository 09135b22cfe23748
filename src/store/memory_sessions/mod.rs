//! Sessions in this process's memory.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::sessions::{Lookup, SessionRecord, SessionStore, SubjectSessions};
use crate::clock::{Clock, SystemClock};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;

/// Sessions in memory: of this process only, and gone when it ends.
///
/// Bounded: beyond `max_sessions` it takes no new one (503 at the login), and ends none in time to
/// make room for another.
pub struct MemorySessions {
    shards: Box<[Mutex<Shard>]>,
    /// The keys of each subject's sessions. Locked after a shard or by itself, never before one.
    subjects: Box<[Mutex<Subjects>]>,
    hasher: RandomState,
    max_sessions: usize,
    count: AtomicUsize,
    clock: Arc<dyn Clock>,
}

type Key = [u8; 32];
type Subjects = HashMap<Box<str>, HashSet<Key>>;

#[derive(Default)]
struct Shard {
    entries: HashMap<Key, Entry>,
    swept_at: Option<SystemTime>,
}

enum Entry {
    Session(Arc<SessionRecord>),
    /// The old key of a session, remembered until then.
    Renewed(SystemTime),
}

impl MemorySessions {
    /// Room for `max_sessions` at once. It takes memory as it fills, some 300 bytes a session
    /// beside its texts and data.
    #[must_use]
    pub fn new(max_sessions: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            subjects: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            max_sessions,
            count: AtomicUsize::new(0),
            clock: Arc::new(SystemClock),
        }
    }

    /// Tells the time. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How many sessions are remembered, ended ones among them that are not yet swept out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, Shard> {
        // INVARIANT: keys are digests, so any byte of theirs spreads evenly.
        let [first, ..] = *key;
        lock(&self.shards, usize::from(first))
    }

    fn subjects(&self, subject: &str) -> MutexGuard<'_, Subjects> {
        lock(&self.subjects, self.hasher.hash_one(subject) as usize)
    }

    /// Room for one more session, after sweeping all shards if that is needed.
    fn make_room(&self, now: SystemTime) -> Result<(), Unavailable> {
        if self.len() >= self.max_sessions {
            for at in 0..self.shards.len() {
                self.sweep(&mut lock(&self.shards, at), now, Duration::from_secs(1));
            }
        }
        if self.len() >= self.max_sessions {
            return Err(Unavailable::new("the list of sessions is full: allow more"));
        }
        Ok(())
    }

    /// Takes out what has ended, unless that was done less than `every` ago.
    fn sweep(&self, shard: &mut Shard, now: SystemTime, every: Duration) {
        let since = shard.swept_at.map(|at| now.duration_since(at).unwrap_or_default());
        if since.is_some_and(|since| since < every) {
            return;
        }
        shard.swept_at = Some(now);
        let ended = |(key, entry): (&Key, &Entry)| entry.has_ended(now).then_some(*key);
        let ended: Vec<Key> = shard.entries.iter().filter_map(ended).collect();
        for key in ended {
            self.take(shard, &key);
        }
    }

    fn put(&self, shard: &mut Shard, key: Key, session: Arc<SessionRecord>) {
        self.subjects(&session.subject).entry(session.subject.clone()).or_default().insert(key);
        shard.entries.insert(key, Entry::Session(session));
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    fn take(&self, shard: &mut Shard, key: &Key) -> Option<Arc<SessionRecord>> {
        let Some(Entry::Session(session)) = shard.entries.remove(key) else { return None };
        self.count.fetch_sub(1, Ordering::Relaxed);
        let mut subjects = self.subjects(&session.subject);
        if let Some(keys) = subjects.get_mut(&session.subject) {
            keys.remove(key);
            if keys.is_empty() {
                subjects.remove(&session.subject);
            }
        }
        Some(session)
    }

    fn keys_of(&self, subject: &str) -> Vec<Key> {
        let subjects = self.subjects(subject);
        subjects.get(subject).into_iter().flatten().copied().collect()
    }

    fn renew_now(&self, old: &Key, new: &Key, session: &SessionRecord) -> bool {
        let now = self.clock.now();
        let (first, second) = (shard_of(old), shard_of(new));
        // Two locks at once are always taken in the same order.
        let mut low = lock(&self.shards, first.min(second));
        let mut high = (first != second).then(|| lock(&self.shards, first.max(second)));
        let (old_shard, new_shard) = match &mut high {
            None => (&mut *low, None::<&mut Shard>),
            Some(high) if first < second => (&mut *low, Some(&mut **high)),
            Some(high) => (&mut **high, Some(&mut *low)),
        };
        let is_there = matches!(
            old_shard.entries.get(old),
            Some(Entry::Session(held)) if held.until() > now
        );
        if !is_there {
            return false;
        }
        // The new key is in the index before the old one leaves: whoever ends all sessions of the
        // subject meanwhile finds one of them.
        let until = now.checked_add(RENEWED_FOR).unwrap_or(now);
        let session = Arc::new(session.clone());
        match new_shard {
            Some(shard) => self.put(shard, *new, session),
            None => self.put(old_shard, *new, session),
        }
        self.take(old_shard, old);
        old_shard.entries.insert(*old, Entry::Renewed(until));
        true
    }
}

impl Entry {
    fn has_ended(&self, now: SystemTime) -> bool {
        match self {
            Self::Session(session) => session.until() <= now,
            Self::Renewed(until) => *until <= now,
        }
    }
}

impl SessionStore for MemorySessions {
    fn insert(
        &self,
        key: &SecretDigest,
        session: &SessionRecord,
    ) -> Eventual<Result<(), Unavailable>> {
        let now = self.clock.now();
        let room = self.make_room(now);
        Eventual::Ready(room.map(|()| {
            let mut shard = self.shard(key.as_bytes());
            self.sweep(&mut shard, now, SWEEP_EVERY);
            self.put(&mut shard, *key.as_bytes(), Arc::new(session.clone()));
        }))
    }

    fn find(&self, key: &SecretDigest) -> Eventual<Result<Lookup, Unavailable>> {
        let now = self.clock.now();
        let found = match self.shard(key.as_bytes()).entries.get(key.as_bytes()) {
            Some(entry) if entry.has_ended(now) => Lookup::Absent,
            Some(Entry::Session(session)) => Lookup::Found(Arc::clone(session)),
            Some(Entry::Renewed(_)) => Lookup::Renewed,
            None => Lookup::Absent,
        };
        Eventual::Ready(Ok(found))
    }

    fn touch(
        &self,
        key: &SecretDigest,
        active_at: SystemTime,
    ) -> Eventual<Result<(), Unavailable>> {
        let now = self.clock.now();
        if let Some(Entry::Session(session)) =
            self.shard(key.as_bytes()).entries.get_mut(key.as_bytes())
            && session.until() > now
            && session.active_at < active_at
        {
            Arc::make_mut(session).active_at = active_at;
        }
        Eventual::Ready(Ok(()))
    }

    fn renew(
        &self,
        old: &SecretDigest,
        new: &SecretDigest,
        session: &SessionRecord,
    ) -> Eventual<Result<bool, Unavailable>> {
        Eventual::Ready(Ok(self.renew_now(old.as_bytes(), new.as_bytes(), session)))
    }

    fn remove(&self, key: &SecretDigest) -> Eventual<Result<(), Unavailable>> {
        self.take(&mut self.shard(key.as_bytes()), key.as_bytes());
        Eventual::Ready(Ok(()))
    }

    fn of_subject(&self, subject: &str) -> Eventual<Result<SubjectSessions, Unavailable>> {
        let now = self.clock.now();
        let held = |key: Key| match self.shard(&key).entries.get(&key) {
            Some(Entry::Session(session)) if session.until() > now => {
                Some((SecretDigest::from(key), Arc::clone(session)))
            }
            _ => None,
        };
        Eventual::Ready(Ok(self.keys_of(subject).into_iter().filter_map(held).collect()))
    }

    fn remove_subject(
        &self,
        subject: &str,
        but: Option<&SecretDigest>,
    ) -> Eventual<Result<usize, Unavailable>> {
        let mut ended: usize = 0;
        // A session that is renewed meanwhile is found under its new key in the next round.
        loop {
            let keys = self.keys_of(subject).into_iter();
            let others: Vec<Key> =
                keys.filter(|key| but.is_none_or(|but| but.as_bytes() != key)).collect();
            if others.is_empty() {
                return Eventual::Ready(Ok(ended));
            }
            let taken = others.iter().filter(|key| self.take(&mut self.shard(key), key).is_some());
            ended = ended.saturating_add(taken.count());
        }
    }
}

fn lock<T>(shards: &[Mutex<T>], at: usize) -> MutexGuard<'_, T> {
    #[expect(clippy::indexing_slicing, reason = "the remainder is below the number of shards")]
    let shard = &shards[at % SHARDS];
    // INVARIANT: a shard is whole after each step, so one that panicked left it usable.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn shard_of(key: &Key) -> usize {
    let [first, ..] = *key;
    usize::from(first) % SHARDS
}

impl fmt::Debug for MemorySessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySessions").field("len", &self.len()).finish_non_exhaustive()
    }
}

const SHARDS: usize = 64;
/// How often a shard looks for ended sessions while others begin.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How long the old key of a session is known as such.
const RENEWED_FOR: Duration = Duration::from_secs(60);
