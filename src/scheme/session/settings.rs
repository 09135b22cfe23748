//! The settings of sessions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;

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
    cookie: Cookie,
    evidence: Evidence,
    check_origin: bool,
    idle: Duration,
    absolute: Duration,
    persistent: bool,
    clock: Arc<dyn Clock>,
}

impl SessionsBuilder {
    pub(super) fn new(store: impl SessionStore) -> Self {
        Self {
            store: Arc::new(store),
            users: Arc::new(|subject: &str| Some(Principal::new(subject))),
            cookie: Cookie {
                name: "__Host-session".into(),
                secure: true,
                same_site: SameSite::Lax,
                max_age: None,
            },
            evidence: Evidence::default(),
            check_origin: true,
            idle: IDLE,
            absolute: ABSOLUTE,
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

    /// The name of the cookie. Default: `__Host-session`, whose prefix makes browsers refuse it
    /// from any other host.
    pub fn cookie_name(mut self, name: impl Into<Box<str>>) -> Self {
        self.cookie.name = name.into();
        self
    }

    /// When browsers send the cookie along. Default: [`SameSite::Lax`].
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.cookie.same_site = same_site;
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

    /// Sends the cookie over plain HTTP, for development: not `Secure`, and called `session`.
    ///
    /// # Security
    ///
    /// Whoever sees the traffic can take over the session.
    pub fn danger_insecure_cookie(mut self) -> Self {
        self.cookie.secure = false;
        self.cookie.name = "session".into();
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
    pub fn build(mut self) -> Result<Sessions, ConfigError> {
        self.cookie.check()?;
        if self.idle < SHORTEST || self.absolute < self.idle || self.absolute > LONGEST {
            return Err(ConfigError::new(
                "sessions must last at least 1 min without being used, and in all at least that \
                 long and at most 400 days",
            ));
        }
        for origin in &self.evidence.origins {
            if !is_origin(origin) {
                return Err(ConfigError::new(format!(
                    "`{}` is no origin as browsers send it: write scheme and host in lower case \
                     and nothing after, such as `https://app.example`",
                    origin.escape_debug()
                )));
            }
        }
        self.cookie.max_age = self.persistent.then_some(self.absolute);
        Ok(Sessions(Arc::new(Shared {
            store: self.store,
            users: self.users,
            known: Known::default(),
            cookie: self.cookie,
            evidence: self.check_origin.then_some(self.evidence),
            idle: self.idle,
            absolute: self.absolute,
            clock: self.clock,
        })))
    }
}

/// Whether browsers send this for an origin: scheme and host in lower case, and the port unless it
/// is the scheme's own.
fn is_origin(text: &str) -> bool {
    let own_port = match text.split_once("://") {
        Some(("https", _)) => ":443",
        Some(("http", _)) => ":80",
        _ => return false,
    };
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b':' | b'/' | b'[' | b']');
    let is_uri = text.parse::<Uri>().is_ok_and(|uri| {
        uri.host().is_some_and(|host| !host.is_empty())
            && uri.path_and_query().is_none_or(|path| path == "/")
    });
    text.bytes().all(is_plain) && is_uri && !text.ends_with('/') && !text.ends_with(own_port)
}

impl fmt::Debug for SessionsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionsBuilder").field("cookie", &self.cookie.name).finish_non_exhaustive()
    }
}

const IDLE: Duration = Duration::from_secs(30 * 60);
const ABSOLUTE: Duration = Duration::from_secs(12 * 60 * 60);
const SHORTEST: Duration = Duration::from_secs(60);
/// RFC 6265bis §5.5: no cookie is kept longer.
const LONGEST: Duration = Duration::from_secs(400 * 24 * 60 * 60);
