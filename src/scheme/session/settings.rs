//! The settings of sessions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::cookie::{Cookie, SameSite};
use super::evidence::Evidence;
use super::known::Known;
use super::sessions::{Sessions, Shared};
use super::users::SessionUsers;
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::identity::Principal;
use crate::store::SessionStore;

/// The settings of [`Sessions`].
#[must_use]
pub struct SessionsBuilder {
    store: Arc<dyn SessionStore>,
    users: Arc<dyn SessionUsers>,
    cookie_name: Option<Box<str>>,
    secure: bool,
    same_site: SameSite,
    evidence: Evidence,
    check_origin: bool,
    idle: Duration,
    absolute: Duration,
    max_per_subject: Option<usize>,
    persistent: bool,
    clock: Arc<dyn Clock>,
}

impl SessionsBuilder {
    pub(super) fn new(store: impl SessionStore) -> Self {
        Self {
            store: Arc::new(store),
            users: Arc::new(|subject: &str| Some(Principal::new(subject))),
            cookie_name: None,
            secure: true,
            same_site: SameSite::Lax,
            evidence: Evidence::default(),
            check_origin: true,
            idle: IDLE,
            absolute: ABSOLUTE,
            max_per_subject: None,
            persistent: false,
            clock: Arc::new(SystemClock),
        }
    }

    /// Knows the users' roles and records. Default: each is their name and nothing else.
    pub fn users(mut self, users: impl SessionUsers) -> Self {
        self.users = Arc::new(users);
        self
    }

    /// How long a session lives without being used. Default: 30 min; at least 1 min.
    pub fn idle(mut self, time: Duration) -> Self {
        self.idle = time;
        self
    }

    /// How long a session lives at most. Default: 12 h; at most 400 days, as browsers have it.
    pub fn absolute(mut self, time: Duration) -> Self {
        self.absolute = time;
        self
    }

    /// How many sessions a user can have. With one more login, the one ends that was used the
    /// longest ago: whoever logs in is somebody who is there, and it mostly is one that was left.
    /// Default: 100, which few people notice, and which keeps one account from filling the store
    /// for all others; none where the store can't list a user's sessions. `usize::MAX`: none.
    pub fn max_per_subject(mut self, sessions: usize) -> Self {
        self.max_per_subject = Some(sessions);
        self
    }

    /// The name of the cookie. Default: `__Host-session`, whose prefix makes browsers refuse it
    /// from any other host; `session` for an
    /// [insecure cookie](Self::danger_insecure_cookie).
    pub fn cookie_name(mut self, name: impl Into<Box<str>>) -> Self {
        self.cookie_name = Some(name.into());
        self
    }

    /// When browsers send the cookie along. Default: [`SameSite::Lax`].
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Has browsers keep the cookie when they are closed, for as long as the session can last.
    pub fn persistent(mut self) -> Self {
        self.persistent = true;
        self
    }

    /// Lets the pages of these origins act with a person's session too, each as browsers send it:
    /// `https://app.example`. The service's own pages always may.
    pub fn origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.evidence.origins = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Sends the cookie over plain HTTP, for development: not `Secure`, and called `session` unless
    /// it has another [name](Self::cookie_name).
    ///
    /// # Security
    ///
    /// Whoever sees the traffic can take over the session.
    pub fn danger_insecure_cookie(mut self) -> Self {
        self.secure = false;
        self
    }

    /// Takes requests that change something without evidence of who sent them.
    ///
    /// # Security
    ///
    /// Every site can act in the name of whoever visits it, but for what `SameSite` withholds. Only
    /// for services with protection of their own.
    pub fn danger_skip_origin_check(mut self) -> Self {
        self.check_origin = false;
        self
    }

    /// Tells the time. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// When browsers would not keep the cookie, or when a session could not last; the sentence
    /// says what to do.
    pub fn build(self) -> Result<Sessions, ConfigError> {
        let cookie = self.cookie();
        cookie.check()?;
        self.evidence.check()?;
        let max_per_subject = self.most()?;
        if self.idle < SHORTEST || self.absolute < self.idle || self.absolute > LONGEST {
            return Err(ConfigError::new(
                "sessions must last at least 1 min without being used, and in all at least that \
                 long and at most 400 days",
            ));
        }
        Ok(Sessions(Arc::new(Shared {
            store: self.store,
            users: self.users,
            known: Known::default(),
            cookie,
            evidence: self.check_origin.then_some(self.evidence),
            idle: self.idle,
            absolute: self.absolute,
            max_per_subject,
            clock: self.clock,
        })))
    }

    fn cookie(&self) -> Cookie {
        let usual = if self.secure { "__Host-session" } else { "session" };
        Cookie {
            name: self.cookie_name.clone().unwrap_or_else(|| usual.into()),
            secure: self.secure,
            same_site: self.same_site,
            max_age: self.persistent.then_some(self.absolute),
        }
    }

    /// How many sessions a user can have.
    fn most(&self) -> Result<usize, ConfigError> {
        match self.max_per_subject {
            Some(0) => Err(ConfigError::new(
                "users can have 0 sessions, so nobody could log in: give `max_per_subject` at \
                 least 1",
            )),
            Some(most) if most < usize::MAX && !self.store.can_list() => Err(ConfigError::new(
                "the store can't find the sessions of a user, so it can't keep them few: leave \
                 out `max_per_subject`, or keep sessions in MemorySessions or RedisStores",
            )),
            Some(most) => Ok(most),
            None if self.store.can_list() => Ok(MOST_SESSIONS),
            None => Ok(usize::MAX),
        }
    }
}

impl fmt::Debug for SessionsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionsBuilder")
            .field("cookie", &self.cookie().name)
            .finish_non_exhaustive()
    }
}

const IDLE: Duration = Duration::from_secs(30 * 60);
const ABSOLUTE: Duration = Duration::from_secs(12 * 60 * 60);
const MOST_SESSIONS: usize = 100;
const SHORTEST: Duration = Duration::from_secs(60);
/// RFC 6265bis §5.5: no cookie is kept longer.
const LONGEST: Duration = Duration::from_secs(400 * 24 * 60 * 60);
