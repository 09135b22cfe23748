//! Sessions, as they are stored.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::listener::Listener;
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;

/// Remembers sessions until they end.
///
/// It holds the digests of session ids and never an id: who reads the store can't log in with what
/// is there. Keys are made with [`SessionRecord::key`], so that all sessions of a subject have a
/// beginning in common: a store on several machines keeps them on one of these, and changes them in
/// one step. What each kind of wrong answer costs:
///
/// - [`Lookup::Found`] for a session that was removed lets in whoever was logged out. So nothing
///   but [`insert`](Self::insert) and [`renew`](Self::renew) may make a session be there.
/// - [`Lookup::Absent`] for one that is there logs somebody out.
/// - [`Unavailable`] costs a 503, and no session.
#[diagnostic::on_unimplemented(message = "`{Self}` does not remember sessions")]
pub trait SessionStore: Send + Sync + 'static {
    /// Adds a session under a key that was never used before. In the same step the subject's other
    /// sessions end, those first that were used the longest ago, until there are `most` with this
    /// one. A store that [can't list](Self::can_list) is told `usize::MAX`.
    fn insert(
        &self,
        key: &SecretDigest,
        session: &SessionRecord,
        most: usize,
    ) -> Eventual<Result<(), Unavailable>>;

    /// The session under this key, if it has not ended.
    fn find(&self, key: &SecretDigest) -> Eventual<Result<Lookup, Unavailable>>;

    /// Notes that the session was used. Does nothing to one that is gone, or that was used later.
    fn touch(&self, key: &SecretDigest, active_at: SystemTime)
    -> Eventual<Result<(), Unavailable>>;

    /// Puts `session` under a new key in the place of the one under `old`, in one step: at no time
    /// are both there or neither. For some time (a minute will do) the old key is
    /// [`Lookup::Renewed`].
    ///
    /// It keeps the data that is stored, whatever `session` says: that may have changed since it was
    /// read. `false`, and nothing is stored, if there is no session under `old`: it was ended or
    /// renewed meanwhile, and must not come back. It stays its subject's session: for another
    /// subject, insert one and remove the old.
    fn renew(
        &self,
        old: &SecretDigest,
        new: &SecretDigest,
        session: &SessionRecord,
    ) -> Eventual<Result<bool, Unavailable>>;

    /// Puts `new` in the place of the session's data if that is `old`, in one step: of several who
    /// have read the same, one writes. Where the two are equal nothing is to be written, but whether the
    /// data still is that is told all the same.
    fn swap_data(
        &self,
        key: &SecretDigest,
        old: &[u8],
        new: &[u8],
    ) -> Eventual<Result<DataSwap, Unavailable>>;

    /// Ends the session. When it returns, every [`find`](Self::find) that begins later heeds it.
    fn remove(&self, key: &SecretDigest) -> Eventual<Result<(), Unavailable>>;

    /// All sessions of a subject, in no order.
    fn of_subject(&self, subject: &str) -> Eventual<Result<SubjectSessions, Unavailable>>;

    /// Ends all sessions of a subject but the one under `but`, and says how many these were.
    fn remove_subject(
        &self,
        subject: &str,
        but: Option<&SecretDigest>,
    ) -> Eventual<Result<usize, Unavailable>>;

    /// Whether it can find the sessions of a subject: to list them, end them, and keep them few.
    fn can_list(&self) -> bool {
        true
    }

    /// Tells `listener` of sessions that end, change or are renewed, on all machines, from now on. A store
    /// that nobody else changes, or that can't tell, does nothing.
    fn listen(&self, listener: Arc<dyn Listener>) {
        drop(listener);
    }
}

impl<S: SessionStore + ?Sized> SessionStore for Arc<S> {
    fn insert(
        &self,
        key: &SecretDigest,
        session: &SessionRecord,
        most: usize,
    ) -> Eventual<Result<(), Unavailable>> {
        (**self).insert(key, session, most)
    }

    fn find(&self, key: &SecretDigest) -> Eventual<Result<Lookup, Unavailable>> {
        (**self).find(key)
    }

    fn touch(
        &self,
        key: &SecretDigest,
        active_at: SystemTime,
    ) -> Eventual<Result<(), Unavailable>> {
        (**self).touch(key, active_at)
    }

    fn renew(
        &self,
        old: &SecretDigest,
        new: &SecretDigest,
        session: &SessionRecord,
    ) -> Eventual<Result<bool, Unavailable>> {
        (**self).renew(old, new, session)
    }

    fn swap_data(
        &self,
        key: &SecretDigest,
        old: &[u8],
        new: &[u8],
    ) -> Eventual<Result<DataSwap, Unavailable>> {
        (**self).swap_data(key, old, new)
    }

    fn remove(&self, key: &SecretDigest) -> Eventual<Result<(), Unavailable>> {
        (**self).remove(key)
    }

    fn of_subject(&self, subject: &str) -> Eventual<Result<SubjectSessions, Unavailable>> {
        (**self).of_subject(subject)
    }

    fn remove_subject(
        &self,
        subject: &str,
        but: Option<&SecretDigest>,
    ) -> Eventual<Result<usize, Unavailable>> {
        (**self).remove_subject(subject, but)
    }

    fn can_list(&self) -> bool {
        (**self).can_list()
    }

    fn listen(&self, listener: Arc<dyn Listener>) {
        (**self).listen(listener);
    }
}

/// What is under a key.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "whoever asks must treat all three")]
pub enum Lookup {
    /// A session.
    Found(Arc<SessionRecord>),
    /// A session that goes on under another key since a short while. The old key lets nobody in.
    Renewed,
    /// Nothing: it has ended, or never was.
    Absent,
}

/// What became of data that was to be [swapped](SessionStore::swap_data).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever writes must treat all three")]
pub enum DataSwap {
    /// It is stored.
    Done,
    /// Somebody else has written meanwhile. Nothing is stored.
    Changed,
    /// There is no session under the key. Nothing is stored.
    Absent,
}

/// The sessions of a subject, and their keys.
pub type SubjectSessions = Vec<(SecretDigest, Arc<SessionRecord>)>;

/// A session.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionRecord {
    /// Whose it is.
    pub subject: Box<str>,
    /// When they logged in.
    pub started_at: SystemTime,
    /// When it was last seen in use, to the minute.
    pub active_at: SystemTime,
    /// When it ends, however much it is used.
    pub ends_at: SystemTime,
    /// How long it lives without being used.
    pub idle_for: Duration,
    /// Where they logged in from, for the list of sessions.
    pub source: Option<Box<str>>,
    /// With which program, for the list of sessions.
    pub agent: Option<Box<str>>,
    /// What whoever logged in was known by, as [`Principal::security_stamp`] has it.
    ///
    /// [`Principal::security_stamp`]: crate::Principal::security_stamp
    pub stamp: Option<Box<SecretDigest>>,
    /// What the service keeps with it, at most 4 KiB.
    pub data: Box<[u8]>,
}

impl SessionRecord {
    /// A session that begins and is used now.
    #[must_use]
    pub fn new(
        subject: impl Into<Box<str>>,
        now: SystemTime,
        ends_at: SystemTime,
        idle_for: Duration,
    ) -> Self {
        Self {
            subject: subject.into(),
            started_at: now,
            active_at: now,
            ends_at,
            idle_for,
            source: None,
            agent: None,
            stamp: None,
            data: Box::default(),
        }
    }

    /// What the keys of a subject's sessions begin with. Goes into the session's id, because who
    /// presents it does not say whose it is.
    #[must_use]
    pub fn group(subject: &str) -> [u8; 2] {
        let [first, second, ..] = *SecretDigest::of(subject.as_bytes()).as_bytes();
        [first, second]
    }

    /// The key of a session: the group of its subject, then 30 bytes of the digest of its `id`. The
    /// id holds at least 128 random bits, and the group, so that it can be told from the id alone.
    ///
    /// ```
    /// use tower_auth::store::SessionRecord;
    ///
    /// let random = [7; 32]; // from the system's source of randomness
    /// let group = SessionRecord::group("alice");
    /// let id = [&group[..], &random].concat(); // in the cookie
    /// let key = SessionRecord::key(group, &id); // in the store
    /// assert_eq!(key.as_bytes()[..2], group);
    /// ```
    #[must_use]
    pub fn key(group: [u8; 2], id: &[u8]) -> SecretDigest {
        let mut key = *SecretDigest::of(id).as_bytes();
        let [first, second, ..] = &mut key;
        [*first, *second] = group;
        SecretDigest::from(key)
    }

    /// When it ends if it is not used again. A store may forget it then.
    #[must_use]
    pub fn until(&self) -> SystemTime {
        self.active_at
            .checked_add(self.idle_for)
            .map_or(self.ends_at, |idle| idle.min(self.ends_at))
    }
}

impl fmt::Debug for SessionRecord {
    /// Leaves out the data, which may be anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRecord")
            .field("subject", &self.subject)
            .field("until", &self.until())
            .finish_non_exhaustive()
    }
}
