//! Sessions, nearer.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Near;
use super::table::Table;
use crate::clock::Clock;
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;
use crate::store::listener::Listener as _;
use crate::store::sessions::{DataSwap, Lookup, SessionRecord, SessionStore, SubjectSessions};

/// Remembers the sessions of a store that is far away, so that most requests need not ask it.
///
/// - What is remembered is at most 5 s old ([`stale_for`](Self::stale_for)), whatever happens: this
///   is how long a session that was ended on another machine may still be taken.
/// - It is mostly far less: a store that [tells](SessionStore::listen) of changes, as Redis does, is
///   heeded as soon as its news arrive.
/// - What was ended through this same value is heeded at once.
/// - Only sessions that are there are remembered, and at most `max_entries` of them.
/// - During an outage of the store, a session that was seen in the last 5 s goes on.
pub struct NearSessions<S> {
    near: Near<S, [u8; 32], Arc<SessionRecord>>,
}

type Sessions = Arc<Table<[u8; 32], Arc<SessionRecord>>>;

impl<S: SessionStore> NearSessions<S> {
    /// In front of `store`, with room for `max_entries`.
    pub fn new(store: S, max_entries: usize) -> Self {
        Self { near: Near::new(store, max_entries) }
    }

    /// How old an answer may be. Default: 5 s.
    #[must_use]
    pub const fn stale_for(mut self, most: Duration) -> Self {
        self.near.stale_for = most;
        self
    }

    /// Tells the time. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.near.clock = Arc::new(clock);
        self
    }

    /// How many sessions are remembered, those among them that are too old.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table().len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn table(&self) -> &Sessions {
        self.near.table(|store, listener| store.listen(listener))
    }

    /// `answer`, and then what has this name is forgotten. After an error too: it may have been
    /// done all the same.
    fn then_forget<T: Send + 'static>(
        &self,
        answer: Eventual<T>,
        name: SecretDigest,
    ) -> Eventual<T> {
        let table = Arc::clone(self.table());
        answer.map(move |answer| {
            table.changed(&name);
            answer
        })
    }
}

impl<S: SessionStore> SessionStore for NearSessions<S> {
    fn insert(
        &self,
        key: &SecretDigest,
        session: &SessionRecord,
        most: usize,
    ) -> Eventual<Result<(), Unavailable>> {
        // Others of the subject may have ended for it.
        let inserted = self.near.store.insert(key, session, most);
        self.then_forget(inserted, subject_name(&session.subject))
    }

    fn find(&self, key: &SecretDigest) -> Eventual<Result<Lookup, Unavailable>> {
        let (table, key, now) = (self.table(), *key, self.near.clock.now());
        let held = table.get(key.as_bytes(), now, |session| [key, subject_name(&session.subject)]);
        if let Some(session) = held.filter(|session| session.until() > now) {
            return Eventual::Ready(Ok(Lookup::Found(session)));
        }
        let (table, asked) = (Arc::clone(table), table.ticket());
        self.near.store.find(&key).map(move |answer| {
            if let Ok(Lookup::Found(session)) = &answer {
                table.put(asked, *key.as_bytes(), Arc::clone(session));
            }
            answer
        })
    }

    fn touch(
        &self,
        key: &SecretDigest,
        active_at: SystemTime,
    ) -> Eventual<Result<(), Unavailable>> {
        let (table, key, now) = (Arc::clone(self.table()), *key, self.near.clock.now());
        self.near.store.touch(&key, active_at).map(move |answer| {
            if answer.is_ok() {
                table.update(key.as_bytes(), |session| {
                    // One that has ended does not go on because somebody would use it.
                    if session.until() > now && session.active_at < active_at {
                        Arc::make_mut(session).active_at = active_at;
                    }
                });
            }
            answer
        })
    }

    fn renew(
        &self,
        old: &SecretDigest,
        new: &SecretDigest,
        session: &SessionRecord,
    ) -> Eventual<Result<bool, Unavailable>> {
        self.then_forget(self.near.store.renew(old, new, session), *old)
    }

    fn swap_data(
        &self,
        key: &SecretDigest,
        old: &[u8],
        new: &[u8],
    ) -> Eventual<Result<DataSwap, Unavailable>> {
        // Also when somebody else has written: what is remembered is what they replaced.
        self.then_forget(self.near.store.swap_data(key, old, new), *key)
    }

    fn remove(&self, key: &SecretDigest) -> Eventual<Result<(), Unavailable>> {
        self.then_forget(self.near.store.remove(key), *key)
    }

    fn of_subject(&self, subject: &str) -> Eventual<Result<SubjectSessions, Unavailable>> {
        self.near.store.of_subject(subject)
    }

    fn remove_subject(
        &self,
        subject: &str,
        but: Option<&SecretDigest>,
    ) -> Eventual<Result<usize, Unavailable>> {
        self.then_forget(self.near.store.remove_subject(subject, but), subject_name(subject))
    }

    fn can_list(&self) -> bool {
        self.near.store.can_list()
    }

    fn listen(&self, listener: Arc<dyn crate::store::Listener>) {
        self.near.store.listen(listener);
    }
}

/// Beside the keys of sessions, which are digests too, but of random ids.
fn subject_name(subject: &str) -> SecretDigest {
    SecretDigest::of(subject.as_bytes())
}

impl<S> fmt::Debug for NearSessions<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NearSessions")
            .field("stale_for", &self.near.stale_for)
            .finish_non_exhaustive()
    }
}
