//! Sessions in stores that were written for tower-sessions.

mod records;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tower_sessions_core::session::Record;
use tower_sessions_core::session_store::Error;

use self::records::Kind;
use super::sessions::{DataSwap, Lookup, SessionRecord, SessionStore, SubjectSessions};
use crate::clock::{Clock, SystemClock};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;

/// Sessions in any store that was written for [tower-sessions](https://docs.rs/tower-sessions): its
/// stores over Postgres, MySQL, SQLite, MongoDB and others then serve
/// [`Sessions`](crate::scheme::session::Sessions). The store must stand on
/// `tower-sessions-core` 0.15, as this crate does (`tower-sessions-rusqlite-store` 0.15 is;
/// `tower-sessions-sqlx-store` 0.15 is still on 0.14).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tower_auth::scheme::session::Sessions;
/// use tower_auth::store::TowerSessions;
/// use tower_sessions_memory_store::MemoryStore;
///
/// let sessions = Sessions::builder(TowerSessions::new(MemoryStore::default())).build()?;
/// # let _ = sessions;
/// # Ok(())
/// # }
/// ```
///
/// Such a store can create, save, load and delete one record at a time, and no more. What holds of
/// that which [`SessionStore`] promises:
///
/// - **What has ended stays ended.** The record of a session is written once, when it begins, and
///   never again: that it was used is kept in a record beside it, and data that was changed in
///   another. So whatever comes late, or from another machine, brings no session back. A look-up
///   loads all three.
/// - **Of many who change the data at once one writes**, as with renewals: whoever creates a certain
///   record first. Who is interrupted between that and the writing holds the others up for a minute,
///   in which they are [`Unavailable`]. What is written while the session is renewed may be lost.
/// - **The store holds digests only**, here too.
/// - **No list by user.** [`Sessions::list`], [`logout_everywhere`] and [`logout_elsewhere`] are
///   [`Unavailable`], and end nothing; a user can have any number of sessions. To end all sessions of a user all the same, as after a change
///   of the password, log them in under a name with a number (`alice:7`), and have the directory
///   ([`SessionUsers`]) know the present number only.
/// - **Renewing takes several steps.** Whoever creates a certain record first may renew; then the
///   new session is created, and the old one deleted before the new id is given out. So of many
///   renewals at once one wins, if the store's `create` finds out whether an id is taken and takes
///   it in one step. Where it looks first and writes then, or is that of the trait, which does not
///   look, two may win: two sessions of one login, and the old id is dead all the same. What is
///   interrupted in between leaves the old session as it was.
/// - **Ending a session while it is renewed** may come too late for the new id, since a store can't
///   say whether it had what it deleted.
/// - **Ended records are swept out by the store**, with its `delete_expired`: run that.
///
/// [`Sessions::list`]: crate::scheme::session::Sessions::list
/// [`logout_everywhere`]: crate::scheme::session::Sessions::logout_everywhere
/// [`logout_elsewhere`]: crate::scheme::session::Sessions::logout_elsewhere
/// [`SessionUsers`]: crate::scheme::session::SessionUsers
pub struct TowerSessions<S>(Arc<Inner<S>>);

struct Inner<S> {
    store: S,
    clock: Arc<dyn Clock>,
}

impl<S: tower_sessions_core::SessionStore> TowerSessions<S> {
    /// Sessions in this store.
    pub fn new(store: S) -> Self {
        Self(Arc::new(Inner { store, clock: Arc::new(SystemClock) }))
    }

    /// The same by another clock. Default: the system's. The store has one of its own.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        // INVARIANT: nobody else holds it, since this is no `Clone` and has not been asked yet.
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.clock = Arc::new(clock);
        }
        self
    }

    fn eventually<T, F>(
        &self,
        work: impl FnOnce(Arc<Inner<S>>) -> F,
    ) -> Eventual<Result<T, Unavailable>>
    where
        F: Future<Output = Result<T, Unavailable>> + Send + 'static,
    {
        Eventual::pending(work(Arc::clone(&self.0)))
    }
}

impl<S: tower_sessions_core::SessionStore> Inner<S> {
    /// Whether the record was created under its own id: a store gives it another one if that is
    /// taken.
    async fn create(&self, mut record: Record) -> Result<bool, Unavailable> {
        let id = record.id;
        self.store.create(&mut record).await.map_err(failed)?;
        if record.id == id {
            return Ok(true);
        }
        self.store.delete(&record.id).await.map_err(failed)?;
        Ok(false)
    }

    async fn load(&self, key: &SecretDigest, kind: Kind) -> Result<Option<Record>, Unavailable> {
        self.store.load(&records::id(key, kind)).await.map_err(failed)
    }

    async fn delete(&self, key: &SecretDigest, kind: Kind) -> Result<(), Unavailable> {
        self.store.delete(&records::id(key, kind)).await.map_err(failed)
    }

    /// The session under this key, with its latest use and data.
    async fn session(&self, key: &SecretDigest) -> Result<Option<SessionRecord>, Unavailable> {
        Ok(self.versioned(key).await?.map(|(session, _)| session))
    }

    /// The same, and which version of its data that is.
    async fn versioned(
        &self,
        key: &SecretDigest,
    ) -> Result<Option<(SessionRecord, u64)>, Unavailable> {
        let record = self.load(key, Kind::Session).await?;
        let Some(mut session) = record.and_then(|it| records::read_session(&it, key)) else {
            return Ok(None);
        };
        let used = self.load(key, Kind::Use).await?;
        if let Some(active_at) = used.and_then(|it| records::read_use(&it)) {
            session.active_at = session.active_at.max(active_at);
        }
        let mut version = 0;
        let changed = self.load(key, Kind::Data).await?;
        if let Some(changed) = changed.and_then(|it| records::read_data(&it)) {
            (version, session.data) = changed;
        }
        Ok((session.until() > self.clock.now()).then_some((session, version)))
    }

    async fn insert(&self, key: SecretDigest, session: SessionRecord) -> Result<(), Unavailable> {
        if self.create(records::session(&key, &session)).await? {
            return Ok(());
        }
        Err(Unavailable::new("a session is under that key already"))
    }

    async fn find(&self, key: SecretDigest) -> Result<Lookup, Unavailable> {
        if let Some(session) = self.session(&key).await? {
            return Ok(Lookup::Found(Arc::new(session)));
        }
        let renewed = self.load(&key, Kind::Renewed).await?;
        Ok(if renewed.is_some() { Lookup::Renewed } else { Lookup::Absent })
    }

    async fn touch(&self, key: SecretDigest, active_at: SystemTime) -> Result<(), Unavailable> {
        let Some(mut session) = self.session(&key).await? else { return Ok(()) };
        if session.active_at >= active_at {
            return Ok(());
        }
        session.active_at = active_at;
        // Should the session be removed meanwhile, this is left over, and means nothing.
        self.store.save(&records::used(&key, &session)).await.map_err(failed)
    }

    async fn renew(
        &self,
        old: SecretDigest,
        new: SecretDigest,
        mut session: SessionRecord,
    ) -> Result<bool, Unavailable> {
        if !self.create(records::renewed(&old, self.in_a_minute())).await? {
            return Ok(false);
        }
        // Only now it is known that nobody else renews it, and whether it is still there.
        let renewed = match self.session(&old).await {
            Ok(Some(held)) => {
                session.data = held.data;
                self.replace(&old, &new, &session).await.map(|()| true)
            }
            Ok(None) => Ok(false),
            Err(outage) => Err(outage),
        };
        if matches!(renewed, Ok(true)) {
            // If it is left over, nothing reads it.
            let _ = self.delete(&old, Kind::Data).await;
        } else {
            // Else it would be a minute until it can be renewed.
            self.delete(&old, Kind::Renewed).await?;
        }
        renewed
    }

    async fn replace(
        &self,
        old: &SecretDigest,
        new: &SecretDigest,
        session: &SessionRecord,
    ) -> Result<(), Unavailable> {
        self.insert(*new, session.clone()).await?;
        let deleted = self.delete(old, Kind::Session).await;
        if deleted.is_err() {
            self.delete(new, Kind::Session).await?;
        }
        deleted
    }

    async fn swap_data(
        &self,
        key: SecretDigest,
        old: Box<[u8]>,
        new: Box<[u8]>,
    ) -> Result<DataSwap, Unavailable> {
        let Some((session, version)) = self.versioned(&key).await? else {
            return Ok(DataSwap::Absent);
        };
        if session.data == old && old == new {
            return Ok(DataSwap::Done);
        }
        let next = version.saturating_add(1);
        // The claim stays: who has read this version, and is slow, must not write the next one.
        let may_write = session.data == old
            && self.create(records::claim(&key, next, self.in_a_minute())).await?;
        if !may_write {
            return Ok(DataSwap::Changed);
        }
        let changed = records::data(&key, next, &new, session.ends_at);
        let saved = self.store.save(&changed).await.map_err(failed);
        if saved.is_err() {
            self.delete(&key, Kind::Claim(next)).await?;
        }
        saved.map(|()| DataSwap::Done)
    }

    async fn remove(&self, key: SecretDigest) -> Result<(), Unavailable> {
        for kind in [Kind::Session, Kind::Use, Kind::Data] {
            self.delete(&key, kind).await?;
        }
        Ok(())
    }

    fn in_a_minute(&self) -> SystemTime {
        self.clock.now().checked_add(A_MINUTE).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

impl<S: tower_sessions_core::SessionStore> SessionStore for TowerSessions<S> {
    fn insert(
        &self,
        key: &SecretDigest,
        session: &SessionRecord,
        _: usize,
    ) -> Eventual<Result<(), Unavailable>> {
        let (key, session) = (*key, session.clone());
        self.eventually(move |inner| async move { inner.insert(key, session).await })
    }

    fn find(&self, key: &SecretDigest) -> Eventual<Result<Lookup, Unavailable>> {
        let key = *key;
        self.eventually(move |inner| async move { inner.find(key).await })
    }

    fn touch(
        &self,
        key: &SecretDigest,
        active_at: SystemTime,
    ) -> Eventual<Result<(), Unavailable>> {
        let key = *key;
        self.eventually(move |inner| async move { inner.touch(key, active_at).await })
    }

    fn renew(
        &self,
        old: &SecretDigest,
        new: &SecretDigest,
        session: &SessionRecord,
    ) -> Eventual<Result<bool, Unavailable>> {
        let (old, new, session) = (*old, *new, session.clone());
        self.eventually(move |inner| async move { inner.renew(old, new, session).await })
    }

    fn swap_data(
        &self,
        key: &SecretDigest,
        old: &[u8],
        new: &[u8],
    ) -> Eventual<Result<DataSwap, Unavailable>> {
        let (key, old, new) = (*key, old.into(), new.into());
        self.eventually(move |inner| async move { inner.swap_data(key, old, new).await })
    }

    fn remove(&self, key: &SecretDigest) -> Eventual<Result<(), Unavailable>> {
        let key = *key;
        self.eventually(move |inner| async move { inner.remove(key).await })
    }

    fn of_subject(&self, _: &str) -> Eventual<Result<SubjectSessions, Unavailable>> {
        Eventual::Ready(Err(no_list()))
    }

    fn remove_subject(
        &self,
        _: &str,
        _: Option<&SecretDigest>,
    ) -> Eventual<Result<usize, Unavailable>> {
        Eventual::Ready(Err(no_list()))
    }

    fn can_list(&self) -> bool {
        false
    }
}

impl<S> fmt::Debug for TowerSessions<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TowerSessions").finish_non_exhaustive()
    }
}

fn no_list() -> Unavailable {
    Unavailable::new(
        "a store of tower-sessions finds sessions by their id only, and can neither list nor end \
         those of one user: use MemorySessions or RedisStores for that",
    )
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn failed(why: Error) -> Unavailable {
    Unavailable::new(format!("the store of tower-sessions: {why}"))
}

/// How long the old key of a session is known as such, and who is to write its data.
const A_MINUTE: Duration = Duration::from_secs(60);
