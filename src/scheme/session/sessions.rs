//! Beginning and ending sessions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::USER_AGENT;
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cookie::{Cookie, SetCookie};
use super::data::{self, NotKept};
use super::evidence::Evidence;
use super::known::Known;
use super::listed::{Session, SessionHandle};
use super::login::Login;
use super::settings::SessionsBuilder;
use super::users::SessionUsers;
use crate::clock::Clock;
use crate::rejection::Unavailable;
use crate::store::{DataSwap, Lookup, SessionRecord, SessionStore};

/// Begins, lists and ends sessions. Cheap to clone: one end is the scheme's, the others are your
/// handlers'.
///
/// Whatever fails here fails because the store does: answer 503.
#[derive(Clone)]
pub struct Sessions(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) store: Arc<dyn SessionStore>,
    pub(super) users: Arc<dyn SessionUsers>,
    pub(super) known: Known,
    pub(super) cookie: Cookie,
    pub(super) evidence: Option<Evidence>,
    pub(super) idle: Duration,
    pub(super) absolute: Duration,
    pub(super) max_per_subject: usize,
    pub(super) clock: Arc<dyn Clock>,
}

impl Sessions {
    /// Sessions that are kept in `store`.
    pub fn builder(store: impl SessionStore) -> SessionsBuilder {
        SessionsBuilder::new(store)
    }

    /// Begins a session for a user whom you have just identified. `request` is the one that logs
    /// in: the session that it may have had before ends, so that nobody goes on with an id that
    /// was planted.
    ///
    /// A user can have 100 sessions ([`max_per_subject`](SessionsBuilder::max_per_subject)): with one
    /// more, the one that was used the longest ago ends.
    ///
    /// # Errors
    ///
    /// The store is down or full, or the [directory](SessionsBuilder::users) is down. Nobody is
    /// logged in.
    pub async fn login(
        &self,
        request: &Parts,
        login: impl Into<Login>,
    ) -> Result<SetCookie, Unavailable> {
        let Login { subject, source, stamp, data } = login.into();
        let (epoch, mut user) = (self.0.known.epoch(), None);
        if stamp.is_none() {
            user = self.0.users.load(&subject).await?;
        }
        if let Some(old) = self.0.cookie.read(request) {
            self.0.store.remove(&old).await?;
        }
        let at = self.0.clock.now();
        let ends_at = at.checked_add(self.0.absolute).unwrap_or(at);
        let mut session = SessionRecord::new(subject, at, ends_at, self.0.idle);
        session.source = source;
        session.agent = agent(request);
        session.stamp = stamp.or_else(|| user.as_ref()?.stamp()).map(Box::new);
        session.data = data;
        let (key, cookie) = self.0.cookie.issue(&session.subject)?;
        self.0.store.insert(&key, &session, self.0.max_per_subject).await?;
        if let Some(user) = user {
            self.0.known.put(&key, &session, user, (epoch, at));
        }
        Ok(cookie)
    }

    /// Changes what the service keeps with the session of `request`, and gives back what `change`
    /// says. `None` if there is no session: what would be kept with it is gone like the rest.
    ///
    /// No change is lost: where another request has changed the data meanwhile, `change` is called
    /// again, with what that left. It begins with `T::default()` where there is no data yet, or
    /// none that `T` can be read from.
    ///
    /// ```
    /// # use http::request::Parts;
    /// use serde::{Deserialize, Serialize};
    /// use tower_auth::scheme::session::{NotKept, Sessions};
    ///
    /// #[derive(Default, Serialize, Deserialize)]
    /// struct Cart { articles: Vec<u64> }
    ///
    /// async fn add(sessions: &Sessions, request: &Parts, article: u64) -> Result<(), NotKept> {
    ///     sessions.update(request, |cart: &mut Cart| cart.articles.push(article)).await?;
    ///     Ok(())
    /// }
    /// # let _ = add;
    /// ```
    ///
    /// # Errors
    ///
    /// The data would be larger than 4 KiB or can't be written as JSON, or the store is down.
    /// Nothing is changed.
    pub async fn update<T, R>(
        &self,
        request: &Parts,
        mut change: impl FnMut(&mut T) -> R,
    ) -> Result<Option<R>, NotKept>
    where
        T: Serialize + DeserializeOwned + Default,
    {
        let Some(key) = self.0.cookie.read(request) else { return Ok(None) };
        for _ in 0..MOST_SWAPS {
            let Lookup::Found(session) = self.0.store.find(&key).await? else { return Ok(None) };
            let (said, new) = data::changed(&session.data, &mut change)?;
            // Also where nothing changes: a store may have told what was a moment ago.
            match self.0.store.swap_data(&key, &session.data, &new).await? {
                DataSwap::Done => return Ok(Some(said)),
                DataSwap::Absent => return Ok(None),
                DataSwap::Changed => {}
            }
        }
        Err(Unavailable::new("others change the data of this session all the time").into())
    }

    /// Gives the session of `request` a new id, as it must be when what its user may do changes.
    /// The old id is dead at once; requests under way with it get a 401 that leaves the new cookie
    /// alone. `None` if there is no session, or somebody else has just renewed it.
    ///
    /// # Errors
    ///
    /// The store is down. The old id is still good.
    pub async fn renew(&self, request: &Parts) -> Result<Option<SetCookie>, Unavailable> {
        let Some(old) = self.0.cookie.read(request) else { return Ok(None) };
        let Lookup::Found(session) = self.0.store.find(&old).await? else { return Ok(None) };
        let (new, cookie) = self.0.cookie.issue(&session.subject)?;
        let mut session = Arc::unwrap_or_clone(session);
        session.active_at = session.active_at.max(self.0.clock.now());
        self.0.known.forget(&session.subject);
        let renewed = self.0.store.renew(&old, &new, &session).await?;
        Ok(renewed.then_some(cookie))
    }

    /// Ends the session of `request`, and takes the cookie back.
    ///
    /// A browser may still show a page that was seen when its back button is pressed: Chromium does,
    /// `no-store` notwithstanding. The example `sessions` has a script of two lines against it.
    ///
    /// # Errors
    ///
    /// The store is down. The session goes on.
    pub async fn logout(&self, request: &Parts) -> Result<SetCookie, Unavailable> {
        if let Some(key) = self.0.cookie.read(request) {
            self.0.store.remove(&key).await?;
        }
        Ok(self.0.cookie.clear())
    }

    /// Ends all sessions of a user, and says how many these were: when the password changes, or
    /// when an administrator wants it.
    ///
    /// # Errors
    ///
    /// The store is down. Some sessions may go on.
    pub async fn logout_everywhere(&self, subject: &str) -> Result<usize, Unavailable> {
        self.0.known.forget(subject);
        self.0.store.remove_subject(subject, None).await
    }

    /// As [`logout_everywhere`](Self::logout_everywhere), but for the session of `request`.
    ///
    /// # Errors
    ///
    /// The store is down. Some sessions may go on.
    pub async fn logout_elsewhere(
        &self,
        request: &Parts,
        subject: &str,
    ) -> Result<usize, Unavailable> {
        self.0.known.forget(subject);
        let own = self.0.cookie.read(request);
        self.0.store.remove_subject(subject, own.as_ref()).await
    }

    /// The sessions of a user, the latest first. The one of `request` says that it is.
    ///
    /// # Errors
    ///
    /// The store is down.
    pub async fn list(&self, request: &Parts, subject: &str) -> Result<Vec<Session>, Unavailable> {
        let own = self.0.cookie.read(request);
        let held = self.0.store.of_subject(subject).await?.into_iter();
        let mut sessions: Vec<Session> = held
            .map(|(key, record)| Session { is_current: own == Some(key), key, record })
            .collect();
        sessions.sort_by_key(|session| std::cmp::Reverse(session.record.active_at));
        Ok(sessions)
    }

    /// The session of `request`, if it still identifies somebody: not after the password was changed,
    /// and with it the user's [stamp](crate::Principal::security_stamp).
    ///
    /// # Errors
    ///
    /// The store is down, or the [directory](SessionsBuilder::users).
    pub async fn current(&self, request: &Parts) -> Result<Option<Session>, Unavailable> {
        let Some(key) = self.0.cookie.read(request) else { return Ok(None) };
        let Lookup::Found(record) = self.0.store.find(&key).await? else { return Ok(None) };
        let (epoch, now) = (self.0.known.epoch(), self.0.clock.now());
        let is_over = record.until() <= now
            || (self.0.known.get(&key, &record, now).is_none() && {
                let user = self.0.users.load(&record.subject).await?;
                self.0.whose(&key, &record, user, (epoch, now)).is_err()
            });
        Ok((!is_over).then_some(Session { key, record, is_current: true }))
    }

    /// Ends one session of a user, and says whether there was such.
    ///
    /// # Errors
    ///
    /// The store is down. The session goes on.
    pub async fn end(&self, subject: &str, handle: &SessionHandle) -> Result<bool, Unavailable> {
        match self.0.store.find(&handle.0).await? {
            Lookup::Found(session) if *session.subject == *subject => {
                self.0.store.remove(&handle.0).await?;
                Ok(true)
            }
            Lookup::Found(_) | Lookup::Renewed | Lookup::Absent => Ok(false),
        }
    }

    /// Has the directory asked again for this user with the next request of each of their sessions.
    pub fn forget_user(&self, subject: &str) {
        self.0.known.forget(subject);
    }

    /// Whether `request` was sent by one of the service's own pages, as a login form has to ask:
    /// there is no session yet that the scheme could protect.
    #[must_use]
    pub fn is_from_own_page(&self, request: &Parts) -> bool {
        self.0.evidence.as_ref().is_none_or(|evidence| evidence.is_given(request))
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("cookie", &self.0.cookie.name).finish_non_exhaustive()
    }
}

/// `User-Agent`, cut to what a list can show.
fn agent(request: &Parts) -> Option<Box<str>> {
    let agent = request.headers.get(USER_AGENT)?.to_str().ok()?;
    Some(agent.chars().take(LONGEST_AGENT).collect::<String>().into())
}

/// Of so many who change the same data at once, each does so in the end.
const MOST_SWAPS: u32 = 100;
/// In characters.
const LONGEST_AGENT: usize = 200;
