//! Beginning and ending sessions.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::USER_AGENT;
use http::request::Parts;

use super::cookie::{Cookie, SetCookie};
use super::evidence::Evidence;
use super::known::Known;
use super::settings::SessionsBuilder;
use super::users::SessionUsers;
use crate::clock::Clock;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;
use crate::store::{Lookup, SessionRecord, SessionStore};

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
    pub(super) clock: Arc<dyn Clock>,
}

/// What a session begins with.
#[derive(Clone, Debug)]
pub struct Login {
    subject: Box<str>,
    source: Option<Box<str>>,
    data: Box<[u8]>,
}

impl Login {
    /// A login of this user.
    #[must_use]
    pub fn new(subject: impl Into<Box<str>>) -> Self {
        Self { subject: subject.into(), source: None, data: Box::default() }
    }

    /// From where, for the list of sessions: an address, a place.
    #[must_use]
    pub fn source(mut self, source: impl Into<Box<str>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What the service keeps with the session, at most 4 KiB; more is refused at the login.
    #[must_use]
    pub fn data(mut self, data: impl Into<Box<[u8]>>) -> Self {
        self.data = data.into();
        self
    }
}

impl From<&str> for Login {
    fn from(subject: &str) -> Self {
        Self::new(subject)
    }
}

impl From<String> for Login {
    fn from(subject: String) -> Self {
        Self::new(subject)
    }
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
    /// # Errors
    ///
    /// The store is down or full, or the data is larger than 4 KiB. Nobody is logged in.
    pub async fn login(
        &self,
        request: &Parts,
        login: impl Into<Login>,
    ) -> Result<SetCookie, Unavailable> {
        let Login { subject, source, data } = login.into();
        if data.len() > LARGEST_DATA {
            return Err(Unavailable::new("the data of a session is larger than 4 KiB"));
        }
        if let Some(old) = self.0.cookie.read(request) {
            self.0.store.remove(&old).await?;
        }
        let at = self.0.clock.now();
        let ends_at = at.checked_add(self.0.absolute).unwrap_or(at);
        let mut session = SessionRecord::new(subject, at, ends_at, self.0.idle);
        session.source = source;
        session.agent = agent(request);
        session.data = data;
        let (key, cookie) = self.0.cookie.issue(&session.subject)?;
        self.0.store.insert(&key, &session).await?;
        Ok(cookie)
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

    /// The session of `request`.
    ///
    /// # Errors
    ///
    /// The store is down.
    pub async fn current(&self, request: &Parts) -> Result<Option<Session>, Unavailable> {
        let Some(key) = self.0.cookie.read(request) else { return Ok(None) };
        Ok(match self.0.store.find(&key).await? {
            Lookup::Found(record) => Some(Session { key, record, is_current: true }),
            Lookup::Renewed | Lookup::Absent => None,
        })
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

/// A session, for the list that its user sees.
#[derive(Clone, Debug)]
pub struct Session {
    key: SecretDigest,
    record: Arc<SessionRecord>,
    is_current: bool,
}

impl Session {
    /// By which it can be [ended](Sessions::end).
    #[must_use]
    pub fn handle(&self) -> SessionHandle {
        SessionHandle(self.key)
    }

    /// Whose it is.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.record.subject
    }

    /// When they logged in.
    #[must_use]
    pub fn started_at(&self) -> SystemTime {
        self.record.started_at
    }

    /// When it was last used, to the minute.
    #[must_use]
    pub fn active_at(&self) -> SystemTime {
        self.record.active_at
    }

    /// From where they logged in.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.record.source.as_deref()
    }

    /// With which program they logged in (`User-Agent`).
    #[must_use]
    pub fn agent(&self) -> Option<&str> {
        self.record.agent.as_deref()
    }

    /// What the service keeps with it.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.record.data
    }

    /// Whether it is the one of the request that asks.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.is_current
    }
}

/// Names a session without being good for a login. `Display` and `FromStr` are for forms and links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionHandle(SecretDigest);

impl fmt::Display for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0.as_bytes()))
    }
}

impl std::str::FromStr for SessionHandle {
    type Err = ParseHandleError;

    fn from_str(text: &str) -> Result<Self, ParseHandleError> {
        let mut digest = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut digest) {
            Ok(32) => Ok(Self(SecretDigest::from(digest))),
            _ => Err(ParseHandleError),
        }
    }
}

/// What was to be a [`SessionHandle`] is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the handle of a session")]
#[non_exhaustive]
pub struct ParseHandleError;

/// `User-Agent`, cut to what a list can show.
fn agent(request: &Parts) -> Option<Box<str>> {
    let agent = request.headers.get(USER_AGENT)?.to_str().ok()?;
    Some(agent.chars().take(LONGEST_AGENT).collect::<String>().into())
}

const LARGEST_DATA: usize = 4096;
/// In characters.
const LONGEST_AGENT: usize = 200;
