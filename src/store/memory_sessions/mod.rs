//! Sessions in this process's memory.

mod subjects;

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, SystemTime};

use self::subjects::{Key, Keys};
use super::digest_hasher::DigestHasher;
use super::sessions::{DataSwap, Lookup, SessionRecord, SessionStore, SubjectSessions};
use crate::clock::{Clock, SystemClock};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;
use crate::shards::{Shards, place};

/// Sessions in memory: of this process only, and gone when it ends.
///
/// Bounded: beyond `max_sessions` it takes no new one (503 at the login), and ends none in time to
/// make room for another.
pub struct MemorySessions {
    shards: Shards<Shard>,
    /// The keys of each subject's sessions. Locked after a shard or by itself, never before one.
    subjects: Shards<Subjects>,
    hasher: RandomState,
    max_sessions: usize,
    count: AtomicUsize,
    clock: Arc<dyn Clock>,
}

/// By the hash of the subject, for its name is in each record: two subjects of one hash share an
/// entry.
type Subjects = HashMap<u64, Keys, DigestHasher>;

#[derive(Default)]
struct Shard {
    sessions: HashMap<Key, Arc<SessionRecord>, DigestHasher>,
    /// The old keys of sessions, remembered until then.
    renewed: HashMap<Key, SystemTime, DigestHasher>,
    swept_at: Option<SystemTime>,
}

impl MemorySessions {
    /// Room for `max_sessions` at once. It takes memory as it fills, some 370 bytes a session
    /// beside its texts and data.
    #[must_use]
    pub fn new(max_sessions: usize) -> Self {
        Self {
            shards: Shards::default(),
            subjects: Shards::default(),
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
        self.shards.at(chosen(key))
    }

    fn subjects(&self, subject: &str) -> (MutexGuard<'_, Subjects>, u64) {
        let hash = self.hasher.hash_one(subject);
        (self.subjects.at(hash as usize), hash)
    }

    /// Room for one more session, after sweeping all shards if that is needed.
    fn make_room(&self, now: SystemTime) -> Result<(), Unavailable> {
        if self.len() >= self.max_sessions {
            for mut shard in self.shards.iter() {
                self.sweep(&mut shard, now, Duration::from_secs(1));
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
        shard.renewed.retain(|_, until| now < *until);
        let ended: Vec<Key> = shard
            .sessions
            .iter()
            .filter_map(|(key, session)| (session.until() <= now).then_some(*key))
            .collect();
        for key in ended {
            self.take(shard, &key);
        }
    }

    fn put(&self, shard: &mut Shard, key: Key, session: Arc<SessionRecord>) {
        let (mut subjects, hash) = self.subjects(&session.subject);
        match subjects.entry(hash) {
            Vacant(entry) => {
                entry.insert(Keys::One(key));
            }
            Occupied(mut entry) => entry.get_mut().push(key),
        }
        drop(subjects);
        shard.sessions.insert(key, session);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    fn take(&self, shard: &mut Shard, key: &Key) {
        let Some(session) = shard.sessions.remove(key) else { return };
        self.count.fetch_sub(1, Ordering::Relaxed);
        let (mut subjects, hash) = self.subjects(&session.subject);
        if subjects.get_mut(&hash).is_some_and(|keys| keys.remove(key)) {
            subjects.remove(&hash);
        }
    }

    /// The keys under which sessions of a subject may be.
    fn keys_of(&self, subject: &str) -> Vec<Key> {
        let (subjects, hash) = self.subjects(subject);
        subjects.get(&hash).map(|keys| keys.all().to_vec()).unwrap_or_default()
    }

    /// Under how many keys they may be.
    fn count_of(&self, subject: &str) -> usize {
        let (subjects, hash) = self.subjects(subject);
        subjects.get(&hash).map_or(0, |keys| keys.all().len())
    }

    /// Ends the session under a key that may be the subject's.
    fn end(&self, key: &Key, subject: &str) -> Ended {
        let mut shard = self.shard(key);
        match shard.sessions.get(key) {
            None => Ended::Gone,
            Some(session) if *session.subject != *subject => Ended::Anothers,
            Some(_) => {
                self.take(&mut shard, key);
                Ended::Now
            }
        }
    }

    /// Ends those sessions of a subject that were used the longest ago, but never the new one, until
    /// there are `most`. All keys of a subject are of one group, and so in one shard.
    fn keep_most(&self, shard: &mut Shard, new: (&Key, &str), most: usize, now: SystemTime) {
        let (new, subject) = new;
        if self.count_of(subject) <= most {
            return;
        }
        let lives = |key: Key| {
            let session = shard.sessions.get(&key).filter(|session| session.until() > now)?;
            (*session.subject == *subject && key != *new).then_some((session.active_at, key))
        };
        let mut others: Vec<_> = self.keys_of(subject).into_iter().filter_map(lives).collect();
        others.sort_unstable();
        let stay = most.saturating_sub(1);
        let end = others.len().saturating_sub(stay);
        for (_, key) in others.into_iter().take(end) {
            self.take(shard, &key);
        }
    }

    fn renew_now(&self, old: &Key, new: &Key, mut session: SessionRecord) -> bool {
        let now = self.clock.now();
        let (first, second) = (place(chosen(old)), place(chosen(new)));
        // Old keys are swept out here, too: who renews without end logs in once.
        self.sweep(&mut self.shards.at(first), now, SWEEP_EVERY);
        // Two locks at once are always taken in the same order.
        let mut low = self.shards.at(first.min(second));
        let mut high = (first != second).then(|| self.shards.at(first.max(second)));
        let (old_shard, new_shard) = match &mut high {
            None => (&mut *low, None::<&mut Shard>),
            Some(high) if first < second => (&mut *low, Some(&mut **high)),
            Some(high) => (&mut **high, Some(&mut *low)),
        };
        let held = old_shard.sessions.get(old).filter(|held| held.until() > now);
        let Some(held) = held else { return false };
        session.data.clone_from(&held.data);
        // The new key is in the index before the old one leaves: whoever ends all sessions of the
        // subject meanwhile finds one of them.
        let until = now.checked_add(RENEWED_FOR).unwrap_or(now);
        let session = Arc::new(session);
        match new_shard {
            Some(shard) => self.put(shard, *new, session),
            None => self.put(old_shard, *new, session),
        }
        self.take(old_shard, old);
        old_shard.renewed.insert(*old, until);
        true
    }
}

/// What became of a session that was to end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Now,
    /// It was not there, or was under another key by then.
    Gone,
    Anothers,
}

impl SessionStore for MemorySessions {
    fn insert(
        &self,
        key: &SecretDigest,
        session: &SessionRecord,
        most: usize,
    ) -> Eventual<Result<(), Unavailable>> {
        let now = self.clock.now();
        let room = self.make_room(now);
        Eventual::Ready(room.map(|()| {
            let mut shard = self.shard(key.as_bytes());
            self.sweep(&mut shard, now, SWEEP_EVERY);
            self.put(&mut shard, *key.as_bytes(), Arc::new(session.clone()));
            self.keep_most(&mut shard, (key.as_bytes(), &session.subject), most, now);
        }))
    }

    fn find(&self, key: &SecretDigest) -> Eventual<Result<Lookup, Unavailable>> {
        let now = self.clock.now();
        let shard = self.shard(key.as_bytes());
        let found = match shard.sessions.get(key.as_bytes()) {
            Some(session) if session.until() > now => Lookup::Found(Arc::clone(session)),
            Some(_) => Lookup::Absent,
            None => match shard.renewed.get(key.as_bytes()) {
                Some(until) if now < *until => Lookup::Renewed,
                _ => Lookup::Absent,
            },
        };
        Eventual::Ready(Ok(found))
    }

    fn touch(
        &self,
        key: &SecretDigest,
        active_at: SystemTime,
    ) -> Eventual<Result<(), Unavailable>> {
        let now = self.clock.now();
        if let Some(session) = self.shard(key.as_bytes()).sessions.get_mut(key.as_bytes())
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
        Eventual::Ready(Ok(self.renew_now(old.as_bytes(), new.as_bytes(), session.clone())))
    }

    fn swap_data(
        &self,
        key: &SecretDigest,
        old: &[u8],
        new: &[u8],
    ) -> Eventual<Result<DataSwap, Unavailable>> {
        let now = self.clock.now();
        let mut shard = self.shard(key.as_bytes());
        let held = shard.sessions.get_mut(key.as_bytes()).filter(|held| held.until() > now);
        Eventual::Ready(Ok(match held {
            None => DataSwap::Absent,
            Some(session) if *session.data != *old => DataSwap::Changed,
            Some(session) => {
                Arc::make_mut(session).data = new.into();
                DataSwap::Done
            }
        }))
    }

    fn remove(&self, key: &SecretDigest) -> Eventual<Result<(), Unavailable>> {
        self.take(&mut self.shard(key.as_bytes()), key.as_bytes());
        Eventual::Ready(Ok(()))
    }

    fn of_subject(&self, subject: &str) -> Eventual<Result<SubjectSessions, Unavailable>> {
        let now = self.clock.now();
        let held = |key: Key| match self.shard(&key).sessions.get(&key) {
            Some(session) if *session.subject == *subject && session.until() > now => {
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
        loop {
            let keys = self.keys_of(subject).into_iter().rev();
            let others = keys.filter(|key| but.is_none_or(|but| but.as_bytes() != key));
            let mut is_over = true;
            for key in others {
                let end = self.end(&key, subject);
                ended = ended.saturating_add((end == Ended::Now).into());
                // One that is gone may have been renewed, and is found under its new key in the
                // next round.
                is_over &= end == Ended::Anothers;
            }
            if is_over {
                return Eventual::Ready(Ok(ended));
            }
        }
    }
}

/// What chooses the shard of a key. Keys begin with a digest, of their subject or their own.
fn chosen(key: &Key) -> usize {
    let [first, ..] = *key;
    usize::from(first)
}

impl fmt::Debug for MemorySessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySessions").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// How often a shard looks for ended sessions while others begin.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How long the old key of a session is known as such.
const RENEWED_FOR: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;
